from __future__ import annotations

import dataclasses

from pipeline.base.model import FieldStatus, PageKind
from pipeline.registry import BookSummary, Registry, Verdict
from pipeline.reports.finding_sentences import format_summary
from tests.registry.pages import LEDGER, SCAN, blank, entry, finding, page, read

DOUBTFUL = read("child_name", "Thử Một", accepted=False)


def test_the_queue_follows_the_book_and_reopened_tasks_come_first(registry: Registry, book: int) -> None:
    registry.store_scan(book, "b" * 64, "later.pdf", 1000, 2)
    registry.save_page(book, page(entry(DOUBTFUL), scan="b" * 64), "f1")
    registry.save_page(book, page(entry(DOUBTFUL), page_no=10), "f1")
    registry.save_page(book, page(entry(DOUBTFUL, row=1), entry(DOUBTFUL), page_no=2), "f1")
    last = registry.queue(book)[-1]
    assert [(task.scan, task.page_no, task.row) for task in registry.queue(book)] == [
        ("scan.pdf", 2, 0),
        ("scan.pdf", 2, 1),
        ("scan.pdf", 10, 0),
        ("later.pdf", 1, 0),
    ]
    assert last.entry_id is not None
    registry.decide(last.entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Hai")], author="an")
    registry.save_page(book, page(entry(read("child_name", "Thử Ba")), scan="b" * 64), "f2")
    assert registry.queue(book, limit=1)[0].scan == "later.pdf"


def test_a_task_shows_the_number_in_force_or_what_the_machine_took_it_for(
    registry: Registry, book: int
) -> None:
    number = read("entry_number", "Số 7?", accepted=False, canonical="")
    registry.save_page(book, page(entry(number, DOUBTFUL)), "f1")
    (task,) = registry.queue(book)
    assert (task.entry_number, len(task.fields), task.record) == ("Số 7?", 2, "birth")
    assert task.entry_id is not None
    registry.decide(task.entry_id, [Verdict("entry_number", FieldStatus.READ, "7/2010")], author="an")
    assert registry.queue(book)[0].entry_number == "07/2010"


def test_a_reading_without_a_finding_still_says_why_it_waits(registry: Registry, book: int) -> None:
    lost = dataclasses.replace(DOUBTFUL, field="notes", status=FieldStatus.UNREADABLE, text="", canonical="")
    registry.save_page(book, page(entry(DOUBTFUL, lost)), "f1")
    assert registry.queue(book)[0].reasons == ("READ-HAND", "READ-NONE")


def test_an_empty_registry_sums_up_to_nothing(registry: Registry) -> None:
    assert registry.summary() == BookSummary()
    assert not registry.queue()


def test_the_summary_counts_every_entry_once(registry: Registry, book: int) -> None:
    registry.save_page(book, page(kind=PageKind.COVER, page_no=1), "f1")
    registry.save_page(book, page(entry(blank("notes")), page_no=2), "f1")
    registry.save_page(book, page(entry(DOUBTFUL), page_no=3), "f1")
    registry.save_page(
        book, page(entry(DOUBTFUL, findings=[finding("K04", "entry_number")]), page_no=4), "f1"
    )
    registry.save_page(book, page(kind=PageKind.UNKNOWN, findings=[finding("PAGE-UNKNOWN")], page_no=5), "f1")
    registry.save_failure(book, SCAN, "scan.pdf", 6, "timeout", "quá giờ")
    third = registry.entries(book)[1]
    registry.decide(third, [Verdict("child_name", FieldStatus.READ, "Thử Hai")], author="an")
    assert registry.summary(book) == BookSummary(
        books=1,
        scans=1,
        pages={"entries": 3, "cover": 1, "unknown": 1},
        entries=3,
        accepted=1,
        decided=1,
        review=1,
        reopened=0,
        page_tasks=1,
        reasons={"K04": 1, "READ-HAND": 1, "PAGE-UNKNOWN": 1},
        failures={"timeout": 1},
    )


def test_the_summary_tells_of_boxes_that_cannot_be_exported_yet(registry: Registry, book: int) -> None:
    box = "Trẻ chưa xác định được cha, mẹ"
    registry.save_page(book, page(entry(read("birth_type", box)), page_no=1), "f1")
    registry.save_page(book, page(entry(read("birth_type", "1")), page_no=2), "f1")
    registry.save_page(book, page(entry(read("birth_type", box, accepted=False)), page_no=3), "f1")
    assert registry.summary(book).uncoded == {box: 1}
    third = registry.entries(book)[2]
    registry.decide(third, [Verdict("birth_type", FieldStatus.READ, box)], author="an")
    assert registry.summary().uncoded == {box: 2}
    assert f"“{box}” (2 sự kiện)" in format_summary(registry.summary())[-1]


def test_books_are_summed_up_apart_and_together(registry: Registry, book: int) -> None:
    other = registry.book_id(dataclasses.replace(LEDGER, volume="02/2010"), "KS.2010.02")
    registry.store_scan(other, SCAN, "scan.pdf", 1000, 10)
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    registry.save_page(other, page(entry(blank("notes"))), "f1")
    assert (registry.summary(book).review, registry.summary(other).review) == (1, 0)
    assert (registry.summary().books, registry.summary().entries, len(registry.queue())) == (2, 2, 1)
    assert not registry.queue(other)
