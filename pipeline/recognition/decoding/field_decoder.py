"""From the emissions of a line to its readings, by the kind of its field.

Where figures stand, no letter can. What a network sees of letters there is a figure that it does not know, and a reader
that knows figures alone sees the line as well.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.recognition.decoding.decoder import DecodedLine, decode_line
from pipeline.recognition.decoding.emission import FLOOR, DecodingOptions, Emission, best_path
from pipeline.recognition.decoding.field_priors import prior_for
from pipeline.recognition.decoding.priors import Prior

log = logging.getLogger(__name__)

FIGURE_KINDS = frozenset({"date", "entry_number", "id_number", "number", "time", "volume"})
"""Kinds whose values are figures and signs, as a rule."""

IDENTITY_PAPER = "identity_paper"
"""The kind of a blank that holds an identity paper, which is often its number alone."""

_NUMBERED = {
    "id_number": re.compile(r"(?![^\W\d_])"),
    IDENTITY_PAPER: re.compile(r"(?![^\W\d_])(?=(\D*\d){6})(?!.*[^\W\d_]{3})(?!.*[^\W\d_]{2}$)"),
}
"""What a line of such a kind looks like to some network where it is a number alone: no passport, no words beside it."""

FIGURE_READER = 0.7
"""What the reader of figures counts where the networks together count 1. Fitted on pages of six writers."""

ALIKE = 0.1
"""The probability of the other sign where one of ``1`` and ``/`` was seen."""

STROKE = 0.5
"""How often a ``/`` that cannot stand where it was seen is a 1, at least."""

_WHOLE_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
"""The shapes of a date with its gaps closed: ``1 1.1985`` would be November."""

_PARTED_DATE = re.compile(r"\d{1,2} \d{1,2} \d{4}")
"""A date whose signs are its gaps; not always one that can be known."""


def decode_field(
    emissions: Sequence[Emission],
    prior: Prior,
    kind: str,
    options: DecodingOptions = DecodingOptions(),
    figures: Emission | None = None,
) -> DecodedLine:
    """Decode one line of a field of a given kind.

    Clerks spread the digits of a number over its slot, and a gap between two digits is no sign. Weighed as
    spaces, the gaps of one date make dozens of texts that all say the same day, and none of them is likely.
    So a line of figures is decoded without letters and with its gaps closed where that leaves a whole value; else as it
    is, where that is known better (a passport's letter); else, of a date, with ``1`` and ``/`` taken for one another,
    as a proposal to a person; else, as no such value was written, with the gaps of ``12 5 1985``, which were the signs,
    or closed.

    Args:
        emissions: The outputs of the networks for the line, as in ``decode_line``.
        prior: How probable a text is in this field.
        kind: The name of the field's kind.
        options: The widths and limits of the search.
        figures: What a reader of figures alone sees of the line.
    """
    of_figures = prior_for("id_number") if kind == IDENTITY_PAPER else prior
    if not of_figures.letters or not shows_figures(emissions, kind):
        return decode_line(emissions, prior, options)
    closed = _decode_figures(emissions, of_figures, options, figures)
    if _is_whole(closed, of_figures, kind):
        return closed
    log.debug("%s: no whole value with its gaps closed", kind)
    plain = decode_line(emissions, prior, options)
    known, known_closed = (of_figures.whole(found.hypotheses[0].text) for found in (plain, closed))
    if kind == IDENTITY_PAPER or known > known_closed:
        return plain
    if "/" in of_figures.letters and kind == "date":
        alike = _decode_figures(emissions, of_figures, options, figures, confuse_ones_and_slashes)
        if _is_whole(alike, of_figures, kind):
            log.debug("%s: whole only with ones and slashes confused, proposed to a person", kind)
            return replace(alike, proposed=True)
    return plain if _PARTED_DATE.fullmatch(plain.hypotheses[0].text) else closed


def shows_figures(emissions: Sequence[Emission], kind: str) -> bool:
    """Return whether a line of such a field is one of figures: some network sees no more letters than figures there.

    Any other line holds words (``30 tuổi``, ``không rõ``) or a ditto mark.

    Args:
        emissions: What the networks see of the line.
        kind: The kind of the field.
    """
    if kind not in FIGURE_KINDS and kind != IDENTITY_PAPER:
        return False
    paths = map(best_path, emissions)
    return any(_is_figures(path) and (kind not in _NUMBERED or _NUMBERED[kind].match(path)) for path in paths)


def _is_figures(text: str) -> bool:
    return 0 < sum(map(str.isdigit, text)) >= sum(map(str.isalpha, text))


def _decode_figures(
    emissions: Sequence[Emission],
    prior: Prior,
    options: DecodingOptions,
    figures: Emission | None,
    changed: Callable[[Emission], Emission] = lambda emission: emission,
) -> DecodedLine:
    """Decode a line that no letter stands in. Its agreement is that of the networks and of the reader of figures."""
    seen = [figures_of(emission, prior.letters) for emission in emissions]
    shares = [1 / len(seen)] * len(seen)
    if figures is None:
        return decode_line([changed(emission) for emission in seen], prior, options, shares)
    further = figures_of(figures, prior.letters)
    together = [changed(emission) for emission in (*seen, further)]
    return decode_line(together, prior, options, (*shares, FIGURE_READER))


def figures_of(emission: Emission, letters: str) -> Emission:
    """Return the emission with these figures and signs alone.

    A space is a blank, and so is a dot where no sign may stand: gaps between figures and the leader. Any other letter
    is a figure, which the network does not know.

    Args:
        emission: What was seen; what its chances lack to 1 belongs to letters that it does not tell.
        letters: The figures and signs that remain.
    """
    chances = np.exp(emission.log_chances.astype(np.float64))
    place = {letter: column for column, letter in enumerate(emission.letters, start=1)}
    kept = np.zeros((len(chances), 1 + len(letters)))
    kept[:, 0] = chances[:, 0]
    for sign in {" ", "."} - set(letters):
        if sign in place:
            kept[:, 0] += chances[:, place[sign]]
    for column, letter in enumerate(letters, start=1):
        if letter in place:
            kept[:, column] = chances[:, place[letter]]
    if "/" in place and "/" not in letters:
        kept[:, 1 + letters.index("1")] += STROKE * chances[:, place["/"]]
    figures = [column for column, letter in enumerate(letters, start=1) if letter.isdigit()]
    kept[:, figures] += (np.maximum(1.0 - kept.sum(axis=1), 0.0) / len(figures))[:, None]
    kept /= kept.sum(axis=1, keepdims=True)
    return Emission(np.log(np.maximum(kept, FLOOR)).astype(np.float32), letters)


def confuse_ones_and_slashes(emission: Emission) -> Emission:
    """Return the emission of a network that confuses ``1`` and ``/``: many hands write both alike.

    ``3/10/20/6`` is no date, ``3/10/2016`` is one.
    """
    if not {"1", "/"} <= set(emission.letters):
        return emission
    one, slash = (1 + emission.letters.index(sign) for sign in "1/")
    chances = emission.log_chances.copy()
    seen = chances[:, [one, slash]]
    chances[:, [one, slash]] = np.logaddexp(seen, seen[:, ::-1] + np.log(ALIKE)) - np.log1p(ALIKE)
    return Emission(chances, emission.letters)


def _is_whole(found: DecodedLine, prior: Prior, kind: str) -> bool:
    text = found.hypotheses[0].text
    is_date = kind == "date" and "/" in prior.letters
    return prior.support(text) == 1.0 and (not is_date or _WHOLE_DATE.fullmatch(text) is not None)
