"""A page that could not be read keeps a book back until people have typed an entry of it."""

from __future__ import annotations

from pathlib import Path

from pipeline.base.model import PageRef
from pipeline.delivery.deliverable import deliverable_book
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.registry import Registry
from tests.registry.offices import SINGLE, SUPERVISOR
from tests.registry.pages import LEDGER, SCAN, SCHEMAS


def test_a_page_that_failed_keeps_nothing_back_once_an_entry_of_it_was_typed(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
        for page_no in (4, 5):
            registry.save_failure(book, SCAN, "scan.pdf", page_no, "timeout", "quá giờ")

        def held_back() -> list[tuple[str, int]]:
            found = deliverable_book(registry, book, SCHEMAS, PackageOptions())
            return [(blocker.why, blocker.page_no) for blocker in found.blockers]

        assert held_back() == [("failure", 4), ("failure", 5)]
        registry.desk(SINGLE).add_entries(SUPERVISOR, book, PageRef(SCAN, 4), [None])
        assert held_back() == [("failure", 5), ("task", 4)]
