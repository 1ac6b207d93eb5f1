"""Pages on which handwriting runs over most of the print."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Word
from pipeline.declarations.schema import Form
from pipeline.digitize.context import DigitizeOptions
from pipeline.digitize.match import match_labels, rivals_of
from pipeline.layout.imaging.geometry import deskew
from pipeline.layout.locate import form_fit as fitting
from pipeline.layout.locate.label_matching import find_label_candidates, fold_label
from tests.layout.locate.forms import PAGE_FORMS, SCHEMAS, SIZE, at, placing, words_of

OPTIONS = DigitizeOptions()
LEVEL = deskew.deskew(np.full((SIZE[1], SIZE[0]), 255, np.uint8), 1.0, 0, 30.0, 200.0)


def hardly_read(form: Form, most: float) -> list[Word]:
    """The words of a form's short labels, where its page has them, up to that share of its print."""
    matrix = placing(form)
    letter = form.text_size * (at(matrix, 0, 1)[1] - at(matrix, 0, 0)[1])
    every = sum(len(label.text) for label in form.labels)
    words: list[Word] = []
    letters = 0
    for label in sorted(form.labels, key=lambda one: len(one.text)):
        letters += len(label.text)
        if letters < most * every and len(fold_label(label.text)) > 1:
            words += words_of(label.text, *at(matrix, label.u0, label.v), letter)
    return words


def recognised_as(book: Form, words: list[Word]) -> tuple[str, str]:
    """The form that a page of those words is taken for, and the other one that is named, in a book of that form."""
    match = match_labels(LEVEL, [book, *(form for form in PAGE_FORMS if form is not book)], words, OPTIONS)
    return match.form.id if match.form else "", match.other


def share_of(form: Form, words: list[Word]) -> float:
    fit = fitting.fit_form(form, find_label_candidates(form.labels, words), SIZE)
    return 0.0 if fit is None else fit.share


@pytest.mark.parametrize(
    "form", [f for f in PAGE_FORMS if f.id != "marriage-2006"], ids=lambda form: str(form.id)
)
def test_many_labels_that_no_other_form_prints_are_a_page_of_the_book_and_of_no_other(form: Form) -> None:
    words = hardly_read(form, OPTIONS.min_print)
    assert OPTIONS.hidden_print < share_of(form, words) < OPTIONS.min_print
    assert recognised_as(form, words) == (form.id, "")
    assert {recognised_as(book, words) for book in PAGE_FORMS if book is not form} == {("", "")}


def test_few_long_labels_are_not_enough() -> None:
    form = SCHEMAS.form("marriage-2006")
    words = hardly_read(form, OPTIONS.min_print)
    assert OPTIONS.hidden_print < share_of(form, words) < OPTIONS.min_print
    assert recognised_as(form, words) == ("", "")


@pytest.mark.parametrize("other", ["death-2016", "marriage-2016"])
def test_print_of_another_form_beside_it_leaves_the_page_to_a_person(other: str) -> None:
    form, sister = SCHEMAS.form("birth-2016"), SCHEMAS.form(other)
    words = [*hardly_read(form, OPTIONS.min_print), *hardly_read(sister, 0.2)]
    assert OPTIONS.hidden_print < share_of(form, words) < OPTIONS.min_print
    assert recognised_as(form, words) == ("", "")


def test_an_offices_copy_of_a_form_is_no_evidence_against_the_original() -> None:
    form = SCHEMAS.form("birth-2006")
    copy = form.model_copy(update={"id": "birth-2006-rieng"})
    words = hardly_read(form, OPTIONS.min_print)
    every = [*PAGE_FORMS, copy]
    assert recognised_as_among(form, every, words) == ("", ""), "a twin beside it leaves the page to a person"
    rivals = rivals_of(form, every)
    assert recognised_as_among(form, rivals, words) == (form.id, "")
    assert {one.id for one in rivals} == {one.id for one in PAGE_FORMS if one is not form}
    assert rivals_of(form, [form.model_copy(update={"id": "x", "retired": True})]) == []


def recognised_as_among(book: Form, forms: list[Form], words: list[Word]) -> tuple[str, str]:
    match = match_labels(LEVEL, [book, *(form for form in forms if form is not book)], words, OPTIONS)
    return match.form.id if match.form else "", match.other
