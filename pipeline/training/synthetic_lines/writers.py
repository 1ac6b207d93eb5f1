"""Writers: their fonts, sizes and habits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import ascii_lowercase

import numpy as np

from pipeline.training.synthetic_lines.fonts import FontSet, TrainingFont
from pipeline.training.synthetic_lines.tone_marks import ToneMarkStyle
from pipeline.training.synthetic_pages.people import happens, pick


@dataclass(frozen=True, slots=True)
class WriterStyle:
    """A writer of a line. Lengths in x-heights (``unit``) unless stated; habits are shares of letters.

    Attributes:
        figures: Font of the digits.
        unit: x-height in pixels.
        own: Share of marked letters that the font sets with their marks.
        second: Another font for a share of the letters.
        mixed: Share of the letters from ``second``.
        borrowed: Small letters (without marks) that always come from ``second``.
        tight: Advance of a letter; 1 is the font's own.
        spread: Extra space between letters.
        gap: Space between words.
        gap_spread: Variation of this space.
        broken: Frequency of breaks between joined letters.
        shaky: Unevenness of place and size.
        stroke: Thickness of strokes in pixels.
        slant: Slant, dx/dy.
        drift: Rise of the baseline along the line.
        wave: Waves of the baseline.
        squeeze: Width relative to the natural width.
        big_capitals: Size of capitals; 1 is the font's own.
        dotless: Share of i without a dot.
        crossed_t: Share of t drawn as a stroke with a cross.
        barred_t: Share of T drawn as a curve with a bar.
        stick_one: Share of 1 drawn as a single stroke.
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
        """Draw a random writer; a ``shouting`` writer has capitals that can be set side by side."""
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

        Sometimes, unless ``alone``, two fonts make a hand: each always gives the same letters, or the other gives the
        capitals if letters join.
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
"""Share of neat writers."""

TWO_IN_ONE = 0.35
"""Share of neat writers with unjoined letters who use two fonts; this gives more hands than there are fonts."""

CAPITALS_OF_ANOTHER = 0.4
"""Share of neat writers with joined letters who take capitals from another joined font: joined hands differ most in
their capitals, which rarely join."""

FAVOURED = {"playwrite vn": 5.0, "ecolier_court": 3.0, "borel": 2.0}
"""Fonts drawn more often, in the style of Vietnamese schools."""


JOINED, ORNATE = 2.2, 0.5
"""Relative frequencies of joined fonts, and of fonts with capitals of at least two x-heights; a plain font has 1."""

CASELESS = frozenset({"permanent marker", "rock salt"})
"""Fonts whose lower-case letters are small capitals; the case of their text is not visible."""


def _draw_font(rng: np.random.Generator, pens: FontSet, shouting: bool) -> TrainingFont:
    """Return a font for a line; ornate fonts are rare, and never used for words in capitals."""
    if shouting:
        known = tuple(pen for pen in pens.all if pen.capital < 1.75 * pen.x_height and not pen.joined)
    else:
        known = pens.whole if happens(rng, 0.3) else pens.all
        known = tuple(pen for pen in known if pen.family not in CASELESS)
    shares = np.array([FAVOURED.get(pen.family, _font_weight(pen)) for pen in known])
    return known[int(rng.choice(len(known), p=shares / shares.sum()))]


def _font_weight(pen: TrainingFont) -> float:
    """Return the relative frequency of a font: joined fonts more, as in most ledgers; ornate fonts less."""
    return (JOINED if pen.joined else 1.0) * (1.0 if pen.capital < 2 * pen.x_height else ORNATE)


def _capitals_like(pen: TrainingFont, rng: np.random.Generator, pens: FontSet) -> TrainingFont:
    """Return a joined font with matching capitals: similar stroke width and height."""
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
    """Return another font of similar stroke width."""
    thick = relative_stroke(pen)
    alike = [other for other in pens.all if 0.7 < relative_stroke(other) / thick < 1.45]
    return pick(rng, [other for other in alike if other.family not in CASELESS] or [pen])


def relative_stroke(pen: TrainingFont) -> float:
    """Return the stroke width of a font in x-heights."""
    return pen.stroke / nominal_x_height(pen)


def nominal_x_height(pen: TrainingFont) -> float:
    """Return the nominal x-height in em: mean of the font's x-height and 0.66 of its cap height."""
    return (pen.x_height + 0.66 * pen.capital) / 2
