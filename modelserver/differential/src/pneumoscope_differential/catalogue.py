"""The small models that both servers serve. Requests and models are made from these descriptions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Input:
    dtype: str
    shape: tuple[int, ...]
    name: str = ""


@dataclass(frozen=True)
class Param:
    name: str
    type: str
    default: object
    is_list: bool = False


@dataclass(frozen=True)
class Model:
    name: str
    inputs: tuple[Input, ...]
    function: str = "identity"
    params: tuple[Param, ...] = ()
    # Without a signature, MLflow guesses the element types. The inputs above are then those of the graph.
    signature: bool = True
    # MLflow's older flavour calls a SignatureDef by name. Only it supports several inputs.
    legacy: bool = False
    weight: float = 1.0

    @property
    def named(self) -> bool:
        return self.inputs[0].name != ""


DTYPES = ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")


def _unnamed(name: str, dtype: str, *shape: int, function: str = "identity", weight: float = 1.0) -> Model:
    return Model(name, (Input(dtype, shape),), function, weight=weight)


MODELS = (
    *(_unnamed(f"pair_{dtype}", dtype, -1, 2, weight=1.5) for dtype in DTYPES),
    *(_unnamed(f"vector_{dtype}", dtype, -1) for dtype in ("float32", "int64", "uint8")),
    *(_unnamed(f"free_{dtype}", dtype, -1, -1) for dtype in ("float32", "int32")),
    *(_unnamed(f"column_{dtype}", dtype, -1, 1) for dtype in ("float64", "uint16", "bool")),
    *(_unnamed(f"film_{dtype}", dtype, -1, 4, 4, 1, function="sum_max_mean") for dtype in ("float32", "uint8")),
    *(_unnamed(f"square_{dtype}", dtype, -1, 2, 2) for dtype in ("uint8", "float64", "int64", "bool")),
    _unnamed("text_output", "float32", -1, 2, function="words", weight=0.3),
    _unnamed("scalar_output", "float32", -1, 2, function="total", weight=0.3),
    _unnamed("not_finite", "float32", -1, 2, function="over_zero", weight=0.3),
    _unnamed("dict_output", "float32", -1, 2, function="as_dict", weight=0.3),
    _unnamed("explained", "uint8", -1, 2, 2, function="explained", weight=0.5),
    Model("named_module", (Input("float32", (-1, 2), "image"),), weight=0.3),
    Model("no_signature_float32", (Input("float32", (-1, 2)),), signature=False, weight=0.3),
    Model("no_signature_float64", (Input("float64", (-1, 2)),), signature=False, weight=0.3),
    Model("legacy_one", (Input("float32", (-1, 2), "x"),), "echo_and_count", legacy=True, weight=1.5),
    Model("legacy_vector", (Input("int64", (-1,), "x"),), "echo_and_count", legacy=True),
    Model(
        "legacy_two",
        (Input("float32", (-1, 2), "a"), Input("int64", (-1,), "b")),
        "echo_and_count",
        legacy=True,
        weight=1.5,
    ),
    Model(
        "legacy_three",
        (Input("uint8", (-1, 1), "first"), Input("bool", (-1, 2), "second"), Input("float64", (-1, -1), "third")),
        "echo_and_count",
        legacy=True,
    ),
    Model(
        "params",
        (Input("float32", (-1, 2)),),
        params=(
            Param("truth", "boolean", True),
            Param("small", "integer", 1),
            Param("large", "long", 3),
            Param("single", "float", 0.5),
            Param("exact", "double", 0.5),
            Param("text", "string", "a"),
            Param("when", "datetime", "2020-01-02"),
            Param("smalls", "integer", [1, 2], is_list=True),
            Param("exacts", "double", [0.5], is_list=True),
            Param("texts", "string", ["a"], is_list=True),
            Param("none", "double", None),
        ),
        weight=3,
    ),
)

BY_NAME = {model.name: model for model in MODELS}
