"""Several processes at once, and one that is killed."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipeline.base.model import FieldStatus, PageResult
from pipeline.registry import Registry, Verdict
from tests.competing import competing_context, started_and_ended
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, finding, page, read

PAGES = 20
competing = competing_context()


def table_page(page_no: int, text: str = "Thử Một") -> PageResult:
    """Five entries on a page, all for review."""
    doubtful = read("child_name", text, accepted=False)
    return page(
        *(entry(doubtful, findings=[finding("READ-LOW", "child_name")], row=row) for row in range(5)),
        page_no=page_no,
    )


def write_a_book(url: str, name: str) -> None:
    """Opens a database that may not be there yet, and writes a book and decisions, all in competition."""
    with Registry.open(url, SCHEMAS, wait_seconds=100) as registry:
        book = registry.book_id(LEDGER, name)
        registry.store_scan(book, SCAN, "scan.pdf", 1, PAGES)
        for page_no in range(1, PAGES + 1):
            registry.save_page(book, table_page(page_no), "f1")
            task = registry.queue(book, limit=1)[0]
            assert task.entry_id is not None
            registry.decide(
                task.entry_id,
                [Verdict("child_name", FieldStatus.READ, "Thử Hai")],
                author=name,
                version=task.version,
            )


def save_and_die(url: str, book: int, after: int) -> None:
    """Saves page 2 anew and is killed after so many statements of that transaction."""
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == after:
            os.kill(os.getpid(), signal.SIGKILL)

    registry = Registry.open(url, SCHEMAS)
    event.listen(Engine, "after_cursor_execute", count)
    registry.save_page(book, table_page(2, "Chữ Khác"), "f2")


def test_processes_that_create_and_write_at_once_lose_nothing_and_wait_for_one_another(
    empty_url: str,
) -> None:
    writers = [
        competing.Process(target=write_a_book, args=(empty_url, f"book {number}")) for number in range(3)
    ]
    assert started_and_ended(writers) == [0, 0, 0]
    with Registry.open(empty_url, SCHEMAS) as registry:
        summed = registry.summary()
        assert (summed.books, summed.pages, summed.entries) == (3, {"entries": 3 * PAGES}, 3 * PAGES * 5)
        assert (summed.decided, summed.review) == (3 * PAGES, 3 * PAGES * 4)


@pytest.mark.parametrize("after", [3, 8, 12, 20, 30])
def test_a_process_killed_while_saving_leaves_the_page_as_it_was(url: str, after: int) -> None:
    with Registry.open(url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 2)
        registry.save_page(book, table_page(1), "f1")
        registry.save_page(book, table_page(2), "f1")
        first = registry.entries(book)[5]
        registry.decide(first, [Verdict("child_name", FieldStatus.READ, "Thử Hai")], author="an")
        before = [registry.entry(entry_id) for entry_id in registry.entries(book)], registry.queue(book)
    child = competing.Process(target=save_and_die, args=(url, book, after))
    assert started_and_ended([child]) == [-signal.SIGKILL]
    with Registry.open(url, SCHEMAS) as registry:
        assert (
            [registry.entry(entry_id) for entry_id in registry.entries(book)],
            registry.queue(book),
        ) == before
        assert registry.save_page(book, table_page(2, "Chữ Khác"), "f2").reopened == 1
