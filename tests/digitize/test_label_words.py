"""Label words that were read with a value are cut from it, and the value waits."""

from __future__ import annotations

import pytest

from pipeline.base.model import Hypothesis, LineReading, Writing
from pipeline.declarations.schema import Form
from pipeline.digitize.label_words import without_label_words
from tests.digitize.recognized_fields import SCHEMAS, field, slot_of

FORM = SCHEMAS.form("death-2006")


def read(name: str, *texts: str) -> tuple[list[str], bool]:
    """The texts of the lines of a field after the cut, and whether it counts as cut short."""
    lines = [LineReading(text, 0.9, "hand", hypotheses=(Hypothesis(text, 0.9),)) for text in texts]
    cut = without_label_words(field(slot_of("death-2006", name), lines, Writing.HAND), FORM)
    assert [line.reading.hypotheses[0].text for line in cut.lines] == [
        line.reading.text for line in cut.lines
    ]
    return [line.reading.text for line in cut.lines], cut.region.is_cut_short


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("deceased_residence_place", "cuối cùng trước khi chết: Thôn 3, xã Tân Lợi", "Thôn 3, xã Tân Lợi"),
        ("deceased_residence_place", "cuôi cung trươc khi chêt: Thôn 3", "Thôn 3"),
        ("deceased_residence_place", "trước khi chết Thôn 3", "Thôn 3"),
        ("deceased_nationality", "Quốc tịch: Việt Nam", "Việt Nam"),
        ("deceased_ethnicity", "Kinh Quốc tịch:", "Kinh"),
    ],
)
def test_label_words_are_cut_and_the_value_waits(name: str, text: str, value: str) -> None:
    assert read(name, text) == ([value], True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deceased_residence_place", "Thôn 3, xã Tân Lợi"),
        ("deceased_residence_place", "Cùng Thôn 3"),
        ("deceased_death_place", "Chết: nhà riêng"),
        ("deceased_death_place", "Nơi ở"),
        ("deceased_nationality", "Việt Nam"),
        ("deceased_ethnicity", "Kinh"),
        ("deceased_name", "Lê Thị Tên"),
    ],
)
def test_a_value_that_holds_no_label_stays_as_it_is(name: str, text: str) -> None:
    assert read(name, text) == ([text], False)


def test_only_the_first_line_follows_the_label() -> None:
    lines = ["Thôn 3, xã Tân Lợi", "trước khi chết: huyện Thử"]
    assert read("deceased_residence_place", *lines) == (lines, False)


def test_hypotheses_that_become_alike_are_one() -> None:
    ways = (Hypothesis("Quốc tịch: Việt Nam", 0.5), Hypothesis("Quốc lịch: Việt Nam", 0.3))
    line = LineReading("Quốc tịch: Việt Nam", 0.5, "hand", hypotheses=ways)
    cut = without_label_words(
        field(slot_of("death-2006", "deceased_nationality"), [line], Writing.HAND), FORM
    )
    (hypothesis,) = cut.lines[0].reading.hypotheses
    assert hypothesis.text == "Việt Nam"
    assert hypothesis.chance == pytest.approx(0.8)


@pytest.mark.parametrize(
    "form", [form for form in SCHEMAS.forms.values() if form.layout == "page"], ids=lambda form: form.id
)
def test_a_label_alone_is_no_value(form: Form) -> None:
    for label in form.labels:
        slot = next((slot for slot in form.slots if slot.name == label.slot and slot.pieces), None)
        if slot is None or len(label.text) < 8 or not label.text.endswith(":"):
            continue
        cut = without_label_words(field(slot, [LineReading(label.text, 0.9, "hand")], Writing.HAND), form)
        assert cut.lines[0].reading.text == ""
