"""Before anything is created, finds what would stop the deployment, and names a remedy."""

import ipaddress
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator

import boto3
import botocore.exceptions

from deploy import registry
from deploy.settings import Refused, Settings

Check = Callable[[Settings], None]


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Runs all checks, so that the operator can fix everything at once."""
    found = list({refused.problem: refused for refused in problems(settings)}.values())  # two checks may find the same problem
    for refused in found:
        say(f"  {refused.problem}\n      fix: {refused.remedy}")
    if found:
        counted = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise Refused(f"{counted}; nothing was created", "fix what is listed, then run the command again")


def problems(settings: Settings) -> Iterator[Refused]:
    for check in (tools, plain_values, networks, key, token, credentials, images):
        try:
            check(settings)
        except Refused as refused:
            yield refused


def tools(settings: Settings) -> None:
    wanted = {
        "terraform": "install Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install",
        "ssh": "sudo apt-get install openssh-client",
        "ssh-keygen": "sudo apt-get install openssh-client",
    }
    if not settings.registry:
        wanted["docker"] = "sudo apt-get install docker.io, or name a registry: DEPLOY_REGISTRY=…"
    missing = [name for name in wanted if shutil.which(name) is None]
    if missing:
        raise Refused(f"not installed: {', '.join(missing)}", "; ".join(dict.fromkeys(wanted[name] for name in missing)))
    found = subprocess.run(["terraform", "version"], capture_output=True, text=True, check=False)
    version = re.search(r"v(\d+)\.(\d+)", found.stdout)
    if not version or (int(version[1]), int(version[2])) < (1, 11):
        raise Refused(f"Terraform is {version[0] if version else 'broken'}, want v1.11 or later", wanted["terraform"])


def plain_values(settings: Settings) -> None:
    for name in ("monitoring", "token"):
        if getattr(settings, name) not in ("true", "false"):
            raise Refused(f"DEPLOY_{name.upper()}: want true or false", f"make deploy {name.upper()}=true")
    if not re.fullmatch(r"[1-9]", settings.model_count):
        raise Refused("DEPLOY_MODEL_COUNT: want a whole number from 1 to 9", "make deploy MODEL_COUNT=1")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", settings.version):
        raise Refused("DEPLOY_VERSION: want an image's tag, such as v1", "make deploy VERSION=v1")
    if settings.registry and not re.fullmatch(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*", settings.registry):
        raise Refused("DEPLOY_REGISTRY: want a host, optionally with folders", "make deploy REGISTRY=ghcr.io/NAME, without https://")
    if settings.registry.split("/")[0] in ("docker.io", "index.docker.io", "registry-1.docker.io"):
        raise Refused(
            "DEPLOY_REGISTRY: Docker Hub does not allow names such as USER/pneumoscope/frontend",
            "use another registry, such as ghcr.io/NAME, or leave it empty to copy the images over SSH",
        )


def networks(settings: Settings) -> None:
    fix = "make deploy OPERATOR_CIDRS=ADDRESS/32; curl -s https://checkip.amazonaws.com prints your address"
    if not settings.networks:
        raise Refused("DEPLOY_OPERATOR_CIDRS is not set, so nobody could use SSH", fix)
    for text in settings.networks:
        try:
            network = ipaddress.IPv4Network(text)
        except ValueError as error:
            raise Refused(f"DEPLOY_OPERATOR_CIDRS: {error}", fix) from error
        if "/" not in text:
            raise Refused(f"DEPLOY_OPERATOR_CIDRS: {text} has no prefix length", f"make deploy OPERATOR_CIDRS={text}/32")
        if network.prefixlen < 16:
            raise Refused(f"DEPLOY_OPERATOR_CIDRS: {text} is too wide: want /16 or narrower", fix)


def key(settings: Settings) -> None:
    file = settings.key
    if not settings.ssh_key:
        return  # one is created when it is needed
    if not file.is_file():
        raise Refused(f"DEPLOY_SSH_KEY: {file} does not exist", f"ssh-keygen -t ed25519 -f {file}")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise Refused(f"DEPLOY_SSH_KEY: other users can read {file}, so ssh refuses it", f"chmod 600 {file}")
    public, write = file.with_name(file.name + ".pub"), f"ssh-keygen -y -f {file} >{file}.pub"
    if not public.is_file():
        raise Refused(f"DEPLOY_SSH_KEY: {public} does not exist", write)
    if shutil.which("ssh-keygen") is None:
        return  # reported by tools
    done = subprocess.run(["ssh-keygen", "-y", "-P", "", "-f", file], capture_output=True, text=True, check=False)
    if done.returncode:
        if "passphrase" in done.stderr:
            return  # only ssh-agent can read it
        raise Refused(f"DEPLOY_SSH_KEY: {file} is not a private key", f"ssh-keygen -t ed25519 -f {file}, or name another file")
    if done.stdout.split()[:2] != public.read_text().split()[:2]:
        raise Refused(f"DEPLOY_SSH_KEY: {public} belongs to another key", write)


def token(settings: Settings) -> None:
    file = settings.token_file
    if file and file.exists() and not file.read_text().strip():
        raise Refused(f"{file} is empty", f"rm {file}; the next deployment creates one")
    if settings.registry_username and not settings.registry_password_file:
        raise Refused(
            "DEPLOY_REGISTRY_USERNAME without DEPLOY_REGISTRY_PASSWORD_FILE",
            "write the password to a file that only you can read, and set DEPLOY_REGISTRY_PASSWORD_FILE to its path",
        )
    registry.password(settings)


def credentials(settings: Settings) -> None:
    """Calls AWS, because a learner lab's credentials expire."""
    again = "in a learner lab: Start Lab, then copy AWS Details > AWS CLI > Show to ~/.aws/credentials; otherwise: aws configure"
    try:
        session = boto3.Session(region_name=settings.region)
        if session.get_credentials() is None:
            raise Refused("there are no AWS credentials", again + "; AWS_PROFILE names a profile")
        session.client("sts").get_caller_identity()
    except botocore.exceptions.ProfileNotFound as error:
        raise Refused(str(error), "aws configure list-profiles lists the existing profiles") from error
    except (
        botocore.exceptions.SSOError,
        botocore.exceptions.TokenRetrievalError,
        botocore.exceptions.CredentialRetrievalError,
        botocore.exceptions.PartialCredentialsError,
    ) as error:
        raise Refused(f"the AWS credentials cannot be used: {error}", "aws sso login, if the profile uses it; " + again) from error
    except botocore.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        what = "have expired" if "Expired" in code else f"are refused ({code})"
        raise Refused(f"the AWS credentials {what}", again) from error
    except botocore.exceptions.BotoCoreError as error:
        raise Refused(f"AWS does not answer in {settings.region}: {error}", "check DEPLOY_REGION and the network") from error


