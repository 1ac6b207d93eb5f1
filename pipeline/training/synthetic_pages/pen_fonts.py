"""Fonts on this machine, and the hands and machines that write with them.

Pen fonts come with the package (``fonts/SOURCE.md``). Print and typewriter faces are the system's Liberation and
FreeMono (Debian ``fonts-liberation``, ``fonts-freefont-ttf``). Lines are shaped by HarfBuzz (Pillow's Raqm layout), so
that letters of joined hands stay joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont, features

from pipeline.base.errors import SetupError
from pipeline.training.synthetic_pages.people import pick
from pipeline.training.synthetic_pages.writer_ink import WriterInk

PEN_FOLDER = Path(__file__).parent / "fonts"
SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")


@dataclass(frozen=True, slots=True)
class PenFont:
    """A pen font.

    Attributes:
        file: Path below ``PEN_FOLDER``, or anywhere.
        size: Height of its em in mm for a middling hand.
        joined: Whether its letters join.
        weight: How much its strokes must swell (+) to look like a ball pen's, in mm.
        slant: How far it must lean (dx/dy) to look written.
        capitals: Whether words of capitals can be read in it.
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

PRINT: Mapping[str, str] = {
    "regular": "Regular",
    "small": "Regular",
    "bold": "Bold",
    "italic": "Italic",
    "bold-italic": "BoldItalic",
}
"""Styles of printed labels."""

PRINT_FACES: Mapping[str, str] = {
    "serif": "LiberationSerif-{style}.ttf",
    "sans": "LiberationSans-{style}.ttf",
    "free-serif": "FreeSerif{style}.ttf",
}
"""Typefaces of printed forms."""

TYPE_FACES = (
    ("LiberationSerif-Regular.ttf", 4.5),
    ("FreeMono.ttf", 4.2),
    ("LiberationMono-Regular.ttf", 3.9),
)
"""Faces of the typed variant with the height of the em in mm."""

INKS = ((28, 48, 150), (22, 36, 120), (18, 28, 84), (34, 34, 40), (20, 20, 24), (74, 36, 128))
"""Blue, deep blue, blue-black, faded black, black, violet."""


@dataclass(frozen=True, slots=True)
class HandStyle:
    """The style of one writer's hand, or of a printing machine, for one book. Lengths in mm, angles as dx/dy.

    Attributes:
        font: Font file.
        size: Height of the em.
        joined: Whether letters join.
        typed: Whether it is a machine.
        weight: How much strokes swell.
        slant: How far letters lean.
        ink: Colour, RGB.
        alpha: How dark the ink lies, 0 to 1.
        rise: How far the letters stand above the leader; negative across or below it.
        unrest: How uneven the letters are; 0 is type.
        drift: How much the baseline rises along the line.
        spacing: Space between words, in blanks of the font.
        pressure: How much the darkness varies, 0 to 1.
        capitals: Whether words of capitals can be read in it.
        strokes: Real ink to write with wherever it spells the text.
        one_stroke: Whether its figure one is a single stroke.
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
        rng: Random stream.
        families: Families to choose from; empty means all of the package.
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


@lru_cache(maxsize=256)
def load_font(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    """Return a font at an em height in pixels, shaped by HarfBuzz.

    Raises:
        SetupError: Pillow has no Raqm.
    """
    if not features.check("raqm"):
        raise SetupError(
            "Pillow trên máy này thiếu Raqm (HarfBuzz) nên không vẽ được chữ nối. Hãy cài lại gói pillow."
        )
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.RAQM)


@lru_cache(maxsize=32)
def system_font(name: str) -> Path:
    """Return where a font of the system lies.

    Raises:
        SetupError: It is not installed; the message names the Debian packages.
    """
    for folder in SYSTEM_FOLDERS:
        for path in sorted(folder.rglob(name)) if folder.is_dir() else ():
            return path
    raise SetupError(
        f"Không thấy phông chữ {name}. Hãy cài: apt install fonts-liberation fonts-freefont-ttf."
    )


def print_font(style: str, pixels: int, face: str = "serif") -> ImageFont.FreeTypeFont:
    """Return a face of ``PRINT_FACES`` in a style of ``PRINT``."""
    name = PRINT_FACES[face].format(style=PRINT[style])
    return load_font(system_font(name.replace("FreeSerifRegular", "FreeSerif")), pixels)
