"""The input of the second pass in a small file for each page: the page's result and its lines with their emissions.

The file is compressed JSON followed by the packed emissions. It holds no image and can be recreated by reading the page
again. It leaves out positions that only the image needs (frame, labels, stamps).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import types
import typing
import zlib
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import numpy as np

from pipeline.base.model import EntryResult, Finding, PageKind, PageRef, PageResult, Quality

MOST_BYTES = 16_000_000
"""Upper bound of an unpacked file, in bytes."""

_LENGTH = struct.Struct("<I")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """The stored part of a page's result."""

    format: str
    fingerprint: str
    ref: PageRef
    kind: PageKind
    form: str
    size: tuple[float, ...]
    matrix: tuple[tuple[float, ...], ...]
    turn: int
    skew: float
    quality: Quality
    entries: tuple[EntryResult, ...]
    findings: tuple[Finding, ...]
    timings: Mapping[str, float]
    hand_reader: str
    ink_print: str


@dataclasses.dataclass(frozen=True, slots=True)
class KeptPage:
    """A page of the first pass.

    Attributes:
        fingerprint: The fingerprint of the saved reading.
    """

    result: PageResult
    fingerprint: str


def pack_page(result: PageResult, fingerprint: str) -> bytes:
    """Pack a page into the bytes of its file.

    Args:
        result: The result of the first pass.
        fingerprint: The fingerprint of the saved reading.
    """
    blobs: list[bytes] = []
    page = _Page(
        file_format(),
        fingerprint,
        result.ref,
        result.kind,
        result.form,
        tuple(map(float, result.size)),
        tuple(tuple(map(float, row)) for row in result.matrix),
        result.turn,
        result.skew,
        result.quality,
        result.entries,
        result.findings,
        result.timings,
        result.hand_reader,
        result.ink_print,
    )
    document = json.dumps(_plain(page, blobs), ensure_ascii=False, separators=(",", ":")).encode()
    return zlib.compress(b"".join((_LENGTH.pack(len(document)), document, *blobs)), 6)


def unpack_page(packed: bytes) -> KeptPage:
    """Unpack the page of a file.

    Raises:
        ValueError: The bytes are not a page in this format.
    """
    try:
        page = _unpacked(zlib.decompressobj().decompress(packed, MOST_BYTES))
    except (zlib.error, struct.error, TypeError, KeyError, IndexError, ValueError, RecursionError) as error:
        raise ValueError("these bytes are no kept page") from error
    width, height = page.size
    return KeptPage(
        PageResult(
            ref=page.ref,
            kind=page.kind,
            form=page.form,
            size=(int(width), int(height)),
            matrix=np.asarray(page.matrix, np.float64),
            turn=page.turn,
            skew=page.skew,
            quality=page.quality,
            frame=None,
            labels=(),
            entries=page.entries,
            findings=page.findings,
            timings=page.timings,
            hand_reader=page.hand_reader,
            ink_print=page.ink_print,
        ),
        page.fingerprint,
    )


def _unpacked(whole: bytes) -> _Page:
    (length,) = _LENGTH.unpack_from(whole)
    document = json.loads(whole[_LENGTH.size : _LENGTH.size + length])
    if document[0] != file_format():
        raise ValueError("a page of another format")
    page: _Page = _restored(_Page, document, _Blobs(whole, _LENGTH.size + length))
    return page


class _Blobs:
    """The byte strings after the JSON, taken in order."""

    def __init__(self, whole: bytes, at: int) -> None:
        self._whole, self._at = whole, at

    def take(self, size: int) -> bytes:
        data = self._whole[self._at : self._at + size]
        if len(data) != size:
            raise ValueError("a kept page that is cut short")
        self._at += size
        return data


def _plain(value: Any, blobs: list[bytes]) -> Any:
    """Convert a value to JSON: a dataclass becomes the list of its attributes, bytes become their index."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, name), blobs) for name, _ in _attributes(type(value))]
    if isinstance(value, bytes):
        blobs.append(value)
        return len(value)
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, tuple | list):
        return [_plain(item, blobs) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item, blobs) for name, item in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def _restored(kind: Any, plain: Any, blobs: _Blobs) -> Any:
    """Convert the output of ``_plain`` back to a value of a type."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (argument for argument in typing.get_args(kind) if argument is not types.NoneType)
        return None if plain is None else _restored(inner, plain, blobs)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_restored(inner, item, blobs) for item in plain)
    if origin is not None and issubclass(origin, Mapping):
        inner = typing.get_args(kind)[1]
        return {name: _restored(inner, item, blobs) for name, item in plain.items()}
    if kind is bytes:
        return blobs.take(plain)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        names = _attributes(kind)
        if len(names) != len(plain):
            raise ValueError("a page of another format")
        return kind(
            **{name: _restored(inner, item, blobs) for (name, inner), item in zip(names, plain, strict=True)}
        )
    return kind(plain)


@cache
def file_format() -> str:
    """Return the format's identifier: 12 hex digits that change with the attributes of the stored types."""
    attributes: dict[str, list[str]] = {}
    waiting: list[Any] = [_Page]
    while waiting:
        kind = waiting.pop()
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__name__ not in attributes:
            attributes[kind.__name__] = [f"{name}: {inner}" for name, inner in _attributes(kind)]
            waiting += [inner for _, inner in _attributes(kind)]
    return hashlib.sha256(json.dumps(attributes, sort_keys=True).encode()).hexdigest()[:12]


@cache
def _attributes(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((attribute.name, hints[attribute.name]) for attribute in dataclasses.fields(kind))
