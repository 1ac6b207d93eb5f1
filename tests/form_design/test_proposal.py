"""What specimen pages propose is what their form declares; of real pixels as of places alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Box, PageImage, PageRef
from pipeline.declarations import schema
from pipeline.declarations.schema import Form
from pipeline.form_design.borrowing import borrow_fields
from pipeline.form_design.design import Design
from pipeline.form_design.field_proposal import propose_fields
from pipeline.form_design.flaws import held_fields
from pipeline.form_design.label_fields import likelier_record
from pipeline.form_design.proposal import FormIdentity, propose_design
from pipeline.form_design.specimen import straighten_page
from pipeline.form_design.specimen_alignment import align_pages
from pipeline.layout.locate.label_matching import fold_label
from pipeline.recognition.ocr.tesseract import TesseractPage
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from tests.form_design.specimens import page_of_form

SCHEMAS = schema.load()
CROWDED = ("adoption-2016", "marital-status-2006")
"""Forms whose blanks stand too close for proposals: two columns without rules, a date in blanks of a centimetre."""
PRINTED = tuple(
    sorted(form.id for form in SCHEMAS.forms.values() if form.layout == "page" and form.id not in CROWDED)
)


def proposed(form: Form, pages: int = 5) -> Design:
    rng = np.random.default_rng(5)
    straight = align_pages([page_of_form(form, rng) for _ in range(pages)])
    return propose_design(straight, FormIdentity("mau-thu", form.record))


def printed(design: Design) -> list[tuple[str, float, float]]:
    return [
        *((one.label, one.start or 0.0, one.at) for one in design.cells if one.label),
        *((one.label, *one.at) for one in design.areas if one.label),
        *((one.label, *one.at) for one in design.checkboxes if one.label),
    ]


def lost_labels(form: Form, design: Design) -> list[str]:
    """The labels of the form that the design has nowhere near their place."""
    there = printed(design)
    return [
        label.text
        for label in form.labels
        if not any(
            abs(u - label.u0) < 0.012
            and abs(v - label.v) < 0.006
            and Levenshtein.normalized_similarity(fold_label(text), fold_label(label.text)) > 0.8
            for text, u, v in there
        )
    ]


def lost_blanks(form: Form, design: Design) -> list[tuple[str, float]]:
    """The blanks of the form that the design has nowhere near their place."""
    blanks = [
        (one.from_, one.to, one.at) for one in design.cells if one.from_ is not None and one.to is not None
    ]
    return [
        (slot.name, piece.v)
        for slot in form.slots
        for piece in slot.pieces
        if not slot.printed
        and not any(
            abs(a - piece.u0) < 0.015 and abs(b - piece.u1) < 0.015 and abs(v - piece.v) < 0.005
            for a, b, v in blanks
        )
    ]


@pytest.mark.parametrize("name", PRINTED)
def test_labels_and_blanks_of_a_form_are_proposed_and_writing_is_not(name: str) -> None:
    form = SCHEMAS.form(name)
    design = proposed(form)
    beside = {box.label for box in form.checkboxes}
    assert [text for text in lost_labels(form, design) if text not in beside] == []
    assert len(lost_blanks(form, design)) <= 1
    known = " ".join(fold_label(label.text) for label in form.labels)
    assert [text for text, _, _ in printed(design) if fold_label(text) not in known.replace(" ", "")] == []
    assert np.allclose(design.rules, form.rules, atol=0.002)
    assert all(one.proposed for one in design.elements())


def test_a_table_is_proposed_with_its_columns_and_rows() -> None:
    form = SCHEMAS.form("birth-table")
    design = proposed(form, pages=2)
    assert form.table is not None
    assert design.table is not None
    assert design.table.rows == form.table.rows
    widths = [column.width for column in form.table.columns]
    assert np.allclose([column.width for column in design.table.columns], widths, atol=0.003)
    assert (design.table.top, design.table.bottom) == pytest.approx(
        (form.table.top, form.table.bottom), abs=0.003
    )


def test_a_rule_that_one_page_alone_shows_outside_its_frame_does_not_move_it() -> None:
    form = SCHEMAS.form("birth-table")
    rng = np.random.default_rng(6)
    pages = [page_of_form(form, rng) for _ in range(3)]
    wrong = replace(pages[2].frame, left=pages[2].frame.left - 30)
    shown = np.sort(np.append(pages[2].upright, wrong.left))
    aligned = align_pages([*pages[:2], replace(pages[2], frame=wrong, upright=shown)])
    assert aligned[2].frame.left == pytest.approx(pages[2].frame.left, abs=2)


def test_a_page_whose_frame_is_not_seen_lies_where_its_words_say() -> None:
    form = SCHEMAS.form("marriage-2006")
    rng = np.random.default_rng(7)
    pages = [page_of_form(form, rng) for _ in range(3)]
    frame = pages[1].frame
    guessed = Box(frame.left + 40, frame.top + 70, frame.right - 90, frame.bottom - 200)
    aligned = align_pages([pages[0], replace(pages[1], frame=guessed, has_frame=False), pages[2]])
    assert (aligned[1].frame.left, aligned[1].frame.bottom) == pytest.approx(
        (frame.left, frame.bottom), abs=8
    )


def fields_at_their_places(form: Form, design: Design) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The fields proposed for blanks of a form, each with those that the form has there."""
    truth = {(piece.v, round(piece.u0, 2)): slot.field_names for slot in form.slots for piece in slot.pieces}
    return [
        (held_fields(cell), fields)
        for cell in design.cells
        for (v, u), fields in truth.items()
        if cell.from_ is not None
        and held_fields(cell)
        and abs(cell.at - v) < 0.004
        and abs(cell.from_ - u) < 0.02
    ]


