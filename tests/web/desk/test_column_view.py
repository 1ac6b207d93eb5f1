from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.base.model import FieldStatus, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import ColumnTask, FieldWork, LeasedColumn, SnippetRow
from pipeline.web.desk.column_view import column_view
from pipeline.web.pictures import NO_PICTURES
from tests.registry.pages import SCHEMAS


def column(text: str, *, blind: bool) -> LeasedColumn:
    """One snippet of which somebody has said ``text``."""
    first = None if blind else Verdict("child_birth_place", FieldStatus.READ, text)
    way = Way.BLIND if blind else Way.CHECKED
    work = FieldWork("child_birth_place", way, blind, None, (), None, first, (), None, None)
    task = ColumnTask(1, 1, 1, "", PageRef("a" * 64, 1), 1, work)
    until = datetime(2026, 3, 2, tzinfo=UTC)
    rows = (SnippetRow(first, (task,)),)
    return LeasedColumn(1, "KS.2010.01", "birth", "child_birth_place", Stage.CHECK, until, rows)


@pytest.mark.parametrize(
    ("text", "blind", "width"),
    [
        ("nam", False, "small"),
        ("Bình Giang, Hòn Đất", False, "middle"),
        ("Bình Giang, Hòn Đất", True, "small"),
    ],
)
def test_inputs_have_room_for_what_is_shown_and_tell_nothing_of_what_is_not(
    text: str, blind: bool, width: str
) -> None:
    assert column_view(column(text, blind=blind), {}, SCHEMAS, NO_PICTURES).width == width


def test_the_other_fields_of_a_blank_are_told_under_its_picture() -> None:
    (row,) = column("", blind=False).rows
    (task,) = row.tasks
    beside = {
        "declarant_paper_number": "012345678",
        "declarant_paper_issued_on": "",
        "declarant_paper_type": None,
    }
    shown = replace(column("", blind=False), rows=(replace(row, tasks=(replace(task, beside=beside),)),))
    ((cell,),) = (row.cells for row in column_view(shown, {}, SCHEMAS, NO_PICTURES).rows)
    labels = SCHEMAS.record("birth").by_name
    assert cell.beside == (
        (labels["declarant_paper_number"].label, "012345678"),
        (labels["declarant_paper_issued_on"].label, "trống trên giấy"),
        (labels["declarant_paper_type"].label, "chưa có"),
    )
