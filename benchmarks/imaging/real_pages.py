"""Real pages that a folder outside the project holds: ruled registers of other countries, with what is known of them.

The folder holds folders named ``paris_notary_registers``, ``lyon_birth_index_tables``, ``paris_divorce_register``,
``deskew``, ``exif_orientation`` and ``vietnam_admin_scans``; one that lacks is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.model import Pixels

LYON_SCAN = (185, 1755)
"""Rows of a Lyon export picture that hold the scan; the rest is the archive's own page around it."""


@dataclass(frozen=True)
class RealPage:
    """One page. ``pixels`` (h, w, 3); ``left``, ``top``: where they begin in the picture that ``path`` names."""

    source: str
    name: str
    path: Path
    pixels: Pixels
    left: int = 0
    top: int = 0

    @property
    def grey(self) -> Pixels:
        """The page as grey levels (h, w)."""
        return np.asarray(Image.fromarray(self.pixels).convert("L"))


def ledger_pages(folder: Path) -> Iterator[RealPage]:
    """The register pages; of spreads each page for itself."""
    for path in sorted(folder.glob("paris_notary_registers/*.jpg")):
        yield RealPage("notary", path.stem, path, _decoded(path))
    for path in sorted(folder.glob("lyon_birth_index_tables/*.png")):
        top, bottom = LYON_SCAN
        yield from _halves("lyon", path, _decoded(path)[top:bottom], top)
    for path in sorted(folder.glob("paris_divorce_register/*.jpg")):
        yield from _halves("divorce", path, _decoded(path), 0)


def text_pages(folder: Path) -> Iterator[RealPage]:
    """Pages of text without a form's rules."""
    names = (
        "imgsrc001.png", "feyn.tif", "linn.png", "lucasta.150.jpg", "typewriter.png", "witten.tif", "1555.007.jpg",
    )  # fmt: skip
    paths = [folder / "deskew" / name for name in names]
    for path in (*paths, *sorted(folder.glob("vietnam_admin_scans/*.jpg"))):
        if path.is_file():
            yield RealPage("text", path.stem, path, _decoded(path))


def _halves(source: str, path: Path, spread: Pixels, top: int) -> Iterator[RealPage]:
    middle = spread.shape[1] // 2
    yield RealPage(source, f"{path.stem} trái", path, spread[:, :middle], 0, top)
    yield RealPage(source, f"{path.stem} phải", path, spread[:, middle:], middle, top)


def _decoded(path: Path) -> Pixels:
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