def unknown_deployment(settings: Settings) -> None:
    """Refuses a deployment that is in AWS but not in this machine's Terraform state, as in a fresh clone. It would be created twice."""
    named = [{"Name": "tag:Project", "Values": ["pneumoscope"]}, {"Name": "tag:Environment", "Values": [settings.environment]}]
    try:
        found = boto3.client("ec2", region_name=settings.region).describe_vpcs(Filters=named)["Vpcs"]
    except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
        raise Refused(f"AWS does not list the networks in {settings.region}: {error}", "check DEPLOY_REGION and the permissions") from error
    if found:
        raise Refused(
            f"{settings.environment} is deployed in {settings.region} ({found[0]['VpcId']}), "
            "but is not in Terraform's state on this machine",
            f"copy {settings.folder}, or terraform/backend.tf, from the operator who deployed it; or choose another ENVIRONMENT",
        )


def images(settings: Settings) -> None:
    if settings.registry:
        registry.pinned(settings)
        return
    if shutil.which("docker") is None:
        return  # reported by tools
    for image in settings.images().values():
        found = subprocess.run(["docker", "image", "inspect", image], capture_output=True, text=True, check=False)
        if found.returncode:
            if "No such image" not in found.stderr:
                raise Refused("Docker does not answer on this machine", "sudo systemctl start docker")
            raise Refused(f"the image {image} does not exist", f"make images VERSION={settings.version}")
