"""Charts as numbers in pixels: where ticks, lines and dots go. ``charts.j2`` writes them as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10, sqrt

from pipeline.evaluation.confidence import CalibrationBin, CurvePoint
from pipeline.evaluation.figures import GroupFigures
from pipeline.text.numbers import (
    format_confidence,
    format_count,
    format_per_mille,
    format_percent,
    format_small_percent,
    with_comma,
)

FLOOR = 1e-4
"""The least share of errors on the logarithmic axis; no error at all has a line of its own below it."""

DECADES = (1.0, 0.1, 0.01, 0.001, 0.0001)
ZERO_BAND = 0.09  # of the height, kept for no error at all
HALF_BAR = 7.0
FEW = 10


@dataclass(frozen=True, slots=True)
class AxisTick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ToleranceLine:
    """A horizontal line that is tolerated to be reached."""

    at: float
    text: str
    critical: bool


@dataclass(frozen=True, slots=True)
class ChartDot:
    """A mark with what is told of it; ``low`` and ``high`` are the ends of a line through it; ``few``: it speaks of too
    few fields to say much.
    """

    x: float
    y: float
    low: float
    high: float
    radius: float
    told: str
    few: bool = False


@dataclass(frozen=True, slots=True)
class CurveSeries:
    """One group's curve: SVG path data of the curve, of its bound and of the area between; ``style`` is a CSS class."""

    style: str
    name: str
    path: str
    bound: str
    area: str
    accepted: ChartDot | None


@dataclass(frozen=True, slots=True)
class PlotArea:
    """The area of a chart inside its margins, in pixels of the picture."""

    width: float
    height: float
    left: float = 52.0
    right: float = 14.0
    top: float = 12.0
    bottom: float = 40.0

    @property
    def x_end(self) -> float:
        return self.width - self.right

    @property
    def y_end(self) -> float:
        return self.height - self.bottom

    def x(self, share: float) -> float:
        return round(self.left + (self.x_end - self.left) * share, 1)

    def y(self, share: float) -> float:
        return round(self.y_end - (self.y_end - self.top) * share, 1)

    def y_log(self, share: float) -> float:
        """A share of errors on the logarithmic axis."""
        if share <= 0:
            return self.y(0.02)
        height = 1 - log10(max(share, FLOOR)) / log10(FLOOR)
        return self.y(ZERO_BAND + (1 - ZERO_BAND) * height)


@dataclass(frozen=True, slots=True)
class CurveChart:
    """Error among accepted fields against their share of all, one line a group."""

    plane: PlotArea
    across: tuple[AxisTick, ...]
    up: tuple[AxisTick, ...]
    levels: tuple[ToleranceLine, ...]
    lines: tuple[CurveSeries, ...]


@dataclass(frozen=True, slots=True)
class ReliabilityChart:
    """Share of right fields against confidence, one dot a tenth; ``bars`` are (x, height) of how many fields."""

    plane: PlotArea
    ticks: tuple[AxisTick, ...]
    up: tuple[AxisTick, ...]
    dots: tuple[ChartDot, ...]
    bars: tuple[tuple[float, float], ...]


def curve_chart(
    groups: Iterable[tuple[str, str, GroupFigures]], tolerated: Sequence[tuple[float, bool]], plane: PlotArea
) -> CurveChart:
    """``groups``: style, name and figures of each line; ``tolerated``: shares of errors, and whether each is that of
    critical fields.
    """
    return CurveChart(
        plane,
        tuple(AxisTick(plane.x(share), format_percent(share, 0)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        (
            *(AxisTick(plane.y_log(share), with_comma(f"{100 * share:g} %")) for share in DECADES),
            AxisTick(plane.y_log(0.0), "0"),
        ),
        tuple(
            ToleranceLine(
                plane.y_log(share),
                f"{'trọng yếu' if critical else 'mức cho phép'} {format_per_mille(share)}",
                critical,
            )
            for share, critical in tolerated
        ),
        tuple(_line(style, name, figures, plane) for style, name, figures in groups if figures.curve),
    )


def _line(style: str, name: str, figures: GroupFigures, plane: PlotArea) -> CurveSeries:
    seen = [(plane.x(point.coverage), plane.y_log(point.error)) for point in figures.curve]
    bound = [(plane.x(point.coverage), plane.y_log(point.error_bound)) for point in figures.curve]
    area = f"{_path([*seen, *reversed(bound)])}Z"
    return CurveSeries(style, name, _path(seen), _path(bound), area, _accepted(figures.accepted, plane))


def _accepted(point: CurvePoint | None, plane: PlotArea) -> ChartDot | None:
    if point is None:
        return None
    told = (
        f"Máy nhận thẳng {format_percent(point.coverage)} số ô có chữ ({format_count(point.taken)} ô, "
        f"độ tin cậy từ {format_confidence(point.confidence)}): sai {format_count(point.wrong)} ô "
        f"({format_small_percent(point.error)}), "
        f"chắc không quá {format_small_percent(point.error_bound)}"
    )
    y = plane.y_log(point.error)
    return ChartDot(plane.x(point.coverage), y, y, plane.y_log(point.error_bound), 5.0, told)


def reliability_chart(bins: Sequence[CalibrationBin], plane: PlotArea) -> ReliabilityChart:
    fields = sum(held.fields for held in bins)
    return ReliabilityChart(
        plane,
        tuple(AxisTick(plane.x(share), with_comma(f"{share:g}")) for share in (0.0, 0.5, 1.0)),
        tuple(AxisTick(plane.y(share), format_percent(share, 0)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        tuple(_bin_dot(held, fields, plane) for held in bins),
        tuple(
            (plane.x(held.confidence) - HALF_BAR, round(34 * held.fields / fields, 1))
            for held in bins
            if fields
        ),
    )


def _bin_dot(held: CalibrationBin, fields: int, plane: PlotArea) -> ChartDot:
    told = (
        f"{format_count(held.fields)} ô có độ tin cậy trung bình {format_confidence(held.confidence)}: "
        f"đúng giá trị {format_percent(held.right)}"
    )
    y = plane.y(held.right)
    radius = round(2.5 + 5.5 * sqrt(held.fields / fields), 1)
    few = held.fields < FEW
    return ChartDot(plane.x(held.confidence), y, y, plane.y(held.confidence), radius, told, few)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)
