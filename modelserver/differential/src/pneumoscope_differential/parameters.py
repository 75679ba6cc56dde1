"""Random values of "params"."""

from .catalogue import Model, Param
from .values import Members, Node, Values

VALID = {
    "boolean": ("true", "false"),
    "integer": ("1", "-7", "0"),
    "long": ("1", "9007199254740993", "-1"),
    "float": ("0.5", "1", "-2.5e3"),
    "double": ("0.5", "1", "1e300", "NaN"),
    "string": ('"a"', '""', '"é"'),
    "datetime": ('"2020-01-02"', '"2020-01-02T03:04:05"', '"2020-01-02 03:04:05.678"', '"2020-02-30"', '"2020"'),
}

DATES = (
    *('"2020-1-2"', '"20200102"', '"2020-01-02T03"', '"2020-01-02T03:04"', '"2020-01-02T24:00"', '"2020-01-02T03:04Z"'),
    *('"2020-01-02T03:04:05+01:00"', '"2020-01-02T03:04:05+0100"', '"NaT"', '"now"', '"today"', '""', '"x"', '"nat"'),
    *('"2020-01-02T03:04:05.1234567"', '"2020-01-02T03:04:05."', '"2020-13-01"', '"2021-02-29"', '" 2020-01-01"'),
    *(
        '"2020-01-02T03:04:60"',
        '"2020-01-02T03:60"',
        '"12020-01-01"',
        '"-2020-01-01"',
        '"2020-01-02t03:04"',
        "20200102",
    ),
    *('"2020-01-02T03:04:05.123456789"', '"2020-01-02T03+01"', '"2020-01-02Z"', '"2020-01T03"', '"2020-01-02 "'),
)


def parameters(model: Model, values: Values) -> Node:
    random = values.random
    if random.random() < 0.08:
        return values.anything()
    members = Members()
    for param in random.sample(model.params, random.randint(0, min(3, len(model.params)))):
        members.append((f'"{param.name}"', _value(param, values)))
    if random.random() < 0.1:
        members.append((values.name(), values.anything()))
    if members and random.random() < 0.05:
        members.append((members[0][0], values.anything()))
    return members


def _value(param: Param, values: Values) -> Node:
    random = values.random
    if param.is_list and random.random() < 0.8:
        return [_single(param.type, values) for _ in range(random.randrange(4))]
    return _single(param.type, values)


def _single(kind: str, values: Values) -> Node:
    random = values.random
    if random.random() < 0.6:
        return random.choice(VALID[kind])
    if kind == "datetime" and random.random() < 0.8:
        return random.choice(DATES) if random.random() < 0.4 else _date(values)
    return values.anything()


def _date(values: Values) -> str:
    """A text similar to a date, cut off anywhere."""
    random = values.random
    parts = (
        random.choice(("2020", "2021", "0001", "9999", "0000")),
        random.choice(("-01", "-12", "-00", "-13", "-1")),
        random.choice(("-01", "-29", "-31", "-00", "-32")),
        random.choice("T t"),
        random.choice(("00", "23", "24")),
        random.choice((":00", ":59", ":60", "0")),
        random.choice((":00", ":59", ":60")),
        random.choice((".", ".1", ".123456", ".1234567")),
    )
    text = "".join(parts[: random.randint(1, len(parts))])
    if "23" in text or "24" in text:  # a zone may lead out of the valid years
        text += random.choice(("", "", "Z", "z", "+0100", "+01:60", "-24"))
    return f'"{text}"'
