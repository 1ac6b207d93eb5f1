"""What a page may be digitized with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from pipeline.digitize.route import RoutingOptions

VERSION = "18"
"""Raise it whenever the same page could come out otherwise than before."""


@dataclass(frozen=True)
class DigitizeOptions:
    """``min_print``: the least share (0..1, by letters) of a form's printed text that must be found for a page to be
    taken for that form; ``hidden_print``: that of the book's own form where no other form prints what was found;
    ``sure_print``: the share from which no other form is tried; ``blank_ink``: the most ink (share of a page's pixels)
    a blank page may show; ``label_dpi`` and ``max_dpi``: pixels an inch at which labels are looked for and at which the
    page is read; ``teach``: whether a page tells what it teaches the plate of its book."""

    min_print: float = 0.28
    hidden_print: float = 0.2
    sure_print: float = 0.65
    blank_ink: float = 0.0012
    label_dpi: float = 200.0
    max_dpi: float = 300.0
    teach: bool = False
    routing: RoutingOptions = field(default_factory=RoutingOptions)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{VERSION}{self!r}".encode()).hexdigest()[:16]
