"""Pictures of pages and fields, cut from the stored scans, also ahead of the request."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from pipeline.base.errors import AlteredScan, HotichError, ScanError
from pipeline.base.model import Box, Matrix, PageImage, PageRef, Pixels
from pipeline.layout.imaging.geometry.warp import crop_rectified
from pipeline.registry import Rectification
from pipeline.scans.intake import DEFAULT_LIMITS, Inspector, ScanFile, ScanLimits, page_of_isolated
from pipeline.scans.workspace import Workspace
from pipeline.web.picture_cache import PictureCache

WIDTH, LINE = 900, 44


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Lines of text in place of a picture that cannot be made."""

    lines: tuple[str, ...]

    @property
    def svg(self) -> bytes:
        """Return the picture as SVG in UTF-8."""
        height = LINE * (len(self.lines) + 2)
        texts = "".join(
            f'<text x="{WIDTH // 2}" y="{LINE * (number + 1.75):.0f}" text-anchor="middle">{escape(line)}</text>'
            for number, line in enumerate(self.lines)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="26" fill="#5c2b00">'
            f'<rect width="100%" height="100%" fill="#fff4e0" stroke="#b35900" stroke-width="4"/>{texts}</svg>'
        ).encode()


MISSING = Placeholder(
    (
        "Không tìm thấy bản quét của trang này trong kho.",
        "Hãy báo người phụ trách, hoặc nhấn F8 để xin quét lại.",
    )
)
BROKEN = Placeholder(
    (
        "Bản quét của trang này bị hỏng, không mở được.",
        "Hãy báo người phụ trách, hoặc nhấn F8 để xin quét lại.",
    )
)


ALTERED = Placeholder(
    (
        "Bản quét của trang này trong kho không còn đúng như khi nhận.",
        "Trang không được hiện. Hãy báo người phụ trách: lấy lại từ bản sao lưu.",
    )
)


