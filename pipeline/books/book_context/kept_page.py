"""What the second pass needs of a page, in one small file: its result, and its lines with their emissions.

The file is JSON, compressed. It holds no picture, and reading the page anew makes
it again. Places that only the picture has (frame, labels, stamps) are left out.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import ClassVar

import numpy as np
from pydantic import ConfigDict, TypeAdapter

from pipeline.base.model import EntryResult, Finding, PageKind, PageRef, PageResult, Quality

MOST_BYTES = 16_000_000
"""More bytes than the file of any page holds unpacked."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The part of a page's result that is kept, by the names of ``PageResult``."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
    )

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


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as the first pass read it.

    Attributes:
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
    shared = {name: getattr(result, name) for name in _SHARED}
    shared["size"] = tuple(map(float, result.size))
    shared["matrix"] = tuple(tuple(map(float, row)) for row in result.matrix)
    page = _adapter().dump_json(
        _Page(file_format(), fingerprint, **shared), warnings=False, fallback=lambda value: value.item()
    )
    rounded = json.loads(page, parse_float=lambda number: float(f"{float(number):.6g}"))
    return zlib.compress(json.dumps(rounded, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack_page(packed: bytes) -> KeptPage:
    """Return the page of a file.

    Raises:
        ValueError: The bytes are no page of this format.
    """
    try:
        page = _adapter().validate_json(zlib.decompressobj().decompress(packed, MOST_BYTES))
        if page.format != file_format():
            raise ValueError("a page of another format")
    except (zlib.error, ValueError) as error:
        raise ValueError("these bytes are no kept page") from error
    width, height = page.size
    shared = {name: getattr(page, name) for name in _SHARED}
    shared |= {"size": (int(width), int(height)), "matrix": np.asarray(page.matrix, np.float64)}
    return KeptPage(PageResult(frame=None, labels=(), **shared), page.fingerprint)


_SHARED = tuple(field.name for field in fields(_Page) if field.name not in ("format", "fingerprint"))


@cache
def _adapter() -> TypeAdapter[_Page]:
    return TypeAdapter(_Page)


@cache
def file_format() -> str:
    """Return the format of the files: 12 hex digits that change with the attributes of what is kept."""
    return hashlib.sha256(json.dumps(_adapter().json_schema(), sort_keys=True).encode()).hexdigest()[:12]
