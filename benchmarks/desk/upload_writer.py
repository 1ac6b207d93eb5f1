"""Scanning staff who send scans to the server while people are at its desk."""

from __future__ import annotations

import hashlib
import io
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.desk.load_log import LoadLog, timed
from pipeline.registry import Registry
from pipeline.scans.inbox.uploads.upload_desk import UploadDesk
from pipeline.scans.workspace import Workspace

LOGIN = "scanner"
GREYS = (188, 256)
A4_PIXELS = (3508, 2480)
PATCH = 4
"""Pixels along a grey square, large enough for a page of about 2 MB as a JPEG."""


@contextmanager
def uploading(registry: Registry, every: float) -> Iterator[LoadLog]:
    """Send a different page every ``every`` seconds while the context lasts; 0: none.

    The pages go through ``UploadDesk`` as those of a browser do: pieces with their SHA-256, written to the disk,
    proven, decoded and put into the folder of a book. All of it runs in the process that serves people.

    Args:
        registry: The registry; its first book takes the scans.
        every: Seconds between two pages.

    Yields:
        The times of each piece (``upload_piece``) and the number of pages sent (``uploads``).
    """
    log, over = LoadLog(), threading.Event()
    if every <= 0:
        yield log
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        UploadDesk(
            Workspace(Path(folder) / "workspace"),
            Path(folder) / "books",
            lambda book_id: registry.known_book(book_id).ledger,
            registry.book_with_scan,
        ) as desk,
    ):
        sender = threading.Thread(target=_send, args=(desk, log, every, over))
        sender.start()
        try:
            yield log
        finally:
            over.set()
            sender.join()
        desk.wait()
        for refusal in desk.page_of(1).refused:
            log.errors[f"upload refused: {refusal.message}"] += 1


def _send(desk: UploadDesk, log: LoadLog, every: float, over: threading.Event) -> None:
    page, begun = drawn_page(), time.monotonic()
    while not over.is_set():
        scan = marked(page, log.uploads)
        name = f"trang-{log.uploads:05d}.jpg"
        upload, here = desk.begin(1, "KS.0.1", LOGIN, name, len(scan), log.uploads)
        while here < len(scan):
            piece = scan[here : here + desk.options.piece_bytes]
            digest = hashlib.sha256(piece).hexdigest()
            send = partial(desk.append, 1, upload.upload_id, LOGIN, here, piece, digest)
            here = timed(log, "upload_piece", send)
        desk.end(1, upload.upload_id, LOGIN, hashlib.sha256(scan).hexdigest())
        log.uploads += 1
        over.wait(max(0.0, begun + every * log.uploads - time.monotonic()))


def drawn_page() -> bytes:
    """Return a page of A4 at 300 dpi with grain, as a JPEG."""
    height, width = (side // PATCH for side in A4_PIXELS)
    grain = np.random.default_rng(0).integers(*GREYS, (height, width), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(grain).resize(A4_PIXELS[::-1]).save(file, "JPEG", quality=90, dpi=(300, 300))
    return file.getvalue()


def marked(page: bytes, number: int) -> bytes:
    """Return the JPEG with a comment, so that each page sent is another file."""
    comment = f"trang {number}".encode()
    return page[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + page[2:]
