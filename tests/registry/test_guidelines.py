"""Guidelines beside a field: versions, examples by place, and nothing that tells what is still to be keyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.registry import NotThere, Registry, RegistryPart
from pipeline.registry.accounts.model import Role
from pipeline.registry.guidelines import GuidedField
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import CHECKED, PLACE, REVIEWER, SUPERVISOR, Clock, doubtful, person, taken
from tests.registry.pages import LEDGER, SCAN, entry, page, read

NOTES = GuidedField("birth", "notes")
OF_FORM = replace(NOTES, form="birth-2006")
HERE = person(21, Role.SUPERVISOR, frozenset({PLACE}))
ELSEWHERE = person(41, Role.SUPERVISOR, frozenset({"99999"}))
REGION = Box(10, 10, 60, 40)


def test_versions_are_kept_and_the_desk_shows_the_general_one_before_that_of_the_form(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    desk = registry.desk(CHECKED, now=clock)
    assert taken(desk, REVIEWER).guided == frozenset()
    desk.write_guideline(SUPERVISOR, OF_FORM, "Chép cả con dấu.", without=(), seen=0, token="t1")
    desk.write_guideline(SUPERVISOR, NOTES, "Chép đủ.", without=(), seen=0, token="t2")
    desk.write_guideline(SUPERVISOR, NOTES, "gửi hai lần", without=(), seen=0, token="t2")
    beside = desk.guidelines_beside(REVIEWER, "birth", "notes", LEDGER.form)
    assert [one.text for one in beside] == ["Chép đủ.", "Chép cả con dấu."]
    assert desk.held(REVIEWER)[0].guided == {"notes"}
    with pytest.raises(RegistryError, match="vừa được người khác sửa"):
        desk.write_guideline(SUPERVISOR, NOTES, "Đè lên", without=(), seen=0, token="t3")
    desk.write_guideline(SUPERVISOR, NOTES, "", without=(), seen=beside[0].guideline_id, token="t4")
    assert [one.text for one in desk.guidelines_beside(REVIEWER, "birth", "notes", "")] == []
    assert [(one.version, one.text) for one in desk.guideline_versions(SUPERVISOR, NOTES)] == [
        (2, ""),
        (1, "Chép đủ."),
    ]
    assert [one.guided for one in desk.guideline_list(SUPERVISOR)] == [OF_FORM]


def test_an_example_comes_from_a_settled_page_and_is_shown_in_its_place_alone(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    registry.save_page(book, page(entry(read("notes", "Đăng ký lại")), page_no=2), "f1")
    desk, settled = registry.desk(CHECKED, now=clock), PageRef(SCAN, 2)
    with pytest.raises(RegistryError, match="còn nhiệm vụ chờ"):
        desk.add_example(HERE, NOTES, book, PageRef(SCAN, 1), REGION, "Dấu", "t1")
    desk.add_example(HERE, NOTES, book, settled, REGION, "Dấu đăng ký lại", "t1")
    desk.add_example(HERE, NOTES, book, settled, REGION, "gửi hai lần", "t1")
    (shown,) = desk.guidelines_beside(REVIEWER, "birth", "notes", "")
    (example,) = shown.examples
    assert (example.caption, desk.guideline_example(REVIEWER, shown.guideline_id, 0)) == (
        "Dấu đăng ký lại",
        example,
    )
    there = person(42, Role.REVIEWER, frozenset({"99999"}))
    assert desk.guidelines_beside(there, "birth", "notes", "") == ()
    with pytest.raises(NotThere):
        desk.guideline_example(there, shown.guideline_id, 0)
    desk.write_guideline(
        ELSEWHERE, NOTES, "Chép đủ.", without=(0,), seen=shown.guideline_id, token="t2"
    )  # they cannot leave out what they do not see
    (now,) = desk.guidelines_beside(REVIEWER, "birth", "notes", "")
    assert [one.caption for one in now.examples] == ["Dấu đăng ký lại"]
    registry.withdraw(RegistryPart(book, SCAN, 2), author="chi", reason="nhầm")
    assert desk.guidelines_beside(REVIEWER, "birth", "notes", "")[0].examples == ()
    with pytest.raises(NotThere, match="thu hồi"):
        desk.guideline_example(REVIEWER, now.guideline_id, 0)
    acts = [row.action for row in registry.audit().recent(100)]
    assert (acts.count("guideline-written"), acts.count("example-shown")) == (2, 1)


def test_only_supervisors_write_and_only_for_fields_that_are_there(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(entry(read("notes", "Đăng ký lại"))), "f1")
    desk = registry.desk(CHECKED, now=clock)
    with pytest.raises(NotYours):
        desk.write_guideline(REVIEWER, NOTES, "x", without=(), seen=0, token="t1")
    with pytest.raises(NotYours):
        desk.add_example(ELSEWHERE, NOTES, book, PageRef(SCAN, 1), REGION, "x", "t1")
    for nothing in (GuidedField("birth", "khong_co"), replace(NOTES, form="marriage-2006")):
        with pytest.raises(NotThere):
            desk.write_guideline(SUPERVISOR, nothing, "x", without=(), seen=0, token="t1")
    with pytest.raises(RegistryError, match="nhiều nhất là 4000"):
        desk.write_guideline(SUPERVISOR, NOTES, "x" * 4001, without=(), seen=0, token="t1")


def test_an_example_of_a_page_that_waits_again_tells_nobody_what_to_key(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(entry(read("notes", "Đăng ký lại"))), "f1")
    desk = registry.desk(CHECKED, now=clock)
    desk.add_example(HERE, NOTES, book, PageRef(SCAN, 1), REGION, "Ghi là: Đăng ký lại", "t1")
    (shown,) = desk.guidelines_beside(REVIEWER, "birth", "notes", "")
    registry.save_page(book, page(doubtful("notes")), "f2")
    assert taken(desk, REVIEWER).fields[0].field == "notes"
    assert desk.guidelines_beside(REVIEWER, "birth", "notes", "") == ()
    with pytest.raises(NotThere, match="chờ rà soát lại"):
        desk.guideline_example(REVIEWER, shown.guideline_id, 0)
    desk.write_guideline(HERE, NOTES, "Chép đủ.", without=(0,), seen=shown.guideline_id, token="t2")
    registry.save_page(book, page(entry(read("notes", "Đăng ký lại"))), "f3")
    (now,) = desk.guidelines_beside(REVIEWER, "birth", "notes", "")
    assert [one.caption for one in now.examples] == ["Ghi là: Đăng ký lại"]
