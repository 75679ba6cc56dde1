"""Security groups as netfilter rules in an instance's own network namespace."""

from collections.abc import Iterable

from standin.api import Rule

CHAIN = "SECURITY-GROUPS"

# All incoming packets pass mangle's PREROUTING. INPUT would miss the ports that Docker forwards to containers.
# The chain's last rule drops what no rule admits, as EC2 does.
SCRIPT = f"""iptables-restore --wait --noflush &&
  (iptables -w -t mangle -C PREROUTING -i eth0 -j {CHAIN} 2>/dev/null || iptables -w -t mangle -I PREROUTING 1 -i eth0 -j {CHAIN})"""


def table(rules: Iterable[Rule]) -> str:
    """Returns input for iptables-restore, which replaces the whole chain atomically."""
    return "\n".join(
        [
            "*mangle",
            f":{CHAIN} - [0:0]",
            f"-A {CHAIN} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
            *(f"-A {CHAIN} -p {rule.protocol} -s {rule.source} --dport {rule.first}:{rule.last} -j RETURN" for rule in rules),
            f"-A {CHAIN} -j DROP",
            "COMMIT",
            "",
        ]
    )
