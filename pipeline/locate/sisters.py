"""Telling a form from its sisters, which print much alike, where handwriting hides most of the print."""

from __future__ import annotations

from pipeline.locate.fit import LONG, Fit, same_place
from pipeline.schema import Form

AHEAD = 4
"""How many times as many letters must be found that only the one form prints as letters that only the other does."""


def stands_out(form: Form, fit: Fit, sister: Form, other: Fit) -> bool:
    """Whether the print found is that of ``form`` and not that of another form: as much of it as a long label is none
    of the other's, and hardly any of the other's is none of its own."""
    return letters_beyond(form, fit, other) >= max(LONG, AHEAD * letters_beyond(sister, other, fit))


def letters_beyond(form: Form, fit: Fit, other: Fit) -> int:
    """How many letters of a form's print were found that the fit of another form to the same page has no label for."""
    alone = (c for c in fit.found if not any(same_place(c, one) for one in other.found))
    return sum(len(form.labels[c.label].text) for c in alone)
