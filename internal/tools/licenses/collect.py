#!/usr/bin/env python3
"""Writes THIRD_PARTY_NOTICES.md: the licences of all Go code in our binaries.

    internal/tools/licenses/collect.py >THIRD_PARTY_NOTICES.md

go-licenses finds the packages of each binary and their licence files. This script
adds Go's standard library and the NOTICE files, which the Apache licence requires.
It writes each text once, even if several packages share it.
"""

import collections
import pathlib
import subprocess
import sys
import tempfile

PROGRAMS = ["./frontend", "./modelserver", "./docker/healthcheck"]
TEMPLATE = "{{range .}}{{.Name}}\t{{.Version}}\t{{.LicenseName}}\t{{.LicensePath}}\n{{end}}"
# These licences only require that their text is included. A person must decide about any other licence.
ALLOWED = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

HEAD = """\
# Third-party notices

The binaries `frontend`, `modelserver` and `healthcheck` contain the Go packages below. `make notices` writes this file.

- The image of the model server also contains TensorFlow's C library (Apache-2.0). The TensorFlow package's own notices
  lie in the image under `/usr/share/doc/tensorflow`, and beside the library that `make run` fetches.
- Both images contain files of Debian packages. Their copyright files lie in the image under `/usr/share/doc`.
- `make sbom` lists every component of both images with its version.
"""


def output(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(result.stderr)
    return result.stdout


def packages() -> list[tuple[str, str, str, pathlib.Path]]:
    """Returns name, version, licence and licence file of each package except our own."""
    with tempfile.NamedTemporaryFile("w", suffix=".tpl") as template:
        template.write(TEMPLATE)
        template.flush()
        report = output(
            *("go", "tool", "-modfile=internal/tools/licenses/go.mod", "go-licenses", "report", *PROGRAMS),
            *("--ignore", "pneumoscope", "--template", template.name),
        )
    found = [line.split("\t") for line in report.splitlines() if line]
    rows = [(name, version, licence, pathlib.Path(path)) for name, version, licence, path in found]
    go = pathlib.Path(output("go", "env", "GOROOT").strip())
    rows.append(("Go's standard library", output("go", "env", "GOVERSION").strip(), "BSD-3-Clause", go / "LICENSE"))
    return sorted(rows)


def main() -> None:
    names: dict[str, list[str]] = collections.defaultdict(list)  # of the packages that share a text
    print(HEAD)
    print("| package | version | licence |")
    print("| --- | --- | --- |")
    for name, version, licence, path in packages():
        if licence not in ALLOWED:
            sys.exit(f"{name} is under {licence}: decide whether we may ship it, then add the licence to ALLOWED.")
        print(f"| {name} | {version} | {licence} |")
        for text in [path, *sorted(path.parent.glob("NOTICE*"))]:
            users = names[text.read_text().strip()]
            if name not in users:
                users.append(name)
    for text, users in names.items():
        print(f"\n## {', '.join(users)}\n\n```text\n{text}\n```")


if __name__ == "__main__":
    main()
