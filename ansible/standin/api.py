"""Reads the instances from the API, as a hypervisor would."""

import base64
import dataclasses
from typing import Any

import boto3

CREDENTIALS = {"aws_access_key_id": "standin", "aws_secret_access_key": "standin", "region_name": "us-east-1"}


@dataclasses.dataclass(frozen=True)
class Rule:
    """Admits a range of ports of one protocol from a range of addresses."""

    protocol: str
    first: int
    last: int
    source: str


@dataclasses.dataclass(frozen=True)
class Instance:
    id: str
    name: str
    type: str
    private: str
    public: str
    key: str
    user_data: bytes
    rules: tuple[Rule, ...]


class Api:
    def __init__(self, endpoint: str) -> None:
        self.ec2: Any = boto3.client("ec2", endpoint_url=endpoint, **CREDENTIALS)

    def instances(self) -> list[Instance]:
        """Returns the running instances that have their elastic address."""
        running = [
            instance
            for reservation in self.ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])["Reservations"]
            for instance in reservation["Instances"]
        ]
        elastic = {address["InstanceId"]: address["PublicIp"] for address in self.addresses() if address.get("InstanceId")}
        keys = {key["KeyName"]: key["PublicKey"].strip() for key in self.ec2.describe_key_pairs(IncludePublicKey=True)["KeyPairs"]}
        members: dict[str, list[str]] = {}
        for instance in running:
            for group in instance["SecurityGroups"]:
                members.setdefault(group["GroupId"], []).append(instance["PrivateIpAddress"])
        return [
            Instance(
                id=instance["InstanceId"],
                name=next(tag["Value"] for tag in instance["Tags"] if tag["Key"] == "Name"),
                type=instance["InstanceType"],
                private=instance["PrivateIpAddress"],
                public=elastic[instance["InstanceId"]],
                key=keys[instance["KeyName"]],
                user_data=self.user_data(instance["InstanceId"]),
                rules=tuple(rule for group in instance["SecurityGroups"] for rule in self.rules(group["GroupId"], members)),
            )
            for instance in running
            if instance["InstanceId"] in elastic and instance.get("KeyName") in keys
        ]

    def addresses(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ec2.describe_addresses()["Addresses"]
        return found

    def user_data(self, instance: str) -> bytes:
        answer = self.ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")
        return base64.b64decode(answer["UserData"].get("Value", ""))

    def rules(self, group: str, members: dict[str, list[str]]) -> list[Rule]:
        found = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
        rules = []
        for rule in found:
            if rule["IsEgress"]:
                continue
            named = rule.get("ReferencedGroupInfo", {}).get("GroupId")
            sources = [f"{address}/32" for address in members.get(named, [])] if named else [rule["CidrIpv4"]]
            rules += [Rule(rule["IpProtocol"], rule["FromPort"], rule["ToPort"], source) for source in sources]
        return sorted(rules, key=dataclasses.astuple)

    def left(self) -> list[str]:
        """Returns what a deployment has created and not removed."""
        states = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
        kinds = {
            "instance": [one for more in self.ec2.describe_instances(Filters=states)["Reservations"] for one in more["Instances"]],
            "address": self.addresses(),
            "key pair": self.ec2.describe_key_pairs()["KeyPairs"],
            "network": [one for one in self.ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]],
            "security group": [one for one in self.ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] != "default"],
            "disk": [one for one in self.ec2.describe_volumes()["Volumes"] if one["Attachments"]],
        }
        return [f"{kind}: {one}" for kind, found in kinds.items() for one in found]
