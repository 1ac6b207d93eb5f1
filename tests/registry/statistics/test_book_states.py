"""Where books stand and what is read now, counted on both kinds of database."""

from __future__ import annotations

from pipeline.registry import Registry, RegistryPart
from pipeline.registry.statistics.book_states import BookStage
from tests.registry.offices import PLACE, SINGLE, SUPERVISOR, taken
from tests.registry.pages import LEDGER, SCAN, entry, page, read


def stages(registry: Registry) -> list[BookStage]:
    return [one.stage for one in registry.statistics([PLACE]).book_states()]


def test_a_book_goes_from_the_shelf_to_the_delivery(registry: Registry) -> None:
    book = registry.book_id(LEDGER, "KS.2010.01")
    assert stages(registry) == [BookStage.RECEIVED]
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 2)
    registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f1")
    assert stages(registry) == [BookStage.READING]
    registry.save_failure(book, SCAN, "scan.pdf", 2, "timeout", "quá giờ")
    registry.save_failure(book, "e" * 64, "x.exe", None, "unknown-type", "không phải bản quét")
    (state,) = registry.statistics([PLACE]).book_states([book])
    assert (state.stage, state.failed, state.refused, state.unread) == (BookStage.REVIEW, 2, 1, 0)
    registry.withdraw(RegistryPart(book, SCAN, 2), author="chi", reason="trang trắng")
    registry.withdraw(RegistryPart(book, "e" * 64), author="chi", reason="không phải bản quét")
    assert stages(registry) == [BookStage.READY]
    registry.note_package(book, {1: "01/2010"}, "d" * 64)
    assert stages(registry) == [BookStage.DELIVERED]
    registry.save_page(book, page(entry(read("child_name", "Thử Hai", accepted=False))), "f2")
    assert stages(registry) == [BookStage.REVIEW]


def test_a_page_to_scan_again_keeps_a_book_from_being_ready(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thu", accepted=False))), "f1")
    desk = registry.desk(SINGLE)
    desk.request_rescan(SUPERVISOR, taken(desk, SUPERVISOR).task_id, "mờ")
    (state,) = registry.statistics(None).book_states([book])
    assert (state.tickets, state.waiting) == (1, 1)
    assert registry.statistics([PLACE]).pages_to_rescan() == {book: 1}
    assert registry.statistics(["99999"]).pages_to_rescan() == {}


def test_what_is_read_now_is_told_with_its_pace_to_its_place(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử"))), "f1")
    with registry.lock_book(book, 600):
        for page_no in (2, 3):
            registry.save_page(book, page(entry(read("child_name", "Thử")), page_no=page_no), "f1")
        (run,) = registry.statistics([PLACE]).reading_runs()
        assert (run.book_id, run.saved, run.left) == (book, 2, 7)
        assert run.share == 2 / 9
        assert registry.statistics(["99999"]).reading_runs() == ()
    assert registry.statistics(None).reading_runs() == ()
