"""A line over entries or days, with what happened on the axis below it and what was found wrong beside that.

::

    8 |--.
      |   `--.__   ◆          ◆ found wrong
    0 +---┆------┆------
          1      2            what was learnt, numbered as in the table
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.base.charts.bars import TICKS
from pipeline.base.charts.rendering import svg_template
from pipeline.base.text.numbers import format_count, format_decimal

WIDTH, HEIGHT = 760.0, 250.0
"""Pixels of the picture."""

LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 14.0, 52.0
LANE = 16.0
"""Height below the axis in which marks are numbered."""

CLOSE = 16.0
"""Marks nearer to one another than these pixels share a number's place, written one beside the other."""


@dataclass(frozen=True, slots=True)
class LinePoint:
    """One point: ``at`` its place on the axis, its ``value``, and a ``tooltip`` shown when someone points at it."""

    at: float
    value: float
    tooltip: str


@dataclass(frozen=True, slots=True)
class AxisMark:
    """What happened at a place of the axis.

    Attributes:
        at: The place.
        label: What is written there.
        tooltip: A sentence about it.
        style: CSS class.
    """

    at: float
    label: str
    tooltip: str
    style: str = "learnt"


@dataclass(frozen=True, slots=True)
class LineChart:
    """A line chart.

    Attributes:
        title: What it shows.
        description: What can be seen in it, in a sentence, for those who cannot see it.
        points: The line, from left to right.
        found: Places where something was found wrong, on the line's axis.
        marks: What was learnt.
        ticks: Places of the axis with their texts.
        axis: What the axis counts.
        table: Key of the table that says the same in numbers.
        sorts: Name and style of what the picture shows, as in ``BarChart``.
    """

    title: str
    description: str
    points: tuple[LinePoint, ...]
    found: tuple[AxisMark, ...]
    marks: tuple[AxisMark, ...]
    ticks: tuple[tuple[float, str], ...]
    axis: str
    table: str
    sorts: tuple[tuple[str, str], ...] = ()

    @property
    def most(self) -> float:
        """The greatest value; 0 where there is nothing to show."""
        return max((point.value for point in self.points), default=0.0)


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    text: str
    tooltip: str = ""
    style: str = ""


def line_chart_svg(chart: LineChart) -> Markup:
    """Return the chart as an ``<svg>`` element with its title and description."""
    ends = [point.at for point in chart.points] + [mark.at for mark in (*chart.found, *chart.marks)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    floor, top = HEIGHT - BOTTOM, _round_up(chart.most)

    def x(at: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ((at - low) / (high - low) if high > low else 0.5), 1)

    def y(value: float) -> float:
        return round(floor - (floor - TOP) * value / top, 1)

    points = [_Place(x(one.at), y(one.value), "", one.tooltip) for one in chart.points]
    steps = [top * step / TICKS for step in range(TICKS + 1)]
    drawing = {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "floor": floor,
        "top": TOP,
        "path": "M" + "L".join(f"{one.x:g},{one.y:g}" for one in points) if points else "",
        "points": points if len(points) <= 60 else [],
        "rules": [_Place(LEFT, y(value), _amount(value)) for value in steps],
        "ticks": [_Place(x(at), floor + LANE, text) for at, text in chart.ticks],
        "found": [_Place(x(one.at), floor, one.label, one.tooltip, one.style) for one in chart.found],
        "marks": [_Place(x(one.at), floor, one.label, one.tooltip, one.style) for one in chart.marks],
        "labels": _labels([(x(one.at), one.label) for one in chart.marks]),
        "label_height": floor + LANE + 17,
    }
    return Markup(svg_template("lines.svg.j2").render(chart=chart, drawing=drawing))


def _labels(marks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return the numbers below the axis: those too near to each other as one text, ``2–5``."""
    groups: list[list[tuple[float, str]]] = []
    for place, label in sorted(marks):
        if groups and place - groups[-1][-1][0] < CLOSE:
            groups[-1].append((place, label))
        else:
            groups.append([(place, label)])
    return [
        (
            round(sum(place for place, _ in group) / len(group), 1),
            group[0][1] if len(group) == 1 else f"{group[0][1]}–{group[-1][1]}",
        )
        for group in groups
    ]


def _round_up(most: float) -> float:
    """Return the top of the axis: a round number that the greatest value does not pass."""
    power = 1.0
    while True:
        for step in (1.0, 2.0, 4.0, 6.0, 8.0):
            if step * power >= most:
                return step * power
        power *= 10


def _amount(value: float) -> str:
    return format_count(round(value)) if float(value).is_integer() else format_decimal(value, 1)