@pytest.mark.parametrize("name", ["birth-2006", "marriage-2006", "death-2006"])
def test_labels_of_other_forms_announce_the_fields_of_an_unknown_form(name: str) -> None:
    form = SCHEMAS.form(name)
    unknown = replace(SCHEMAS, forms={key: one for key, one in SCHEMAS.forms.items() if key != name})
    design = proposed(form)
    bound = propose_fields(design, unknown)
    pairs = fields_at_their_places(form, bound)
    assert len(pairs) >= 20
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
    assert all(cell.proposed for cell in bound.cells)
    (page,) = (cell for cell in bound.cells if cell.field == "page_number")
    assert (page.label, page.printed) == ("Trang", True)
    kept = borrow_fields(bound, form)
    assert [held_fields(cell) for cell in kept.cells if held_fields(cell)][:5] == [
        held_fields(cell) for cell in bound.cells if held_fields(cell)
    ][:5]


def test_a_register_that_explains_the_print_better_than_the_chosen_one_is_named() -> None:
    unknown = replace(SCHEMAS, forms={key: one for key, one in SCHEMAS.forms.items() if key != "death-2006"})
    design = proposed(SCHEMAS.form("death-2006"))
    assert likelier_record(design.model_copy(update={"record": "birth"}), unknown) == "death"
    assert likelier_record(design, unknown) == ""


def test_what_a_label_alone_does_not_tell_is_doubtful_and_unknown_print_says_so() -> None:
    form = SCHEMAS.form("birth-2006")
    design = proposed(form)
    dark = {"Họ và tên cha:": "Họ và tên:", "Họ và tên mẹ:": "Họ và tên:", "Quê quán:": "Hệ số lương:"}
    cells = [
        cell.model_copy(update={"label": dark.get(cell.label, cell.label)})
        for cell in design.cells
        if not cell.label.startswith("Phần ghi về")
    ]
    bound = propose_fields(design.model_copy(update={"cells": tuple(cells)}), SCHEMAS)
    parents = [cell for cell in bound.cells if (cell.field or "").startswith(("mother_", "father_"))]
    assert all(cell.doubtful for cell in parents)
    (wages,) = (cell for cell in bound.cells if cell.label == "Hệ số lương:")
    assert (held_fields(wages), wages.doubtful) == ((), True)
    assert [cell.doubtful for cell in bound.cells if cell.field == "child_birth_place"] == [False]


@pytest.mark.tesseract
def test_pages_that_were_drawn_and_scanned_propose_their_form() -> None:
    form = SCHEMAS.form("marriage-2006")
    options = SynthOptions(seed=3, entries=2, dpi=130, cover=False)
    pages = [drawing.scan.pixels for drawing in draw_book(form, SCHEMAS, options)]
    reader = TesseractPage()
    straight = [straighten_page(PageImage(PageRef("0" * 64, 1), one, 130.0), reader, (0,)) for one in pages]
    design = propose_design(align_pages(straight), FormIdentity("mau-thu", "marriage"))
    assert all(page.has_frame for page in straight)
    assert len(lost_labels(form, design)) <= 4
    assert len(lost_blanks(form, design)) <= 6
