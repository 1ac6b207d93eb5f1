"""Charts as SVG: bars for reports, curves for evaluations.

Nothing in them is script or style, so that they fit into a page with a strict policy as well as in a PDF.
"""

from pipeline.charts.bars import COLOURS, BarChart, BarSegment, ChartBar, bar_chart_svg
from pipeline.charts.curves import (
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

__all__ = [
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
