"""From the emissions of a line to its readings, by the kind of its field.

A field of figures holds no letters. A letter in a network's output is a misread figure; a reader of figures alone reads
such lines too.
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
from pipeline.values.kinds import COMPOSITES, KINDS, Kind

log = logging.getLogger(__name__)

FIGURE_READER = 0.7
"""Weight of the figure reader relative to all networks together (1). Fitted on pages of six writers."""

ALIKE = 0.1
"""The probability of the other sign where either ``1`` or ``/`` was read."""

STROKE = 0.5
"""Lower bound of the probability that a ``/`` in an impossible place is a 1."""

_WHOLE_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
"""The shapes of a date after its gaps are closed: ``1 1.1985`` would be November."""

_PARTED_DATE = re.compile(r"\d{1,2} \d{1,2} \d{4}")
"""A date whose separators are gaps; it is not always unambiguous."""


def decode_field(
    emissions: Sequence[Emission],
    prior: Prior,
    kind: str,
    options: DecodingOptions = DecodingOptions(),
    figures: Emission | None = None,
) -> DecodedLine:
    """Decode a line of a field of a given kind.

    Clerks spread the digits of a number over its slot, so a gap between two digits is no sign. As spaces, the gaps of a
    date would produce dozens of texts for the same day, each with a low probability. Therefore a line of figures is
    decoded, in this order: without letters and with closed gaps, if that gives a whole value; as it is, if that reading
    is surer (a passport's letter); a date, with ``1`` and ``/`` interchangeable, as a proposal to a person; and if no
    such value was written, with the gaps of ``12 5 1985`` as separators, or closed.

    Args:
        emissions: The outputs of the networks for the line, as in ``decode_line``.
        figures: The emission of the figure reader for the line.
    """
    is_number_of_several = kind in COMPOSITES and COMPOSITES[kind].number_kind != ""
    of_figures = prior_for(COMPOSITES[kind].number_kind) if is_number_of_several else prior
    if not of_figures.letters or not shows_figures(emissions, kind):
        return decode_line(emissions, prior, options)
    closed = _decode_figures(emissions, of_figures, options, figures)
    if _is_whole(closed, of_figures, kind):
        return closed
    log.debug("%s: no whole value with its gaps closed", kind)
    plain = decode_line(emissions, prior, options)
    known, known_closed = (of_figures.support(decoded.hypotheses[0].text) for decoded in (plain, closed))
    if is_number_of_several or known > known_closed:
        return plain
    if _is_date(of_figures, kind):
        alike = _decode_figures(emissions, of_figures, options, figures, confuse_ones_and_slashes)
        if _is_whole(alike, of_figures, kind):
            log.debug("%s: whole only with ones and slashes confused, proposed to a person", kind)
            return replace(alike, proposed=True)
    return plain if _PARTED_DATE.fullmatch(plain.hypotheses[0].text) else closed


def shows_figures(emissions: Sequence[Emission], kind: str) -> bool:
    """Return whether a line of a kind written in figures holds figures.

    It does if the best path of at least one network has a figure and at least as many figures as letters, and matches
    the kind's ``number_alone`` if it has that pattern. Other lines hold words (``30 tuổi``, ``không rõ``) or a ditto
    mark.
    """
    known = KINDS.get(kind) or COMPOSITES.get(kind)
    if known is None or not (known.is_figures if isinstance(known, Kind) else known.number_kind):
        return False
    alone = known.number_alone
    return any(
        _is_figures(path) and (alone is None or alone.match(path)) for path in map(best_path, emissions)
    )


def _is_figures(text: str) -> bool:
    return 0 < sum(map(str.isdigit, text)) >= sum(map(str.isalpha, text))


def _decode_figures(
    emissions: Sequence[Emission],
    prior: Prior,
    options: DecodingOptions,
    figures: Emission | None,
    changed: Callable[[Emission], Emission] = lambda emission: emission,
) -> DecodedLine:
    """Decode a line without letters. Its agreement is the agreement of the networks and the figure reader."""
    restricted = [figures_of(emission, prior.letters) for emission in emissions]
    shares = [1 / len(restricted)] * len(restricted)
    if figures is None:
        return decode_line([changed(emission) for emission in restricted], prior, options, shares)
    further = figures_of(figures, prior.letters)
    together = [changed(emission) for emission in (*restricted, further)]
    return decode_line(together, prior, options, (*shares, FIGURE_READER))


def figures_of(emission: Emission, letters: str) -> Emission:
    """Return the emission restricted to the given figures and signs.

    A space becomes a blank, and so does a dot in a kind without dots: gaps between figures, and the leader. Any other
    letter is a misread figure.

    Args:
        emission: The emission; the probability missing to 1 belongs to letters outside its alphabet.
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
    """Return the emission of a network that confuses ``1`` and ``/``, since many hands write both alike.

    ``3/10/20/6`` is not a date, but ``3/10/2016`` is.
    """
    if not {"1", "/"} <= set(emission.letters):
        return emission
    one, slash = (1 + emission.letters.index(sign) for sign in "1/")
    chances = emission.log_chances.copy()
    before = chances[:, [one, slash]]
    chances[:, [one, slash]] = np.logaddexp(before, before[:, ::-1] + np.log(ALIKE)) - np.log1p(ALIKE)
    return Emission(chances, emission.letters)


def _is_whole(decoded: DecodedLine, prior: Prior, kind: str) -> bool:
    text = decoded.hypotheses[0].text
    return prior.support(text) == 1.0 and (
        not _is_date(prior, kind) or _WHOLE_DATE.fullmatch(text) is not None
    )


def _is_date(prior: Prior, kind: str) -> bool:
    """Return whether a line holds a whole date rather than a part."""
    return "/" in prior.letters and kind in KINDS and KINDS[kind].is_date
