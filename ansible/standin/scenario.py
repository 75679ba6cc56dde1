"""Everything that a deployment supports, in the order in which an operator may use it."""

import json
import re
import subprocess
import time

from standin import reference_services
from standin.cloud import Cloud, prometheus
from standin.docker import Failed
from standin.layout import LAYOUTS, REPOSITORY
from standin.machines import Machines
from standin.services import USER
from standin.steps import DOMAIN, Steps, eventually, must, real_film, with_host
from standin.visitors import probability

SERVICES = ("frontend", "modelserver")
# Dockerfile lines that turn an image into another one: a newer version, and for each service a version that never
# becomes ready.
NEWER = "LABEL org.opencontainers.image.version=newer"
BROKEN = {"frontend": "ENV FRONTEND_ADMIN_LISTEN=:9081", "modelserver": "ENV MODELSERVER_MLRUNS=/nowhere"}


def run(version: str) -> None:
    """Runs all steps of Scenario and stops at the first that fails. The cloud is removed in either case."""
    cloud = Cloud(LAYOUTS["scenario"])
    scenario = Scenario(cloud, version)
    steps = [step for step in vars(Scenario).values() if callable(step)]
    began = time.monotonic()
    try:
        for number, step in enumerate(steps, 1):
            started = time.monotonic()
            name = step.__doc__.splitlines()[0].rstrip(".")
            scenario.log.clear()
            try:
                note = step(scenario) or ""
            except BaseException as error:
                log = "\n".join(scenario.log)
                print(log[-12000:])
                # Repeated at the end, because a log may be cut to its last lines.
                print(*re.findall(r"^fatal: .*?(?=^\S)", log, re.MULTILINE | re.DOTALL)[-2:], sep="")
                print(f"{number:2} {name:74} FAILED {time.monotonic() - started:4.0f} s", flush=True)
                raise error if isinstance(error, (Failed, KeyboardInterrupt)) else Failed(repr(error)) from error
            print(f"{number:2} {name:74} ok {time.monotonic() - started:4.0f} s  {note}", flush=True)
    finally:
        cloud.remove()
        scenario.forget_images()
    if left := cloud.left():
        raise Failed("left behind: " + ", ".join(left))
    print(f"{len(steps)} steps passed in {(time.monotonic() - began) / 60:.1f} minutes, nothing left behind")


