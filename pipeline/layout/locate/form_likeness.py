"""Whether a page shows the printing of its fitted form, and no similar form."""

from __future__ import annotations

from pipeline.declarations.schema import Form
from pipeline.layout.locate.form_fit import FormFit, frame_aspect, same_words
from pipeline.layout.locate.label_chain import LONG_LABEL
from pipeline.layout.locate.label_matching import fold_label

OTHER_STRETCH = 0.035
"""Least difference in stretch between both directions of labels of another printing."""

OTHER_DRIFT = 0.02
"""Least drift of a line of another printing."""

SURELY_OTHER_STRETCH = 0.1
"""Stretch beyond that of any photograph."""


def is_other_printing(form: Form, fit: FormFit) -> bool:
    """Return whether the labels may be another printing's, with another frame: they are stretched or displaced."""
    drifts = [abs(offset) for _, offset in fit.drift]
    return form.layout == "page" and (
        stretch(form, fit) > OTHER_STRETCH or max(drifts, default=0.0) > OTHER_DRIFT
    )


def stretch(form: Form, fit: FormFit) -> float:
    """Return the difference in stretch of a form between both directions by its labels, 0 for equal stretch."""
    (left, top), (right, _), (_, bottom) = (fit.to_pixels(u, v) for u, v in ((0, 0), (1, 0), (0, 1)))
    return abs((right - left) / max(1.0, bottom - top) / frame_aspect(form) - 1)


MIN_LETTER_RATIO = 4
"""Least ratio of read letters that only the form prints to read letters that only the rival prints."""


def is_distinguished(form: Form, fit: FormFit, rival: Form, other: FormFit) -> bool:
    """Return whether the read print belongs to ``form`` and not to a similar form.

    Handwriting may hide most of the print. At least a long label's worth of it must be absent from the rival form, and
    hardly any of the rival's read print may be absent from this form.

    Args:
        rival: The similar form.
        other: The rival's fit to the same page.
    """
    return count_exclusive_letters(form, fit, other) >= max(
        LONG_LABEL, MIN_LETTER_RATIO * count_exclusive_letters(rival, other, fit)
    )


SAME_PRINT = 0.9
"""Least common share of letters of two forms whose pages print cannot distinguish; of the bundled forms no two share
more than three fifths."""


def have_same_labels(form: Form, other: Form) -> bool:
    """Return whether two forms print nearly the same words, as copies of a form do."""
    return min(_share_in(form, other), _share_in(other, form)) >= SAME_PRINT


def _share_in(form: Form, other: Form) -> float:
    """Return the share of a form's letters in labels that the other form prints too."""
    words = {fold_label(label.text) for label in other.labels}
    every = sum(len(label.text) for label in form.labels)
    same = sum(len(label.text) for label in form.labels if fold_label(label.text) in words)
    return same / every if every else 0.0


def count_exclusive_letters(form: Form, fit: FormFit, other: FormFit) -> int:
    """Return the number of read letters of a form in places without a label of the other form's fit."""
    alone = (c for c in fit.labels if not any(same_words(c, rival) for rival in other.labels))
    return sum(len(form.labels[c.label].text) for c in alone)
