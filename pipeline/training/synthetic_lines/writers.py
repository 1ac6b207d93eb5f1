"""Writers: which fonts they write with, and how evenly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import ascii_lowercase

import numpy as np

from pipeline.training.synthetic_lines.fonts import FontSet, TrainingFont
from pipeline.training.synthetic_lines.tone_marks import ToneMarkStyle
from pipeline.training.synthetic_pages.people import happens, pick


@dataclass(frozen=True, slots=True)
class WriterStyle:
    """One writer for one line. Lengths in heights of x (``unit``) unless said otherwise; habits are shares of letters.

    Attributes:
        pen: Font of the letters.
        figures: Font of the digits.
        capitals: Font of the capitals.
        unit: Height of x in pixels.
        own: Share of marked letters that the font sets itself.
        marks: How marks are made.
        second: Another font, for a share of the letters.
        mixed: Share of the letters that ``second`` gives.
        borrowed: Small letters (without marks) that always come from ``second``.
        tight: Advance of a letter; 1 is the font's own.
        spread: Extra room between letters.
        gap: Room between words.
        gap_spread: How much that room varies.
        broken: How often joined letters break.
        shaky: Unevenness of place and size.
        stroke: Thickness of strokes in pixels.
        slant: Slant, dx/dy.
        drift: Rise of the baseline along the line.
        wave: Waves of the baseline.
        squeeze: Width as a share of the natural one.
        big_capitals: Size of capitals; 1 is the font's own.
        dotless: Share of i without a dot.
        crossed_t: Share of t made of one stroke with a cross.
        barred_t: Share of T made of a curve with a bar.
        stick_one: Share of 1 made of one stroke.
        crossed_seven: Share of 7 with a bar.
        long_t: Share of T with a long roof.
        flourish: Share of words that end in a flourish.
    """

    pen: TrainingFont
    figures: TrainingFont
    capitals: TrainingFont
    unit: float
    own: float
    marks: ToneMarkStyle
    second: TrainingFont
    mixed: float
    borrowed: frozenset[str]
    tight: float
    spread: float
    gap: float
    gap_spread: float
    broken: float
    shaky: float
    stroke: float
    slant: float
    drift: float
    wave: float
    squeeze: float
    big_capitals: float
    dotless: float
    crossed_t: float
    barred_t: float
    stick_one: float
    crossed_seven: float
    long_t: float
    flourish: float

    @classmethod
    def draw(cls, rng: np.random.Generator, pens: FontSet, shouting: bool = False) -> WriterStyle:
        """Draw a writer; one that is ``shouting`` has capitals that can be set next to one another."""
        pen = _draw_font(rng, pens, shouting)
        drawn = cls._by_chance(pen, rng, pens, shouting)
        return drawn._neatly(rng, pens, alone=shouting) if happens(rng, NEAT) else drawn

    @classmethod
    def _by_chance(
        cls, pen: TrainingFont, rng: np.random.Generator, pens: FontSet, shouting: bool
    ) -> WriterStyle:
        spread = happens(rng, 0.06)
        unit = float(rng.uniform(11, 23))
        return cls(
            pen=pen,
            figures=_similar_font(pen, rng, pens) if happens(rng, 0.45) else pen,
            capitals=_similar_font(pen, rng, pens) if happens(rng, 0.2) and not shouting else pen,
            unit=unit,
            own=float(pick(rng, (0.0, 0.3, 1.0) if pen.whole else (0.0, 0.0, 0.5))),
            marks=ToneMarkStyle.draw(rng),
            second=_similar_font(pen, rng, pens),
            mixed=float(pick(rng, (0.0, 0.0, 0.0, 0.15, 0.5))) if not shouting else 0.0,
            borrowed=frozenset(),
            tight=float(np.clip(rng.normal(0.95, 0.09), 0.7, 1.2)),
            spread=float(rng.uniform(0.2, 1.0)) if spread else 0.0,
            gap=float(rng.lognormal(np.log(0.75), 0.45)) + (1.0 if spread else 0.0),
            gap_spread=float(rng.uniform(0.05, 0.45)),
            broken=float(pick(rng, (0.0, 0.05, 0.3))),
            shaky=float(rng.uniform(0.2, 1.6)),
            stroke=unit * float(np.clip(rng.lognormal(np.log(0.125), 0.35), 0.06, 0.3)),
            slant=float(rng.normal(0.06, 0.16)),
            drift=float(rng.normal(0, 0.012)),
            wave=float(abs(rng.normal(0, 0.12))),
            squeeze=float(rng.uniform(0.68, 1.2)),
            big_capitals=float(pick(rng, (1.0, 1.0, 1.15, 1.35))),
            dotless=float(pick(rng, (0.0, 0.0, 0.5))),
            crossed_t=float(pick(rng, (0.0, 0.0, 0.0, 0.0, 0.9))),
            barred_t=float(pick(rng, (0.0, 0.0, 0.0, 0.0, 0.0, 0.9))),
            stick_one=float(pick(rng, (0.0, 0.0, 0.0, 0.9))),
            crossed_seven=float(pick(rng, (0.0, 0.0, 0.9))),
            long_t=float(pick(rng, (0.0, 0.0, 0.0, 0.6))),
            flourish=float(pick(rng, (0.0, 0.0, 0.0, 0.0, 0.25))),
        )  # fmt: skip

    def _neatly(self, rng: np.random.Generator, pens: FontSet, alone: bool) -> WriterStyle:
        """Return the writer with even letters and the font's own marks.

        Now and then, unless ``alone``, two fonts make one hand: always the same letters from each, or the capitals from
        the other where letters join.
        """
        two = not (alone or self.pen.joined or self.second.joined) and happens(rng, TWO_IN_ONE)
        taken = frozenset(letter for letter in ascii_lowercase if happens(rng, 0.5))
        capitals = self.pen
        if self.pen.joined and not alone and happens(rng, CAPITALS_OF_ANOTHER):
            capitals = _capitals_like(self.pen, rng, pens)
        return replace(
            self,
            figures=self.pen, capitals=capitals, second=self.second if two else self.pen, mixed=0.0,
            borrowed=taken if two else frozenset(),
            own=1.0 if self.pen.whole else self.own,
            tight=1.0, spread=0.0, broken=0.0, flourish=0.0,
            gap=float(rng.uniform(0.45, 0.9)), gap_spread=0.1,
            shaky=float(rng.uniform(0.0, 0.4)), wave=0.3 * self.wave, drift=0.5 * self.drift,
            slant=float(rng.normal(0, 0.06)), squeeze=float(rng.uniform(0.85, 1.1)),
            stroke=relative_stroke(self.pen) * self.unit,
        )  # fmt: skip


NEAT = 0.7
"""How often a writer is a neat one."""

TWO_IN_ONE = 0.35
"""How often a neat writer whose letters stand apart has the letters of two pens: more hands than there are fonts."""

CAPITALS_OF_ANOTHER = 0.4
"""How often a neat writer whose letters join has the capitals of another such pen: joined hands differ most in them,
and capitals seldom join."""

FAVOURED = {"playwrite vn": 5.0, "ecolier_court": 3.0, "borel": 2.0}
"""Pens drawn more often than others: hands as Vietnamese schools teach them."""


JOINED, ORNATE = 2.2, 0.5
"""Shares of joined pens, and of those with capitals of twice the height of x or more, where a plain one has 1."""

CASELESS = frozenset({"permanent marker", "rock salt"})
"""Pens whose small letters are small capitals: nobody could tell the case of what they write."""


def _draw_font(rng: np.random.Generator, pens: FontSet, shouting: bool) -> TrainingFont:
    """Return a font for a line: an ornate one seldom, and never for words of capitals."""
    if shouting:
        known = tuple(pen for pen in pens.all if pen.capital < 1.75 * pen.x_height and not pen.joined)
    else:
        known = pens.whole if happens(rng, 0.3) else pens.all
        known = tuple(pen for pen in known if pen.family not in CASELESS)
    shares = np.array([FAVOURED.get(pen.family, _font_weight(pen)) for pen in known])
    return known[int(rng.choice(len(known), p=shares / shares.sum()))]


def _font_weight(pen: TrainingFont) -> float:
    """Return how often a font is drawn: joined ones more, as most hands in ledgers join; ornate ones less."""
    return (JOINED if pen.joined else 1.0) * (1.0 if pen.capital < 2 * pen.x_height else ORNATE)


def _capitals_like(pen: TrainingFont, rng: np.random.Generator, pens: FontSet) -> TrainingFont:
    """Return a joined font whose capitals fit these letters: strokes about as thick, about as tall."""
    tall = pen.capital / pen.x_height
    return pick(
        rng,
        [
            other
            for other in pens.all
            if other.joined
            and 0.6 < relative_stroke(other) / relative_stroke(pen) < 1.6
            and 0.7 < other.capital / other.x_height / tall < 1.4
        ],
    )


def _similar_font(pen: TrainingFont, rng: np.random.Generator, pens: FontSet) -> TrainingFont:
    """Return another font whose strokes are about as thick."""
    thick = relative_stroke(pen)
    alike = [other for other in pens.all if 0.7 < relative_stroke(other) / thick < 1.45]
    return pick(rng, [other for other in alike if other.family not in CASELESS] or [pen])


def relative_stroke(pen: TrainingFont) -> float:
    """Return the thickness of a font's strokes in heights of x."""
    return pen.stroke / nominal_x_height(pen)


def nominal_x_height(pen: TrainingFont) -> float:
    """Return the height of x that sizes count by, in em: between the font's own and what its capitals let expect."""
    return (pen.x_height + 0.66 * pen.capital) / 2
