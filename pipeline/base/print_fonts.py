"""Print typefaces of this machine: Liberation and FreeMono (Debian ``fonts-liberation``, ``fonts-freefont-ttf``).

HarfBuzz shapes the lines (Pillow's Raqm layout), so that letters of joined scripts stay joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

from pipeline.base.errors import SetupError

SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")

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
    """Return the path of a system font.

    Raises:
        SetupError: The font is not installed; the message names the Debian packages.
    """
    for folder in SYSTEM_FOLDERS:
        for path in sorted(folder.rglob(name)) if folder.is_dir() else ():
            return path
    raise SetupError(
        f"Không thấy phông chữ {name}. Hãy cài: apt install fonts-liberation fonts-freefont-ttf."
    )


def print_font(style: str, pixels: int, face: str = "serif") -> ImageFont.FreeTypeFont:
    """Return a typeface of ``PRINT_FACES`` in a style of ``PRINT``."""
    name = PRINT_FACES[face].format(style=PRINT[style])
    return load_font(system_font(name.replace("FreeSerifRegular", "FreeSerif")), pixels)
