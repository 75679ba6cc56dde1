"""Filters of the role app: the release that a rollback returns to, a host's next record, and the images to remove.

A release is {"release": name, "image": reference}. A host's record is {"current": release, "previous": release}; it is
empty before the first deployment. The frontend is deployed last: a release that it does not have was not completed.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

Release = dict[str, str]
Record = dict[str, Release]


def rollback_release(record: Record, frontend: Record, records: Iterable[Record]) -> Release:
    """Returns the release that this host returns to in a rollback, or {} if it has none.

    All hosts return to the same release: the frontend's previous one. But if the hosts' current releases differ, the last
    deployment ended half way, and all return to the frontend's current release.
    """
    completed = len({name(record, "current") for record in records}) == 1
    target = name(frontend, "previous" if completed else "current")
    found = [release for release in map(record.get, ("current", "previous")) if release and release.get("release") == target]
    return found[0] if found else {}


def next_record(record: Record, frontend: Record, now: Release) -> Record:
    """Returns the record after this host has deployed `now`. A release that the frontend does not have is not kept."""
    current = record.get("current", {})
    completed = name(record, "current") == name(frontend, "current")
    return {"current": now, "previous": current if completed and current != now else record.get("previous", {})}


def outdated_images(images: Iterable[dict[str, Any]], record: Record) -> list[dict[str, str]]:
    """Returns Docker's images of this repository that are in neither release of the record, each as {"id", "name"}."""
    kept = {release["image"] for release in record.values() if release}
    outdated = []
    for image in images:
        names = (image.get("RepoTags") or []) + (image.get("RepoDigests") or [])
        ours = {repository(name) for name in names} & {repository(record["current"]["image"])}
        if ours and not kept.intersection(names):
            outdated.append({"id": image["Id"], "name": names[0]})
    return outdated


def name(record: Record, which: str) -> str:
    return record.get(which, {}).get("release", "")


def repository(image: str) -> str:
    return re.sub(r"(@sha256:.*|:[^:/]+)$", "", image)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"rollback_release": rollback_release, "next_record": next_record, "outdated_images": outdated_images}
