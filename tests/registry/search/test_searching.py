"""The search: what is found in which order, for whom, and what is refused."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pipeline.base.model import FieldStatus
from pipeline.registry import NotThere, Registry, RegistryPart, Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.database import Database
from pipeline.registry.search.model import (
    HitState,
    Nearness,
    SearchCriteria,
    SearchHit,
    SearchOptions,
    SearchReason,
    SearchRefused,
    TooManySearches,
)
from pipeline.registry.search.rows import search_request
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import BLIND, Clock, hired, taken
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, entry, page, read
from tests.registry.search.conftest import BOX, fill, inked
from tests.registry.search.people import (
    CHECKER,
    ELSEWHERE,
    REVIEWER,
    SUPERVISOR,
    WHY,
    found,
    in_pages,
    numbers,
)

SPELLED, SAME, SWAPPED, WITHIN, NEAR = Nearness


def hit(registry: Registry, number: str) -> SearchHit:
    (one,) = registry.search(SUPERVISOR, SearchCriteria(number=number), WHY).hits
    return one


def test_exact_names_come_before_near_ones_and_other_places_are_not_found(shelf: Registry) -> None:
    assert found(shelf, CHECKER, name="Nguyễn Văn An") == [
        ("02/2010", SPELLED),
        ("03/2010", SAME),
        ("01/2010", SAME),
        ("04/2010", SWAPPED),
        ("06/2010", WITHIN),
        ("05/2010", NEAR),
    ]
    assert numbers(shelf, ELSEWHERE, name="Nguyễn Văn An") == ["09/2012"]
    assert "09/2012" in numbers(shelf, name="nguyen van an")
    assert numbers(shelf, CHECKER, name="nguyen vam am", number="2") == ["02/2010"]
    assert found(shelf, CHECKER, name="Thị Khác") == [("07/2010", WITHIN)]
    assert numbers(shelf, name="Không Có Ai") == []


def test_all_that_is_asked_must_hold(shelf: Registry) -> None:
    assert numbers(shelf, name="nguyen van an", parents=("tran thi hoa",)) == ["01/2010"]
    assert numbers(shelf, parents=("Lê Thị Đào",)) == ["02/2010"]
    assert numbers(shelf, name="an", parents=("dao", "khong ai")) == []
    assert numbers(shelf, name="Nguyễn Văn An", year_from=2012, year_to=2013) == ["09/2012"]
    assert len(numbers(shelf, name="Nguyễn Văn An", year_from=2009, year_to=2009)) == 6
    assert numbers(shelf, number="1/2010") == numbers(shelf, number="001") == ["01/2010"]
    assert numbers(shelf, number="1/2011") == []
    assert numbers(shelf, volume="3/2012") == numbers(shelf, volume="03") == ["09/2012"]
    assert numbers(shelf, name="nguyen van an", place="noi khac") == ["09/2012"]
    assert numbers(shelf, name="nguyen van an", place="11111") == ["09/2012"]
    assert numbers(shelf, id_number="3210 1.5678") == ["02/2010"]
    assert numbers(shelf, text="trích lục ĐÔNG hoà") == ["01/2010"]
    assert numbers(shelf, text="dong hoa", record="marriage") == []
    assert len(numbers(shelf, text="dong hoa")) == 7


def test_a_place_is_found_by_the_unit_that_answers_for_it_today(registry: Registry) -> None:
    ledger = replace(LEDGER, place="Phường An Hòa", place_code="31120", volume="01/2010")
    book = registry.book_id(ledger, "KS.AnHoa")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
    registry.save_page(book, page(entry(read("entry_number", "01/2010"), read("child_name", "Thử"))), "f1")
    for words in ("phuong an hoa", "cai khe", "31120"):
        assert numbers(registry, number="1", place=words) == ["01/2010"]
    assert numbers(registry, number="1", place="ninh kieu") == []


def test_pages_follow_one_another_without_a_gap_or_a_repetition(shelf: Registry) -> None:
    named = SearchCriteria(name="Nguyễn Văn An")
    whole = numbers(shelf, name="Nguyễn Văn An")
    assert len(whole) == len(set(whole)) == 7
    for size in (1, 2, 3, 7):
        pages = in_pages(shelf, named, size)
        assert [one for some in pages for one in some] == whole
        assert all(len(some) == size for some in pages[:-1])
    assert [len(one) for one in in_pages(shelf, SearchCriteria(text="dong hoa"), 3)] == [3, 3, 1]
    for cursor in ("x", "9.0.1", "0.0.99999999999999999999", "1.2", "٣.0.1"):
        with pytest.raises(SearchRefused, match="từ đầu"):
            shelf.search(SUPERVISOR, named, WHY, after=cursor)


def test_what_waits_is_hidden_and_what_is_not_approved_is_told_so(births: Registry) -> None:
    one = hit(births, "2/2010")
    assert (one.state, one.approved, one.settled) == (HitState.ACCEPTED, False, False)
    births.decide(one.entry_id, [Verdict("child_name", FieldStatus.READ, "Nguyễn Văn Ẩn")], author="an")
    assert numbers(births, name="Nguyễn Văn Ẩn")[0] == "02/2010"
    book = one.book_id
    births.approve_book(book, births.value_digest(book)[0], author="lan")
    for _ in range(2):
        assert hit(births, "2/2010").approved
    births.decide(one.entry_id, [Verdict("child_name", FieldStatus.READ, "Nguyễn Văn Út")], author="an")
    assert not hit(births, "2/2010").approved
    waiting = entry(read("entry_number", "20/2010"), read("child_name", "Đang Chờ", accepted=False))
    births.save_page(book, page(waiting, page_no=2), "f1")
    assert numbers(births, name="Đang Chờ") == []
    left = hit(births, "20/2010")
    assert (left.state, left.waiting, left.settled) == (HitState.WAITING, 1, False)
    (child,) = left.people
    assert (child.name, child.waits, child.matches) == ("", True, False)


def test_what_was_changed_behind_the_programs_back_is_settled_for_nobody(
    registry: Registry, outsider: Outsider
) -> None:
    fill(registry)
    before = hit(registry, "2/2010")
    registry.approve_book(before.book_id, registry.value_digest(before.book_id)[0], author="lan")
    assert hit(registry, "2/2010").settled
    change = "UPDATE birth_record SET registered_on = '{}' WHERE entry_id = 2"
    assert before.entry_id == 2
    outsider.execute(change.format("06.03.2019"))
    state = {one.number: (one.state, one.settled) for one in named(registry, "Nguyễn Văn An")}
    assert state["02/2010"] == (HitState.ALTERED, False)
    assert {one for number, one in state.items() if number not in ("02/2010", "09/2012")} == {
        (HitState.ACCEPTED, True)
    }
    outsider.execute(change.format("06.03.2010"))
    assert hit(registry, "2/2010").settled


def named(registry: Registry, name: str) -> tuple[SearchHit, ...]:
    return registry.search(SUPERVISOR, SearchCriteria(name=name), WHY).hits


def test_nothing_withdrawn_is_found(births: Registry) -> None:
    one = hit(births, "2/2010")
    number = births.withdraw(RegistryPart(one.book_id, SCAN, 1, 1), reason="ghi hai lần", author="lan")
    assert numbers(births, number="2/2010") == []
    assert "02/2010" not in numbers(births, name="Nguyễn Văn An")
    births.reinstate(number, reason="thu hồi nhầm", author="lan")
    assert numbers(births, name="Nguyễn Văn An")[0] == "09/2012"
    assert "02/2010" in numbers(births, name="Nguyễn Văn An")


def test_the_audit_tells_who_searched_and_why_and_whom_they_saw_but_no_name(
    births: Registry, sqlite_url: str
) -> None:
    result = births.search(CHECKER, SearchCriteria(name="Nguyễn Văn An", number="2"), WHY)
    (row,) = births.audit().recent(1)
    assert (row.actor, row.action, row.subject) == ("hai", "searched", f"search:{result.request_id}")
    with closing(Database(sqlite_url, 5.0)) as database, database.reading() as connection:
        detail, kept = (
            connection.execute(one).all() for one in (select(audit.c.detail), select(search_request))
        )
    told = json.loads(detail[-1].detail)
    assert told == {"purpose": "citizen", "criteria": ["name", "number"], "found": 1}
    assert (kept[-1].author, kept[-1].reason, kept[-1].found) == ("hai", "HS 12/2026", [2])
    assert not any("nguyễn" in str(row).casefold() for row in (*detail, *kept))
    assert births.audit().verify().passed
    (one,) = result.hits
    asked = births.ink_of_hit(CHECKER, result.request_id, one.entry_id, "child_name")
    assert (asked.book_id, asked.box) == (one.book_id, BOX)
    later = datetime.now(UTC) + timedelta(minutes=31)
    for person, request_id, entry_id, field, at in (
        (SUPERVISOR, result.request_id, one.entry_id, "child_name", None),
        (CHECKER, result.request_id, one.entry_id + 1, "child_name", None),
        (CHECKER, result.request_id + 1, one.entry_id, "child_name", None),
        (CHECKER, result.request_id, one.entry_id, "mother_name", None),
        (CHECKER, result.request_id, one.entry_id, "entry_number", None),
        (CHECKER, result.request_id, one.entry_id, "child_name", lambda: later),
    ):
        with pytest.raises(NotThere):
            births.ink_of_hit(person, request_id, entry_id, field, now=at)
    with pytest.raises(NotYours):
        births.ink_of_hit(REVIEWER, result.request_id, one.entry_id, "child_name")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "ít nhất một điều"),
        ({"year_from": 2010}, "ít nhất một điều"),
        ({"place": "00000"}, "ít nhất một điều"),
        ({"name": "…"}, "không có chữ hay số"),
        ({"name": "a" * 10_000}, "dài quá 200"),
        ({"name": "a " * 20}, "quá 12 chữ"),
        ({"text": "a\u202eb"}, "chữ trong ghi chú"),
        ({"name": "a\x00b"}, "họ tên"),
        ({"name": "an", "year_from": 12}, "Năm 12"),
        ({"name": "an", "year_from": 2011, "year_to": 2010}, "lớn hơn"),
        ({"parents": ("a", "b", "c")}, "hai người"),
    ],
)
def test_too_little_or_too_much_is_refused_in_words(
    quiet: Registry, asked: dict[str, object], words: str
) -> None:
    with pytest.raises(Exception, match=words):
        quiet.search(SUPERVISOR, SearchCriteria(**asked), WHY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (SearchReason("", "HS 12"), "mục đích"),
        (SearchReason("curiosity", "HS 12"), "mục đích"),
        (SearchReason("citizen", "  "), "lý do"),
        (SearchReason("citizen", "x" * 301), "300"),
        (SearchReason("citizen", "HS\u200b12"), "lý do"),
    ],
)
def test_a_search_without_a_reason_is_refused(quiet: Registry, reason: SearchReason, words: str) -> None:
    with pytest.raises(Exception, match=words):
        quiet.search(SUPERVISOR, SearchCriteria(name="an"), reason)


def test_who_may_not_search_finds_nothing_and_who_searches_too_often_has_to_wait(quiet: Registry) -> None:
    with pytest.raises(NotYours):
        quiet.search(REVIEWER, SearchCriteria(name="an"), WHY)
    at = [datetime(2026, 3, 1, tzinfo=UTC)]
    few = SearchOptions(most=2)
    for _ in range(2):
        quiet.search(CHECKER, SearchCriteria(name="an"), WHY, options=few, now=lambda: at[0])
    with pytest.raises(TooManySearches, match="10 phút"):
        quiet.search(CHECKER, SearchCriteria(name="an"), WHY, options=few, now=lambda: at[0])
    quiet.search(SUPERVISOR, SearchCriteria(name="an"), WHY, options=few, now=lambda: at[0])
    at[0] += timedelta(minutes=11)
    quiet.search(CHECKER, SearchCriteria(name="an"), WHY, options=few, now=lambda: at[0])


def test_readings_that_nobody_reviewed_are_found_by_supervisors_who_then_do_not_key_them(
    registry: Registry,
) -> None:
    fill(registry)
    people = hired(registry, Clock(), lan=Role.SUPERVISOR, hai=Role.CHECKER, moi=Role.REVIEWER)
    lan, hai, desk = people["lan"], people["hai"], registry.desk(BLIND)
    waiting = entry(
        read("entry_number", "20/2010", accepted=False),
        inked("child_name", "Đỗ Văn Chờ", accepted=False),
        read("mother_name", "Lý Thị Đã Nhận"),
        read("notes", "Đăng ký quá hạn", accepted=False),
    )
    registry.save_page(1, page(waiting, page_no=2), "f1")
    entry_id = max(registry.entries(1))

    def told(**asked: Any) -> list[str]:
        asked_all = SearchCriteria(**asked, unreviewed=True)
        result = registry.search(lan, asked_all, WHY)
        assert entry_id not in {one.entry_id for one in result.hits} or not result.unreviewed
        return [one.number for one in result.unreviewed]

    assert registry.compare_search_index(mend=False).agrees
    assert registry.search(lan, SearchCriteria(name="Đỗ Văn Chờ"), WHY).unreviewed == ()
    with pytest.raises(NotYours):
        registry.search(hai, SearchCriteria(name="Đỗ Văn Chờ", unreviewed=True), WHY)
    task = taken(desk, lan)  # it is in her hand: she might key it blind
    held = registry.search(lan, SearchCriteria(name="do van cho", unreviewed=True), WHY)
    assert (held.unreviewed, held.more_unreviewed) == ((), False)  # nothing tells that her guess is right
    desk.hand_back(lan, task.task_id)
    for asked in (
        {"name": "Đỗ Văn Chờ"},
        {"name": "do cho"},
        {"name": "do van che"},
        {"name": "Chờ", "parents": ("Ly Thi Da Nhan",)},
        {"name": "Lý Thị Đã Nhận", "number": "20/2010"},
        {"number": "20"},
        {"text": "qua han"},
    ):
        assert told(**asked) == ["20/2010"], asked
    assert told(name="Lý Thị Đã Nhận") == told(name="cho", year_from=2011) == []
    (hit,) = registry.search(lan, SearchCriteria(name="cho", unreviewed=True), WHY).unreviewed
    (child, _) = hit.people
    assert (child.name, child.unreviewed, hit.unreviewed) == (
        "Đỗ Văn Chờ",
        True,
        frozenset({"child_name", "entry_number"}),
    )
    assert desk.next_task(lan) is None
    desk.hand_back(hai, taken(desk, hai).task_id)
    registry.accounts().deactivate("moi")
    desk.hand_back(lan, taken(desk, lan).task_id)  # too few others are left
    assert registry.search(lan, SearchCriteria(name="cho", unreviewed=True), WHY).unreviewed == ()
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Đỗ Văn Chờ")], author="an")
    assert numbers(registry, name="do van cho") == [""]
    assert registry.search(lan, SearchCriteria(name="do van cho", unreviewed=True), WHY).unreviewed == ()
    registry.withdraw(RegistryPart(1, SCAN, 2), author="lan", reason="nhầm sổ")
    assert registry.search(lan, SearchCriteria(text="qua han", unreviewed=True), WHY).unreviewed == ()
    assert registry.compare_search_index(mend=False).agrees
