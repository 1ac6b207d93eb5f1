"""What the plate of a book says of a page: where its labels stand, without reading them."""

from __future__ import annotations

from pipeline.imaging.straighten import Level
from pipeline.locate import fit as fitting
from pipeline.locate.fit import Fit
from pipeline.locate.labels import Candidate
from pipeline.model import Box
from pipeline.ocr import BlankForm
from pipeline.schema import Form

ENOUGH = 0.6
"""The share of the form's printed text (by letters) that a plate must find for its word to be taken."""


def told_by(
    plate: BlankForm, level: Level, form: Form, letter: float
) -> tuple[Fit, tuple[Candidate, ...]] | None:
    """The form laid over a levelled page through the labels that the plate finds there; ``None`` where it finds too
    little. ``letter``: the height of the printed letters in pixels."""
    found = tuple(
        Candidate(
            one.number,
            Box(one.left, one.baseline - 0.95 * letter, one.right, one.baseline + 0.3 * letter),
            one.baseline,
            0.7 + 0.3 * one.likeness,
            False,
        )
        for one in plate.labels_on(level.print_only, level.dpi)
    )
    fit = fitting.fitted(form, found, level.size) if found else None
    return (fit, found) if fit is not None and fit.share >= ENOUGH else None
