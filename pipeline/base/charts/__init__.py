"""Charts as SVG: bars and lines for reports, curves for evaluations.

Nothing in them is script or style, so that they fit into a page with a strict policy as well as in a PDF.
"""

from markupsafe import Markup

from pipeline.base.charts.bars import COLOURS, BarChart, BarSegment, ChartBar, bar_chart_svg
from pipeline.base.charts.curves import (
    CurveSeries,
    ErrorCurveChart,
    PlotArea,
    ReliabilityChart,
    curve_series,
    error_curve_chart,
    error_curve_svg,
    reliability_chart,
    reliability_svg,
)
from pipeline.base.charts.line_charts import AxisMark, LineChart, LinePoint, line_chart_svg


def chart_svg(chart: BarChart | LineChart) -> Markup:
    """Return a chart of a report as an ``<svg>`` element."""
    return line_chart_svg(chart) if isinstance(chart, LineChart) else bar_chart_svg(chart)


__all__ = [
    "AxisMark",
    "LineChart",
    "LinePoint",
    "chart_svg",
    "line_chart_svg",
    "COLOURS",
    "BarChart",
    "BarSegment",
    "ChartBar",
    "CurveSeries",
    "ErrorCurveChart",
    "PlotArea",
    "ReliabilityChart",
    "bar_chart_svg",
    "curve_series",
    "error_curve_chart",
    "error_curve_svg",
    "reliability_chart",
    "reliability_svg",
]
