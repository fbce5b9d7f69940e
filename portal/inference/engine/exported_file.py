"""A torch.export archive (.pt2): the graph as JSON and the weights as plain numbers.

`torch.export.load` was not made for strangers' files. It unpickles weights that say so, constants that are objects, and
the sample inputs; it looks operators up by name in all of `torch` (whose modules import `os`); it evaluates symbolic
sizes as Python; and it compiles Python from the names of nodes. So the archive is copied without anything pickled, with
names and sizes of the plainest kind only, and with operators of the tables below.
"""

import ast
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from portal.inference.engine.archives import read_archive, without_root, write_archive
from portal.inference.engine.refusal import ModelRefused

_MODEL = "models/model.json"
_CONFIGS = ("data/weights/model_weights_config.json", "data/constants/model_constants_config.json")
_SAMPLE = "data/sample_inputs/model.pt"
_MEMBER = re.compile(
    r"archive_format|archive_version|byteorder|version|\.data/(serialization_id|version)"
    r"|data/weights/weight_\d+|data/constants/tensor_\d+"
)
# Written anew or not needed.
_LEFT_OUT = re.compile(r"extra/.*|\.format_version|\.storage_alignment")
_ARITHMETIC = (
    "add|sub|mul|floordiv|truediv|mod|pow|neg|pos|abs|getitem|eq|ne|lt|le|gt|ge|and_|or_|not_|xor|lshift|rshift|index"
)
_TARGET = re.compile(rf"torch\.ops\.(aten|prims)\.\w+\.\w+|_operator\.({_ARITHMETIC})|math\.\w+|torch\.sym_\w+")
_FORBIDDEN_TARGET = re.compile(r"torch\.ops\.aten\.(from_file|save)\..*")
_NAME = re.compile(r"[A-Za-z_][\w.]{0,250}")
# What a size may be worked out with; torch evaluates these texts as Python.
FUNCTIONS = frozenset(
    {"Symbol", "Integer", "Rational", "Float", "Add", "Mul", "Pow", "Mod", "Max", "Min", "Abs", "Not", "And", "Or"}
    | {"Eq", "Ne", "Lt", "Le", "Gt", "Ge", "Equality", "Unequality", "StrictLessThan", "LessThan"}
    | {"StrictGreaterThan", "GreaterThan", "FloorDiv", "CleanDiv", "CeilDiv", "PythonMod", "ModularIndexing", "Where"}
    | {"PowByNatural", "IntTrueDiv", "FloatTrueDiv", "FloatPow", "ToFloat", "TruncToInt", "TruncToFloat"}
    | {"RoundToInt", "FloorToInt", "CeilToInt", "Identity"}
)
_SYMBOL = re.compile(r"[a-z]{1,4}\d{1,6}|oo|int_oo|true|false")
_MOST_EXPRESSION = 10_000
_EXPRESSION_NODES = (
    *(ast.Expression, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Load),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
# How inputs and outputs nest; torch would import what other containers name.
CONTAINERS = frozenset({None, "builtins.tuple", "builtins.list", "builtins.dict"})


def checked_export(content: bytes, maximum_bytes: int) -> io.BytesIO:
    """Return a clean copy of a torch.export archive; raise `ModelRefused` with the reason against it."""
    members = without_root(read_archive(content, maximum_bytes))
    if _MODEL not in members or not all(name in members for name in _CONFIGS):
        detail = "This is no torch.export archive of one model; save it with torch.export.save(program, path)."
        raise ModelRefused("not_exported", detail)
    known = {_MODEL, _SAMPLE, *_CONFIGS}
    for name in members:
        if name not in known and not _MEMBER.fullmatch(name) and not _LEFT_OUT.fullmatch(name):
            detail = f"The archive has a member {name[:100]}: objects, pickles and compiled code are never loaded."
            raise ModelRefused("unknown_member", detail)
    for name in _CONFIGS:
        _check_config(_json(members[name]))
    program = _json(members[_MODEL])
    _check_program(program)
    kept = [(name, part) for name, part in members.items() if _MEMBER.fullmatch(name) or name in _CONFIGS]
    # Sample inputs are a pickle, and an empty one is none.
    return write_archive("package", [*kept, (_MODEL, json.dumps(program).encode()), (_SAMPLE, b"")])


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelRefused("not_exported", "A part of the archive that should be JSON is not.") from error


def _check_config(config: Any) -> None:
    entries = config.get("config") if isinstance(config, dict) else None
    if not isinstance(entries, dict):
        raise ModelRefused("not_exported", "The list of the archive's weights is not what torch.export writes.")
    for name, entry in entries.items():
        path = entry.get("path_name") if isinstance(entry, dict) else None
        if (
            not (isinstance(path, str) and re.fullmatch(r"(weight|tensor)_\d+", path))
            or entry.get("use_pickle") is not False
        ):
            detail = f"{name[:100]} is kept as a pickle or an object, which is never loaded; keep plain tensors."
            raise ModelRefused("pickled_part", detail)
        _check_name(name)


def _check_program(program: Any) -> None:
    if not isinstance(program, dict):
        raise ModelRefused("not_exported", "The graph of the archive is not what torch.export writes.")
    # Python that would be compiled to check the sizes of inputs; the operators do that themselves.
    program["guards_code"] = []
    for part in _parts(program):
        # Where a node was in its author's code: words that would be looked up in torch, and that nobody needs.
        if isinstance(part.get("metadata"), dict):
            part["metadata"] = {}
        _check_part(part)
    for symbol in program.get("range_constraints") or {}:
        _check_expression(symbol)


def _check_part(part: dict[str, Any]) -> None:
    if any(key in part for key in ("as_custom_obj", "custom_obj", "as_graph_module")):
        raise ModelRefused("forbidden_operator", "The graph holds an object that is no tensor.")
    for key, value in part.items():
        if not isinstance(value, str) or not value:
            continue
        # What a buffer or weight is called is a target too; only a node's is an operator.
        if key == "as_operator" or (key == "target" and "inputs" in part):
            _check_target(value)
        elif key in _TEXT_CHECKS:
            _TEXT_CHECKS[key](value)


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _check_target(target: str) -> None:
    if not _TARGET.fullmatch(target) or _FORBIDDEN_TARGET.fullmatch(target):
        raise ModelRefused("forbidden_operator", f"The graph calls {target[:100]}; operators of aten are taken.")


def _check_nesting(spec: str) -> None:
    if any(part.get("type") not in CONTAINERS for part in _parts(_json(spec.encode())) if "type" in part):
        raise ModelRefused("forbidden_name", "Inputs and outputs are tensors, tuples, lists or dictionaries of them.")


def _check_expression(expression: str) -> None:
    try:
        tree = ast.parse(expression.strip() if len(expression) <= _MOST_EXPRESSION else "", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _no_size() from error
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if not all(_is_arithmetic(node, id(node) in called) for node in ast.walk(tree)):
        raise _no_size()


def _is_arithmetic(node: ast.AST, is_called: bool) -> bool:
    match node:
        case ast.Name(id=name):
            return name in FUNCTIONS if is_called else bool(_SYMBOL.fullmatch(name))
        case ast.Call(func=ast.Name()):
            return True
        case ast.keyword(arg=name, value=ast.Constant()):
            return name is not None
        case ast.Constant(value=str(text)):
            # The name of a symbol, or the digits of a Float.
            return bool(_SYMBOL.fullmatch(text) or re.fullmatch(r"-?[0-9.e+-]{1,40}", text))
        case ast.Constant(value=value):
            return isinstance(value, bool | int | float)
    return isinstance(node, _EXPRESSION_NODES)


def _no_size() -> ModelRefused:
    return ModelRefused("forbidden_expression", "A size in the graph is no plain arithmetic of sizes.")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or "__import__" in name:
        raise ModelRefused("forbidden_name", f"{name[:60]!r} is no plain name of a node or weight.")


_TEXT_CHECKS = {
    "expr_str": _check_expression,
    "name": _check_name,
    "in_spec": _check_nesting,
    "out_spec": _check_nesting,
}
