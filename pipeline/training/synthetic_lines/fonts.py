"""The fonts for training, and the fonts held out from it.

Lines for tests and calibration use families that no training line uses. A font with the Vietnamese letters is therefore
allowed only if its family is in ``VIETNAMESE``; a font without them is allowed unless its family is held out, since it
cannot test a Vietnamese reader alone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.errors import SetupError
from pipeline.base.model import Pixels
from pipeline.base.text.tones import TONED_VOWELS
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER

HELD_OUT = frozenset(
    {
        "dancing script", "charm", "patrick hand", "ms madi", "mali",
        "grape nuts", "fuzzy bubbles", "shantell sans",
    }
)  # fmt: skip
"""Families with Vietnamese letters, held out for test and calibration books."""

HELD_OUT_LATIN = frozenset({"beth ellen", "molle", "solitreo"})
"""Families without Vietnamese letters, held out for calibration books (their marks are drawn)."""

SHIPPED = ("borel", "mynerve", "pangolin")
"""Training fonts among the folders of ``pipeline/training/synthetic_pages/fonts``."""

VIETNAMESE = frozenset(
    {
        "borel", "mynerve", "pangolin", "playwrite vn", "sriracha", "itim", "square peg", "oooh baby", "mansalva",
        "twinkle star", "whisper", "waterfall", "licorice", "estonia", "alex brush", "italianno",
    }
)  # fmt: skip
"""Families with Vietnamese letters allowed in training; all others are reserved for scoring."""

OF_DEBIAN = (
    ("ecolier_court", "fonts-ecolier-court (SIL Open Font License 1.1)"),
    ("breip", "fonts-breip (SIL Open Font License 1.0)"),
    ("dkghandwriting", "fonts-dkg-handwriting (SIL Open Font License 1.1)"),
)
"""Families packaged by Debian: name in the font files, package and licence (the package's copyright file)."""

logging.getLogger("fontTools").setLevel(logging.ERROR)
"""Some fonts contain unused bytes; fontTools would warn at every opening."""

PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-.,():;'\"+&*?!=")
"""Letters that a pen font must have."""


def _marked() -> frozenset[str]:
    small = {letter for letter in TONED_VOWELS if not letter.isascii()} | {"đ"}
    return frozenset(small | {letter.upper() for letter in small})


VIETNAMESE_LETTERS = _marked()
"""The 134 Vietnamese letters outside ASCII."""


@dataclass(frozen=True, slots=True)
class TrainingFont:
    """A pen font with its measures, in em.

    Attributes:
        family: Family name in lower case.
        capital: Height of capitals.
        stroke: Stroke width.
        width: Width of an average letter.
    """

    file: Path
    family: str
    letters: frozenset[str]
    joined: bool
    x_height: float
    capital: float
    stroke: float
    width: float

    @property
    def whole(self) -> bool:
        """Whether it has every Vietnamese letter."""
        return self.letters >= VIETNAMESE_LETTERS


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts to write lines with."""

    all: tuple[TrainingFont, ...]

    @classmethod
    def find(cls, folder: Path | None = None) -> FontSet:
        """Return the fonts of the package and all TrueType fonts under ``folder``.

        Raises:
            SetupError: A font is held out from training.
        """
        files = [file for name in SHIPPED for file in sorted((PEN_FOLDER / name).glob("*.ttf"))]
        files += sorted(folder.rglob("*.ttf")) if folder else []
        pens = (training_font(file) for file in files)
        return cls(tuple(pen for pen in pens if pen is not None))

    @property
    def whole(self) -> tuple[TrainingFont, ...]:
        """The fonts with all Vietnamese letters."""
        return tuple(pen for pen in self.all if pen.whole)

    @property
    def licence_summary(self) -> str:
        """Number and licences of the fonts, for the card of a model."""
        families = {pen.family for pen in self.all}
        summary = f"{len(self.all)} pen fonts of {len(families)} families"
        if all(PEN_FOLDER in pen.file.parents for pen in self.all):
            return f"{summary}, SIL Open Font License 1.1"
        summary += ", each under the SIL Open Font License or the Apache License 2.0"
        packages = [package for family, package in OF_DEBIAN if family in families]
        return f"{summary}, of Debian's {', '.join(packages)}" if packages else summary


def training_font(file: Path) -> TrainingFont | None:
    """Return the font in a file; ``None`` if it lacks plain letters.

    Raises:
        SetupError: The font is held out.
    """
    families, letters = _family_and_letters(file)
    if _held_back(families, letters):
        raise SetupError(f"Không được dùng phông chữ này để huấn luyện vì nó dành cho kiểm thử: {file}")
    if not letters >= PLAIN:
        return None
    return _measure(file, families, letters)


def measure_font(file: Path) -> TrainingFont:
    """Return the measures of any font with the plain letters, held-out fonts included."""
    return _measure(file, *_family_and_letters(file))


def _family_and_letters(file: Path) -> tuple[set[str], frozenset[str]]:
    """Return the lower-case family names of a font, and its letters."""
    with TTFont(file, lazy=True) as font:
        names = [str(font["name"].getDebugName(number) or "") for number in (1, 16, 4)]
        letters = frozenset(map(chr, font.getBestCmap()))
    return {" ".join(name.replace("-", " ").lower().split()) for name in names if name}, letters


def _held_back(families: set[str], letters: frozenset[str]) -> bool:
    """Return whether a family is held out, or the font is Vietnamese and not allowed."""
    if any(name.startswith(family) for name in families for family in HELD_OUT | HELD_OUT_LATIN):
        return True
    return "ạ" in letters and not any(name.startswith(family) for name in families for family in VIETNAMESE)


@lru_cache(maxsize=4096)
def load_face(file: Path, em: int) -> ImageFont.FreeTypeFont:
    """Return a font at an em height in pixels, shaped by HarfBuzz so that joined letters stay joined."""
    return ImageFont.truetype(str(file), em, layout_engine=ImageFont.Layout.RAQM)


def _measure(file: Path, families: set[str], letters: frozenset[str]) -> TrainingFont:
    em = 160
    font = load_face(file, em)
    _, x_top, _, _ = font.getbbox("x", anchor="ls")
    _, top, _, _ = font.getbbox("H", anchor="ls")
    ink = _drawn("numnumin", font)
    columns = np.flatnonzero((ink > 100).any(axis=0))
    gaps = int((np.diff(columns) > 2).sum())
    thick = cv2.distanceTransform((ink > 127).astype(np.uint8), cv2.DIST_L2, 5)
    stroke = 4 * float(thick[thick > 0].mean()) - 1 if (thick > 0).any() else 0.05 * em
    return TrainingFont(
        file=file,
        family=min(families, key=len, default=file.stem),
        letters=letters & (PLAIN | VIETNAMESE_LETTERS | {"ı"}),
        joined=gaps < 4,
        x_height=max(0.1, -x_top / em),
        capital=max(0.1, -top / em),
        stroke=stroke / em,
        width=font.getlength("numnumin") / 8 / em,
    )


def _drawn(text: str, font: ImageFont.FreeTypeFont) -> Pixels:
    em = int(font.size)
    image = Image.new("L", (int(font.getlength(text)) + 2 * em, 3 * em), 0)
    ImageDraw.Draw(image).text((em, 2 * em), text, font=font, fill=255, anchor="ls")
    return np.asarray(image, np.uint8)
