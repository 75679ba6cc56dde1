"""Random JSON values as text, so that numbers are written in every possible way."""

from random import Random
from typing import TypeAlias


class Members(list[tuple[str, "Node"]]):
    """An object's members: the name as JSON text, and the value."""


Node: TypeAlias = "str | list[Node] | Members"

RANGES = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}

LITERALS = ("null", "true", "false", "NaN", "Infinity", "-Infinity")

FRACTIONS = (
    *("0.5", "-0.5", "-0.0", "0.0", "-0", "1e0", "1E2", "1e+2", "-1.7", "255.9", "256.0", "1e400", "-1e400", "1e-400"),
    *("1e39", "-1e39", "3.4028235677973366e38", "1e308", "1.7976931348623159e308", "5e-324", "1e-45", "7e-46"),
    *("9007199254740993", "9007199254740993.0", "9007199791611905", "16777217", "16777217.0", "0.1", "1e-5", "1e16"),
    *("1.00000005960464477539062500000001", "123456789012345678901234567890", "0.30000000000000004", "1e22", "1e23"),
    *("9223372036854775808.0", "18446744073709551616.0", "9223372036854774784.0", "-9223372036854775808.0", "2.5e9"),
    *("1e18", "1e19", "1e20", "4294967295.9", "-2147483648.9", "2147483647.9", "-128.9", "-129.0", "65535.5"),
)

TEXTS = (
    *("", " ", "0", "1", "7", " 7 ", "+3", "-3", "--3", "+-3", "1_0", "1__0", "_1", "1_", "1_000.5", "1_e5", "1e_5"),
    *("1.5", ".5", "5.", "1e3", "1E3", "1e", "e3", "1.e3", "0x10", "0b1", "0o7", "007", "1,000", "1 0", "- 1"),
    *("nan", "NaN", "-nan", "+nan", "--nan", "inf", "-inf", "+Infinity", "infinity", "INF", "infinit", "nan(1)"),
    *("1e400", "-1e400", "1e-400", "true", "True", "false", "null", "None", "abc", "300", "256", "-1", "-129", "1j"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1" * 40),
    *("\\u0031", "\\t1\\n", "\\u00a01", "1\\u2003", "\\u001f1", "1\\u001c", "\\u00851", "\\u200b1", "\\ufeff1"),
    *(
        "\\u0661",
        "\\u0661.\\u0665",
        "\\uff11",
        "\\u00b2",
        "\\u2460",
        "\\ud835\\udfd9",
        "1\\u0000",
        "\\u0000",
        "\\ud800",
    ),
    *(
        "\u0661",
        "\uff11\uff12",
        "\u00a05",
        "é",
        "\\\\",
        "\\/1",
        '\\"',
        "\\b",
        "1\\r",
        "2020-01-01",
        "-0",
        "+0",
        "-0.0",
        "0_0",
    ),
)

SPACES = ("", "", "", "", " ", " ", "\n", "\t", "\r\n", "  ")


def render(value: Node, random: Random, loose: bool) -> str:
    """The text of a value; if loose, with blanks in any place."""

    def blank(usual: str = "") -> str:
        return random.choice(SPACES) if loose else usual

    if isinstance(value, str):
        return value
    if isinstance(value, Members):
        members = (
            f"{blank()}{name}{blank()}:{blank(' ')}{render(member, random, loose)}{blank()}" for name, member in value
        )
        return "{" + ",".join(members) + blank() + "}"
    return "[" + ",".join(f"{blank()}{render(item, random, loose)}{blank()}" for item in value) + blank() + "]"


class Values:
    """Makes the values of one request. The share of odd values is drawn once, so that some requests have none."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.oddness = random.choice((0.0, 0.0, 0.0, 0.05, 0.2, 0.6))
        self.raggedness = random.choice((0.0, 0.0, 0.0, 0.0, 0.03, 0.3))

    def scalar(self, dtype: str) -> Node:
        if self.random.random() < self.oddness:
            return self.odd(dtype)
        return self.ordinary(dtype)

    def ordinary(self, dtype: str) -> str:
        random = self.random
        if dtype == "bool":
            return random.choice(("true", "false", "0", "1"))
        if dtype in RANGES:
            low, high = RANGES[dtype]
            return str(random.choice((random.randint(low, high), random.randint(max(low, -9), 99))))
        number = random.choice((random.random(), random.gauss(0, 1e3), float(random.randint(-5, 300))))
        if random.random() < 0.3:
            return str(int(number))
        return random.choice((repr(number), f"{number:.3f}", f"{number:.20e}"))

    def odd(self, dtype: str) -> Node:
        random = self.random
        kind = random.random()
        if kind < 0.2:
            return random.choice(LITERALS)
        if kind < 0.45:
            return random.choice(FRACTIONS)
        if kind < 0.65:
            return f'"{random.choice(TEXTS)}"'
        if kind < 0.8:
            edge = random.choice(RANGES[random.choice((dtype, *RANGES)) if dtype in RANGES else "int64"])
            return str(edge + random.choice((-1, 0, 1))) + random.choice(("", "", ".0", ".5", "e0"))
        if kind < 0.86:
            return random.choice(("9" * 309, "-" + "9" * 400, "1" + "0" * 4299, "1" + "0" * 4300, "0." + "1" * 800))
        if kind < 0.94:
            return random.choice(_nested())
        return f'"{self.ordinary(dtype)}"'

    def array(self, dtype: str, shape: tuple[int, ...]) -> Node:
        if not shape:
            return self.scalar(dtype)
        length = shape[0]
        if self.raggedness and self.random.random() < self.raggedness:
            length = max(0, length + self.random.choice((-1, 1)))
        return [self.array(dtype, shape[1:]) for _ in range(length)]

    def shape(self, shape: tuple[int, ...], rows: int | None = None) -> tuple[int, ...]:
        """A random shape for a signature's shape. Sometimes it does not fit."""
        random = self.random
        sizes = (0, 1, 1, 2, 3) if random.random() < 0.9 else (9, 30, 70)  # the server reads long rows on a faster path
        drawn = [random.choice(sizes) if n == -1 else n for n in shape]
        if rows is not None and drawn:
            drawn[0] = rows
        if random.random() < 0.08:
            change = random.randrange(4)
            if change == 0 and drawn:
                drawn[random.randrange(len(drawn))] += random.choice((-1, 1))
            elif change == 1:
                drawn.insert(random.randint(0, len(drawn)), random.choice((0, 1, 2)))
            elif change == 2 and drawn:
                drawn.pop(random.randrange(len(drawn)))
            else:
                drawn = []
        return tuple(max(n, 0) for n in drawn)

    def anything(self, depth: int = 0) -> Node:
        """Any JSON value."""
        random = self.random
        kind = random.random()
        if depth > 3 or kind < 0.55:
            return self.odd(random.choice(("float32", "int64", "uint8", "bool")))
        if kind < 0.8:
            return [self.anything(depth + 1) for _ in range(random.randrange(4))]
        return Members((self.name(), self.anything(depth + 1)) for _ in range(random.randrange(4)))

    def name(self) -> str:
        return self.random.choice(('"a"', '"b"', '"x"', '"0"', '""', '"\\u0061"', '"data"', '"inputs"', '"é"'))


def _nested() -> list[Node]:
    return [Members(), Members([('"b64"', '"AAAA"')]), [], ["1"], [[]], [["1"], ["2"]]]
