"""Bar charts: values beside one another or one below another, each stacked of segments.

The elements carry colours of their own for paper, and classes by which a page can give them others::

    upright                         across
      |  ▄                            place  ▒▒▒▒▓▓▓▓░░ 120
      |  █  ▄                         other  ▒▒▓ 31
      +------- days
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.base.charts.rendering import svg_template
from pipeline.base.text.numbers import format_count

COLOURS = {
    "straight": "#1f6f4a",
    "closed": "#7fb08f",
    "decided": "#7fb08f",
    "waiting": "#d9962f",
    "left": "#d9d5cc",
    "pages": "#2c64a6",
    "wrong": "#b3452e",
    "curve": "#9d5c1c",
    "learnt": "#2c64a6",
    "found": "#b3452e",
    "age-0": "#f6e3bf",
    "age-1": "#eecb8a",
    "age-2": "#e2ad55",
    "age-3": "#c9852d",
    "age-4": "#9d5c1c",
    "age-5": "#6a3410",
}
"""Colour by style of a segment; they differ in lightness too, so that a black and white print tells them apart."""

WIDTH, HEIGHT = 760.0, 190.0
"""Pixels of a chart; a chart across is as high as its bars need."""

LABEL_WIDTH, SUM_WIDTH = 224.0, 70.0
ROW_PITCH, BAR_THICKNESS = 26.0, 17.0
MARGIN_TOP, AXIS_HEIGHT, AXIS_WIDTH = 6.0, 24.0, 52.0
TICKS = 4
LONGEST_LABEL, KEPT_LABEL_END = 30, 11


@dataclass(frozen=True, slots=True)
class BarSegment:
    """One segment of a bar.

    Attributes:
        sort: Index into the chart's ``sorts``.
        amount: How much, in the chart's unit.
        tooltip: The sentence shown when someone points at it.
    """

    sort: int
    amount: float
    tooltip: str


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar: its label and the segments it is stacked of."""

    label: str
    segments: tuple[BarSegment, ...]

    @property
    def amount(self) -> float:
        """The sum of its segments."""
        return sum(segment.amount for segment in self.segments)


@dataclass(frozen=True, slots=True)
class BarChart:
    """A bar chart.

    Attributes:
        title: What it shows, for those who cannot see it.
        sorts: Name and style (a key of ``COLOURS``) of each sort of segment.
        bars: From left to right, or from top to bottom.
        unit: What is counted.
        table: Key of the table that says the same in numbers.
        across: Whether bars lie, one below another, instead of standing.
    """

    title: str
    sorts: tuple[tuple[str, str], ...]
    bars: tuple[ChartBar, ...]
    unit: str
    table: str
    across: bool = True

    @property
    def most(self) -> float:
        """The amount of the longest bar."""
        return max((bar.amount for bar in self.bars), default=0.0)


@dataclass(frozen=True, slots=True)
class _Rect:
    x: float
    y: float
    width: float
    height: float
    style: str
    colour: str
    tooltip: str


@dataclass(frozen=True, slots=True)
class _Label:
    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class _GridLine:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class _Drawing:
    width: float
    height: float
    rects: tuple[_Rect, ...]
    labels: tuple[_Label, ...]
    lines: tuple[_GridLine, ...]


def bar_chart_svg(chart: BarChart) -> Markup:
    """Return the chart as an ``<svg>`` element; the legend is the page's to write, with ``COLOURS``."""
    drawing = _draw_across(chart) if chart.across else _draw_upright(chart)
    return Markup(svg_template("bars.svg.j2").render(chart=chart, drawing=drawing))


def _draw_across(chart: BarChart) -> _Drawing:
    """Draw lying bars, the label before each, its sum behind."""
    scale = (WIDTH - LABEL_WIDTH - SUM_WIDTH) / (chart.most or 1.0)
    height = MARGIN_TOP + ROW_PITCH * len(chart.bars) + MARGIN_TOP
    rects, labels = [], []
    for at, bar in enumerate(chart.bars):
        x, y = LABEL_WIDTH, MARGIN_TOP + ROW_PITCH * at + (ROW_PITCH - BAR_THICKNESS) / 2
        baseline = y + BAR_THICKNESS - 4
        labels.append(_Label(LABEL_WIDTH - 8, baseline, "end", _shorten(bar.label)))
        for segment in bar.segments:
            width = segment.amount * scale
            if width > 0:
                rects.append(_rect(chart, segment, (x, y, width, BAR_THICKNESS)))
            x += width
        labels.append(_Label(x + 6, baseline, "start", format_count(round(bar.amount))))
    axis = _GridLine(LABEL_WIDTH, MARGIN_TOP, LABEL_WIDTH, height - MARGIN_TOP)
    return _Drawing(WIDTH, height, tuple(rects), tuple(labels), (axis,))


def _draw_upright(chart: BarChart) -> _Drawing:
    """Draw standing bars over an axis of days, with grid lines at round numbers."""
    step = _round_step(chart.most)
    top = max(step * -(-chart.most // step), step)
    floor = HEIGHT - AXIS_HEIGHT
    scale = (floor - MARGIN_TOP - 6) / top
    pitch = (WIDTH - AXIS_WIDTH - 6) / max(len(chart.bars), 1)
    lines, labels = [], []
    for tick in range(round(top / step) + 1):
        y = floor - tick * step * scale
        lines.append(_GridLine(AXIS_WIDTH, y, WIDTH - 6, y))
        labels.append(_Label(AXIS_WIDTH - 6, y + 4, "end", format_count(round(tick * step))))
    every = max(1, -(-len(chart.bars) // 10))
    rects = []
    for at, bar in enumerate(chart.bars):
        x, y = AXIS_WIDTH + pitch * at + pitch * 0.12, floor
        for segment in bar.segments:
            height = segment.amount * scale
            if height > 0:
                y -= height
                rects.append(_rect(chart, segment, (x, y, pitch * 0.76, height)))
        if at % every == 0:
            labels.append(_Label(x + pitch * 0.38, HEIGHT - 8, "middle", bar.label))
    return _Drawing(WIDTH, HEIGHT, tuple(rects), tuple(labels), tuple(lines))


def _rect(chart: BarChart, segment: BarSegment, place: tuple[float, float, float, float]) -> _Rect:
    x, y, width, height = (round(side, 2) for side in place)
    style = chart.sorts[segment.sort][1]
    return _Rect(x, y, width, height, style, COLOURS[style], segment.tooltip)


def _round_step(most: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten, of which about ``TICKS`` reach ``most``."""
    wanted = max(most / TICKS, 1.0)
    power = 10.0 ** (len(str(int(wanted))) - 1)
    return next(step for step in _steps(power) if step >= wanted)


def _steps(power: float) -> Iterator[float]:
    yield from (power, 2 * power, 5 * power, 10 * power)


def _shorten(label: str) -> str:
    """Return a label without its middle where it is too long: its end (a code, a year) distinguishes it."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - KEPT_LABEL_END - 1]}…{label[-KEPT_LABEL_END:]}"