RECIPE = "1"
"""Part of every cache key; a new value discards pictures drawn in another way."""


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """Options of making pictures.

    Attributes:
        page_side: Largest length of the longer side of a page's picture, in pixels.
        snippet_width: Largest width of a snippet, in pixels.
        enlarged: Largest scale of a snippet relative to the rectified page.
        margin: Margin around a field, as a share of the field's height.
        margin_pixels: Smallest margin, in pixels of the rectified page.
        quality: JPEG quality, 1 to 95.
        thumbnail_side: Largest length of the longer side of a thumbnail, in pixels.
        thumbnail_dpi: Sufficient dots per inch of a page from which a thumbnail is drawn.
        decoded: Number of decoded pages in memory (26 MB each at 300 dpi).
        decoders: Largest number of pages decoded at once.
        ahead: Number of threads that make pictures ahead.
    """

    page_side: int = 4000
    snippet_width: int = 1600
    enlarged: float = 2.0
    margin: float = 0.35
    margin_pixels: float = 16.0
    quality: int = 84
    thumbnail_side: int = 360
    thumbnail_dpi: float = 36.0
    decoded: int = 3
    decoders: int = 2
    ahead: int = 1


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page of a scan and its rectification (None: the page is shown as scanned)."""

    ref: PageRef
    straightening: Rectification | None


@dataclass(frozen=True, slots=True)
class SnippetFrame:
    """The part of the rectified page in a snippet, its scale, and its (width, height) in pixels."""

    box: Box
    scale: float
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """An encoded picture; ``found`` is False for a placeholder."""

    content: bytes
    media_type: str
    found: bool = True


class Pictures:
    """Makes pictures of the scans of a workspace and caches them on disk.

    A page that several threads request at once is decoded once. A context manager.

    Args:
        store: The cache (by default in the workspace).
        decode: Decodes a page of a scan (by default in a separate process).
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        options: PictureOptions = PictureOptions(),
        limits: ScanLimits = DEFAULT_LIMITS,
        store: PictureCache | None = None,
        decode: Callable[[ScanFile, int, ScanLimits], PageImage] = page_of_isolated,
    ) -> None:
        self._workspace = workspace
        self._options = options
        self._limits = limits
        self._store = store or PictureCache(workspace.pages / "review")
        self._decode = decode
        self._lock = threading.Lock()
        self._decoders = threading.BoundedSemaphore(options.decoders)
        self._thumbnails = Inspector(limits)
        self._one_thumbnail = threading.Lock()
        self._recent: OrderedDict[PageRef, Pixels] = OrderedDict()
        self._under_way: dict[PageRef, Future[Pixels]] = {}
        self._ahead = ThreadPoolExecutor(options.ahead, thread_name_prefix="pictures-ahead")

    def close(self) -> None:
        """Stop making pictures ahead, after the picture in progress."""
        self._ahead.shutdown(cancel_futures=True)
        with self._one_thumbnail:
            self._thumbnails.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- pictures on request --------------------------------------------------------------------------------------

    def page(self, sheet: PageSource) -> EncodedPicture:
        """Return the whole rectified page. A missing or broken scan gives a placeholder."""
        return self._or_placeholder(lambda: self._page(sheet))

    def snippet(self, sheet: PageSource, box: Box) -> EncodedPicture:
        """Return the part ``box`` of the rectified page, enlarged and with a margin."""
        return self._or_placeholder(lambda: self._snippet(sheet, box))

    def thumbnail(self, ref: PageRef, turn: int) -> EncodedPicture:
        """Return a small picture of a page as scanned, after quarter turns clockwise in degrees.

        One process decodes them one after the other, coarsely where the format allows it: desks do not wait for walls.
        """
        return self._or_placeholder(
            lambda: self._cached(
                _key(f"thumbnail {turn}", PageSource(ref, None)), lambda: self._drawn_thumbnail(ref, turn)
            )
        )

    def scan(self, ref: PageRef, turn: int) -> EncodedPicture:
        """Return a page as scanned, after quarter turns clockwise in degrees."""

        def drawn() -> Pixels:
            return _turned(_fitted(self._pixels(ref), self._options.page_side), turn)

        return self._or_placeholder(lambda: self._cached(_key(f"scan {turn}", PageSource(ref, None)), drawn))

    def whole_scan(self, ref: PageRef) -> PageImage:
        """Return a page as scanned.

        Raises:
            ScanError: The scan is missing or broken.
        """
        scan = self._scan(ref)
        with self._decoders:
            return self._decode(scan, ref.page_no, self._limits)

    def size(self, sheet: PageSource) -> tuple[int, int] | None:
        """Return width and height in pixels of the page as shown; None for a missing or broken scan."""
        if sheet.straightening is not None:
            return sheet.straightening.size
        try:
            height, width = self._pixels(sheet.ref).shape[:2]
        except HotichError:
            return None
        return width, height

    def make_ahead(self, sheet: PageSource, boxes: Iterable[Box], *, whole_page: bool = True) -> None:
        """Make the pictures of boxes in the background, so that they are cached for the request.

        Args:
            whole_page: Also make the picture of the page.
        """
        self._ahead.submit(self._make_all, sheet, tuple(boxes), whole_page)

    def snippet_frame(self, sheet: PageSource, box: Box) -> SnippetFrame:
        """Return the part of the page in a snippet of ``box``, and the snippet's size."""
        options = self._options
        margin = max(options.margin_pixels, options.margin * min(box.height, 90.0))
        grown = box.grown(margin, margin)
        if sheet.straightening is not None:
            grown = grown.within(*sheet.straightening.size)
        sides = (options.snippet_width / max(1.0, grown.width), options.page_side / max(1.0, grown.height))
        scale = min(options.enlarged, *sides)
        size = (max(1, round(grown.width * scale)), max(1, round(grown.height * scale)))
        return SnippetFrame(grown, scale, size)

    # --- making a picture -----------------------------------------------------------------------------------------

    def _make_all(self, sheet: PageSource, boxes: tuple[Box, ...], whole_page: bool) -> None:
        for box in boxes:
            self.snippet(sheet, box)
        if whole_page:
            self.page(sheet)

    def _or_placeholder(self, make: Callable[[], bytes]) -> EncodedPicture:
        try:
            return EncodedPicture(make(), "image/jpeg")
        except _NotStored:
            return _placeholder(MISSING)
        except AlteredScan:
            return _placeholder(ALTERED)
        except HotichError:
            return _placeholder(BROKEN)

    def _page(self, sheet: PageSource) -> bytes:
        return self._cached(_key("page", sheet), lambda: self._drawn_page(sheet))

    def _snippet(self, sheet: PageSource, box: Box) -> bytes:
        shown = self.snippet_frame(sheet, box)

        def drawn() -> Pixels:
            return crop_rectified(self._pixels(sheet.ref), _matrix(sheet), shown.box, shown.scale)

        return self._cached(_key("snippet", sheet, shown), drawn)

    def _drawn_page(self, sheet: PageSource) -> Pixels:
        pixels = self._pixels(sheet.ref)
        height, width = pixels.shape[:2]
        if sheet.straightening is not None:
            width, height = sheet.straightening.size
        scale = min(1.0, self._options.page_side / max(width, height))
        return crop_rectified(pixels, _matrix(sheet), Box(0, 0, width, height), scale)

    def _drawn_thumbnail(self, ref: PageRef, turn: int) -> Pixels:
        options = self._options
        with self._one_thumbnail:
            pixels = self._thumbnails.thumbnail(
                self._scan(ref), ref.page_no, options.thumbnail_side, options.thumbnail_dpi
            )
        return _turned(pixels, turn)

    def _cached(self, key: str, draw: Callable[[], Pixels]) -> bytes:
        picture = self._store.get(key)
        if picture is None:
            picture = _jpeg(draw(), self._options.quality)
            self._store.put(key, picture)
        return picture

    def _pixels(self, ref: PageRef) -> Pixels:
        """Return the page as scanned. The first thread that asks decodes it; recent pages are kept."""
        with self._lock:
            if ref in self._recent:
                self._recent.move_to_end(ref)
                return self._recent[ref]
            future = self._under_way.get(ref)
            is_first = future is None
            if future is None:
                future = self._under_way[ref] = Future()
        if is_first:
            self._decode_into(future, ref)
        return future.result()

    def _decode_into(self, future: Future[Pixels], ref: PageRef) -> None:
        try:
            pixels = self._decoded(ref)
        except BaseException as error:
            with self._lock:
                del self._under_way[ref]
            future.set_exception(error)
            raise
        with self._lock:
            del self._under_way[ref]
            self._recent[ref] = pixels
            while len(self._recent) > self._options.decoded:
                self._recent.popitem(last=False)
        future.set_result(pixels)

    def _decoded(self, ref: PageRef) -> Pixels:
        return self.whole_scan(ref).pixels

    def _scan(self, ref: PageRef) -> ScanFile:
        try:
            path = self._workspace.stored(ref.scan_sha256)
            size = path.stat().st_size if path else 0
        except OSError:
            path = None
        if path is None:
            raise _NotStored("Bản quét không còn trong kho.")
        return ScanFile(path, ref.scan_sha256, size)


