"""Asks a registry for the digest of an image.

`docker buildx imagetools inspect` cannot replace this. It needs a special builder for registries without TLS, which
`make test-cloud` has, and it tells a refused login from a missing image only by its error text. `docker manifest inspect`
does not give the digest of an index. Also, a deployment from a registry does not need Docker.
"""

import base64
import http.client
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from deploy.settings import Refused, Settings

MANIFESTS = ", ".join(
    "application/vnd." + kind
    for kind in (
        "oci.image.index.v1+json",
        "oci.image.manifest.v1+json",
        "docker.distribution.manifest.list.v2+json",
        "docker.distribution.manifest.v2+json",
    )
)


def password(settings: Settings) -> str:
    if not settings.registry_password_file:
        return ""
    try:
        return Path(settings.registry_password_file).expanduser().read_text().strip()
    except OSError as error:
        raise Refused(f"DEPLOY_REGISTRY_PASSWORD_FILE: {error.strerror}", "write the password to a file that only you can read") from error


def pinned(settings: Settings) -> dict[str, str]:
    """Returns both images by digest, so that every instance gets the same bytes."""
    return {name: re.sub(r":[^:/]+$", "", image) + "@" + digest(settings, image) for name, image in settings.images().items()}


def digest(settings: Settings, image: str) -> str:
    host, _, path = image.partition("/")
    name, reference = split(path)
    # As in Docker, loopback needs no TLS. Tests list other such registries in DOCKER_INSECURE_REGISTRIES.
    plain = host.split(":")[0] in ("localhost", "127.0.0.1") or host in os.environ.get("DOCKER_INSECURE_REGISTRIES", "").split(",")
    url = f"{'http' if plain else 'https'}://{host}/v2/{name}/manifests/{reference}"
    push = f"push it (docker push {image}), or set DEPLOY_VERSION to a version that the registry has"
    try:
        return head(settings, url, "")
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.NOT_FOUND:
            raise Refused(f"the registry has no {image}", push) from error
        if error.code in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
            raise Refused(
                f"the registry denies access to {image}",
                "check DEPLOY_REGISTRY_USERNAME and DEPLOY_REGISTRY_PASSWORD_FILE",
            ) from error
        raise Refused(f"the registry answers {error.code} for {image}", "try again, or check DEPLOY_REGISTRY") from error
    except (OSError, http.client.HTTPException) as error:
        raise Refused(f"the registry {host} does not answer", "check DEPLOY_REGISTRY and the network") from error
    except (KeyError, ValueError) as error:
        raise Refused(f"{host} does not answer like a registry", "check DEPLOY_REGISTRY") from error


def split(path: str) -> tuple[str, str]:
    if "@" in path:
        name, _, reference = path.partition("@")
        return re.sub(r":[^/]*$", "", name), reference
    name, _, tag = path.rpartition(":")
    return (name, tag) if name else (path, "latest")


def head(settings: Settings, url: str, authorization: str) -> str:
    headers = {"Accept": MANIFESTS} | ({"Authorization": authorization} if authorization else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD", headers=headers), timeout=20) as answer:
            found: str = answer.headers.get("Docker-Content-Digest", "")
            if not re.fullmatch(r"sha256:[0-9a-f]{64}", found):
                raise ValueError("no digest")
            return found
    except urllib.error.HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        if error.code != http.HTTPStatus.UNAUTHORIZED or authorization:
            raise
        return head(settings, url, authorization_for(settings, challenge))


def authorization_for(settings: Settings, challenge: str) -> str:
    """Returns the Authorization header that answers the challenge: the password, or a token from the server that it names."""
    pair = f"{settings.registry_username}:{password(settings)}".encode()
    basic = "Basic " + base64.b64encode(pair).decode() if settings.registry_username else ""
    if not challenge.lower().startswith("bearer"):
        return basic or "Basic Og=="
    values = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    query = urllib.parse.urlencode({name: values[name] for name in ("service", "scope") if name in values})
    request = urllib.request.Request(f"{values['realm']}?{query}", headers={"Authorization": basic} if basic else {})
    with urllib.request.urlopen(request, timeout=20) as response:
        body = json.load(response)
    return "Bearer " + str(body.get("token") or body["access_token"])
