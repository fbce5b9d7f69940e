"""What a worker and the process of an uploaded model say to each other: a JSON header, then the arrays it names.

Each message is the length of the header (4 bytes, little end first), the header, and for each of `header["arrays"]`
(`{"key", "shape"}`) its float32 values, the last index fastest. Neither side ever unpickles.
"""

import json
import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.inference.engine.refusal import ModelRefused

Array = npt.NDArray[np.float32]
Named = tuple[str, Array]

MAXIMUM_HEADER = 64 * 1024
# All outputs of a case together: a heat map of 2^23 voxels, findings and scores.
MAXIMUM_VALUES = 2**23 + 2**16
MAXIMUM_ARRAYS = 20
MAXIMUM_DIMENSIONS = 8
_LENGTH = struct.Struct("<I")


def packed_header(header: dict[str, Any], arrays: Sequence[Named] = ()) -> bytes:
    """The beginning of a message; the values of the arrays follow it."""
    described = [{"key": key, "shape": list(values.shape)} for key, values in arrays]
    content = json.dumps({**header, "arrays": described}).encode()
    return _LENGTH.pack(len(content)) + content


def values_of(array: Array) -> memoryview:
    """The bytes of an array as they are sent."""
    return np.ascontiguousarray(array, "<f4").reshape(-1).view(np.uint8).data


def read_message(
    read: Callable[[int], bytes | bytearray], maximum_values: int = MAXIMUM_VALUES
) -> tuple[dict[str, Any], list[Named]]:
    """Read one message with `read(count)`, which returns exactly as many bytes.

    Raises
    ------
    ModelRefused
        `broken_answer` when it is no such message, or says more than `maximum_values` numbers.
    """
    (length,) = _LENGTH.unpack(read(_LENGTH.size))
    if length > MAXIMUM_HEADER:
        raise _broken()
    try:
        header = json.loads(bytes(read(length)))
    except (ValueError, RecursionError) as error:
        raise _broken() from error
    if not isinstance(header, dict):
        raise _broken()
    described = header.get("arrays")
    shapes = _shapes(described, maximum_values)
    arrays = [(key, np.frombuffer(read(4 * math.prod(shape)), "<f4").reshape(shape)) for key, shape in shapes]
    return header, arrays


def _shapes(described: Any, maximum_values: int) -> list[tuple[str, list[int]]]:
    if not isinstance(described, list) or len(described) > MAXIMUM_ARRAYS:
        raise _broken()
    shapes = []
    for one in described:
        key, shape = (one.get("key"), one.get("shape")) if isinstance(one, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(shape, list) or len(shape) > MAXIMUM_DIMENSIONS:
            raise _broken()
        if not all(type(side) is int and 0 <= side <= maximum_values for side in shape):
            raise _broken()
        shapes.append((key, shape))
    if sum(math.prod(shape) for _, shape in shapes) > maximum_values:
        raise _broken()
    return shapes


def _broken() -> ModelRefused:
    return ModelRefused("broken_answer", "The process of the model answered something that is no answer.")