NO_PICTURES = Pictures(Workspace(Path(os.devnull)))
"""For an application without stored scans: every picture is a placeholder."""


class _NotStored(ScanError):
    """The workspace has no scan with this content."""


def _placeholder(placeholder: Placeholder) -> EncodedPicture:
    return EncodedPicture(placeholder.svg, "image/svg+xml", found=False)


def _matrix(sheet: PageSource) -> Matrix:
    return np.eye(3) if sheet.straightening is None else sheet.straightening.matrix


def _key(kind: str, sheet: PageSource, shown: SnippetFrame | None = None) -> str:
    """Return the cache key of a picture: scan content, rectification and the part shown."""
    parts: list[object] = [RECIPE, kind, sheet.ref.scan_sha256, sheet.ref.page_no]
    if sheet.straightening is not None:
        parts += [sheet.straightening.size, sheet.straightening.matrix.tolist()]
    if shown is not None:
        parts += [shown.box.left, shown.box.top, shown.box.right, shown.box.bottom, shown.scale]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _fitted(pixels: Pixels, side: int) -> Pixels:
    """Return the picture with its longer side no longer than ``side`` pixels."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(picture)


def _turned(pixels: Pixels, turn: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, -turn // 90))


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    into = io.BytesIO()
    Image.fromarray(pixels).save(into, "JPEG", quality=quality)
    return into.getvalue()
