"""Charts of accuracy: error against coverage on a logarithmic axis, and reliability of confidences.

::

    100 % |               .. bound
      1 % |        ....''           o  where the machine accepts by itself
    0.1 % |----..'------------------- tolerated
        0 |__/______________________
          0 %      coverage      100 %
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10, sqrt

from markupsafe import Markup

from pipeline.base.charts.rendering import svg_template
from pipeline.base.text.numbers import (
    format_confidence,
    format_count,
    format_per_mille,
    format_percent,
    with_comma,
)

FLOOR = 1e-4
"""The least share of errors on the logarithmic axis; no error at all has a line of its own below it."""

DECADES = (1.0, 0.1, 0.01, 0.001, 0.0001)
ZERO_BAND = 0.09
"""Share of the height that is kept for no error at all."""

BAR_WIDTH, BAR_HEIGHT = 14.0, 34.0
"""Pixels of the bar that tells how many fields a bin holds: its width, and the height of all fields together."""

FEW_FIELDS = 10
"""A bin of fewer fields says little."""


@dataclass(frozen=True, slots=True)
class AxisTick:
    """A tick of an axis: its position in pixels and its text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ToleranceLine:
    """A horizontal line, ``at`` pixels from the top, at a share of errors that is tolerated."""

    at: float
    text: str
    critical: bool


@dataclass(frozen=True, slots=True)
class ChartDot:
    """A dot with its tooltip.

    Attributes:
        x, y: Its centre, in pixels.
        low, high: The ends of a vertical line through it, in pixels.
        radius: In pixels.
        tooltip: A sentence about it.
        few: Whether it speaks of too few fields to say much.
    """

    x: float
    y: float
    low: float
    high: float
    radius: float
    tooltip: str
    few: bool = False


@dataclass(frozen=True, slots=True)
class CurveSeries:
    """The curve of one group of fields.

    Attributes:
        style: CSS class.
        name: What the group is called.
        path, bound, area: SVG path data of the curve, of its upper bound and of the area between them.
        accepted: Where the machine itself stops accepting; ``None`` where it accepted nothing.
    """

    style: str
    name: str
    path: str
    bound: str
    area: str
    accepted: ChartDot | None


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
class ErrorCurveChart:
    """Error among accepted fields against their share of all, one series a group.

    Attributes:
        area: Where it is drawn.
        across, up: The ticks of both axes.
        levels: Tolerated shares of errors.
        series: The curves.
    """

    area: PlotArea
    across: tuple[AxisTick, ...]
    up: tuple[AxisTick, ...]
    levels: tuple[ToleranceLine, ...]
    series: tuple[CurveSeries, ...]


@dataclass(frozen=True, slots=True)
class ReliabilityChart:
    """Share of right fields against confidence.

    Attributes:
        area: Where it is drawn.
        ticks, up: The ticks of both axes.
        dots: One a bin.
        bars: x and height of the bar that shows how many fields a bin holds, in pixels.
    """

    area: PlotArea
    ticks: tuple[AxisTick, ...]
    up: tuple[AxisTick, ...]
    dots: tuple[ChartDot, ...]
    bars: tuple[tuple[float, float], ...]


def error_curve_svg(chart: ErrorCurveChart, title: str) -> Markup:
    """Return the chart as an ``<svg>`` element.

    Args:
        chart: The chart.
        title: What it shows, for those who cannot see it.
    """
    return Markup(svg_template("error_curve.svg.j2").render(chart=chart, title=title))


def reliability_svg(chart: ReliabilityChart, title: str) -> Markup:
    """Return the chart as an ``<svg>`` element.

    Args:
        chart: The chart.
        title: What it shows, for those who cannot see it.
    """
    return Markup(svg_template("reliability.svg.j2").render(chart=chart, title=title))


def error_curve_chart(
    series: Sequence[CurveSeries], tolerated: Sequence[tuple[float, bool]], area: PlotArea
) -> ErrorCurveChart:
    """Return the chart of those series.

    Args:
        series: As ``curve_series`` makes them for the same area.
        tolerated: Shares of errors that are tolerated, each with whether it is that of critical fields.
        area: Where the chart is drawn.
    """
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    decades = (AxisTick(area.y_log(share), with_comma(f"{100 * share:g} %")) for share in DECADES)
    return ErrorCurveChart(
        area=area,
        across=tuple(AxisTick(area.x(share), format_percent(share, 0)) for share in shares),
        up=(*decades, AxisTick(area.y_log(0.0), "0")),
        levels=tuple(_tolerance_line(share, area, critical=critical) for share, critical in tolerated),
        series=tuple(series),
    )


def curve_series(
    style: str,
    name: str,
    points: Sequence[tuple[float, float, float]],
    area: PlotArea,
    accepted: tuple[float, float, float, str] | None = None,
) -> CurveSeries:
    """Return the curve of one group.

    Args:
        style: CSS class.
        name: What the group is called.
        points: Coverage, error and upper bound of the error (0..1 each), from the surest field on.
        area: Where the chart is drawn.
        accepted: The same three of the fields the machine accepted, and the tooltip of their dot.
    """
    seen = [(area.x(coverage), area.y_log(error)) for coverage, error, _ in points]
    bound = [(area.x(coverage), area.y_log(upper)) for coverage, _, upper in points]
    dot = None
    if accepted is not None:
        coverage, error, upper, tooltip = accepted
        x, y = area.x(coverage), area.y_log(error)
        dot = ChartDot(x=x, y=y, low=y, high=area.y_log(upper), radius=5.0, tooltip=tooltip)
    return CurveSeries(
        style=style,
        name=name,
        path=_path(seen),
        bound=_path(bound),
        area=f"{_path([*seen, *reversed(bound)])}Z",
        accepted=dot,
    )


def reliability_chart(bins: Sequence[tuple[int, float, float]], area: PlotArea) -> ReliabilityChart:
    """Return the reliability chart.

    Args:
        bins: Fields, mean confidence and share of right fields of each.
        area: Where the chart is drawn.
    """
    fields = sum(count for count, _, _ in bins)
    half = BAR_WIDTH / 2
    return ReliabilityChart(
        area=area,
        ticks=tuple(AxisTick(area.x(share), with_comma(f"{share:g}")) for share in (0.0, 0.5, 1.0)),
        up=tuple(AxisTick(area.y(share), format_percent(share, 0)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        dots=tuple(_bin_dot(*held, fields, area) for held in bins),
        bars=tuple(
            (area.x(confidence) - half, round(BAR_HEIGHT * count / fields, 1))
            for count, confidence, _ in bins
            if fields
        ),
    )


def _tolerance_line(share: float, area: PlotArea, *, critical: bool) -> ToleranceLine:
    name = "quan trọng" if critical else "mức cho phép"
    return ToleranceLine(area.y_log(share), f"{name} {format_per_mille(share)}", critical)


def _bin_dot(count: int, confidence: float, right: float, fields: int, area: PlotArea) -> ChartDot:
    tooltip = (
        f"{format_count(count)} ô có độ tin cậy trung bình {format_confidence(confidence)}: "
        f"đúng giá trị {format_percent(right)}"
    )
    y = area.y(right)
    return ChartDot(
        x=area.x(confidence),
        y=y,
        low=y,
        high=area.y(confidence),
        radius=round(2.5 + 5.5 * sqrt(count / fields), 1),
        tooltip=tooltip,
        few=count < FEW_FIELDS,
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)
