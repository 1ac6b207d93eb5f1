"""Places of signatures and notes that are proposed below what is printed."""

from __future__ import annotations

from pipeline.form_design.areas import find_areas
from pipeline.form_design.printed_text import PrintedLabel

LETTER = 0.017


def label(text: str, u0: float, v: float) -> PrintedLabel:
    return PrintedLabel(text, u0, u0 + 0.009 * len(text), v, v - LETTER)


def test_an_officials_stamped_name_does_not_end_the_place_where_it_stands() -> None:
    asked = [label("Người đi khai tử", 0.12, 0.62), label("Người thực hiện", 0.47, 0.62)]
    (whose, whom), _ = find_areas(asked, [*asked, label("Trần Thử", 0.48, 0.76)], [], (0.73,), LETTER)
    assert (whose.box[3], whom.box[3]) == (0.99, 0.99)
    assert whose.box[2] == whom.box[0], "they meet halfway"
    assert whom.stamped, "a red stamp there is looked for until a person says otherwise"


def test_a_further_line_and_a_further_signature_end_it() -> None:
    asked = [label("Chữ ký của chồng", 0.3, 0.5)]
    line, signature = label("Ghi chú:", 0.03, 0.7), label("Người thực hiện", 0.3, 0.8)
    for below in (line, signature):
        (place,), _ = find_areas(asked, [*asked, below], [], (), LETTER)
        assert place.box[3] < below.top
    (notes,), left = find_areas([label("Ghi chú", 0.8, 0.3)], [], [], (0.73,), LETTER)
    assert (notes.label, left, notes.signature) == ("Ghi chú", [], False)
