"""Which deviation explains a difference. Each rule is as narrow as possible."""

import json
import re
from collections.abc import Callable, Iterator

from .compare import Exchange
from .deviations import DEVIATIONS, Deviation
from .wire import Answer

Rule = Callable[[Exchange], bool]


def _head_of_get(x: Exchange) -> bool:
    return x.request.method == "HEAD" and (x.theirs.status, x.ours.status) == (405, 200)


def _no_content_type(x: Exchange) -> bool:
    return x.request.header("content-type") is None and (x.theirs.status, x.ours.status) == (500, 415)


def _declared_as_gzip(x: Exchange) -> bool:
    """MLflow ignores the encoding, so a body that is not compressed is accepted."""
    declared = x.request.header("content-encoding") == "gzip"
    texts = ("said to be gzip", "ended before its announced length")
    return declared and x.ours.code == "BAD_REQUEST" and any(text in x.ours.message for text in texts)


def _crash(x: Exchange) -> bool:
    body = x.request.body or b""
    return (
        x.theirs.status == 500
        and x.theirs.code == ""
        and x.ours.code == "BAD_REQUEST"
        and (re.search(rb"\d{4301}", body.replace(b"\0", b"")) is not None or body.count(b"[") + body.count(b"{") > 800)
    )


def _order_of_outputs(x: Exchange) -> bool:
    def text(answer: Answer) -> str:
        return json.dumps(json.loads(answer.body), sort_keys=True)

    return x.model.legacy and x.theirs.status == x.ours.status == 200 and text(x.theirs) == text(x.ours)


def _no_signature(x: Exchange) -> bool:
    failed = x.theirs.status == 500 or x.theirs.message.startswith("Encountered an unexpected error")
    refused = x.theirs.status == x.ours.status == 400
    return not x.model.signature and (refused or (failed and x.ours.status in (200, 400)))


def _named_module(x: Exchange) -> bool:
    return x.model.named and not x.model.legacy and x.theirs.code == "INTERNAL_ERROR" and x.ours.status == 200


def _dict_output(x: Exchange) -> bool:
    return x.model.function == "as_dict" and x.theirs.status == 500 and x.ours.status == 200


def _no_host(x: Exchange) -> bool:
    # If the server does not read the body, the client may lose the answer.
    return x.request.host is None and x.theirs.status == 400 and x.ours.status in (0, 400)


def _signature_name(x: Exchange) -> bool:
    return x.model.function == "explained" and x.members.get("signature_name") == "explain"


def _label_zero(x: Exchange) -> bool:
    """MLflow finds the first row by the label 0."""
    index = x.split.get("index")
    return isinstance(index, list) and sum(label == 0 for label in index) != 1 and x.theirs.status == 400


def _not_a_frame(x: Exchange) -> bool:
    """Labels that are not lists of scalars, or data that are neither rows of one kind nor an object of lists."""
    columns, index, data = (x.split.get(name) for name in ("columns", "index", "data"))
    odd_labels = any(
        labels is not None
        and (not isinstance(labels, list) or any(isinstance(label, (list, dict)) for label in labels))
        for labels in (columns, index)
    )
    if isinstance(data, dict):
        odd_data = not all(isinstance(column, list) for column in data.values())
    else:
        odd_data = isinstance(data, (str, int, float)) or _mixed(data)
    return (odd_labels or odd_data) and x.ours.code == "BAD_REQUEST"


def _mixed(rows: object) -> bool:
    return isinstance(rows, list) and len({_row_kind(row) for row in rows}) > 1


def _row_kind(row: object) -> type:
    return type(row) if isinstance(row, (list, dict)) else object


def _mixed_records(x: Exchange) -> bool:
    return _mixed(x.members.get("dataframe_records")) and x.ours.code == "BAD_REQUEST"


def _index_longer_than_data(x: Exchange) -> bool:
    index, data = x.split.get("index"), x.split.get("data")
    few = data is None or (isinstance(data, list) and len(data) < 2) or isinstance(data, dict)
    return isinstance(index, list) and few and x.ours.message.endswith(f"index ({len(index)})'")


def _is_frame(x: Exchange) -> bool:
    return "dataframe_split" in x.members or "dataframe_records" in x.members


def _undefined_cast(x: Exchange) -> bool:
    integers = any("int" in given.dtype for given in x.model.inputs)
    # C leaves these casts to the processor. An integer in JSON is never too large: it wraps.
    far = any(isinstance(n, float) and not abs(n) < 2**31 for n in _leaves(x.json))
    records = x.members.get("dataframe_records", x.split.get("data"))
    # A missing member of a record is NaN.
    lacking = isinstance(records, list) and len({frozenset(r) for r in records if isinstance(r, dict)}) > 1
    texts = ("far out of range", "a missing value", "could not be converted")
    return (
        integers
        and _is_frame(x)
        and (far or lacking)
        and x.ours.status == 400
        and any(text in x.ours.message for text in texts)
    )


