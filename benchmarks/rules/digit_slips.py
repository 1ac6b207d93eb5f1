"""Slips of the pen in a figure or two of a text."""

from __future__ import annotations

import random
from collections.abc import Callable

CONFUSED = {"1": "7", "7": "1", "0": "6", "6": "0", "3": "5", "5": "3"}
FIGURES = "0123456789"

Change = Callable[[random.Random, str], str | None]
"""A text with an error in it, None where this text cannot have that error."""


def one_figure(rng: random.Random, text: str) -> str | None:
    """Any figure becomes any other."""
    places = [at for at, letter in enumerate(text) if letter in FIGURES]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + rng.choice([figure for figure in FIGURES if figure != text[at]]) + text[at + 1 :]


def confused_figure(rng: random.Random, text: str) -> str | None:
    """1 for 7, 0 for 6, 3 for 5 or the other way round."""
    places = [at for at, letter in enumerate(text) if letter in CONFUSED]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + CONFUSED[text[at]] + text[at + 1 :]


def neighbours_swapped(rng: random.Random, text: str) -> str | None:
    """Two figures that stand side by side and differ change places."""
    places = [
        at
        for at in range(len(text) - 1)
        if text[at] in FIGURES and text[at + 1] in FIGURES and text[at] != text[at + 1]
    ]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def century_slipped(_rng: random.Random, text: str) -> str | None:
    """19xx for 20xx or the other way round."""
    for old, new in (("19", "20"), ("20", "19")):
        at = text.rfind(old)
        if at >= 0 and len(text) - at == 4:
            return text[:at] + new + text[at + 2 :]
    return None
