"""Security groups as netfilter rules in an instance's own network namespace."""

from collections.abc import Iterable

from standin.api import Rule

CHAIN = "SECURITY-GROUPS"

# Everything that comes in passes mangle's PREROUTING, before Docker's ports are sent on to containers: those never
# pass INPUT. The last line is what EC2 does with what no rule lets in.
SCRIPT = f"""iptables-restore --wait --noflush &&
  (iptables -w -t mangle -C PREROUTING -i eth0 -j {CHAIN} 2>/dev/null || iptables -w -t mangle -I PREROUTING 1 -i eth0 -j {CHAIN})"""


def table(rules: Iterable[Rule]) -> str:
    """For iptables-restore: it takes the place of what the chain held, at once."""
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
