"""Small pictures of the ink of fields, page by page: the last page stays decoded, since neighbours come together."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from pipeline.errors import ScanError
from pipeline.imaging.cutting import cut_out
from pipeline.intake import DEFAULT_LIMITS, ScanFile, ScanLimits, page_of_isolated
from pipeline.model import Box, PageRef, Pixels
from pipeline.registry import Registry
from pipeline.workspace import Workspace

LARGEST = (640, 160)
"""Pixels of a picture, at most."""

MARGIN = 0.25
"""What is shown around a field, as a share of its height."""

QUALITY = 70


class FieldCropper:
    """Cuts pictures from the scans of a workspace. ``most``: after so many, no more are made."""

    def __init__(
        self, registry: Registry, workspace: Workspace, most: int, limits: ScanLimits = DEFAULT_LIMITS
    ) -> None:
        self._registry, self._workspace, self._limits = registry, workspace, limits
        self._left = most
        self._last: tuple[PageRef, Pixels | None] | None = None

    def picture(self, book_id: int, ref: PageRef, box: Box | None) -> tuple[bytes, int, int] | None:
        """A JPEG of what stands in ``box`` of the straight page, with its (width, height) in pixels; None without a
        box, without a usable scan, or when so many were made as were wanted."""
        if box is None or self._left <= 0:
            return None
        pixels = self._page(ref)
        if pixels is None:
            return None
        self._left -= 1
        straight = self._registry.straightening(book_id, ref)
        grown = box.grown(MARGIN * box.height, MARGIN * box.height)
        matrix = np.eye(3) if straight is None else straight.matrix
        scale = min(1.0, LARGEST[0] / max(1.0, grown.width), LARGEST[1] / max(1.0, grown.height))
        cut = Image.fromarray(cut_out(pixels, matrix, grown, scale))
        file = io.BytesIO()
        cut.save(file, "JPEG", quality=QUALITY)
        return file.getvalue(), *cut.size

    def _page(self, ref: PageRef) -> Pixels | None:
        if self._last is None or self._last[0] != ref:
            self._last = ref, self._decoded(ref)
        return self._last[1]

    def _decoded(self, ref: PageRef) -> Pixels | None:
        path = self._workspace.stored(ref.scan_sha256)
        if path is None:
            return None
        try:
            scan = ScanFile(path, ref.scan_sha256, path.stat().st_size)
            return page_of_isolated(scan, ref.page_no, self._limits).pixels
        except (ScanError, OSError):
            return None
