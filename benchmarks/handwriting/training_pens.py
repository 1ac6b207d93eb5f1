"""The pens that networks learn from, as books are drawn with them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.handwriting.books import TRAINING_PENS
from pipeline.base.errors import SetupError
from pipeline.training.synthetic_lines import fonts
from pipeline.training.synthetic_lines.fonts import training_font
from pipeline.training.synthetic_lines.writers import nominal_x_height
from pipeline.training.synthetic_pages.pen_fonts import PENS, PenFont

LETTERS = 2.6
"""How tall the letters of a middling hand are, in mm (``training.synthetic_lines.writers.nominal_x_height``)."""

STROKE = 0.4
"""How thick a ball pen's strokes are, in mm."""


def training_pens(folder: Path | None) -> tuple[PenFont, ...]:
    """The pens under ``folder`` with all Vietnamese letters, each named by the folder it lies in; those of the package
    that networks learn from are left out; none without a folder. Raises ``SetupError`` for a font that training must
    not see, for a second one in a folder and for one that bears the name of another of the package."""
    by_name: dict[str, PenFont] = {}
    for file in sorted(folder.rglob("*.ttf")) if folder else ():
        pen = training_font(file)
        if pen is not None and pen.whole and file.parent.name not in TRAINING_PENS:
            name = file.parent.name
            if name in by_name or name in {known.family for known in PENS}:
                raise SetupError(f"Mỗi phông một thư mục có tên riêng: {file}")
            by_name[name] = like_a_ball_pen(pen)
    return tuple(by_name.values())


def like_a_ball_pen(pen: fonts.TrainingFont) -> PenFont:
    """The pen as books are drawn with it: letters of a middling hand, strokes of a ball pen, leaning a little."""
    size = LETTERS / nominal_x_height(pen)
    return PenFont(
        str(pen.file.resolve()), size, pen.joined, STROKE - pen.stroke * size, 0.05,
        capitals=not pen.joined and pen.capital < 1.75 * pen.x_height,
    )  # fmt: skip
