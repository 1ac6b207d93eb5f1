"""A corrected book: all that follows from its cover follows it, and what people said and what was before stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.base.errors import RegistryError
from pipeline.base.model import BookSeries, FieldReading, FieldStatus, Ledger, Severity, Writing
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry, RowTampered, Verdict
from pipeline.registry.accounts.model import Person, Role
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, entry, finding, page, read

RIGHT = replace(
    LEDGER,
    place="UBND xã Khác",
    place_code="00009",
    volume="02/2011",
    opened_on="03.01.2011",
    closed_on="30.12.2011",
    entries=2,
    pages=3,
    form="birth-2016",
    series=BookSeries.LATE,
)
FOLDER = "KS.2011.02"


def of_cover(field: str, text: str) -> FieldReading:
    return FieldReading(field, FieldStatus.READ, text, text, 1.0, Writing.PRINT, "ledger", accepted=True)


def fill(registry: Registry, book: int) -> list[int]:
    """Two entries, one of which waits, and a page on which something is to be seen."""
    for page_no, number in ((1, "01"), (2, "02/2010")):
        readings = [
            read("entry_number", number, canonical=f"{number[:2]}/2010"),
            of_cover("volume_number", "01/2010"),
            of_cover("registration_place", LEDGER.place),
            read("child_name", "Trần Văn Thử", accepted=page_no == 1),
        ]
        poor = [finding("SCAN-BLUR", severity=Severity.REVIEW)] if page_no == 2 else []
        registry.save_page(book, page(entry(*readings), page_no=page_no, findings=poor), f"f{page_no}")
    return list(registry.entries(book))


def correct(registry: Registry, book: int, ledger: Ledger = RIGHT, folder: str = FOLDER) -> int:
    return registry.correct_book(book, ledger, folder, author="phu", reason="Ghi nhầm bìa sổ").id


def test_all_that_follows_from_the_cover_follows_at_once(registry: Registry, book: int) -> None:
    first, second = fill(registry, book)
    correct(registry, book)
    stored = registry.book(book)
    assert (stored.ledger, stored.folder_name) == (RIGHT, FOLDER)
    values = registry.entry(first).values
    assert (values["volume_number"], values["registration_place"]) == ("02/2011", "UBND xã Khác")
    assert values["entry_number"] == "01/2011"
    assert registry.entry(second).values["entry_number"] == "02/2010"  # so it is written
    assert registry.numbers_of_year(book, 2010) == 1
    assert {task.book for task in registry.queue()} == {FOLDER}
    assert registry.book_id(RIGHT, FOLDER) == book
    assert registry.find_book(LEDGER, "KS.2010.01") is None
    assert registry.audit().verify().flaws == ()


def test_what_was_before_and_who_and_why_stay_on_record(
    registry: Registry, book: int, outsider: Outsider
) -> None:
    correct(registry, book)
    correct(registry, book, replace(RIGHT, volume="03/2011", closed_on=""), FOLDER)
    first, second = registry.book_corrections(book)
    assert (first.author, first.reason) == ("phu", "Ghi nhầm bìa sổ")
    assert (first.old["volume"], first.new["volume"]) == ("01/2010", "02/2011")
    assert (first.old["series"], first.new["series"]) == ("thường", "quá hạn")
    assert (first.old["folder"], first.new["folder"]) == ("KS.2010.01", FOLDER)
    assert (second.old, second.new) == (
        {"volume": "02/2011", "closed_on": "30.12.2011"},
        {"volume": "03/2011", "closed_on": ""},
    )
    told = next(row for row in registry.audit().recent(9) if row.action == "book-corrected")
    assert (told.actor, told.subject) == ("phu", f"book:{book}")
    for change in ("UPDATE book_correction SET reason = ''", "DELETE FROM book_correction"):
        with pytest.raises(DBAPIError, match="append-only"):
            outsider.execute(change)


def test_decisions_stay_and_nothing_waits_again_for_the_cover(registry: Registry, book: int) -> None:
    first, _ = fill(registry, book)
    registry.decide(first, [Verdict("child_name", FieldStatus.READ, "Trần Văn Mẫu")], author="an")
    waiting = [(task.scan, task.page_no, task.fields) for task in registry.queue()]
    correct(registry, book)
    after = registry.entry(first)
    assert after.values["child_name"] == "Trần Văn Mẫu"
    assert [(task.scan, task.page_no, task.fields) for task in registry.queue()] == waiting


def test_a_decision_that_repeats_the_cover_follows_it_and_another_stays(
    registry: Registry, book: int
) -> None:
    first, second = fill(registry, book)
    for entry_id, volume in ((first, "01/2010"), (second, "07/2010")):
        said = [
            Verdict("volume_number", FieldStatus.READ, volume),
            Verdict("registration_place", FieldStatus.READ, LEDGER.place),
        ]
        registry.decide(entry_id, said, author="an")
    correct(registry, book)
    values = [registry.entry(entry_id).values for entry_id in (first, second)]
    assert [one["volume_number"] for one in values] == ["02/2011", "07/2010"]
    assert [one["registration_place"] for one in values] == ["UBND xã Khác"] * 2
    followed = registry.entry(first).decisions["volume_number"]
    assert (followed.author, followed.reason) == ("phu", "Ghi nhầm bìa sổ")
    assert registry.entry(second).decisions["volume_number"].author == "an"


def test_who_may_see_the_place_sees_tasks_and_tickets_of_the_book(registry: Registry, book: int) -> None:
    fill(registry, book)
    desk = registry.desk(ReviewPolicy(check="none", blind="none"))
    here = Person(1, "cu", "Người cũ", Role.REVIEWER, frozenset({LEDGER.place_code}))
    there = Person(2, "moi", "Người mới", Role.REVIEWER, frozenset({RIGHT.place_code}))
    operators = [replace(one, role=Role.OPERATOR) for one in (here, there)]
    before = [len(desk.counts(one)) for one in (here, there)], [len(desk.tickets(one)) for one in operators]
    assert before == ([1, 0], [1, 0])
    correct(registry, book)
    after = [len(desk.counts(one)) for one in (here, there)], [len(desk.tickets(one)) for one in operators]
    assert after == ([0, 1], [0, 1])


@pytest.mark.parametrize(
    ("author", "reason", "said"), [("", "sai", "ai làm"), ("an", "  ", "vì sao"), ("an", "a\u202eb", "lý do")]
)
def test_who_and_why_must_be_said(registry: Registry, book: int, author: str, reason: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        registry.correct_book(book, RIGHT, FOLDER, author=author, reason=reason)
    assert registry.book_corrections(book) == ()


def test_a_book_cannot_become_one_that_is_there(registry: Registry, book: int) -> None:
    other = registry.book_id(RIGHT, FOLDER)
    with pytest.raises(RegistryError, match=f"mã {other}"):
        correct(registry, book)
    with pytest.raises(RegistryError, match="không có gì để sửa"):
        correct(registry, book, LEDGER, "KS.2010.01")


def test_another_kind_of_event_is_taken_only_while_nobody_has_worked_on_it(
    registry: Registry, book: int
) -> None:
    first, _ = fill(registry, book)
    deaths = replace(LEDGER, form="death-2006")
    registry.decide(first, [Verdict("child_name", FieldStatus.READ, "Trần Văn Mẫu")], author="an")
    with pytest.raises(RegistryError, match="đã có người rà soát"):
        correct(registry, book, deaths, "KS.2010.01")
    other = registry.book_id(replace(LEDGER, volume="05/2010"), "KS.2010.05")
    registry.store_scan(other, "b" * 64, "scan.pdf", 1, 1)
    registry.save_page(other, page(entry(read("child_name", "x", accepted=False)), scan="b" * 64), "f")
    correct(registry, other, deaths, "KT.2010.01")
    assert list(registry.entries(other)) == []
    assert [task for task in registry.queue() if task.book == "KT.2010.01"] == []
    died = page(entry(read("deceased_name", "Trần Văn Thử")), scan="b" * 64, form="death-2006")
    registry.save_page(other, died, "g")
    (entry_id,) = registry.entries(other)
    assert registry.entry(entry_id).values["deceased_name"] == "Trần Văn Thử"


def test_a_book_that_was_altered_is_not_corrected(registry: Registry, book: int, outsider: Outsider) -> None:
    outsider.execute(f"UPDATE book SET place = 'Nơi khác' WHERE id = {book}")  # noqa: S608 (the test's own number)
    with pytest.raises(RowTampered):
        correct(registry, book)
    assert registry.book_corrections(book) == ()


def test_the_overview_counts_what_hangs_on_a_book(registry: Registry, book: int) -> None:
    first, _ = fill(registry, book)
    registry.decide(first, [Verdict("child_name", FieldStatus.READ, "Trần Văn Mẫu")], author="an")
    registry.note_package(book, {1: "01/2010"}, "0" * 64)
    overview = registry.correction_overview(book)
    assert (overview.pages, overview.entries, overview.decisions, overview.packages) == (2, 2, 1, 1)
    assert overview.tasks == len(registry.queue())
    assert SCAN in registry.page_counts(book)
