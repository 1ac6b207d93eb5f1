"""Whether a page is of the form fitted to it: of its own printing, and of no other form that prints much alike."""

from __future__ import annotations

from pipeline.declarations.schema import Form
from pipeline.layout.locate.form_fit import FormFit, frame_aspect, same_words
from pipeline.layout.locate.label_chain import LONG_LABEL
from pipeline.layout.locate.label_matching import fold_label

OTHER_STRETCH = 0.035
"""From how much more they are stretched one way than the other on labels are another printing's."""

OTHER_DRIFT = 0.02
"""From which drift of a line on they are."""

SURELY_OTHER_STRETCH = 0.1
"""From how much on no photograph stretches a page so."""


def is_other_printing(form: Form, fit: FormFit) -> bool:
    """Return whether the labels may be another printing's, so that its frame is another: stretched, or moved far."""
    drifts = [abs(offset) for _, offset in fit.drift]
    return form.layout == "page" and (
        stretch(form, fit) > OTHER_STRETCH or max(drifts, default=0.0) > OTHER_DRIFT
    )


def stretch(form: Form, fit: FormFit) -> float:
    """Return how much more the labels stretch a form one way than the other, 0 for not at all."""
    (left, top), (right, _), (_, bottom) = (fit.to_pixels(u, v) for u, v in ((0, 0), (1, 0), (0, 1)))
    return abs((right - left) / max(1.0, bottom - top) / frame_aspect(form) - 1)


MIN_LETTER_RATIO = 4
"""How many times as many letters must be found that only the one form prints as letters that only the other does."""


def is_distinguished(form: Form, fit: FormFit, rival: Form, other: FormFit) -> bool:
    """Return whether the print found is that of ``form`` and not of another form that prints much alike.

    Handwriting may hide most of the print. As much of it as a long label must not be the other form's, and hardly any
    of the other's must be missing from this one.

    Args:
        form: The form in question.
        fit: Its fit to the page.
        rival: The similar form.
        other: The similar form's fit to the same page.
    """
    return count_exclusive_letters(form, fit, other) >= max(
        LONG_LABEL, MIN_LETTER_RATIO * count_exclusive_letters(rival, other, fit)
    )


SAME_PRINT = 0.9
"""The share of its letters that each of two forms prints as the other does, from which on their pages cannot be told
apart by print; of the forms that came with the program none two share more than three fifths."""


def have_same_labels(form: Form, other: Form) -> bool:
    """Return whether two forms print nearly the same words: one is a copy of the other, or another office's of it."""
    return min(_share_in(form, other), _share_in(other, form)) >= SAME_PRINT


def _share_in(form: Form, other: Form) -> float:
    """Return what share of a form's letters the other form prints in the same labels."""
    words = {fold_label(label.text) for label in other.labels}
    every = sum(len(label.text) for label in form.labels)
    same = sum(len(label.text) for label in form.labels if fold_label(label.text) in words)
    return same / every if every else 0.0


def count_exclusive_letters(form: Form, fit: FormFit, other: FormFit) -> int:
    """Return how many letters of a form's print were found that another form's fit to the page has no label for."""
    alone = (c for c in fit.found if not any(same_words(c, rival) for rival in other.found))
    return sum(len(form.labels[c.label].text) for c in alone)
