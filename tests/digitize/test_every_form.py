"""Every form, drawn as a scanner delivers it and read with the real engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.model import FieldStatus, PageImage, PageKind, PageRef, PageResult, Writing
from pipeline.declarations.schema import Form
from pipeline.layout.imaging.overlay import draw_overlay
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER, PENS, HandStyle, draw_hand_style
from tests.digitize.pages import (
    DPI,
    PAGE_FORMS,
    SCHEMAS,
    TABLE_FORMS,
    DrawnPage,
    digitized,
    drawn,
    held,
    read,
    readings,
    statuses,
)

pytestmark = pytest.mark.tesseract

TILTED = [(form, 1, -4.0) for form in PAGE_FORMS] + [(form, 2, 4.0) for form in PAGE_FORMS]
"""Form, seed and tilt of the pages by hand."""


def tilted_pages() -> Iterator[tuple[DrawnPage, PageResult]]:
    for form, seed, tilt in TILTED:
        yield drawn(form, seed, tilt=tilt), read(form, seed, tilt=tilt)


def tables() -> Iterator[tuple[DrawnPage, PageResult]]:
    for form in TABLE_FORMS:
        yield drawn(form, scanner="mild"), read(form, scanner="mild")


def every_page() -> Iterator[tuple[DrawnPage, PageResult]]:
    yield from tilted_pages()
    yield from tables()


def test_every_page_is_known_for_what_it_is_and_set_level() -> None:
    for (form, _, tilt), (_, result) in zip(TILTED, tilted_pages(), strict=True):
        assert (result.kind, result.form, result.turn) == (PageKind.ENTRIES, form, 0)
        assert result.skew == pytest.approx(tilt, abs=0.35)
        assert result.frame is not None
    for form, (page, result) in zip(TABLE_FORMS, tables(), strict=True):
        assert (result.kind, result.form, result.turn) == (PageKind.ENTRIES, form, 0)
        assert len(result.entries) == len(page.drawing.page.entries)


def test_no_page_is_parted_or_taken_for_half_of_two() -> None:
    for _, result in tilted_pages():
        codes = {one.code for one in (*result.findings, *result.entries[0].findings)}
        assert codes.isdisjoint({"PAGE-SPREAD", "PAGE-HALF"})
        assert [entry.row for entry in result.entries] == [0]


def test_every_field_of_the_form_has_one_reading() -> None:
    for page, result in every_page():
        wanted = {(row, name) for row, name in page.texts}
        assert wanted <= set(readings(result))
        for entry in result.entries:
            names = [reading.field for reading in entry.readings]
            assert len(names) == len(set(names))


def test_at_least_98_of_100_lines_of_ink_lie_in_their_fields_boxes() -> None:
    covered = [
        (page.form.id, field, share) for page, result in tilted_pages() for field, share in held(page, result)
    ]
    missed = [line for line in covered if line[2] < 0.9]
    assert len(covered) > 350
    assert len(missed) <= 0.02 * len(covered), missed


def test_at_least_98_of_100_lines_of_ink_lie_in_their_cells_boxes() -> None:
    covered = [share for page, result in tables() for _, share in held(page, result)]
    assert sum(share >= 0.9 for share in covered) >= 0.98 * len(covered)


def missed_values(page: DrawnPage, result: PageResult) -> list[tuple[str, tuple[int, str]]]:
    """Values on paper that the machine calls blank."""
    found = statuses(result)
    return [
        (page.form.id, key) for key, text in page.texts.items() if text and found[key] is FieldStatus.BLANK
    ]


def made_up_values(page: DrawnPage, result: PageResult) -> list[tuple[str, tuple[int, str]]]:
    """Blanks without any ink, the fields of a shared one counted each, in which the machine sees some."""
    found = statuses(result)
    return [
        (page.form.id, key)
        for key in page.texts
        if key not in page.inked and found[key] not in (FieldStatus.BLANK, FieldStatus.UNREADABLE)
    ]


def doubted_blanks(page: DrawnPage, result: PageResult) -> list[tuple[str, tuple[int, str]]]:
    """Blanks without any ink of which the machine says that it is not sure."""
    found = statuses(result)
    return [
        (page.form.id, key)
        for key in page.texts
        if key not in page.inked and found[key] is FieldStatus.UNREADABLE
    ]


def test_no_value_of_a_page_is_called_blank() -> None:
    assert not [flaw for page, result in tilted_pages() for flaw in missed_values(page, result)]


def test_no_value_of_a_table_is_called_blank() -> None:
    assert not [flaw for page, result in tables() for flaw in missed_values(page, result)]


def test_blanks_of_pages_are_called_blank() -> None:
    assert len([key for page, _ in tilted_pages() for key in page.texts if key not in page.inked]) > 40
    assert not [flaw for page, result in tilted_pages() for flaw in made_up_values(page, result)]
    doubted = [one for page, result in tilted_pages() for one in doubted_blanks(page, result)]
    assert len(doubted) <= 4, doubted


def test_blank_cells_of_tables_are_called_blank() -> None:
    assert not [flaw for page, result in tables() for flaw in made_up_values(page, result)]
    doubted = [one for page, result in tables() for one in doubted_blanks(page, result)]
    assert len(doubted) <= 2, doubted


def test_no_handwritten_value_is_ever_accepted() -> None:
    handwritten = 0
    for _, result in every_page():
        for reading in readings(result).values():
            if reading.writing is Writing.HAND:
                handwritten += 1
                assert not reading.accepted
    assert handwritten > 300


def pressed(form: Form) -> set[str]:
    """Fields whose value no hand may have written: printed by the press, ticked, or stamped."""
    fields = {box.field for box in form.boxes}
    return fields.union(*(slot.field_names for slot in form.slots if slot.printed or slot.stamped))


def accepted_values(result: PageResult) -> list[tuple[tuple[int, str], str]]:
    """What may enter the record of what was read on the page."""
    return [
        (key, reading.text)
        for key, reading in readings(result).items()
        if reading.accepted and reading.status is FieldStatus.READ and reading.engine != "ledger"
    ]


def test_what_is_accepted_of_a_page_by_hand_is_print_a_stamp_or_a_mark_and_is_right() -> None:
    of_form: dict[str, int] = dict.fromkeys(PAGE_FORMS, 0)
    for page, result in tilted_pages():
        accepted = accepted_values(result)
        assert {name for (_, name), _ in accepted} <= pressed(page.form)
        assert all(text == page.texts[key] for key, text in accepted)
        of_form[result.form] += len(accepted)
    assert all(of_form.values())


NEAT = ("pangolin/Pangolin_400Regular", "patrick-hand/PatrickHand_400Regular")


@pytest.mark.parametrize("file", NEAT)
def test_nothing_of_a_page_in_a_neat_upright_hand_is_accepted(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = next(pen for pen in PENS if pen.file == f"{file}.ttf")

    def neat(rng: np.random.Generator, *_: object) -> HandStyle:
        hand = draw_hand_style(rng)
        return replace(
            hand, font=PEN_FOLDER / pen.file, size=pen.size, joined=pen.joined, weight=pen.weight,
            slant=0.0, unrest=0.5, drift=0.0, capitals=pen.capitals,
        )  # fmt: skip

    monkeypatch.setattr("pipeline.training.synthetic_pages.book.draw_hand_style", neat)
    page = drawn.__wrapped__("birth-2006", 3, "mild")
    accepted = {name for (_, name), _ in accepted_values(digitized(page))}
    assert accepted <= pressed(page.form)


def test_no_entry_by_hand_enters_the_record_without_a_person() -> None:
    assert not any(entry.accepted for _, result in every_page() for entry in result.entries)


def test_only_struck_values_are_called_struck() -> None:
    struck = [
        (page.form.id, key)
        for page, result in every_page()
        for key, status in statuses(result).items()
        if status is FieldStatus.STRUCK_THROUGH and key not in page.struck
    ]
    total = sum(len(statuses(result)) for _, result in every_page())
    assert len(struck) <= 0.01 * total, struck


def test_labels_are_placed_all_and_most_are_read() -> None:
    for page, result in tilted_pages():
        texts = [label.text for label in page.form.labels if label.text]
        assert [label.text for label in result.labels] == texts
        assert sum(label.score > 0 for label in result.labels) > 0.6 * len(texts)


def test_boxes_lie_on_the_straight_page() -> None:
    for _, result in every_page():
        width, height = result.size
        for reading in readings(result).values():
            for box in (reading.box, *reading.lines) if reading.box else ():
                assert box.left < box.right
                assert box.top < box.bottom
                assert -0.02 * width < box.left < width
                assert -0.02 * height < box.top < height


def test_the_same_page_gives_the_same_result() -> None:
    form, seed, tilt = TILTED[0]
    first, again = read(form, seed, tilt=tilt), digitized(drawn(form, seed, tilt=tilt))
    assert readings(first) == readings(again)
    assert (first.matrix == again.matrix).all()


def test_the_debug_picture_is_as_large_as_the_straight_page() -> None:
    for form, seed, tilt in TILTED[:1]:
        page, result = drawn(form, seed, tilt=tilt), read(form, seed, tilt=tilt)
        picture = draw_overlay(PageImage(PageRef("0" * 64, 1), page.pixels, DPI), result, SCHEMAS)
        assert picture.shape == (result.size[1], result.size[0], 3)
        assert len(set(map(tuple, picture[::7, ::7].reshape(-1, 3)[:5000].tolist()))) > 50
