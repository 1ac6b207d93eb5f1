"""A little of everything that a registry is told, always in the same order, so that rows have known ids."""

from __future__ import annotations

from pipeline.base.model import FieldStatus
from pipeline.registry import CrossEntryFinding, Link, Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from tests.registry.pages import LEDGER, SCAN, entry, finding, page, read

REVIEWER = Person(1, "binh", "Người Thử", Role.REVIEWER, None)
NATIVE_PLACE = "child_native_place"


def live(registry: Registry) -> None:
    """Two entries on one page, read twice; two decisions on the first; a finding beside, ended; a link; two views, the
    last rows of the audit."""
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
    registry.save_failure(book, SCAN, "scan.pdf", 1, "timeout", "quá giờ")
    for run in ("một", "hai"):
        first = entry(
            read(NATIVE_PLACE, f"Thử {run}", accepted=False),
            read("child_name", "Người Thử"),
            findings=[finding("READ-LOW", NATIVE_PLACE)],
        )
        second = entry(read("child_name", "Người Thử Hai"), row=1)
        registry.save_page(book, page(first, second), f"run {run}")
    one, two = registry.entries(book)
    for text in ("Thử Ba", "Thử Bốn"):
        verdict = Verdict(NATIVE_PLACE, FieldStatus.READ, text)
        registry.decide(one, [verdict], author="an", reason="rõ nét")
    stored = registry.entry(one)
    page_id = 1
    beside = CrossEntryFinding(stored.book_id, page_id, one, finding("K07", "child_name"))
    other = CrossEntryFinding(stored.book_id, page_id, two, finding("K07", "child_name"))
    registry.save_checks([beside, other], ["K07"])
    registry.save_checks([other], ["K07"])
    registry.save_links([Link("person", one, "child", two, "child", 0.5, {"name": "same"})])
    registry.note_view(REVIEWER, "task-shown", f"entry:{one}")
    registry.note_view(REVIEWER, "page-shown", f"page:{page_id}")
