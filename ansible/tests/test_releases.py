"""Which release a host records, which one a rollback returns to, and which images are removed."""

from typing import Any

import pytest

from filter_plugins.releases import Record, Release, next_record, outdated_images, rollback_release

V1, V2, V3 = ({"release": f"v{n}", "image": f"registry:5000/pneumoscope/frontend:v{n}"} for n in (1, 2, 3))
NOTHING: Release = {}


def record(current: Release, previous: Release) -> Record:
    return {"current": current, "previous": previous}


@pytest.mark.parametrize(
    ("case", "host", "frontend", "want"),
    [
        ("the previous release", record(V2, V1), record(V2, V1), V1),
        ("after half a deployment, the frontend's release", record(V3, V2), record(V2, V1), V2),
        ("the same, for the frontend itself", record(V2, V1), record(V2, V1), V1),
        ("a first release has none before", record(V1, NOTHING), record(V1, NOTHING), NOTHING),
        ("nothing is deployed", {}, {}, NOTHING),
        ("the frontend was never deployed", record(V1, NOTHING), {}, NOTHING),
        ("this host never had the frontend's release", record(V3, V1), record(V2, V1), NOTHING),
    ],
)
def test_a_rollback_returns_to(case: str, host: Record, frontend: Record, want: Release) -> None:
    assert rollback_release(host, frontend, [frontend, host]) == want, case


def test_after_half_a_deployment_the_frontend_keeps_its_release() -> None:
    frontend, model = record(V2, V1), record(V3, V2)
    assert rollback_release(frontend, frontend, [frontend, model]) == V2


@pytest.mark.parametrize(
    ("case", "host", "frontend", "now", "want"),
    [
        ("the first release", {}, {}, V1, record(V1, NOTHING)),
        ("the next release", record(V1, NOTHING), record(V1, NOTHING), V2, record(V2, V1)),
        ("the same release again", record(V2, V1), record(V2, V1), V2, record(V2, V1)),
        ("back to the previous one", record(V2, V1), record(V2, V1), V1, record(V1, V2)),
        ("a release that ended half way is not kept", record(V2, V1), record(V1, NOTHING), V3, record(V3, V1)),
        ("its retry keeps the completed one", record(V2, V1), record(V1, NOTHING), V2, record(V2, V1)),
        (
            "the same name with another image",
            record(V1, NOTHING),
            record(V1, NOTHING),
            V1 | {"image": "x"},
            record(V1 | {"image": "x"}, V1),
        ),
    ],
)
def test_a_host_records(case: str, host: Record, frontend: Record, now: Release, want: Record) -> None:
    assert next_record(host, frontend, now) == want, case


@pytest.mark.parametrize(
    ("case", "image", "removed"),
    [
        ("the current release", {"RepoTags": [V3["image"]]}, False),
        ("the previous release", {"RepoTags": [V2["image"]]}, False),
        ("an older release", {"RepoTags": [V1["image"]]}, True),
        ("an older release, by its digest", {"RepoTags": None, "RepoDigests": ["registry:5000/pneumoscope/frontend@sha256:0"]}, True),
        ("one that is kept under another name", {"RepoTags": ["registry:5000/pneumoscope/frontend:old", V2["image"]]}, False),
        ("the other service", {"RepoTags": ["registry:5000/pneumoscope/modelserver:v1"]}, False),
        ("a repository with a longer name", {"RepoTags": ["registry:5000/pneumoscope/frontend-next:v1"]}, False),
        ("another registry's", {"RepoTags": ["pneumoscope/frontend:v1"]}, False),
        ("an image without a name", {"RepoTags": [], "RepoDigests": []}, False),
    ],
)
def test_images_are_removed(case: str, image: dict[str, Any], removed: bool) -> None:
    found = outdated_images([image | {"Id": "sha256:1"}], record(V3, V2))
    assert [one["id"] for one in found] == (["sha256:1"] if removed else []), case
