"""The notes column: blank under half a seal of any red, and never blank where something is written."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import STAMPED, FieldStatus, StampKind
from pipeline.training.synthetic_pages import stamps
from pipeline.training.synthetic_pages.blank_writing import SheetWriter, write_line
from pipeline.training.synthetic_pages.stamps import round_seal
from tests.digitize.pages import SCHEMAS
from tests.digitize.written_pages import Writing, drawn_sheet, fields_of, looked_at, on_line, slot_of

pytestmark = pytest.mark.tesseract

FORM = SCHEMAS.form("birth-2006")
VALUES = (on_line("child_name", "Lê Thị Thử"), on_line("child_birth_place", "xã Tân Lợi"))
DARK_RED = (90, 40, 60)


def half_sealed(writer: SheetWriter) -> None:
    sheet = writer.sheet
    edge = sheet.size[0] + sheet.mm(1)
    round_seal(sheet, "ủy ban nhân dân xã thử", edge, sheet.y(0.4), np.random.default_rng(3), 0.85)


def note(x: float, v: float) -> Writing:
    """A note that begins so many mm behind the rule, at that share of the frame's height."""

    def write(writer: SheetWriter) -> None:
        sheet, notes = writer.sheet, slot_of(FORM, "notes")
        assert notes.area is not None
        write_line(
            writer, notes, "Cải chính 2012", sheet.x(notes.area[0]) + sheet.mm(x), sheet.y(v), scale=0.9
        )

    return write


def test_notes_under_half_a_dark_seal_are_blank_and_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "RED", DARK_RED)
    result = looked_at(drawn_sheet(FORM, (*VALUES, half_sealed)), FORM.id)
    reading = fields_of(result)["notes"]
    assert [stamp.kind for stamp in result.stamps] == [StampKind.STRADDLE]
    assert reading.status is FieldStatus.BLANK
    assert reading.accepted
    (told,) = (one for one in result.entries[0].findings if one.code == STAMPED and "notes" in one.fields)
    assert told.details == {"stamp": "nửa dấu giáp lai ở mép trang"}


@pytest.mark.parametrize("place", [(18.0, 0.41), (14.0, 0.057)], ids=["across a seal", "beside the label"])
def test_a_note_is_seen_wherever_it_is_written(
    place: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "RED", DARK_RED)
    result = looked_at(drawn_sheet(FORM, (*VALUES, half_sealed, note(*place))), FORM.id)
    assert not fields_of(result)["notes"].accepted
