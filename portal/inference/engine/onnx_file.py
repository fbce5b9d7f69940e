"""An ONNX model: one protobuf that holds everything, with operators of known sets."""

from collections.abc import Iterator

import onnx
from google.protobuf.message import DecodeError, Message

from portal.inference.engine.refusal import ModelRefused

DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
# com.microsoft's node for compiled parts that lie in a file of their own.
FORBIDDEN_OPERATORS = frozenset({"EPContext"})


def checked_onnx(content: bytes) -> onnx.ModelProto:
    """Return the parsed model; raise `ModelRefused` with the reason against it."""
    try:
        model = onnx.load_model_from_string(content)
    except (DecodeError, ValueError) as error:
        raise ModelRefused("not_onnx", "The file is not a whole ONNX model.") from error
    if not model.graph.node or not model.opset_import:
        raise ModelRefused("not_onnx", "The file is not an ONNX model: it has no graph.")
    domains = DOMAINS | {one.domain for one in model.functions}
    for message in _messages(model):
        if isinstance(message, onnx.TensorProto):
            _check_tensor(message)
        elif isinstance(message, onnx.NodeProto) and (
            message.domain not in domains or message.op_type in FORBIDDEN_OPERATORS
        ):
            detail = f"The graph uses {message.op_type[:60]} of {message.domain[:60] or 'ai.onnx'}, which is not taken."
            raise ModelRefused("forbidden_operator", detail)
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ModelRefused("not_onnx", f"The ONNX model is not valid: {str(error).splitlines()[0][:200]}") from error
    return model


def _check_tensor(tensor: onnx.TensorProto) -> None:
    if tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL:
        detail = (
            f"The weights {tensor.name[:60]} lie in another file, which is never opened; "
            "save the model as one file (onnx.save with save_as_external_data=False)."
        )
        raise ModelRefused("external_data", detail)


def _messages(message: Message) -> Iterator[Message]:
    """The message and all that it holds, at any depth."""
    waiting = [message]
    while waiting:
        one = waiting.pop()
        yield one
        for field, value in one.ListFields():
            if field.message_type is not None:
                waiting.extend(value if field.is_repeated else [value])
