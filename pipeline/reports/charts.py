"""Charts as SVG: plain elements with colours of their own for paper, and classes by which a page can give them others.

Nothing in them is script or style, so that they may stand in a page with a strict policy as well as in a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.reports.content import BarChart
from pipeline.reports.wording import number

COLOURS = {
    "straight": "#1f6f4a",
    "closed": "#7fb08f",
    "decided": "#7fb08f",
    "waiting": "#d9962f",
    "left": "#d9d5cc",
    "pages": "#2c64a6",
    "wrong": "#b3452e",
    "age-0": "#f6e3bf",
    "age-1": "#eecb8a",
    "age-2": "#e2ad55",
    "age-3": "#c9852d",
    "age-4": "#9d5c1c",
    "age-5": "#6a3410",
}
"""By style of a sort; they differ in lightness too, so that they can be told apart on a black and white print."""

WIDTH = 760.0
LABEL, END = 224.0, 70.0
LINE, BAR = 26.0, 17.0
TOP, AXIS = 6.0, 24.0
HEIGHT = 190.0
LEFT = 52.0
TICKS = 4
LONGEST_LABEL = 30
KEPT_END = 11


@dataclass(frozen=True, slots=True)
class ChartRect:
    x: float
    y: float
    width: float
    height: float
    style: str
    colour: str
    told: str


@dataclass(frozen=True, slots=True)
class ChartText:
    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class ChartRule:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class ChartDrawing:
    width: float
    height: float
    rects: tuple[ChartRect, ...]
    texts: tuple[ChartText, ...]
    rules: tuple[ChartRule, ...]


def svg(chart: BarChart) -> Markup:
    """The chart as an ``<svg>`` element; a legend is the page's to write (``COLOURS``)."""
    drawing = _across(chart) if chart.across else _upright(chart)
    return Markup(_template().render(chart=chart, drawing=drawing))


def _across(chart: BarChart) -> ChartDrawing:
    """Lying bars, the label before each, its sum behind."""
    most = chart.most or 1.0
    scale = (WIDTH - LABEL - END) / most
    height = TOP + LINE * len(chart.bars) + TOP
    rects, texts = [], []
    for at, bar in enumerate(chart.bars):
        y, x = TOP + LINE * at + (LINE - BAR) / 2, LABEL
        texts.append(ChartText(LABEL - 8, y + BAR - 4, "end", _shortened(bar.label)))
        for part in bar.parts:
            width = part.amount * scale
            if width > 0:
                rects.append(_rect(chart, part.sort, (x, y, width, BAR), part.told))
            x += width
        whole = round(sum(part.amount for part in bar.parts))
        texts.append(ChartText(x + 6, y + BAR - 4, "start", number(whole).text))
    return ChartDrawing(
        WIDTH, height, tuple(rects), tuple(texts), (ChartRule(LABEL, TOP, LABEL, height - TOP),)
    )


def _upright(chart: BarChart) -> ChartDrawing:
    """Standing bars over an axis of days, with lines at round numbers."""
    step = _round_step(chart.most)
    top = max(step * -(-chart.most // step), step)
    floor = HEIGHT - AXIS
    scale = (floor - TOP - 6) / top
    pitch = (WIDTH - LEFT - 6) / max(len(chart.bars), 1)
    rules, texts = [], []
    for mark in range(round(top / step) + 1):
        y = floor - mark * step * scale
        rules.append(ChartRule(LEFT, y, WIDTH - 6, y))
        texts.append(ChartText(LEFT - 6, y + 4, "end", number(round(mark * step)).text))
    every = max(1, -(-len(chart.bars) // 10))
    rects = []
    for at, bar in enumerate(chart.bars):
        x, y = LEFT + pitch * at + pitch * 0.12, floor
        for part in bar.parts:
            height = part.amount * scale
            if height > 0:
                y -= height
                rects.append(_rect(chart, part.sort, (x, y, pitch * 0.76, height), part.told))
        if at % every == 0:
            texts.append(ChartText(x + pitch * 0.38, HEIGHT - 8, "middle", bar.label))
    return ChartDrawing(WIDTH, HEIGHT, tuple(rects), tuple(texts), tuple(rules))


def _rect(chart: BarChart, sort: int, place: tuple[float, float, float, float], told: str) -> ChartRect:
    x, y, width, height = (round(side, 2) for side in place)
    style = chart.sorts[sort][1]
    return ChartRect(x, y, width, height, style, COLOURS[style], told)


def _round_step(most: float) -> float:
    """A step of 1, 2 or 5 times a power of ten, of which about ``TICKS`` reach ``most``."""
    wanted = max(most / TICKS, 1.0)
    power = 10.0 ** (len(str(int(wanted))) - 1)
    return next(step for step in _steps(power) if step >= wanted)


def _steps(power: float) -> Iterator[float]:
    yield from (power, 2 * power, 5 * power, 10 * power)


def _shortened(label: str) -> str:
    """The label without its middle where it is too long: its end is a code or a year and tells it from others."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - KEPT_END - 1]}…{label[-KEPT_END:]}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("chart.svg.j2")
