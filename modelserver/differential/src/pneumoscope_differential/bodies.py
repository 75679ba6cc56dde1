"""Random bodies for one model, valid and invalid."""

from random import Random

from .catalogue import Input, Model
from .frames import records, split
from .parameters import parameters
from .values import Members, Node, Values, render

LANGUAGE = ('"messages"', '"prompt"', '"input"')


class Bodies:
    def __init__(self, model: Model, random: Random) -> None:
        self._model = model
        self._random = random
        self._values = Values(random)

    def body(self) -> bytes:
        random = self._random
        if random.random() < 0.04:
            text = render(self._values.anything(), random, loose=True)
        else:
            text = render(self._object(), random, loose=random.random() < 0.2)
        if random.random() < 0.02 and self._model.signature:  # without a signature, 64 axes of strings crash MLflow
            text = _deep(random)
        body = _encoded(text, random)
        return _mutated(body, random) if random.random() < 0.12 else body

    def _object(self) -> Members:
        random = self._random
        members = Members([self._data()])
        if random.random() < 0.03:
            members.append(self._data())
        if random.random() < (0.9 if self._model.params else 0.05):
            members.append(('"params"', parameters(self._model, self._values)))
        if random.random() < 0.03:
            members.append((random.choice(LANGUAGE), self._values.anything()))
        if random.random() < 0.03:
            names = ('"serving_default"', '"explain"', '"nope"', "7", "null")
            members.append(('"signature_name"', random.choice(names)))
        if random.random() < 0.05:
            members.append((self._values.name(), self._values.anything()))
        if random.random() < 0.02:
            members.pop(random.randrange(len(members)))
        random.shuffle(members)
        return members

    def _data(self) -> tuple[str, Node]:
        random = self._random
        kind = random.random()
        if kind < 0.15:
            return '"dataframe_split"', split(self._model, self._values)
        if kind < 0.25:
            return '"dataframe_records"', records(self._model, self._values)
        field = random.choice(('"inputs"', '"instances"', '"\\u0069nputs"'))
        if random.random() < 0.03:
            return field, self._values.anything()
        if random.random() < (0.75 if self._model.named else 0.06):
            if random.random() < 0.5:
                return field, self._columns()
            return field, self._rows()
        return field, self._tensor(random.choice(self._model.inputs))

    def _tensor(self, given: Input, rows: int | None = None) -> Node:
        return self._values.array(given.dtype, self._values.shape(given.shape, rows))

    def _columns(self) -> Node:
        rows = self._random.choice((0, 1, 1, 1, 2, 2, 3, 3, 20))
        members = Members((f'"{i.name or "x"}"', self._tensor(i, rows)) for i in self._model.inputs)
        return self._disturbed(members)

    def _rows(self) -> Node:
        def row() -> Node:
            return self._disturbed(
                Members(
                    (f'"{i.name or "x"}"', self._values.array(i.dtype, self._values.shape(i.shape)[1:]))
                    for i in self._model.inputs
                )
            )

        rows: list[Node] = [row() for _ in range(self._random.choice((1, 1, 2, 3)))]
        if self._random.random() < 0.05:
            rows.insert(self._random.randint(0, len(rows)), self._values.anything())
        return rows

    def _disturbed(self, members: Members) -> Members:
        """The members in any order; sometimes one is added, removed or duplicated."""
        random = self._random
        if random.random() < 0.05:
            members.append((self._values.name(), self._values.anything()))
        if random.random() < 0.04:
            members.append((members[0][0], self._values.anything()))
        if random.random() < 0.04:
            members.pop(random.randrange(len(members)))
        if random.random() < 0.2:
            random.shuffle(members)
        return members


def _deep(random: Random) -> str:
    depth = random.choice((63, 64, 65, 66, 200, 900))
    inner = random.choice(("1", "", '"a"', "{}"))
    field = random.choice(("inputs", "instances", "params", "dataframe_records", "other"))
    return f'{{"{field}": ' + "[" * depth + inner + "]" * depth + "}"


def _encoded(text: str, random: Random) -> bytes:
    kind = random.random()
    if kind < 0.9:
        return text.encode("utf-8", "surrogatepass")
    encoding = random.choice(
        ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1")
    )
    body = text.encode(encoding, "replace" if encoding == "latin-1" else "surrogatepass")
    return body[: -random.randint(1, 3)] if random.random() < 0.1 else body


# Texts that one parser may accept and another refuse.
FRAGMENTS = (
    *(b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"\\u", b"\\ud83e", b"-", b"+", b".", b"e", b"E5", b"0", b"00"),
    *(b" ", b"\x00", b"\x0b", b"\x1f", b"\x7f", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\xa0"),
    *(b"//", b"/**/", b"'", b"NaN", b"nan", b"Infinity", b"tru", b"null", b"nul", b"1.", b".5", b"1e", b"-0", b"[]"),
)


def _mutated(body: bytes, random: Random) -> bytes:
    mutated = bytearray(body)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        at = random.randint(0, len(mutated))
        kind = random.randrange(6)
        if kind == 0:
            del mutated[at:]
        elif kind == 1:
            del mutated[at : at + random.choice((1, 1, 2, 5))]
        elif kind == 2:
            mutated[at:at] = random.choice(FRAGMENTS)
        elif kind == 3:
            mutated[at : at + 1] = random.choice(FRAGMENTS)
        elif kind == 4:
            other = random.randint(0, len(mutated))
            mutated[at:at] = mutated[min(at, other) : max(at, other)][:40]
        else:
            mutated += random.choice((*FRAGMENTS, b"\n", b"{}", b" 1"))
    return bytes(mutated)
