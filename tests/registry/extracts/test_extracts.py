"""The book of issued extracts: numbers without gaps, nothing from what has changed, void numbers that stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import NotThere, Registry, RegistryPart, Verdict, Withdrawn
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.audit.model import FlawKind
from pipeline.registry.copying import copy_registry
from pipeline.registry.database.audit import add, record
from pipeline.registry.errors import RowTampered
from pipeline.registry.extracts.extracts import checked_order
from pipeline.registry.extracts.model import ExtractOrder, IssuedExtract, IssueFilter, NumberTaken, SetExtract
from pipeline.registry.extracts.stored_extracts import issued_extract
from pipeline.registry.tasks.model import NotYours
from tests.delivery.printing.papers import order
from tests.registry.audit.intruder import Intruder
from tests.registry.offices import CHECKER, SUPERVISOR
from tests.registry.outsider import Outsider
from tests.registry.pages import SCHEMAS, entry, page, read

POLICY, ASKED = DeliveryPolicy(), ApprovalPolicy()
PAGE = page(entry(read("entry_number", "1/2010", canonical="01/2010"), read("child_name", "Thử Một")))


@pytest.fixture
def entry_id(registry: Registry, book: int) -> int:
    registry.save_page(book, PAGE, "f1")
    (made,) = registry.entries(book)
    return made


def made_of(
    registry: Registry, entry_id: int, office: str = "BA", approval: ApprovalPolicy = ASKED
) -> SetExtract:
    """An extract as it is set now, with the next number of the office."""
    state = registry.entry_to_print(entry_id, POLICY, approval).state
    number, today = registry.next_extract(office)
    return SetExtract(
        office, today.year, number, today, "01/2010", "Thử Một", state, "0" * 64, f"%PDF {number}".encode()
    )


def issued(registry: Registry, entry_id: int, asked: ExtractOrder, office: str = "BA") -> IssuedExtract:
    """An extract that is set again until nobody else took its number."""
    while True:
        made = made_of(registry, entry_id, office)
        try:
            return registry.issue_extract(entry_id, made, asked, POLICY, ASKED, author="an")
        except NumberTaken:
            continue


def test_numbers_run_on_for_each_office_and_are_never_given_again(
    registry: Registry, entry_id: int, outsider: Outsider
) -> None:
    first, second = (issued(registry, entry_id, order(f"t{at}")) for at in range(2))
    other = issued(registry, entry_id, order("t9"), "TT")
    assert [one.number for one in (first, second, other)] == [1, 2, 1]
    assert issued(registry, entry_id, order("t1")) == second, "the same form issues one extract"
    void = registry.void_extract(second.extract_id, "sai tên", author="chi")
    assert (void.is_void, void.void_reason, void.voided_by) == (True, "sai tên", "chi")
    with pytest.raises(RegistryError, match="đã hủy"):
        registry.void_extract(second.extract_id, "lần nữa", author="chi")
    assert issued(registry, entry_id, order("t3")).number == 3
    listed = registry.issued_extracts(IssueFilter("BA", most=2), author="an")
    assert ([one.number for one in listed.rows], listed.found) == ([3, 2], 3)
    assert listed.rows[1].void_reason == "sai tên"
    for change in ("DELETE FROM issued_extract", "UPDATE issued_extract SET number = 9"):
        with pytest.raises(Exception, match="append-only"):
            outsider.execute(change)
    assert registry.audit().verify().flaws == ()


def test_an_extract_that_a_wrong_clock_dated_ahead_stops_its_office_until_it_is_void(
    registry: Registry, entry_id: int, outsider: Outsider
) -> None:
    outsider.execute(
        "INSERT INTO issued_extract VALUES (7, 1, 'a', 1, 1, 'birth', 'BA', 2999, 1, '1', 'Thử', '', 'xin', 1, '', '', "
        "'s', 't', 'p', 'x', 'u', 'an', '2999-01-02', '2999-01-02 03:04:05', NULL, NULL)"
    )
    with pytest.raises(RegistryError, match="đang lùi"):
        issued(registry, entry_id, order())
    registry.void_extract(7, "máy sai giờ", author="chi")
    assert issued(registry, entry_id, order()).number == 1


def test_the_file_stays_as_it_was_issued_and_a_void_one_is_not_handed_out(
    registry: Registry, entry_id: int
) -> None:
    line = issued(registry, entry_id, order())
    assert registry.extract_file(line.extract_id, author="an") == (line, b"%PDF 1")
    registry.void_extract(line.extract_id, "sai tên", author="chi")
    with pytest.raises(RegistryError, match="sai tên"):
        registry.extract_file(line.extract_id, author="an")
    assert registry.extract_file(line.extract_id, author="an", even_void=True)[1] == b"%PDF 1"
    with pytest.raises(NotThere):
        registry.extract_file(99, author="an")


def test_an_extract_of_what_is_otherwise_by_now_is_handed_out_only_with_a_word(
    registry: Registry, book: int, entry_id: int, outsider: Outsider
) -> None:
    line = issued(registry, entry_id, order())

    def refused() -> str:
        with pytest.raises(RegistryError) as told:
            registry.extract_file(line.extract_id, author="an")
        (listed,) = registry.issued_extracts(IssueFilter(), author="an").rows
        assert listed.outdated in told.value.message
        again, content = registry.extract_file(line.extract_id, author="an", even_outdated=True)
        assert (again, content) == (listed, b"%PDF 1"), "the file itself is never lost"
        return listed.outdated

    registry.approve_book(book, registry.value_digest(book)[0], author="chi")
    registry.save_page(book, PAGE, "f2")
    assert registry.extract_file(line.extract_id, author="an")[0].outdated == "", "the same, read again"
    amended = registry.amend(
        entry_id, "child_name", "Thử Hai", AmendmentOrder("12/QĐ", "05.03.2020", "Điều 28"), author="an"
    )
    assert "cải chính" in refused()
    registry.withdraw_amendment(entry_id, amended, author="an", reason="nhầm việc")
    assert registry.extract_file(line.extract_id, author="an")[1] == b"%PDF 1"
    number = registry.withdraw(RegistryPart(book), author="chi", reason="nhầm sổ")
    assert "nhầm sổ" in refused()
    registry.reinstate(number, reason="thu hồi nhầm", author="chi")
    registry.save_page(book, page(), "f3")
    assert "đọc lại" in refused()
    registry.save_page(book, PAGE, "f4")
    (found,) = registry.entries(book)
    registry.decide(found, [Verdict("child_name", FieldStatus.READ, "Thử Ba")], author="an")
    assert "quyết định khác" in refused()
    assert registry.audit().verify().flaws == ()


def test_an_extract_that_somebody_inserted_is_not_handed_out(
    registry: Registry, entry_id: int, outsider: Outsider
) -> None:
    """The forger knows the digest of a forged file as well as anybody."""
    line = issued(registry, entry_id, order())
    columns = "book_id, scan_sha256, page_no, row, record, office, year, 2, entry_number, subject, recipient, reason"
    digest = sha256(b"%PDF 1%PDF 1").hexdigest()
    forged = f"copies, signer, signer_title, state, template_sha256, '{digest}', pdf || pdf, 'new'"
    rest = "author, issued_on, issued_at, said, held"
    outsider.execute(
        f"INSERT INTO issued_extract SELECT 9, {columns}, {forged}, {rest} FROM issued_extract"  # noqa: S608
    )
    with pytest.raises(RowTampered):
        registry.extract_file(9, author="an")
    assert registry.extract_file(line.extract_id, author="an")[1] == b"%PDF 1"


def test_a_mark_that_somebody_inserted_makes_no_extract_void(
    registry: Registry, entry_id: int, outsider: Outsider
) -> None:
    line = issued(registry, entry_id, order())
    outsider.execute("INSERT INTO voided_extract VALUES (9, 1, 'sai', 'chi', '2026-01-02 03:04:05')")
    (listed,) = registry.issued_extracts(IssueFilter(), author="an").rows
    assert not listed.is_void
    assert "ngoài chương trình" in listed.outdated
    with pytest.raises(RegistryError, match="ngoài chương trình"):
        registry.extract_file(line.extract_id, author="an")
    assert registry.extract_file(line.extract_id, author="an", even_outdated=True)[1] == b"%PDF 1"


@pytest.mark.parametrize("audit_too", [False, True])
def test_an_extract_whose_void_mark_somebody_deleted_is_not_handed_out(
    registry: Registry, entry_id: int, outsider: Outsider, url: str, audit_too: bool
) -> None:
    intruder = Intruder(outsider, url)
    void, other = (issued(registry, entry_id, order(f"t{at}")) for at in range(2))
    registry.void_extract(void.extract_id, "sai tên", author="chi")
    intruder.execute("DELETE FROM voided_extract")
    if audit_too:
        intruder.execute("UPDATE audit SET rows = '{}' WHERE action = 'extract-voided'")
    for one in (void, other) if audit_too else (void,):
        with pytest.raises(RegistryError, match="dấu hủy bị xóa ngoài chương trình"):
            registry.extract_file(one.extract_id, author="an")
        assert registry.extract_file(one.extract_id, author="an", even_outdated=True)[1]
    if not audit_too:
        assert registry.extract_file(other.extract_id, author="an")[1] == b"%PDF 2"
    named = [(one.kind, one.table) for one in registry.audit().verify().flaws]
    assert audit_too or named == [(FlawKind.ROW_GONE, "voided_extract")]


def test_an_extract_of_an_earlier_version_is_outdated_by_what_was_said_later(
    registry: Registry, entry_id: int
) -> None:
    issued(registry, entry_id, order())
    with registry._writing() as connection:
        (row,) = connection.execute(select(issued_extract)).mappings().all()
        old = dict(row) | {"id": 9, "number": 2, "token": "old", "said": None, "held": None}
        add(connection, issued_extract, [old])
        record(connection, "an", "extract-issued", f"entry:{entry_id}")
    assert registry.extract_file(9, author="an")[1] == b"%PDF 1"
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Ba")], author="an")
    with pytest.raises(RegistryError, match="quyết định khác"):
        registry.extract_file(9, author="an")


def test_a_copy_of_the_registry_holds_the_files(
    registry: Registry, entry_id: int, url: str, tmp_path: Path
) -> None:
    line = issued(registry, entry_id, order())
    target = f"sqlite:///{tmp_path}/copy.db"
    assert copy_registry(url, target, SCHEMAS).flaws == 0
    with Registry.open(target, SCHEMAS) as copy:
        assert copy.extract_file(line.extract_id, author="an") == (line, b"%PDF 1")
        assert copy.audit().verify().flaws == ()


def test_numbers_have_no_gap_when_many_issue_at_once(registry: Registry, entry_id: int) -> None:
    with ThreadPoolExecutor(4) as people:
        lines = list(people.map(lambda at: issued(registry, entry_id, order(f"t{at}")), range(8)))
    assert sorted(one.number for one in lines) == list(range(1, 9))
    files = {registry.extract_file(one.extract_id, author="an")[1] for one in lines}
    assert files == {f"%PDF {number}".encode() for number in range(1, 9)}


def test_nothing_is_issued_of_an_entry_that_changed_since_it_was_set(
    registry: Registry, book: int, entry_id: int
) -> None:
    made = made_of(registry, entry_id)
    amended = AmendmentOrder("12/QĐ", "05.03.2020", "Điều 28")
    number = registry.amend(entry_id, "child_name", "Thử Hai", amended, author="an")
    with pytest.raises(RegistryError, match="đã thay đổi"):
        registry.issue_extract(entry_id, made, order(), POLICY, ASKED, author="an")
    with pytest.raises(RegistryError, match="chưa xong"):
        registry.issue_extract(entry_id, made_of(registry, entry_id), order(), POLICY, ASKED, author="an")
    registry.sign_amendment(entry_id, number, author="binh")
    asked = ApprovalPolicy(book=True)
    with pytest.raises(RegistryError, match="chưa xong"):
        registry.issue_extract(
            entry_id, made_of(registry, entry_id, approval=asked), order(), POLICY, asked, author="an"
        )
    registry.approve_book(book, registry.value_digest(book)[0], author="chi")
    signed = made_of(registry, entry_id, approval=asked)
    registry.issue_extract(entry_id, signed, order(), POLICY, asked, author="an")
    late = made_of(registry, entry_id)
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Ba")], author="an")
    with pytest.raises(RegistryError, match="đã thay đổi"):
        registry.issue_extract(entry_id, late, order("t2"), POLICY, ASKED, author="an")
    registry.withdraw(RegistryPart(book), author="chi", reason="nhầm sổ")
    with pytest.raises(Withdrawn):
        registry.issue_extract(entry_id, late, order("t3"), POLICY, ASKED, author="an")
    assert registry.issued_extracts(IssueFilter(), author="an").found == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"recipient": " "}, "người được cấp"),
        ({"reason": ""}, "lý do cấp"),
        ({"signer": ""}, "người ký"),
        ({"signer_title": ""}, "chức vụ"),
        ({"recipient": "x" * 10_000}, "dài quá"),
        ({"reason": "thử\u202e"}, "lý do cấp"),
        ({"copies": 0}, "Số bản"),
        ({"copies": 10**9}, "Số bản"),
    ],
)
def test_an_order_that_lacks_something_is_refused(wrong: dict[str, Any], told: str) -> None:
    assert checked_order(order(recipient=" Thử   Xin ")).recipient == "Thử Xin"
    with pytest.raises(RegistryError, match=told):
        checked_order(replace(order(), **wrong))


def test_only_supervisors_of_the_place_issue_list_take_and_void(registry: Registry, entry_id: int) -> None:
    line, made = issued(registry, entry_id, order()), made_of(registry, entry_id)
    elsewhere = replace(SUPERVISOR, places=frozenset({"31333"}))
    for one in (CHECKER, elsewhere):
        with pytest.raises(NotYours):
            registry.entry_to_print(entry_id, POLICY, ASKED, one)
        with pytest.raises(NotYours):
            registry.issue_extract(entry_id, made, order("t2"), POLICY, ASKED, author="x", person=one)
        with pytest.raises(NotYours):
            registry.extract_file(line.extract_id, author="x", person=one)
        with pytest.raises(NotYours):
            registry.void_extract(line.extract_id, "thử", author="x", person=one)
    with pytest.raises(NotYours):
        registry.issued_extracts(IssueFilter(), author="x", person=CHECKER)
    assert registry.issued_extracts(IssueFilter(), author="x", person=elsewhere).rows == ()
    assert len(registry.issued_extracts(IssueFilter(), author="x", person=SUPERVISOR).rows) == 1
