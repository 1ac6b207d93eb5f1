"""A one that slants is a stroke: many hands write ``1`` and ``/`` alike, and only what stands around them parts them.

Where a date or the number of a paper says nothing whole, each of the two is weighed as the other one too, a little:
``3/10/20/6`` is no date, ``3/10/2016`` is one.
"""

from __future__ import annotations

import numpy as np

from pipeline.decoding.emission import Emission

STROKES = frozenset({"date", "id_number"})
"""Kinds that hold both signs, or one of them only, by a grammar that tells."""

ALIKE = 0.1
"""How likely a slanting one is, beside a stroke, where the other of them was seen."""


def as_alike(emission: Emission) -> Emission:
    """The same witness, to whom a one may look like a stroke and a stroke like a one."""
    if not {"1", "/"} <= set(emission.letters):
        return emission
    one, stroke = (1 + emission.letters.index(sign) for sign in "1/")
    chances = emission.log_chances.copy()
    seen = chances[:, [one, stroke]]
    chances[:, [one, stroke]] = np.logaddexp(seen, seen[:, ::-1] + np.log(ALIKE)) - np.log1p(ALIKE)
    return Emission(chances, emission.letters)