class Scenario(Steps):
    """Each method is a step. Its docstring is the step's name; the text it returns is printed next to its duration."""

    def a_cloud(self) -> None:
        """A cloud, and a registry with four versions of both images."""
        self.cloud.start()
        originals = {service: f"pneumoscope/{service}:{self.version}" for service in SERVICES}
        versions = {"v1": originals, "v2": {service: self.built_on(image, NEWER, "v2") for service, image in originals.items()}}
        for broken, fault in BROKEN.items():
            versions[f"broken-{broken}"] = originals | {broken: self.built_on(originals[broken], fault, "broken")}
        for version, images in versions.items():
            for service, image in images.items():
                self.cloud.push(image, f"pneumoscope/{service}:{version}")

    def from_nothing(self) -> None:
        """make deploy from nothing: Terraform, cloud-init, Ansible, one film."""
        self.deployment.settings["version"] = "v1"
        self.deployment.run("apply")
        for host in ("frontend-1", "model-1"):
            output = json.loads(self.deployment.ssh(host, "cloud-init status --format json"))
            must(output["status"] == "done" and not output["errors"], f"cloud-init on {host}: {output}")

    def the_same_answer(self) -> str:
        """A film sent to port 80 gets the probability that local services give it."""
        folder = self.cloud.layout.folder
        drawn = folder / "film.png"
        subprocess.run([REPOSITORY / "bin" / "frontend", "phantom", drawn], check=True)
        films = [drawn, *real_film()]
        with reference_services.start(folder / "reference.log") as url:
            self.films = {film: probability(url, film) for film in films}
        self.scored()
        return ", ".join(f"{value:.6f}" for value in self.films.values()) + (" (drawn, real)" if len(films) > 1 else " (drawn)")

    def unchanged(self) -> None:
        """A second run changes nothing: an empty plan, no change by Ansible."""
        before = self.deployment.running()
        output = self.deployment.run("apply")
        must("No changes." in output.text, "Terraform's plan is not empty")
        must(set(output.changed.values()) == {0}, f"Ansible changed something: {output.tasks}")
        must(self.deployment.running() == before, "containers were replaced")

    def security_groups(self) -> None:
        """The security groups admit the clients they name, and no others."""
        self.reach({"operator": "f:22 f:80 m:22", "stranger": "f:80", "frontend-1": "m:8000", "model-1": "f:80"})

    def broken_frontend(self) -> str:
        """A frontend that never becomes ready: the old version keeps serving."""
        return self.broken_upgrade("frontend")

    def broken_model(self) -> str:
        """A model server that never becomes ready: the old version keeps serving."""
        return self.broken_upgrade("modelserver")

    def predicted(self) -> str:
        """make deploy-check predicts an upgrade and changes nothing."""
        before = self.deployment.running()
        output = self.deployment.run("check", version="v2")
        must(self.deployment.running() == before, "the check changed something")
        self.changes = {(host, task.removeprefix("app : ")) for host, task in output.tasks}
        return f"{len(self.changes)} changes"

    def upgraded(self) -> str:
        """make deploy VERSION=v2 makes the predicted changes and loses no request."""
        self.name_the_other_slot()
        before = self.images()
        with self.visitors() as visitors:
            output = self.deployment.run("apply", version="v2")
        predicted = {f"{host} {task.removeprefix('Run ').rsplit('-', 1)[0]}" for host, task in self.changes if task.startswith("Run ")}
        others = {(host, f"app : {task}") for host, task in self.changes if not task.startswith("Run ")}
        after = self.images()
        replaced = {name for name in before if after[name] != before[name]}
        must(predicted == replaced == set(before), f"predicted {predicted}, replaced {replaced}")
        must(bool(others) and others <= output.tasks, f"predicted {others}, done {output.tasks}")
        self.scored()
        return self.counted(visitors)

    def rolled_back(self) -> str:
        """make deploy-rollback restores v1, not a broken one; no request is lost."""
        before = self.images()
        with self.visitors() as visitors:
            self.deployment.run("rollback")
        after = self.images()
        must(before.keys() == after.keys() and all(before[host] != after[host] for host in before), f"{before} became {after}")
        output = self.deployment.run("check")
        must(set(output.changed.values()) == {0}, f"that is not v1: {output.tasks}")
        return self.counted(visitors)

    def login(self) -> None:
        """A registry with a login: a wrong password is refused, none is left."""
        registry = self.cloud.registry
        wrong = self.cloud.layout.folder / "wrong-password"
        wrong.write_text("not this one\n")
        self.deployment.settings |= {"registry": registry.login, "registry_username": USER}
        output = self.deployment.run("apply", fails=True, registry_password_file=str(wrong))
        must("the registry denies access to" in output.text, "a wrong password is not reported")
        self.deployment.run("apply", version="v2", registry_password_file=str(self.cloud.password_file))
        for setting in ("registry", "registry_username"):
            del self.deployment.settings[setting]
        for host in ("frontend-1", "model-1"):
            kept = self.deployment.ssh(host, "sudo sh -c 'test ! -e /root/.docker/config.json || cat /root/.docker/config.json'")
            must(
                "auth" not in (json.loads(kept).get("auths") or {}).get(registry.login, {}) if kept else True,
                f"{host} keeps the password: {kept}",
            )
        must(all(image.startswith(registry.login) for image in self.images().values()), f"running: {self.images()}")
        self.scored()

    def copied(self) -> None:
        """Without a registry the images are copied over SSH."""
        self.deployment.run("apply", registry="", version=self.version)
        images = self.images()
        must(
            all(image.startswith(f"pneumoscope/{service.split()[1]}:{self.version}-") for service, image in images.items()),
            f"running: {images}",
        )
        self.scored()

    def rebooted(self) -> str:
        """Each instance reboots and serves again, behind its security groups."""
        machines = Machines(self.cloud.layout)
        took = []
        for role in ("model", "frontend"):
            instance = next(instance for instance in self.cloud.api.instances() if f"-{role}-" in instance.name)
            began = time.monotonic()
            machines.reboot(instance)
            eventually(self.scored, 120)
            took.append(f"{role} {time.monotonic() - began:.0f} s")
        self.security_groups()
        return ", ".join(took)

    def instance_lost(self) -> str:
        """A lost model server: make deploy creates another; the frontend uses it."""
        api, lost = self.cloud.api, self.deployment.host("model-1")
        subnet = api.ec2.describe_instances(InstanceIds=[lost["instance_id"]])["Reservations"][0]["Instances"][0]["SubnetId"]
        api.ec2.terminate_instances(InstanceIds=[lost["instance_id"]])
        # Its address is taken in the meantime.
        other = api.ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=lost["private_ip"])["NetworkInterface"]
        self.deployment.run("apply")
        api.ec2.delete_network_interface(NetworkInterfaceId=other["NetworkInterfaceId"])
        found = self.deployment.host("model-1")
        must(found["private_ip"] != lost["private_ip"] and found["ansible_host"] == lost["ansible_host"], f"{lost} became {found}")
        self.scored()
        return f"{lost['private_ip']} became {found['private_ip']}"

    def two_and_monitored(self) -> str:
        """Two model servers and Prometheus, which scrapes the private network."""
        self.cloud.push(prometheus())
        self.deployment.settings |= {"model_count": "2", "monitoring": "true"}
        self.deployment.run("apply")
        frontend = self.deployment.host("frontend-1")["private_ip"]
        wanted = {
            ("frontend", frontend),
            ("nginx", frontend),
            *(("modelserver", self.deployment.host(f"model-{n}")["private_ip"]) for n in (1, 2)),
            ("prometheus", "localhost"),
        }
        eventually(lambda: self.all_up(wanted), 60)
        self.reach({"operator": "f:22 f:80 m:22", "stranger": "f:80", "frontend-1": "m:8000 m:8001", "model-1": "f:80"})
        self.scored()
        for n in (1, 2):
            scored = self.query_prometheus(
                f'sum(increase(pneumoscope_modelserver_requests_total{{instance=~"{self.deployment.host(f"model-{n}")["private_ip"]}:.*"}}[10m]))'
            )
            must(bool(scored), f"Prometheus has no requests of model-{n}")
        return f"{len(wanted)} targets up"

    def two_upgraded(self) -> str:
        """An upgrade of two model servers loses no request."""
        with self.visitors() as visitors:
            self.deployment.run("apply", version="v2")
        self.scored()
        return self.counted(visitors)

    def https(self) -> str:
        """A domain: a certificate by ACME, the page on 443, port 80 redirects there."""
        frontend = self.deployment.host("frontend-1")
        authority = self.cloud.layout.folder / "authority.pem"
        self.cloud.acme.start(frontend["private_ip"])
        self.cloud.acme.authority(authority)
        self.deployment.settings |= {
            "version": "v2",
            "domain": DOMAIN,
            "acme_server": self.cloud.acme.directory,
            "acme_ca": str(authority),
        }
        self.deployment.prefix = with_host(f"{frontend['ansible_host']} {DOMAIN}", self.cloud.layout.folder / "hosts")
        self.deployment.run("apply")
        output = self.deployment.run("apply")
        must(set(output.changed.values()) == {0}, f"a second run changes something: {output.tasks}")
        certificate = self.certificate()
        status, headers = self.head(80)
        must(status == 308 and headers["Location"] == f"https://{DOMAIN}/", f"port 80 answers {status} {headers}")
        status, headers = self.head(443)
        must(status == 200 and "max-age" in headers["Strict-Transport-Security"], f"port 443 answers {status} {headers}")
        return f"serial number {certificate[:8]}"

    def renewed(self) -> str:
        """The timer's service renews the certificate, and NGINX serves the new one."""
        before = self.certificate()
        self.deployment.ssh("frontend-1", f"sudo sed -i '1i renew_before_expiry = 3650 days' /etc/letsencrypt/renewal/{DOMAIN}.conf")
        self.deployment.ssh("frontend-1", "systemctl is-active certbot.timer && sudo systemctl start certbot.service")
        eventually(lambda: must(self.certificate() != before, "NGINX serves the old certificate"), 30)
        return f"serial number {self.certificate()[:8]}"

    def destroyed(self) -> None:
        """make destroy removes everything that was created."""
        self.deployment.run("destroy", answer="somebody\n", fails=True)
        must(len(self.cloud.api.instances()) == 3, "a wrong name removed an instance")
        self.deployment.run("destroy", answer=f"{self.cloud.layout.name}\n")
        left = self.cloud.api.left()
        must(not left, f"left in the cloud: {left}")
        eventually(lambda: must(not Machines(self.cloud.layout).there(), "instances still run"), 30)
