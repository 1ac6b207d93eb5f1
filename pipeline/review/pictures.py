"""Pictures of pages and of the ink of single fields, cut from the stored scans and made ahead of their readers."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from pipeline.errors import HotichError, ScanError
from pipeline.imaging.geometry.warp import crop_rectified
from pipeline.intake import DEFAULT_LIMITS, ScanFile, ScanLimits, page_of_isolated
from pipeline.model import Box, Matrix, PageImage, PageRef, Pixels
from pipeline.registry import Straightening
from pipeline.review.picture_store import PictureStore
from pipeline.review.placeholder import BROKEN, MISSING, Placeholder
from pipeline.workspace import Workspace

RECIPE = "1"
"""Changes when pictures come out otherwise, so that kept ones are made anew."""


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """``page_side``: the longer side of a page's picture, ``snippet_width``: a snippet's, in pixels, at most;
    ``enlarged``: how much larger than the straight page a snippet may be; ``margin``: what is shown around a field, as
    a share of its height (``margin_pixels`` at least); ``quality`` of JPEG; ``decoded``: how many decoded pages are
    kept in memory (26 MB each at 300 dpi), ``decoders``: how many are decoded at once, at most; ``ahead``: threads
    that make pictures ahead."""

    page_side: int = 4000
    snippet_width: int = 1600
    enlarged: float = 2.0
    margin: float = 0.35
    margin_pixels: float = 16.0
    quality: int = 84
    decoded: int = 3
    decoders: int = 2
    ahead: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a scan and how it was set straight (``None``: it is shown as it was scanned)."""

    ref: PageRef
    straightening: Straightening | None


