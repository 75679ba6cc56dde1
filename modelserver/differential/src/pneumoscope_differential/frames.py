"""Random data frames, in both forms that a body may have."""

from .catalogue import Input, Model
from .values import Members, Node, Values


def split(model: Model, values: Values) -> Node:
    random = values.random
    if random.random() < 0.03:
        return values.anything()
    names, rows = _table(model, values)
    members = Members()
    if random.random() < (0.95 if model.named else 0.7):
        members.append(('"columns"', _labels(names, values)))
    if random.random() < 0.15:
        members.append(('"index"', _index(len(rows), values)))
    members.append(('"data"', _data(names, rows, values)))
    if random.random() < 0.03:
        members.append((values.name(), values.anything()))
    if random.random() < 0.02:
        members.pop(random.randrange(len(members)))
    random.shuffle(members)
    return members


def records(model: Model, values: Values) -> Node:
    random = values.random
    if random.random() < 0.03:
        return values.anything()
    names, rows = _table(model, values)
    made: list[Node] = []
    for row in rows:
        record = Members(zip((f'"{name}"' for name in names), row, strict=False))
        if record and random.random() < 0.06:
            record.pop(random.randrange(len(record)))
        if record and random.random() < 0.03:
            record.append((record[0][0], values.anything()))
        if random.random() < 0.03:
            record.append((values.name(), values.anything()))
        if random.random() < 0.2:
            random.shuffle(record)
        made.append(record)
    if random.random() < 0.03:
        made.insert(random.randint(0, len(made)), values.anything())
    return made


def _table(model: Model, values: Values) -> tuple[list[str], list[list[Node]]]:
    """The names of the columns, and the rows of cells."""
    random = values.random
    rows = random.choice((0, 1, 1, 2, 2, 3))
    inputs = list(model.inputs)
    if len(inputs) == 1 and not model.named and random.random() < 0.4:
        # One column for each number of a row.
        width = _size(inputs[0]) + (random.choice((-1, 1)) if random.random() < 0.1 else 0)
        if random.random() < 0.1:
            width = random.randrange(4)
        dtype = inputs[0].dtype
        return [f"c{n}" for n in range(width)], [[values.scalar(dtype) for _ in range(width)] for _ in range(rows)]
    if random.random() < 0.2:
        random.shuffle(inputs)
    names = [given.name or "x" for given in inputs]
    table = [[_cell(given, values) for given in inputs] for _ in range(rows)]
    if random.random() < 0.08:
        names.append(random.choice(("x", "y", names[0])))
        for row in table:
            row.append(values.anything() if random.random() < 0.3 else "1")
    return names, table


def _size(given: Input) -> int:
    size = 1
    for n in given.shape[1:]:
        size *= 2 if n == -1 else n
    return size


def _cell(given: Input, values: Values) -> Node:
    """The cell of one input: all its numbers of a row in one flat list."""
    random = values.random
    if random.random() < 0.03:
        return values.anything()
    if random.random() < 0.05:
        return values.array(given.dtype, values.shape(given.shape)[1:])
    if len(given.shape) == 1 or (_size(given) == 1 and random.random() < 0.6):
        return values.scalar(given.dtype)
    return values.array(given.dtype, (_size(given),))


def _labels(names: list[str], values: Values) -> Node:
    random = values.random
    if random.random() < 0.04:
        return values.anything()
    labels: list[Node] = [f'"{name}"' for name in names]
    if labels and random.random() < 0.05:
        labels[random.randrange(len(labels))] = random.choice(("1", "null", "1.5", "true", '"x"', '"other"', "NaN"))
    if random.random() < 0.04:
        labels.append('"more"')
    if labels and random.random() < 0.03:
        labels.pop()
    return labels


def _index(rows: int, values: Values) -> Node:
    random = values.random
    if random.random() < 0.1:
        return values.anything()
    start = random.choice((0, 0, 0, 1, 5))
    labels: list[Node] = [str(start + n) for n in range(rows)]
    if random.random() < 0.2:
        labels = [random.choice(('"a"', "0", "1.5", "null")) for _ in range(rows)]
    if random.random() < 0.1:
        labels.append("9")
    return labels


def _data(names: list[str], rows: list[list[Node]], values: Values) -> Node:
    random = values.random
    for row in rows:
        if row and random.random() < 0.03:
            row.pop()
    kind = random.random()
    if kind < 0.03:
        return values.anything()
    if kind < 0.07 and names:
        columns = (([row[n] for row in rows if n < len(row)]) for n in range(len(names)))
        return Members(zip((f'"{name}"' for name in names), columns, strict=True))
    if kind < 0.11:
        return [Members(zip((f'"{name}"' for name in names), row, strict=False)) for row in rows]
    if kind < 0.14:
        return [row[0] for row in rows if row]
    table: list[Node] = [list(row) for row in rows]
    if kind < 0.17:
        table.insert(random.randint(0, len(table)), values.anything())
    return table
