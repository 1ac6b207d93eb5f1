"""What all charts share: the area inside the margins, texts at their places, paths, the templates that write SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log10
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

FLOOR = 1e-4
"""The least share of errors on the logarithmic axis; no error at all has a line of its own below it."""

DECADES = (1.0, 0.1, 0.01, 0.001, 0.0001)
ZERO_BAND = 0.09
"""Share of the height that is kept for no error at all."""


@dataclass(frozen=True, slots=True)
class PlotArea:
    """The area of a chart inside its margins, in pixels of the picture.

    Attributes:
        width, height: Of the whole picture.
        left, right, top, bottom: The margins.
    """

    width: float
    height: float
    left: float = 52.0
    right: float = 14.0
    top: float = 12.0
    bottom: float = 40.0

    @property
    def x_end(self) -> float:
        """The right edge."""
        return self.width - self.right

    @property
    def y_end(self) -> float:
        """The bottom edge."""
        return self.height - self.bottom

    def x(self, share: float) -> float:
        """Return the pixel of a share 0..1 on the horizontal axis."""
        return round(self.left + (self.x_end - self.left) * share, 1)

    def y(self, share: float) -> float:
        """Return the pixel of a share 0..1 on the vertical axis."""
        return round(self.y_end - (self.y_end - self.top) * share, 1)

    def y_log(self, share: float) -> float:
        """Return the pixel of a share of errors on the logarithmic axis."""
        if share <= 0:
            return self.y(0.02)
        height = 1 - log10(max(share, FLOOR)) / log10(FLOOR)
        return self.y(ZERO_BAND + (1 - ZERO_BAND) * height)


@dataclass(frozen=True, slots=True)
class AxisTick:
    """A tick of an axis: its position in pixels and its text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ChartText:
    """A text at a place of a chart, in pixels.

    Attributes:
        tooltip: The sentence shown when someone points at it.
        style: CSS class.
        anchor: Which end of the text is at ``x``.
    """

    x: float
    y: float
    text: str
    tooltip: str = ""
    style: str = ""
    anchor: str = ""


def svg_path(points: Sequence[tuple[float, float]]) -> str:
    """Return SVG path data through those points."""
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)


@cache
def svg_template(name: str) -> Template:
    """Return the template of that name from the folder ``templates``; it escapes every text."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
