"""Pen fonts of the package (``fonts/SOURCE.md``), and the styles of hands and machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.base.print_fonts import system_font
from pipeline.training.synthetic_pages.people import pick
from pipeline.training.synthetic_pages.writer_ink import WriterInk

PEN_FOLDER = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class PenFont:
    """A pen font.

    Attributes:
        file: Path below ``PEN_FOLDER``, or anywhere.
        size: Height of the em in mm for an average hand.
        weight: Stroke widening that gives the look of a ball pen, in mm.
        slant: Slant (dx/dy) that gives the look of handwriting.
        capitals: Whether words in capitals are legible in it.
    """

    file: str
    size: float
    joined: bool
    weight: float
    slant: float = 0.0
    capitals: bool = True

    @property
    def family(self) -> str:
        """The font's name, which is its folder."""
        return Path(self.file).parent.name


PENS = (
    PenFont("borel/Borel_400Regular.ttf", 4.7, True, 0.0, 0.08),
    PenFont("charm/Charm_400Regular.ttf", 5.8, False, 0.02, capitals=False),
    PenFont("dancing-script/DancingScript_400Regular.ttf", 6.3, True, 0.03, capitals=False),
    PenFont("fuzzy-bubbles/FuzzyBubbles_400Regular.ttf", 4.7, False, -0.05, 0.12),
    PenFont("grape-nuts/GrapeNuts_400Regular.ttf", 7.0, False, 0.04),
    PenFont("mali/Mali_300Light_Italic.ttf", 5.0, False, 0.04),
    PenFont("ms-madi/MsMadi_400Regular.ttf", 7.6, True, 0.06, 0.05, capitals=False),
    PenFont("mynerve/Mynerve_400Regular.ttf", 5.8, False, 0.02, 0.1),
    PenFont("pangolin/Pangolin_400Regular.ttf", 5.0, False, -0.07, 0.15),
    PenFont("patrick-hand/PatrickHand_400Regular.ttf", 6.2, False, 0.0, 0.12),
    PenFont("shantell-sans/ShantellSans_300Light_Italic.ttf", 5.0, False, 0.02),
)


TYPE_FACES = (
    ("LiberationSerif-Regular.ttf", 4.5),
    ("FreeMono.ttf", 4.2),
    ("LiberationMono-Regular.ttf", 3.9),
)
"""Typefaces of the typed variant with the height of the em in mm."""

INKS = ((28, 48, 150), (22, 36, 120), (18, 28, 84), (34, 34, 40), (20, 20, 24), (74, 36, 128))
"""Blue, deep blue, blue-black, faded black, black, violet."""


@dataclass(frozen=True, slots=True)
class HandStyle:
    """The style of a writer's hand or of a printing machine in a book. Lengths in mm, angles as dx/dy.

    Attributes:
        size: Height of the em.
        weight: Stroke widening.
        slant: Slant of letters.
        ink: Colour, RGB.
        alpha: Darkness of the ink, 0 to 1.
        rise: Height of the letters above the leader; negative: across or below it.
        unrest: Unevenness of the letters; 0 is type.
        drift: Rise of the baseline along the line.
        spacing: Space between words, in spaces of the font.
        pressure: Variation of the darkness, 0 to 1.
        capitals: Whether words in capitals are legible in it.
        strokes: Real ink for the texts that it spells.
        one_stroke: Whether its digit 1 is a single stroke.
    """

    font: Path
    size: float
    joined: bool
    typed: bool
    weight: float
    slant: float
    ink: tuple[int, int, int]
    alpha: float
    rise: float
    unrest: float
    drift: float
    spacing: float
    pressure: float
    capitals: bool = True
    strokes: WriterInk | None = None
    one_stroke: bool = False


def draw_hand_style(
    rng: np.random.Generator, families: Sequence[str] = (), more: Sequence[PenFont] = ()
) -> HandStyle:
    """Draw a person's hand.

    Args:
        families: Families to choose from; empty: all of the package.
        more: Pen fonts outside the package that ``families`` may name.

    Raises:
        ValueError: There is no such family.
    """
    known = [pen for pen in (*PENS, *more) if pen.family in families] if families else PENS
    if not known:
        raise ValueError(f"no such pens: {', '.join(families)}")
    pen = pick(rng, known)
    return HandStyle(
        font=PEN_FOLDER / pen.file,
        size=pen.size * float(rng.uniform(0.9, 1.15)),
        joined=pen.joined,
        typed=False,
        weight=pen.weight + float(rng.uniform(-0.03, 0.06)),
        slant=pen.slant + float(rng.uniform(-0.12, 0.18)),
        ink=pick(rng, INKS),
        alpha=float(rng.uniform(0.78, 0.98)),
        rise=float(rng.choice([0.9, 0.5, 0.1, -0.4])),
        unrest=float(rng.uniform(0.4, 1.3)),
        drift=float(rng.normal(0.0, 0.006)),
        spacing=float(rng.uniform(0.95, 1.5)),
        pressure=float(rng.uniform(0.1, 0.35)),
        capitals=pen.capitals,
    )


def draw_type_style(rng: np.random.Generator) -> HandStyle:
    """Draw a printer or a typewriter."""
    name, size = pick(rng, TYPE_FACES)
    mono = "Mono" in name
    return HandStyle(
        font=system_font(name),
        size=size,
        joined=not mono,
        typed=True,
        weight=0.0 if not mono else 0.03,
        slant=0.0,
        ink=pick(rng, ((24, 24, 26), (30, 30, 36), (24, 26, 60))),
        alpha=float(rng.uniform(0.88, 1.0)),
        rise=float(rng.uniform(0.5, 1.2)),
        unrest=0.35 if mono else 0.0,
        drift=0.0,
        spacing=1.0,
        pressure=0.22 if mono else 0.08,
    )
