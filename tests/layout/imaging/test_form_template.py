"""The print of a book, taught by its pages."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.base.model import FoundLabel
from pipeline.digitize.rectify import template_geometry
from pipeline.layout.imaging.form_template import MIN_PAGES, FormTemplate, learn_template
from pipeline.layout.imaging.ink.binarization import ink_layer
from tests.layout.imaging.form_templates import DPI, SCHEMAS, empty_template, sheets, smaller, template, view

FORM = "birth-2006"


def test_the_median_of_the_pages_is_the_blank_form_without_ink() -> None:
    made, blank = template(FORM).picture.astype(int), empty_template(SCHEMAS.form(FORM)).astype(int)
    written = [view(sheet).picture.astype(int) for sheet in sheets(FORM)]
    assert np.mean([(page < 140).sum() for page in written]) > 1.5 * (blank < 140).sum()
    assert (made < 140).sum() < 1.2 * (blank < 140).sum()
    assert ((made < 200) & (blank < 140)).sum() > 0.97 * (blank < 140).sum()


def test_too_few_pages_make_no_template() -> None:
    views = [view(sheet) for sheet in sheets(FORM)]
    assert learn_template(views[: MIN_PAGES - 1], template_geometry(SCHEMAS.form(FORM))) is None


def test_a_label_that_was_read_on_hardly_any_page_is_not_in_the_template() -> None:
    views = [view(sheet) for sheet in sheets(FORM)]
    bare = [type(one)(one.picture, one.labels[3:]) for one in views[:-1]]
    made = learn_template([*bare, views[-1]], template_geometry(SCHEMAS.form(FORM)))
    assert made is not None
    assert {label.number for label in made.labels}.isdisjoint({0, 1, 2})


def off(found: tuple[FoundLabel, ...], form: str, move: np.ndarray) -> list[float]:
    """How far labels were found from where they stand, in mm."""
    frame = sheets(form)[0].frame
    places = {
        n: (frame.left + label.u0 * frame.width, frame.top + label.v * frame.height)
        for n, label in enumerate(SCHEMAS.form(form).labels)
    }
    away = []
    for one in found:
        x, y, w = move @ np.array([*places[one.number], 1.0])
        away.append(float(np.hypot(one.left - x / w, one.baseline - y / w)) * 25.4 / DPI)
    return away


def test_labels_are_found_on_a_moved_larger_and_slanting_page() -> None:
    page = ink_layer(sheets(FORM)[2].pixels)
    move = np.array([[1.03, 0.004, 41.0], [-0.003, 1.03, -22.0], [0, 0, 1.0]])
    moved = cv2.warpPerspective(page, move, (page.shape[1] + 60, page.shape[0]), borderValue=(255.0,))
    found = template(FORM).find_labels(np.asarray(moved, np.uint8), DPI)
    away = off(found, FORM, move)
    assert len(found) >= 0.85 * len(SCHEMAS.form(FORM).labels)
    assert np.quantile(away, 0.95) < 0.6, away


def test_little_is_found_on_a_page_of_another_form() -> None:
    form = SCHEMAS.form(FORM)
    found = template(FORM).find_labels(ink_layer(sheets("marriage-2016")[0].pixels), DPI)
    letters = sum(len(form.labels[one.number].text) for one in found)
    assert letters < 0.4 * sum(len(label.text) for label in form.labels)


def test_nothing_is_found_on_an_empty_page() -> None:
    assert template(FORM).find_labels(np.full((2339, 1654), 255, np.uint8), DPI) == ()
    assert template(FORM).find_labels(smaller(ink_layer(sheets(FORM)[0].pixels), 0.1), DPI) == ()


def test_a_template_comes_back_from_its_bytes() -> None:
    again = FormTemplate.from_bytes(template(FORM).to_bytes())
    assert (again.shape, again.labels, again.pages) == (template(FORM).shape, template(FORM).labels, 5)
    assert np.array_equal(again.picture, template(FORM).picture)
    for broken in (b"", b"no template", template(FORM).to_bytes()[:5000]):
        with pytest.raises(ValueError, match="no form template"):
            FormTemplate.from_bytes(broken)


@pytest.mark.parametrize("grown", [0.95, 1.0, 1.05])
def test_the_size_of_a_page_is_found_where_it_is_larger_or_smaller_than_expected(grown: float) -> None:
    page = ink_layer(sheets(FORM)[1].pixels)
    move = np.diag([grown, grown, 1.0])
    size = (round(page.shape[1] * grown), round(page.shape[0] * grown))
    moved = np.asarray(cv2.warpPerspective(page, move, size, borderValue=(255.0,)), np.uint8)
    away = off(template(FORM).find_labels(moved, DPI), FORM, move)
    assert len(away) >= 0.85 * len(SCHEMAS.form(FORM).labels)
    assert np.quantile(away, 0.95) < 0.6, away


def test_leaders_on_the_page_hide_no_label() -> None:
    page = ink_layer(sheets(FORM)[2].pixels).copy()
    page[::9, ::7] = 60
    found = template(FORM).find_labels(page, DPI)
    assert np.quantile(off(found, FORM, np.eye(3)), 0.95) < 0.6
    assert len(found) >= 0.8 * len(SCHEMAS.form(FORM).labels)
