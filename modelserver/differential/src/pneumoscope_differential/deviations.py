"""The deliberate deviations from MLflow: one table, which docs/api.md shows to clients.

`python -m pneumoscope_differential document docs/api.md` writes the table into the document.
"""

import re
from dataclasses import dataclass

COLUMNS = ("request", "MLflow 3.17.2", "here", "why")
BLOCK = re.compile(r"(<!-- deviations -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Deviation:
    name: str  # in the report of a run
    request: str
    mlflow: str
    ours: str
    why: str
    # True if the comparison can find the deviation; a rule in known.py must then explain it. False if it concerns the
    # end of a message, times, or models that are not in the catalogue: these are not compared.
    compared: bool = True

    def row(self) -> str:
        return f"| {self.request} | {self.mlflow} | {self.ours} | {self.why} |"


DEVIATIONS = (
    Deviation(
        "data in messages",
        "any that fails",
        "the message repeats the data",
        "the message never repeats the data",
        "the data are patients' films",
        compared=False,
    ),
    Deviation(
        "stack traces",
        "CSV, or an input on which the model fails",
        "the answer contains a stack trace with paths of the server",
        "no stack trace",
        "a client must not see the server's files",
        compared=False,
    ),
    Deviation(
        "faults of the model",
        "any on which the model fails, and not because of the input's values",
        "400 `BAD_REQUEST`",
        "500 `INTERNAL_ERROR`",
        "the client cannot correct the model",
        compared=False,
    ),
    Deviation(
        "other members of errors",
        "any that fails",
        "also `sqlstate` and `error_class`",
        "only `error_code` and `message`",
        "they add no information",
        compared=False,
    ),
    Deviation("HEAD", "`HEAD /ping`", "405", "200", "probes use it"),
    Deviation("no Content-Type", "no `Content-Type`", "500", "415", "the request is wrong, not the server"),
    Deviation(
        "no Host",
        "no `Host`",
        "400 with the text of its HTTP library",
        "400 with the text of ours",
        "the HTTP library answers before the server does",
    ),
    Deviation(
        "CSV that is not UTF-8",
        "`text/csv` that is not UTF-8",
        "400 `BAD_REQUEST` that says so",
        "the same 400 `BAD_REQUEST` as for any CSV or Parquet",
        "such bodies are refused unread",
    ),
    Deviation(
        "too long or too deep",
        "an integer of more than 4300 digits, or very deep nesting",
        "500",
        "400 `BAD_REQUEST`",
        "the request is wrong, not the server",
    ),
    Deviation(
        "gzip",
        "`Content-Encoding: gzip`",
        "400 or 500: the body is not decompressed",
        "the body is decompressed",
        "numbers in JSON compress well",
    ),
    Deviation(
        "signature_name",
        "`signature_name`",
        "ignored",
        "selects the function",
        "a model may have several functions",
    ),
    Deviation(
        "timeout",
        "any that takes too long",
        "504; its thread keeps running, and the queue has no limit",
        "504; the run keeps its place in the queue until it ends, and requests that find the queue full get 503",
        "an overload must not turn into timeouts",
        compared=False,
    ),
    Deviation(
        "no signature",
        "any, to a model without MLflow's signature",
        "the element types are NumPy's for the JSON values: float32 models fail with 400, data frames with 500",
        "the SavedModel's signature and its rules apply",
        "such models work",
    ),
    Deviation(
        "named input or dict output",
        "any, to a `tf.Module` with a named input, or one that returns a dict",
        "500",
        "200",
        "such models work",
    ),
    Deviation(
        "order of outputs",
        "any, to a model with several outputs",
        "the order of a hash table",
        "alphabetical order. Where MLflow's order happens to be alphabetical, the bytes are the same",
        "clients can rely on it",
    ),
    Deviation(
        "batches",
        "more rows than `MODELSERVER_MAX_BATCH_ROWS`, or concurrent requests",
        "one run for each request",
        "requests share runs, and large requests are split, if the signature leaves the first axis of every input and "
        "output free",
        "batches make the server fast. For a model whose rows depend on each other, set "
        "`MODELSERVER_MAX_BATCH_ROWS=0`: then each request is a run of its own",
        compared=False,
    ),
    Deviation(
        "flattened outputs",
        "any, to a model of the older flavour (`tf1-estimator`) with an output of shape `(n, 1, …)`",
        "the output is flattened to one axis",
        "the shape stays `(n, …)`",
        "rows must stay rows",
        compared=False,
    ),
    Deviation(
        "a row lacks an input",
        "`instances`: rows that lack an input",
        "the values of later rows move up, so that values of different rows are combined",
        "400 `BAD_REQUEST`",
        "a wrong answer is worse than none",
    ),
    Deviation(
        "truth of an object",
        "an object in place of a boolean, or a list in place of a frame's boolean",
        "the truth value of the Python object",
        "400 `BAD_REQUEST` or `INVALID_PARAMETER_VALUE`",
        "it is a mistake in the request",
    ),
    Deviation(
        "extra inputs",
        "named inputs: one is missing and others are unknown",
        "the message names both",
        "the message names the missing one",
        "the names come from the request, which a message never repeats",
    ),
    Deviation(
        "ragged unknown input",
        "an input that the model does not have, with rows of different lengths",
        "400",
        "ignored, as other unknown inputs are",
        "it is not used",
    ),
    Deviation(
        "objects without names",
        "an unnamed input: objects whose columns differ in length or are ragged",
        "400 `BAD_REQUEST`",
        "400 `INVALID_PARAMETER_VALUE`",
        "both servers refuse it",
    ),
    Deviation(
        "index without one 0",
        "frame: an `index` without the label 0, or with two of them",
        "400",
        "200",
        "the index is not used",
    ),
    Deviation(
        "index longer than data",
        "frame: an `index` longer than `data`, which has one row or none",
        "the row, or NaN, is repeated for each label",
        "400 `BAD_REQUEST`",
        "a few bytes must not allocate gigabytes, and nobody sent those rows",
    ),
    Deviation(
        "not a frame",
        "frame: `index` or `columns` as an object or with lists as labels; `data` as a single value, as a string, as "
        "columns that are not all lists, or with rows of several kinds",
        "some are accepted",
        "400 `BAD_REQUEST`",
        "it is not a data frame",
    ),
    Deviation(
        "undefined cast",
        "frame: NaN, Infinity or a float out of the machine's range as an integer",
        "a number that depends on the processor, mostly 0",
        "400",
        "a wrong answer is worse than none",
    ),
    Deviation(
        "nested list in a later row",
        "frame: a nested list of one row, in a row after the first",
        "read as that row",
        "400 `INVALID_PARAMETER_VALUE`",
        "MLflow also refuses it in the first row",
        compared=False,
    ),
    Deviation(
        "list in a list parameter",
        "`params`: a list in a list parameter",
        "400 `BAD_REQUEST` and a stack trace",
        "400 `INVALID_PARAMETER_VALUE`",
        "the parameter is wrong",
    ),
    Deviation(
        "a year of few digits",
        "`params`: a datetime whose year has fewer than four digits",
        "accepted",
        "400 `INVALID_PARAMETER_VALUE`",
        "it is a mistake in the request",
    ),
    Deviation(
        "object parameter",
        "`params` of type object",
        "its properties are checked",
        "it must be an object",
        "the model does not receive it",
        compared=False,
    ),
)


def table() -> str:
    """All deviations as a Markdown table."""
    head = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    return "\n".join([*head, *(deviation.row() for deviation in DEVIATIONS)]) + "\n"


def written_into(document: str) -> str:
    """The document with the table in its block."""
    replaced, blocks = BLOCK.subn(lambda found: found[1] + table() + found[2], document)
    if blocks != 1:
        raise ValueError(f"{blocks} blocks from <!-- deviations --> to <!-- end -->; want one")
    return replaced
