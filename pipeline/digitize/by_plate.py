"""What the plate of a book says of a page: where its labels stand, without reading them."""

from __future__ import annotations

from pipeline.imaging.geometry.deskew import DeskewedPage
from pipeline.locate import form_fit as fitting
from pipeline.locate.form_fit import FormFit
from pipeline.locate.label_matching import LabelCandidate
from pipeline.model import Box
from pipeline.ocr import BlankForm
from pipeline.schema import Form

ENOUGH = 0.6
"""The share of the form's printed text (by letters) that a plate must find for its word to be taken."""


def told_by(
    template: BlankForm, level: DeskewedPage, form: Form, letter: float
) -> tuple[FormFit, tuple[LabelCandidate, ...]] | None:
    """The form laid over a levelled page through the labels that the plate finds there; ``None`` where it finds too
    little. ``letter``: the height of the printed letters in pixels."""
    found = tuple(
        LabelCandidate(
            one.number,
            Box(one.left, one.baseline - 0.95 * letter, one.right, one.baseline + 0.3 * letter),
            one.baseline,
            0.7 + 0.3 * one.likeness,
            False,
        )
        for one in template.find_labels(level.print_only, level.dpi)
    )
    fit = fitting.fit_form(form, found, level.size) if found else None
    return (fit, found) if fit is not None and fit.share >= ENOUGH else None
