"""A rollback picks the previous release. The test runs the role's own tasks on two hosts with records."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.settings import REPOSITORY

PLAYBOOK = """
- hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - ansible.builtin.include_role:
        name: app
        tasks_from: versions
    - ansible.builtin.copy:
        content: "{{ app_back | to_json }}"
        dest: "{{ app_record }}.back"
        mode: "0600"
"""
V1, V2, V3 = ({"release": f"v{n}", "image": f"an-image:v{n}"} for n in (1, 2, 3))


def roll_back(folder: Path, records: dict[str, dict[str, Any]]) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    hosts = {name: {"ansible_connection": "local", "app_record": str(folder / name)} for name in ("frontend-1", "model-1")}
    for name, record in records.items():
        (folder / name).write_text(json.dumps(record))
    groups = {name.partition("-")[0]: {"hosts": {name: host}} for name, host in hosts.items()}
    inventory = {"all": {"vars": {"ansible_python_interpreter": sys.executable}, "children": groups}}
    (folder / "inventory.json").write_text(json.dumps(inventory))
    (folder / "playbook.yml").write_text(PLAYBOOK)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ansible-playbook"),
            f"--inventory={folder / 'inventory.json'}",
            "--extra-vars={app_rollback: true}",
            folder / "playbook.yml",
        ],
        env=os.environ | {"ANSIBLE_CONFIG": str(REPOSITORY / "ansible" / "ansible.cfg"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, {name: json.loads(file.read_text()) for name in hosts if (file := folder / f"{name}.back").exists()}


def test_both_hosts_return_to_the_previous_release(tmp_path: Path) -> None:
    had = {"current": V2, "previous": V1}
    done, back = roll_back(tmp_path, {"frontend-1": had, "model-1": had})
    assert done.returncode == 0, done.stdout
    assert back == {"frontend-1": V1, "model-1": V1}


def test_after_half_a_deployment_both_return_to_the_frontend_s_release(tmp_path: Path) -> None:
    done, back = roll_back(tmp_path, {"frontend-1": {"current": V2, "previous": V1}, "model-1": {"current": V3, "previous": V2}})
    assert done.returncode == 0, done.stdout
    assert back == {"frontend-1": V2, "model-1": V2}


@pytest.mark.parametrize("records", [{}, {"frontend-1": {"current": V1, "previous": {}}, "model-1": {"current": V1, "previous": {}}}])
def test_the_first_release_has_no_previous_one(tmp_path: Path, records: dict[str, dict[str, Any]]) -> None:
    done, back = roll_back(tmp_path, records)
    assert done.returncode != 0
    assert "make deploy-rollback VERSION=" in done.stdout + done.stderr
    assert back == {}
