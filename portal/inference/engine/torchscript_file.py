"""A TorchScript archive: only numbers and code of which every call is known.

TorchScript is no Python, and its pickles are read by a reader of torch's own that makes tensors and TorchScript objects
and nothing else. But TorchScript has operators that read and write files and that speak to other machines, and code of
`__setstate__` runs while the archive is loaded: so the code is read before anything is loaded.
"""

import ast
import io
import re

from portal.inference.engine.archives import read_archive, without_root, write_archive
from portal.inference.engine.refusal import ModelRefused

# `ops.<namespace>.<operator>`; everything else is written `torch.<operator>` and is of `aten`.
NAMESPACES = frozenset({"aten", "prim", "quantized"})
# aten::save, aten::from_file, prim::rpc_*: files and the network. A method call spells them the same way.
FORBIDDEN_CALLS = frozenset({"save", "from_file", "rpc_async", "rpc_sync", "rpc_remote"})
_MEMBER = re.compile(
    r"data\.pkl|constants\.pkl|version|byteorder|\.format_version|\.storage_alignment|\.data/(serialization_id|version)"
    r"|code/[\w./]+\.py|(data|constants)/\d+"
)
# What loading does without: debug information (a pickle for each file of code), what a model was traced with, and files
# of the sender's own.
_LEFT_OUT = re.compile(r"code/[\w./]+\.debug_pkl|traced_inputs(\.pkl|/\d+)|extra/.*")


def checked_torchscript(content: bytes, maximum_bytes: int) -> io.BytesIO:
    """Return a clean copy of a TorchScript archive; raise `ModelRefused` with the reason against it."""
    members = without_root(read_archive(content, maximum_bytes))
    if "constants.pkl" not in members or not any(name.startswith("code/") for name in members):
        detail = "This is no TorchScript archive; save the model with torch.jit.script(model).save(path)."
        if "data.pkl" in members:
            detail = f"This is a pickled model (torch.save), which is never loaded. {detail}"
        raise ModelRefused("not_torchscript", detail)
    for name in members:
        if not (_MEMBER.fullmatch(name) or _LEFT_OUT.fullmatch(name)):
            raise ModelRefused("unknown_member", f"A TorchScript archive has no member {name[:100]}.")
    kept = [(name, part) for name, part in members.items() if _MEMBER.fullmatch(name)]
    for name, part in kept:
        if name.startswith("code/"):
            _check_code(name, part)
    return write_archive("model", kept)


def _check_code(name: str, source: bytes) -> None:
    try:
        tree = ast.parse(source.decode())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ModelRefused("unreadable_code", f"The code in {name[:100]} cannot be read.") from error
    for node in ast.walk(tree):
        _check_node(node)


def _check_node(node: ast.AST) -> None:
    called = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    if called in FORBIDDEN_CALLS:
        detail = (
            f"The code calls {called}, which reaches for files or other machines; a model computes and nothing else."
        )
        raise ModelRefused("forbidden_operator", detail)
    if not isinstance(node, ast.Attribute):
        return
    owner = node.value
    if isinstance(owner, ast.Name) and owner.id == "ops" and node.attr not in NAMESPACES:
        detail = f"The code uses operators of {node.attr[:60]}; taken are those of {', '.join(sorted(NAMESPACES))}."
        raise ModelRefused("forbidden_operator", detail)
    if node.attr == "classes" and isinstance(owner, ast.Attribute) and owner.attr == "torch":
        raise ModelRefused("forbidden_operator", "The code uses a class of a library that is not part of torch.")
