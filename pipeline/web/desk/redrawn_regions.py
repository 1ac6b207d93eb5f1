"""Regions that people draw for fields, read one at a time for each person."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from pipeline.base.errors import HotichError, RegistryError, ScanError, ScanTimeout
from pipeline.registry.tasks.model import RegionReading, RegionToRead

_logger = logging.getLogger("hotich")

MOST_WAITING = 4
"""Largest number of regions that are being read or waiting."""


class RegionRefused(RegistryError):
    """A region cannot be read at present; nothing was stored."""

    code = "region"


class ReadsRegions(Protocol):
    """Reads a drawn region. Raises a ``HotichError`` on failure or timeout."""

    def __call__(self, region: RegionToRead, /) -> RegionReading: ...


class RedrawnRegions:
    """The reader of drawn regions, for the desk.

    Args:
        reader: Reads a region; None where the application has no readers.
    """

    def __init__(self, reader: ReadsRegions | None) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._waiting: set[str] = set()

    def read(self, login: str, region: RegionToRead) -> RegionReading:
        """Return the reading of a drawn region.

        Raises:
            RegionRefused: The region cannot be read, or not at present.
        """
        if self._reader is None:
            raise RegionRefused(f"Máy chủ này không có máy đọc nên không đọc lại được. {TYPE_IT}")
        with self._turn(login):
            try:
                return self._reader(region)
            except ScanTimeout:
                raise RegionRefused(f"Máy đọc lại quá lâu nên đã dừng. {TYPE_IT}") from None
            except ScanError as error:
                _logger.warning("a drawn region was not read (%s)", error.code)
                raise RegionRefused(f"Máy không đọc lại được khung này. {TYPE_IT}") from None
            except HotichError as error:
                _logger.error("the reader of drawn regions failed (%s): %s", error.code, error.message)
                raise RegionRefused(
                    f"Máy đọc trên máy chủ chưa dùng được; hãy báo người quản trị. {TYPE_IT}"
                ) from None

    @contextmanager
    def _turn(self, login: str) -> Iterator[None]:
        with self._lock:
            if login in self._waiting:
                raise RegionRefused("Máy đang đọc lại một khung khác của bạn. Hãy chờ một chút rồi vẽ lại.")
            if len(self._waiting) >= MOST_WAITING:
                raise RegionRefused(
                    "Nhiều người đang chờ máy đọc lại. Hãy thử lại sau, hoặc gõ chữ trên giấy."
                )
            self._waiting.add(login)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.discard(login)


TYPE_IT = "Khung chưa được lưu; hãy gõ chữ trên giấy."

NO_REGIONS = RedrawnRegions(None)
"""For an application without readers."""
