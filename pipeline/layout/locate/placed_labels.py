"""Where each label of a form stands on a page: as it was read, or as the fit of the form puts it."""

from __future__ import annotations

import numpy as np

from pipeline.base.model import Box, PlacedLabel
from pipeline.declarations.schema import Form
from pipeline.layout.locate.form_fit import FormFit, with_usual_height
from pipeline.layout.locate.label_matching import REWORDED_WHOLE, LabelCandidate


def place_labels(form: Form, fit: FormFit) -> tuple[PlacedLabel, ...]:
    """Return all labels of the form: where they were read, or where the geometry puts them (score 0)."""
    read = {c.label: c for c in fit.found}
    ends = dict(fit.ends)
    level = set(with_usual_height(fit.found))
    letter = form.text_size * fit.height
    face = _face_width(form, fit)
    placed = []
    for number, label in enumerate(form.labels):
        if not label.text:
            continue
        left, baseline = fit.to_pixels(label.u0, label.v)
        right = left + face * (fit.to_pixels(label.u1, label.v)[0] - left)
        candidate = read.get(number)
        if candidate:
            left, right = _label_ends(candidate, left, right, letter)
            baseline = candidate.baseline if candidate in level else baseline
        right = ends.get(number, right)
        box = Box(left, baseline - 0.95 * letter, right, baseline + 0.3 * letter)
        placed.append(PlacedLabel(label.text, box, candidate.score if candidate else 0.0))
    return tuple(placed)


OTHER_WORDING = 0.6
"""How much shorter than declared a label that ends with a colon may be."""

CAPITALS_WIDER = 1.4
"""How many times as wide as small letters capitals are at most."""

FACES = 0.03
"""From how much on type counts as wider or narrower than the form's."""


def _face_width(form: Form, fit: FormFit) -> float:
    """Return how much wider than declared the labels are printed, by those that were read letter by letter."""
    widths = []
    for candidate in fit.found:
        label = form.labels[candidate.label]
        declared = fit.to_pixels(label.u1, label.v)[0] - fit.to_pixels(label.u0, label.v)[0]
        if candidate.score == 1.0 and not candidate.loose and label.slot and not candidate.learnt:
            widths.append(candidate.box.width / max(1.0, declared))
    usual = float(np.median(widths)) if len(widths) >= 5 else 1.0
    return usual if abs(usual - 1) > FACES else 1.0


def _label_ends(candidate: LabelCandidate, left: float, right: float, letter: float) -> tuple[float, float]:
    """Return where a label begins and ends that the geometry puts between ``left`` and ``right``.

    It is where the label was read. That is too long where handwriting runs into its first or last word, and too short
    where such a word was not read: then the end nearer to its place is the label's own.
    """
    read, wide = candidate.box, right - left
    if (
        candidate.learnt
        or candidate.score <= REWORDED_WHOLE
        or (candidate.closed and OTHER_WORDING * wide < read.width < wide)
    ):
        return read.left, read.right
    if candidate.loose:
        return read.left, right
    longest = (CAPITALS_WIDER if candidate.capitals else 1.01) * wide + 0.05 * letter
    least = wide - letter if candidate.score == 1.0 else 0.95 * wide
    if least <= read.width <= longest:
        return read.left, read.right
    wide = min(longest, max(wide, read.width))
    if abs(read.left - left) <= abs(read.right - right):
        return read.left, read.left + wide
    return read.right - wide, read.right
