"""Figures that stand far apart: clerks spread a number over its blank, and a gap between two figures is no sign.

Weighed as spaces, the gaps of one date make dozens of texts that all say the same day, and none of them is likely. So
figures are weighed with their gaps closed. Where what is left says nothing whole, the gaps were what parted it
(``12 5 1985``), and the line is weighed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.decoding.decoder import Decoded, decoded
from pipeline.decoding.emission import FLOOR, Emission, plainly_read
from pipeline.decoding.options import DecodingOptions
from pipeline.decoding.priors import Prior
from pipeline.decoding.strokes import STROKES, as_alike

SPREAD = frozenset({"date", "entry_number", "id_number", "number", "volume"})
"""Kinds whose values are figures and signs as a rule."""

_WHOLE_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
"""What a date has to say with its gaps closed: ``1 1.1985`` would be November."""


def decoded_by_kind(
    emissions: Sequence[Emission], prior: Prior, kind: str, options: DecodingOptions = DecodingOptions()
) -> Decoded:
    """The readings of one line that holds a value of that ``kind``; figures with the gaps between them closed, where
    that leaves something whole; ones and strokes taken for one another, where only that does. The latter is a proposal
    to a person. See ``decoded``."""
    if kind not in SPREAD or any(map(_has_letters, emissions)):
        return decoded(emissions, prior, options)
    together = [without_gaps(emission) for emission in emissions]
    closed = decoded(together, prior, options)
    if _is_whole(closed.hypotheses[0].text, kind, prior):
        return closed
    plain = decoded(emissions, prior, options)
    if kind in STROKES and prior.support(plain.hypotheses[0].text) < 1.0:
        alike = decoded([as_alike(emission) for emission in together], prior, options)
        if _is_whole(alike.hypotheses[0].text, kind, prior):
            return replace(alike, proposed=True)
    return plain


def without_gaps(emission: Emission) -> Emission:
    """The same witness, that calls every space nothing."""
    if " " not in emission.letters:
        return emission
    space = 1 + emission.letters.index(" ")
    chances = emission.log_chances.copy()
    chances[:, 0] = np.logaddexp(chances[:, 0], chances[:, space])
    chances[:, space] = np.log(FLOOR)
    return Emission(chances, emission.letters)


def _has_letters(emission: Emission) -> bool:
    return any(map(str.isalpha, plainly_read(emission)))


def _is_whole(text: str, kind: str, prior: Prior) -> bool:
    return prior.support(text) == 1.0 and (kind != "date" or _WHOLE_DATE.fullmatch(text) is not None)