@dataclass(frozen=True, slots=True)
class Snippet:
    """Which part of the straight page a snippet shows, and its (width, height) in pixels."""

    box: Box
    scale: float
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture; ``found`` is False when it stands for one that could not be made."""

    content: bytes
    media_type: str
    found: bool = True


class Pictures:
    """Makes pictures of the scans of a workspace; each is kept on disk, and asked for by several threads at once it is
    made once. Use it as a context manager."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        options: PictureOptions = PictureOptions(),
        limits: ScanLimits = DEFAULT_LIMITS,
        store: PictureStore | None = None,
        decode: Callable[[ScanFile, int, ScanLimits], PageImage] = page_of_isolated,
    ) -> None:
        self._workspace = workspace
        self._options = options
        self._limits = limits
        self._store = store or PictureStore(workspace.pages / "review")
        self._decode = decode
        self._lock = threading.Lock()
        self._decoders = threading.BoundedSemaphore(options.decoders)
        self._recent: OrderedDict[PageRef, Pixels] = OrderedDict()
        self._under_way: dict[PageRef, Future[Pixels]] = {}
        self._ahead = ThreadPoolExecutor(options.ahead, thread_name_prefix="pictures-ahead")

    def close(self) -> None:
        """Stop making pictures ahead; what is being made is finished."""
        self._ahead.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what is asked for ----------------------------------------------------------------------------------------

    def page(self, sheet: Sheet) -> Picture:
        """The whole straight page. A scan that is gone or broken gives a picture that says so."""
        return self._shown(lambda: self._page(sheet))

    def snippet(self, sheet: Sheet, box: Box) -> Picture:
        """The ink in ``box`` of the straight page, enlarged, with some of what stands around it."""
        return self._shown(lambda: self._snippet(sheet, box))

    def make_ahead(self, sheet: Sheet, boxes: Iterable[Box]) -> None:
        """Have the pictures of a page and of these boxes made in the background, so that they are there when asked
        for. What cannot be made is told when it is asked for."""
        self._ahead.submit(self._made_ahead, sheet, tuple(boxes))

    def framed(self, sheet: Sheet, box: Box) -> Snippet:
        """What a snippet of ``box`` shows, and how large it is."""
        options = self._options
        margin = max(options.margin_pixels, options.margin * min(box.height, 90.0))
        grown = box.grown(margin, margin)
        if sheet.straightening is not None:
            grown = grown.within(*sheet.straightening.size)
        sides = (options.snippet_width / max(1.0, grown.width), options.page_side / max(1.0, grown.height))
        scale = min(options.enlarged, *sides)
        size = (max(1, round(grown.width * scale)), max(1, round(grown.height * scale)))
        return Snippet(grown, scale, size)

    # --- how it is made -------------------------------------------------------------------------------------------

    def _made_ahead(self, sheet: Sheet, boxes: tuple[Box, ...]) -> None:
        for box in boxes:
            self.snippet(sheet, box)
        self.page(sheet)

    def _shown(self, make: Callable[[], bytes]) -> Picture:
        try:
            return Picture(make(), "image/jpeg")
        except _NotStored:
            return _instead(MISSING)
        except HotichError:
            return _instead(BROKEN)

    def _page(self, sheet: Sheet) -> bytes:
        return self._kept(_key("page", sheet), lambda: self._drawn_page(sheet))

    def _snippet(self, sheet: Sheet, box: Box) -> bytes:
        shown = self.framed(sheet, box)

        def drawn() -> Pixels:
            return crop_rectified(self._pixels(sheet.ref), _matrix(sheet), shown.box, shown.scale)

        return self._kept(_key("snippet", sheet, shown), drawn)

    def _drawn_page(self, sheet: Sheet) -> Pixels:
        pixels = self._pixels(sheet.ref)
        height, width = pixels.shape[:2]
        if sheet.straightening is not None:
            width, height = sheet.straightening.size
        scale = min(1.0, self._options.page_side / max(width, height))
        return crop_rectified(pixels, _matrix(sheet), Box(0, 0, width, height), scale)

    def _kept(self, key: str, draw: Callable[[], Pixels]) -> bytes:
        found = self._store.get(key)
        if found is None:
            found = _jpeg(draw(), self._options.quality)
            self._store.put(key, found)
        return found

    def _pixels(self, ref: PageRef) -> Pixels:
        """The page as it was scanned: decoded by whoever asks first, kept for a while."""
        with self._lock:
            if ref in self._recent:
                self._recent.move_to_end(ref)
                return self._recent[ref]
            future = self._under_way.get(ref)
            mine = future is None
            if future is None:
                future = self._under_way[ref] = Future()
        if mine:
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
        try:
            path = self._workspace.stored(ref.scan_sha256)
            size = path.stat().st_size if path else 0
        except OSError:
            path = None
        if path is None:
            raise _NotStored("Bản quét không còn trong kho.")
        scan = ScanFile(path, ref.scan_sha256, size)
        with self._decoders:
            return self._decode(scan, ref.page_no, self._limits).pixels


NO_PICTURES = Pictures(Workspace(Path(os.devnull)))
"""For an application without a store of scans: a notice stands in place of every picture."""


class _NotStored(ScanError):
    """The store has no scan of that content."""


def _instead(placeholder: Placeholder) -> Picture:
    return Picture(placeholder.svg, "image/svg+xml", found=False)


def _matrix(sheet: Sheet) -> Matrix:
    return np.eye(3) if sheet.straightening is None else sheet.straightening.matrix


def _key(kind: str, sheet: Sheet, shown: Snippet | None = None) -> str:
    """One key for one picture: what the scan holds, how it is set straight, and which part is shown."""
    parts: list[object] = [RECIPE, kind, sheet.ref.scan_sha256, sheet.ref.page_no]
    if sheet.straightening is not None:
        parts += [sheet.straightening.size, sheet.straightening.matrix.tolist()]
    if shown is not None:
        parts += [shown.box.left, shown.box.top, shown.box.right, shown.box.bottom, shown.scale]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    into = io.BytesIO()
    Image.fromarray(pixels).save(into, "JPEG", quality=quality)
    return into.getvalue()