def _leaves(value: object) -> Iterator[object]:
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        else:
            yield value


def _truth_of_objects(x: Exchange) -> bool:
    booleans = any(given.dtype == "bool" for given in x.model.inputs)
    texts = (
        "an object stands where a number",
        "Objects and numbers stand in one list",
        "a value is no number",
        "could not be converted",
    )
    return booleans and x.ours.status == 400 and any(text in x.ours.message for text in texts)


def _rows_of_objects(x: Exchange) -> bool:
    rows = x.members.get("instances", x.members.get("inputs"))
    objects = isinstance(rows, list) and bool(rows) and isinstance(rows[0], dict)
    return not x.model.named and objects and x.theirs.code == "BAD_REQUEST" and x.ours.code == "INVALID_PARAMETER_VALUE"


def _row_lacks_an_input(x: Exchange) -> bool:
    rows = x.members.get("instances")
    if not x.model.named or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return False
    lacking = any(given.name not in row for given in x.model.inputs for row in rows)
    return lacking and x.ours.message.startswith("Invalid input. The length of values")


def _unknown_input(x: Exchange) -> bool:
    data = x.members.get("instances", x.members.get("inputs"))
    rows = data if isinstance(data, list) else [data]
    names = {given.name for given in x.model.inputs}
    unknown = any(isinstance(row, dict) and not names.issuperset(row) for row in rows)
    ragged = "inhomogeneous" in x.theirs.message or "dimension" in x.theirs.message
    return x.model.named and unknown and ragged and x.theirs.code == "BAD_REQUEST"


def _recursion(x: Exchange) -> bool:
    return "RecursionError" in x.theirs.message and x.ours.code == "BAD_REQUEST"


def _list_in_list_parameter(x: Exchange) -> bool:
    params = x.members.get("params")
    return (
        isinstance(params, dict)
        and x.theirs.message.startswith("Encountered an unexpected error")
        and x.ours.code == "INVALID_PARAMETER_VALUE"
        and any(p.is_list and isinstance(params.get(p.name), list) for p in x.model.params)
    )


def _short_year(x: Exchange) -> bool:
    params = x.members.get("params")
    years = [params.get(p.name) for p in x.model.params if p.type == "datetime"] if isinstance(params, dict) else []
    return (
        any(isinstance(year, str) and re.match(r"[-+]?\d{1,3}(?!\d)", year) for year in years) and x.ours.status == 400
    )


def _table_not_utf8(x: Exchange) -> bool:
    return x.request.header("content-type") is not None and "valid UTF-8 encoded string" in x.theirs.message


def _extra_inputs(x: Exchange) -> bool:
    """MLflow also names the unknown inputs; the cause is the same."""
    return "there were extra inputs" in x.theirs.message and "Model is missing inputs" in x.ours.message


# The name of each deviation that the comparison finds, and its rules.
RULES: dict[str, tuple[Rule, ...]] = {
    "HEAD": (_head_of_get,),
    "no Content-Type": (_no_content_type,),
    "no Host": (_no_host,),
    "CSV that is not UTF-8": (_table_not_utf8,),
    "too long or too deep": (_crash, _recursion),
    "gzip": (_declared_as_gzip,),
    "signature_name": (_signature_name,),
    "no signature": (_no_signature,),
    "named input or dict output": (_named_module, _dict_output),
    "order of outputs": (_order_of_outputs,),
    "a row lacks an input": (_row_lacks_an_input,),
    "truth of an object": (_truth_of_objects,),
    "extra inputs": (_extra_inputs,),
    "ragged unknown input": (_unknown_input,),
    "objects without names": (_rows_of_objects,),
    "index without one 0": (_label_zero,),
    "index longer than data": (_index_longer_than_data,),
    "not a frame": (_not_a_frame, _mixed_records),
    "undefined cast": (_undefined_cast,),
    "list in a list parameter": (_list_in_list_parameter,),
    "a year of few digits": (_short_year,),
}


def explanation(exchange: Exchange) -> Deviation | None:
    """The deviation that explains a difference; None if there is none."""
    rules = ((deviation, rule) for deviation in DEVIATIONS for rule in RULES.get(deviation.name, ()))
    return next((deviation for deviation, rule in rules if rule(exchange)), None)
