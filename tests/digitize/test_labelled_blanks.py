"""The place of a value belongs to the label printed beside it; a blank that no label vouches for is not accepted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import Form
from tests.digitize.pages import SCHEMAS
from tests.digitize.written_pages import Writing, drawn_sheet, fields_of, found, looked_at, on_line

pytestmark = pytest.mark.tesseract

FORM = SCHEMAS.form("birth-2006")
VALUES: tuple[Writing, ...] = (
    on_line("entry_number", "15"),
    on_line("child_name", "Lê Thị Thử Nghiệm"),
    on_line("child_birth_place", "xã Tân Lợi", start=0.1),
)


def printed(levels: Mapping[float, float], labels: Mapping[str, str] | None = None) -> Form:
    """The form as another press prints it: lines at other levels, labels in other words."""
    declared = FORM.model_dump(by_alias=True)
    for line in declared["line"]:
        line["at"] = levels.get(line["at"], line["at"])
        for cell in line["cells"]:
            cell["label"] = (labels or {}).get(cell["label"], cell["label"])
    return Form.model_validate(declared)


def test_a_blank_is_looked_for_beside_its_own_label_where_that_was_read() -> None:
    form = printed({-0.035: -0.056})
    sheet = drawn_sheet(form, (*VALUES, on_line("page_number", "27")))
    written = next(ink.box for ink in sheet.inks if ink.fields == ("page_number",))
    result = looked_at(sheet, FORM.id)
    reading = fields_of(result)["page_number"]
    assert reading.status is not FieldStatus.BLANK
    assert reading.box is not None
    assert written.height * 0.8 < reading.box.height < written.height * 2


def test_a_blank_beside_which_no_label_was_read_is_not_accepted() -> None:
    hidden = {"Nơi sinh:": "Xxxx xxxx", "Trang": "Zzzz"}
    result = looked_at(drawn_sheet(printed({}, hidden), VALUES[:2]), FORM.id)
    blank, hidden_blank = (fields_of(result)[name] for name in ("child_native_place", "child_birth_place"))
    assert blank.status is FieldStatus.BLANK
    assert blank.accepted
    assert not hidden_blank.accepted
    assert not fields_of(result)["page_number"].accepted
    assert {"child_birth_place", "page_number"} <= found(result, "LABEL-UNREAD")
    assert "child_native_place" not in found(result, "LABEL-UNREAD")
