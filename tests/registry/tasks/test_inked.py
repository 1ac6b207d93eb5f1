"""Of which fields the desk says that there is ink, so that a blank is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import COPIED, TYPED, Box, FieldReading, FieldStatus
from pipeline.registry.entries.current_readings import hidden_reading
from pipeline.registry.tasks.visibility import fields_of_shared_ink, fields_of_shared_slots, has_own_ink
from tests.registry.pages import SCHEMAS

PLACE = Box(10, 10, 200, 40)
READ = FieldReading("child_name", FieldStatus.READ, "Trần Thị Thử", box=PLACE, lines=(PLACE,))
UNREAD = replace(READ, status=FieldStatus.UNREADABLE, text="")
BLANK = FieldReading("child_name", FieldStatus.BLANK, confidence=1.0, box=PLACE)


@pytest.mark.parametrize("status", [FieldStatus.READ, FieldStatus.STRUCK_THROUGH])
def test_what_was_read_on_the_page_is_ink_of_its_field(status: FieldStatus) -> None:
    reading = replace(READ, status=status)
    assert has_own_ink(reading, is_shared=False)
    assert has_own_ink(reading, is_shared=True)


def test_a_line_that_nobody_could_read_is_ink_unless_it_may_be_of_another_field_of_the_slot() -> None:
    assert has_own_ink(UNREAD, is_shared=False)
    assert not has_own_ink(UNREAD, is_shared=True)


def test_ink_left_over_beside_an_empty_line_is_none() -> None:
    assert not has_own_ink(replace(UNREAD, lines=()), is_shared=False)


@pytest.mark.parametrize("engine", [TYPED, COPIED])
def test_where_no_machine_has_looked_there_is_none(engine: str) -> None:
    assert not has_own_ink(replace(UNREAD, engine=engine), is_shared=False)


def test_what_the_cover_says_is_no_ink_of_the_page() -> None:
    assert not has_own_ink(replace(READ, box=None, lines=()), is_shared=False)


def test_a_blank_is_none_whether_or_not_its_reading_is_hidden() -> None:
    assert not has_own_ink(BLANK, is_shared=False)
    assert not has_own_ink(hidden_reading(BLANK), is_shared=False)
    assert has_own_ink(hidden_reading(READ), is_shared=False)


def test_fields_that_were_cut_from_the_same_lines_share_their_ink() -> None:
    title, place = replace(UNREAD, field="signer_title"), replace(BLANK, field="notes")
    other = replace(UNREAD, field="mother_name", lines=(Box(10, 80, 200, 110),))
    assert fields_of_shared_ink([UNREAD, title, place, other]) == {"child_name", "signer_title"}


def test_papers_and_officers_share_their_slots() -> None:
    shared = fields_of_shared_slots(SCHEMAS.forms["birth-2016"])
    assert "child_name" not in shared
    assert {"signer_name", "signer_title"} <= shared
    assert fields_of_shared_slots(None) == frozenset()
