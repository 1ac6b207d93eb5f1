"""What the second pass needs of a page, in one small file: its result, and its lines with their emissions.

The file is JSON with the packed emissions behind it, compressed. It holds no picture, and reading the page anew makes
it again. Places that only the picture has (frame, labels, stamps) are left out.
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
"""More bytes than the file of any page holds unpacked."""

_LENGTH = struct.Struct("<I")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """The part of a page's result that is kept."""

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
    """A page as the first pass read it.

    Attributes:
        result: What was read, with its regions.
        fingerprint: Under which that reading was saved.
    """

    result: PageResult
    fingerprint: str


def pack_page(result: PageResult, fingerprint: str) -> bytes:
    """Return a page as the bytes of its file.

    Args:
        result: What the first pass read.
        fingerprint: Under which it is saved.
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
    told = json.dumps(_plain(page, blobs), ensure_ascii=False, separators=(",", ":")).encode()
    return zlib.compress(b"".join((_LENGTH.pack(len(told)), told, *blobs)), 6)


def unpack_page(packed: bytes) -> KeptPage:
    """Return the page of a file.

    Raises:
        ValueError: The bytes are no page of this format.
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
    told = json.loads(whole[_LENGTH.size : _LENGTH.size + length])
    if told[0] != file_format():
        raise ValueError("a page of another format")
    page: _Page = _made(_Page, told, _Blobs(whole, _LENGTH.size + length))
    return page


class _Blobs:
    """The bytes behind the JSON, taken one after the other."""

    def __init__(self, whole: bytes, at: int) -> None:
        self._whole, self._at = whole, at

    def take(self, size: int) -> bytes:
        found = self._whole[self._at : self._at + size]
        if len(found) != size:
            raise ValueError("a kept page that is cut short")
        self._at += size
        return found


def _plain(value: Any, blobs: list[bytes]) -> Any:
    """Return a value as JSON has it: a dataclass is the list of its attributes, bytes are their number."""
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
        return [_plain(one, blobs) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one, blobs) for name, one in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def _made(kind: Any, told: Any, blobs: _Blobs) -> Any:
    """Return the value of a type that ``_plain`` told."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (one for one in typing.get_args(kind) if one is not types.NoneType)
        return None if told is None else _made(inner, told, blobs)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_made(inner, one, blobs) for one in told)
    if origin is not None and issubclass(origin, Mapping):
        inner = typing.get_args(kind)[1]
        return {name: _made(inner, one, blobs) for name, one in told.items()}
    if kind is bytes:
        return blobs.take(told)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        names = _attributes(kind)
        if len(names) != len(told):
            raise ValueError("a page of another format")
        return kind(
            **{name: _made(inner, one, blobs) for (name, inner), one in zip(names, told, strict=True)}
        )
    return kind(told)


@cache
def file_format() -> str:
    """Return the format of the files: 12 hex digits that change with the attributes of what is kept."""
    told: dict[str, list[str]] = {}
    waiting: list[Any] = [_Page]
    while waiting:
        kind = waiting.pop()
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__name__ not in told:
            told[kind.__name__] = [f"{name}: {inner}" for name, inner in _attributes(kind)]
            waiting += [inner for _, inner in _attributes(kind)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


@cache
def _attributes(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((one.name, hints[one.name]) for one in dataclasses.fields(kind))
