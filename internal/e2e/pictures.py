"""Make the browser tests' screenshots small enough for the README: python pictures.py FROM TO."""

import sys
from pathlib import Path

from PIL import Image

# The README's name of each screenshot.
NAMES = {
    "result-light": "page-light",
    "result-dark": "page-dark",
    "result-phone": "page-phone",
    "refused": "page-refused",
}
MOST = 150_000  # bytes
# What lies below says nothing at a README's size.
LOWEST = {1280: 1500, 320: 1760}


def main(source: Path, target: Path) -> None:
    for taken, shown in NAMES.items():
        picture = Image.open(source / f"{taken}.png").convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, LOWEST[picture.width])))
        path = target / f"{shown}.webp"
        for quality in range(90, 30, -10):
            picture.save(path, quality=quality, method=6)
            if path.stat().st_size <= MOST:
                break
        else:
            sys.exit(f"{path} has {path.stat().st_size} bytes")
        print(f"{path} {picture.width}x{picture.height} quality {quality} {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
