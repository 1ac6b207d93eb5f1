"""The machine that saves pages into a registry while people are at its desk."""

from __future__ import annotations

import random
import time
from functools import partial
from pathlib import Path

from benchmarks.desk.filled_registry import PAGES, FilledRegistry, ledger, page_result, scan_of
from benchmarks.desk.load_log import WAIT_SECONDS, LoadLog, Start, timed
from pipeline.registry import Registry

AGAIN = 0.5
"""Share of the machine's pages that were read before and are read otherwise now."""


def save_pages(
    url: str, key_file: Path, shelf: FilledRegistry, people: int, seconds: float, every: float, start: Start
) -> LoadLog:
    """The machine: every so many seconds (0: without a pause) a page, new or read before and read otherwise now."""
    log, drawn, places = LoadLog(), random.Random(0), len(shelf.places)
    with Registry.open(url, wait_seconds=WAIT_SECONDS, audit_key=key_file) as registry:
        new, sha256 = _new_book(registry, shelf.places[0])
        start()
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            if drawn.random() < AGAIN:
                number, page = _read_before(drawn, people, places, shelf.books)
                book = registry.book_id(ledger(shelf.places[number % places]), f"KS.0.{number}")
                result = page_result(number, page, tail=f" {log.pages} {begun}")
            else:
                book = new
                result = page_result(0, log.pages + 1, sha256=sha256)
            timed(log, "save_page", partial(registry.save_page, book, result, f"night {log.pages} {begun}"))
            log.pages += 1
            time.sleep(max(0.0, begun + every * log.pages - time.monotonic()))
    return log


def _new_book(registry: Registry, place: str) -> tuple[int, str]:
    name = f"KS.night.{time.time_ns()}"
    book = registry.book_id(ledger(place), name)
    sha256 = scan_of(time.time_ns())
    registry.store_scan(book, sha256, "scan.pdf", 1, 10**6)
    return book, sha256


def _read_before(drawn: random.Random, people: int, places: int, books: int) -> tuple[int, int]:
    """Return a book near the beginning of a place where that many people work, and a page of the book."""
    number = drawn.randrange(min(places, people)) + places * drawn.randrange(4)
    return (number if 0 < number < books else books - 1), drawn.randint(1, PAGES)
