"""Plates made of drawn sheets, whose labels are known without reading them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from pipeline.base.model import Matrix, Pixels, TemplateLabel, TemplateView
from pipeline.declarations import schema
from pipeline.declarations.schema import Form
from pipeline.digitize.rectify import template_geometry
from pipeline.layout.imaging.form_template import FormTemplate, learn_template, template_view
from pipeline.layout.imaging.ink.binarization import ink_layer
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from pipeline.training.synthetic_pages.sheet import PaperSheet
from tests.module_cache import module_cache

SCHEMAS = schema.load()
DPI = 200


@module_cache
def sheets(form: str, count: int = 5, seed: int = 21) -> tuple[PaperSheet, ...]:
    """Flat pages of one book."""
    options = SynthOptions(seed=seed, entries=count, dpi=DPI, cover=False, scanner="none")
    return tuple(drawing.page.sheet for drawing in draw_book(SCHEMAS.form(form), SCHEMAS, options))


def corners(sheet: PaperSheet) -> Matrix:
    box = sheet.frame
    return np.array(
        [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]]
    )


def view(sheet: PaperSheet) -> TemplateView:
    """What a flat page teaches."""
    frame, form = sheet.frame, sheet.form
    labels = [
        TemplateLabel(
            number, (box.left - frame.left) / frame.width, (box.right - frame.left) / frame.width, label.v
        )
        for number, (label, (_, box)) in enumerate(zip(form.labels, sheet.labels, strict=True))
    ]
    return template_view(ink_layer(sheet.pixels), corners(sheet), template_geometry(form), labels)


@cache
def template(form: str) -> FormTemplate:
    """The plate that a book of five pages teaches."""
    made = learn_template([view(sheet) for sheet in sheets(form)], template_geometry(SCHEMAS.form(form)))
    assert made is not None
    return made


def empty_template(form: Form) -> Pixels:
    """The printed form, as the plate should show it."""
    from pipeline.training.synthetic_pages.form_printing import print_form

    sheet = PaperSheet.blank(form, DPI)
    print_form(sheet)
    return template_view(ink_layer(sheet.pixels), corners(sheet), template_geometry(form), ()).picture


def smaller(pixels: Pixels, scale: float) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
