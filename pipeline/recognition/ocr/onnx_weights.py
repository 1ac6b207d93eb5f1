"""The weights in the bytes of an ONNX model: where each lies, and the model with other weights in their places.

An office's machine reads models without the library that writes them, so the few fields of the format that name a
weight, its kind and its bytes are followed here. Everything else of the model stays as it is, byte by byte.

Source:
    ONNX, ``onnx.proto``: ``ModelProto.graph`` (7), ``GraphProto.initializer`` (5), ``TensorProto.dims`` (1),
    ``data_type`` (2), ``float_data`` (4), ``name`` (8), ``raw_data`` (9); Protocol Buffers, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[Any]

_GRAPH, _INITIALIZER = 7, 5
_DIMS, _KIND, _FLOATS, _NAME, _RAW = 1, 2, 4, 8, 9
_FLOAT = 1

_KINDS: Mapping[int, np.dtype[Any]] = {
    _FLOAT: np.dtype("<f4"),
    2: np.dtype("<u1"),
    3: np.dtype("<i1"),
    6: np.dtype("<i4"),
}
"""What weights may be, by the number that the format gives it."""

_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
"""How a field of the format is written."""


@dataclass(frozen=True, slots=True)
class WeightPlace:
    """Where a weight lies in the bytes of a model.

    Attributes:
        start: Its first byte.
        end: The byte behind its last.
        kind: What its numbers are.
        shape: How they are laid out.
    """

    start: int
    end: int
    kind: np.dtype[Any]
    shape: tuple[int, ...]

    def of(self, model: bytes) -> Weights:
        """Return a copy of the weight."""
        return np.frombuffer(model[self.start : self.end], self.kind).reshape(self.shape).copy()


def weight_places(model: bytes) -> dict[str, WeightPlace]:
    """Return where the weights of a model lie, by their names; those that are not kept as plain bytes are left out.

    Raises:
        ValueError: The bytes are no model.
    """
    found: dict[str, WeightPlace] = {}
    for number, start, end in _fields(model, 0, len(model)):
        if number == _GRAPH:
            for inner, first, last in _fields(model, start, end):
                if inner == _INITIALIZER:
                    name, place = _weight(model, first, last)
                    if place is not None:
                        found[name] = place
    return found


def with_weights(model: bytes, weights: Mapping[str, Weights]) -> bytes:
    """Return a model with other weights in their places.

    Args:
        model: The model.
        weights: The weights by name, of the kind and shape that are there.

    Raises:
        ValueError: The bytes are no model, it has no such weight, or one of another kind or shape.
    """
    places = weight_places(model)
    changed = bytearray(model)
    for name, new in weights.items():
        place = places.get(name)
        if place is None or place.shape != new.shape or place.kind != new.dtype.newbyteorder("<"):
            raise ValueError(f"the model has no weight {name} of that kind")
        changed[place.start : place.end] = np.ascontiguousarray(new).astype(place.kind).tobytes()
    return bytes(changed)


def _weight(model: bytes, start: int, end: int) -> tuple[str, WeightPlace | None]:
    name, kind, raw, packed = "", 0, None, False
    shape: list[int] = []
    for number, first, last in _fields(model, start, end):
        if number == _DIMS:
            shape += _numbers(model, first, last)
        elif number == _KIND:
            kind = next(iter(_numbers(model, first, last)))
        elif number == _NAME:
            name = model[first:last].decode("utf-8")
        elif number in (_FLOATS, _RAW):
            raw = (first, last)
            packed = number == _FLOATS
    if raw is None or kind not in _KINDS or (packed and kind != _FLOAT):
        return name, None
    found = WeightPlace(*raw, _KINDS[kind], tuple(shape))
    if found.end - found.start != found.kind.itemsize * int(np.prod(shape, dtype=np.int64)):
        raise ValueError(f"the weight {name} is not whole")
    return name, found


def _fields(model: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number of each field of a message and where its content lies."""
    at = start
    while at < end:
        key, at = _varint(model, at, end)
        kind, first = key & 7, at
        if kind == _VARINT:
            _, at = _varint(model, at, end)
        elif kind == _BYTES:
            length, first = _varint(model, at, end)
            at = first + length
        elif kind in (_FIXED_64, _FIXED_32):
            at += 8 if kind == _FIXED_64 else 4
        else:
            raise ValueError("not a model")
        if at > end:
            raise ValueError("not a whole model")
        yield key >> 3, first, at


def _numbers(model: bytes, start: int, end: int) -> list[int]:
    """Return the numbers of a field, one or several in a row."""
    found = []
    while start < end:
        number, start = _varint(model, start, end)
        found.append(number)
    return found


def _varint(model: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number and where the next begins."""
    value, shift = 0, 0
    while at < end and shift < 64:
        byte = model[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("not a whole model")
