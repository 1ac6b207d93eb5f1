"""Telling a form from its sisters, which print much alike, where handwriting hides most of the print."""

from __future__ import annotations

from pipeline.locate.form_fit import LONG_LABEL, FormFit, overlap_mostly
from pipeline.schema import Form

AHEAD = 4
"""How many times as many letters must be found that only the one form prints as letters that only the other does."""


def is_distinguished(form: Form, fit: FormFit, sister: Form, other: FormFit) -> bool:
    """Whether the print found is that of ``form`` and not that of another form: as much of it as a long label is none
    of the other's, and hardly any of the other's is none of its own."""
    return count_exclusive_letters(form, fit, other) >= max(
        LONG_LABEL, AHEAD * count_exclusive_letters(sister, other, fit)
    )


def count_exclusive_letters(form: Form, fit: FormFit, other: FormFit) -> int:
    """How many letters of a form's print were found that the fit of another form to the same page has no label for."""
    alone = (c for c in fit.found if not any(overlap_mostly(c, one) for one in other.found))
    return sum(len(form.labels[c.label].text) for c in alone)
