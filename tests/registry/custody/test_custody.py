"""Physical books: described, handed over by notes that both sides sign, and looked up with their holders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.base.errors import RegistryError
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.registry.custody.model import (
    BookDescription,
    CustodyAct,
    CustodyOrder,
    CustodyParty,
    Direction,
)
from pipeline.registry.errors import RowTampered
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import OPERATOR, REVIEWER, SUPERVISOR, person
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER

FIRST = BookDescription("KS.2010.01", LEDGER.place_code, "birth", "01/2010", "Kệ 2", "Hộp 5", "bìa rách", 10)
SECOND = replace(FIRST, folder_name="KS.2010.02", volume="02/2010", pages=None)
COMMUNE = CustodyParty("UBND xã Thử", "Thử Một", "Công chức")
CONTRACTOR = CustodyParty("Công ty Thử", "Thử Hai")
OUT = CustodyOrder(
    Direction.OUT, ("KS.2010.01", "KS.2010.02"), COMMUNE, CONTRACTOR, date(2026, 3, 2), date(2026, 3, 20)
)
BACK = replace(
    OUT, direction=Direction.BACK, folder_names=("KS.2010.01",), giver=CONTRACTOR, receiver=COMMUNE,
    due_on=None, conditions={"KS.2010.01": "rách thêm trang 3"},
)  # fmt: skip
LATE = date(2026, 3, 21)


def signed(registry: Registry, order: CustodyOrder) -> int:
    note = registry.make_custody_note(order, author="an", person=OPERATOR)
    for side, who in ((CustodyAct.GIVER, OPERATOR), (CustodyAct.RECEIVER, SUPERVISOR)):
        registry.sign_custody_note(note.note_id, side, author=who.login, person=who)
    return note.note_id


def test_a_book_goes_out_is_late_and_comes_back(registry: Registry, book: int) -> None:
    assert registry.describe_books([FIRST, SECOND], author="an", person=OPERATOR) == 2
    assert registry.describe_books([FIRST], author="an", person=OPERATOR) == 0, "nothing is new"
    note_id = signed(registry, OUT)
    first, second = registry.books_in_custody(SUPERVISOR)
    assert (first.book_id, first.scanned, second.book_id) == (book, 10, None)
    assert first.out is not None
    assert first.out.receiver == CONTRACTOR
    assert [len(registry.late_books(day)) for day in (date(2026, 3, 20), LATE)] == [0, 2]
    with pytest.raises(RegistryError, match="đang do Thử Hai, Công ty Thử giữ"):
        registry.make_custody_note(OUT, author="an")
    signed(registry, BACK)
    first, second = registry.books_in_custody(SUPERVISOR)
    assert (first.out, first.last_condition) == (None, "rách thêm trang 3")
    assert [one.description.folder_name for one in registry.late_books(LATE)] == ["KS.2010.02"]
    assert [note.is_signed for note in registry.custody_notes(SUPERVISOR)] == [True, True]
    with pytest.raises(RegistryError, match="không hủy được nữa"):
        registry.cancel_custody_note(note_id, "nhầm", author="an")


def test_a_note_counts_once_two_accounts_have_signed(registry: Registry) -> None:
    registry.describe_books([FIRST, SECOND], author="an")
    note = registry.make_custody_note(OUT, author="an", person=OPERATOR)
    registry.sign_custody_note(note.note_id, CustodyAct.GIVER, author=OPERATOR.login, person=OPERATOR)
    with pytest.raises(RegistryError, match="đã ký cho bên kia"):
        registry.sign_custody_note(note.note_id, CustodyAct.RECEIVER, author=OPERATOR.login, person=OPERATOR)
    with pytest.raises(NotYours, match="trên giấy"):
        registry.sign_custody_note(
            note.note_id, CustodyAct.RECEIVER, author=OPERATOR.login, person=OPERATOR, name="Thử Hai"
        )
    assert [one.out for one in registry.books_in_custody()] == [None, None]
    with pytest.raises(RegistryError, match="chưa ký đủ"):
        registry.make_custody_note(OUT, author="an")
    done = registry.sign_custody_note(
        note.note_id, CustodyAct.RECEIVER, author=SUPERVISOR.login, person=SUPERVISOR, name="Thử Hai"
    )
    assert (done.is_signed, done.acts[CustodyAct.RECEIVER].on_paper) == (True, True)


def test_a_cancelled_note_moves_nothing_and_others_may_follow(registry: Registry) -> None:
    registry.describe_books([FIRST, SECOND], author="an")
    note = registry.make_custody_note(OUT, author="an")
    with pytest.raises(RegistryError, match="lý do hủy phiếu"):
        registry.cancel_custody_note(note.note_id, " ", author="an")
    registry.cancel_custody_note(note.note_id, "nhầm sổ", author="an")
    with pytest.raises(RegistryError, match="không còn chờ"):
        registry.sign_custody_note(note.note_id, CustodyAct.GIVER, author="an")
    signed(registry, OUT)


@pytest.mark.parametrize(
    ("flawed", "told"),
    [
        (replace(FIRST, pages=0), "số trang"),
        (replace(FIRST, record="sổ lạ"), "không có loại sổ"),
        (replace(FIRST, volume=" "), "quyển số"),
        (replace(FIRST, shelf="Kệ\u202e2"), "kệ"),
    ],
)
def test_a_flawed_description_is_refused_and_nothing_is_kept(
    registry: Registry, flawed: BookDescription, told: str
) -> None:
    with pytest.raises(RegistryError, match=told):
        registry.describe_books([SECOND, flawed], author="an")
    assert registry.books_in_custody() == ()


def test_only_who_scans_or_supervises_at_the_place_takes_part(registry: Registry) -> None:
    registry.describe_books([FIRST, SECOND], author="an")
    note = registry.make_custody_note(OUT, author="an")
    stranger = person(21, Role.SUPERVISOR, frozenset({"99999"}))
    for who in (REVIEWER, stranger):
        with pytest.raises(NotYours):
            registry.custody_note_of(note.note_id, who)
        with pytest.raises(NotYours):
            registry.describe_books([replace(FIRST, shelf="Kệ 3")], author=who.login, person=who)
    assert registry.books_in_custody(stranger) == ()
    assert registry.custody_notes(stranger) == ()


def test_the_folder_name_of_a_book_of_another_place_is_not_described_first(
    registry: Registry, book: int
) -> None:
    stranger = person(21, Role.OPERATOR, frozenset({"99999"}))
    with pytest.raises(NotYours):
        registry.describe_books([replace(FIRST, place_code="99999")], author=stranger.login, person=stranger)
    assert registry.describe_books([FIRST], author="an", person=OPERATOR) == 1


def test_a_signature_behind_the_programs_back_moves_no_book(registry: Registry, outsider: Outsider) -> None:
    registry.describe_books([FIRST, SECOND], author="an")
    note = registry.make_custody_note(OUT, author="an")
    registry.sign_custody_note(note.note_id, CustodyAct.GIVER, author="an")
    assert note.note_id == 1
    outsider.execute(
        "INSERT INTO custody_act (id, note_id, act, name, on_paper, reason, author, acted_at) "
        "VALUES (9, 1, 'receiver', 'x', false, '', 'x', '2026-01-02 03:04:05')"
    )
    assert [one.out for one in registry.books_in_custody()] == [None, None]
    with pytest.raises(RowTampered):
        registry.custody_note_of(note.note_id)


BEHIND = (
    "INSERT INTO physical_book (id, folder_name, place_code, record, volume, shelf, box, condition, pages, "  # noqa: S608
    "author, described_at) "
    f"VALUES (9, 'KS.2010.01', '{LEDGER.place_code}', 'birth', '01/2010', '', '', '', 9, 'x', '{{}}')"
)


def test_what_is_put_in_behind_the_programs_back_hides_no_late_book_and_counts_no_page(
    registry: Registry, book: int, outsider: Outsider
) -> None:
    registry.describe_books([FIRST, SECOND], author="an")
    note_id = signed(registry, OUT)
    back = (
        "INSERT INTO custody_note (id, place_code, direction, books, giver, receiver, handed_on, due_on, "  # noqa: S608
        "remark, author, made_at) "
        "SELECT 9, place_code, 'back', books, giver, receiver, handed_on, '', '', author, made_at "
        f"FROM custody_note WHERE id = {note_id}"
    )
    at = "2026-03-20 03:04:05"
    outsider.execute(back)
    for number, side in enumerate(("giver", "receiver")):
        outsider.execute(
            "INSERT INTO custody_act (id, note_id, act, name, on_paper, reason, author, acted_at) "  # noqa: S608
            f"VALUES ({90 + number}, 9, '{side}', 'x', false, '', 'x', '{at}')"
        )
    outsider.execute(BEHIND.format(at))
    assert [one.description.folder_name for one in registry.late_books(LATE)] == ["KS.2010.01", "KS.2010.02"]
    (scanned,) = registry.scanned_books()
    _, _, books = registry.series_columns()
    assert (scanned.counted, list(books["counted"])) == (10, [10])
