"""The curve of errors among accepted fields against the share accepted, as a picture for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.base.charts.axes import DECADES, PlotArea
from pipeline.base.text.numbers import with_comma
from pipeline.training.evaluation.confidence import CurvePoint

PLANE = PlotArea(680.0, 320.0, left=64.0, right=20.0, bottom=46.0)
SURELY, SEEN, GRID, INK = "#c2410c", "#1d4ed8", "#d4d4d4", "#404040"


def write_curve(curve: Sequence[CurvePoint], tolerated: float, path: Path) -> None:
    """The curve and its bound as an SVG, errors on a logarithmic axis; ``tolerated``: a share to be marked."""
    plane = PLANE
    marks = [_across(plane, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    marks += [_up(plane, plane.y_log(share), with_comma(f"{100 * share:g} %")) for share in DECADES]
    marks.append(_up(plane, plane.y_log(0.0), "0"))
    level = plane.y_log(tolerated)
    marks.append(
        f'<line x1="{plane.left}" x2="{plane.x_end}" y1="{level}" y2="{level}" stroke="{INK}" stroke-dasharray="5 4"/>'
        f'<text x="{plane.x_end - 6}" y="{level - 5}" text-anchor="end">cho phép {1000 * tolerated:g} ‰</text>'
    )
    for shares, colour, dash, name, below in (
        ([point.error_bound for point in curve], SURELY, ' stroke-dasharray="2 3"', "chắc không quá", 0),
        ([point.error for point in curve], SEEN, "", "sai đã thấy", 18),
    ):
        way = "L".join(
            f"{plane.x(point.coverage)},{plane.y_log(share)}"
            for point, share in zip(curve, shares, strict=True)
        )
        marks.append(f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        marks.append(
            f'<text x="{plane.left + 12}" y="{plane.top + 16 + below}" fill="{colour}">{name}</text>'
        )
    title = "Phần ô viết tay nhận không cần người xem (ngưỡng chọn trên chính các ô này)"
    middle = (plane.left + plane.x_end) / 2
    marks.append(f'<text x="{middle}" y="{plane.height - 8}" text-anchor="middle">{title}</text>')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plane.width:g} {plane.height:g}" '
        f'font-family="sans-serif" font-size="13" fill="{INK}"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(marks)}</svg>\n',
        encoding="utf-8",
    )


def _across(plane: PlotArea, share: float) -> str:
    x = plane.x(share)
    return (
        f'<line x1="{x}" x2="{x}" y1="{plane.top}" y2="{plane.y_end}" stroke="{GRID}"/>'
        f'<text x="{x}" y="{plane.y_end + 17}" text-anchor="middle">{100 * share:g} %</text>'
    )


def _up(plane: PlotArea, y: float, label: str) -> str:
    return (
        f'<line x1="{plane.left}" x2="{plane.x_end}" y1="{y}" y2="{y}" stroke="{GRID}"/>'
        f'<text x="{plane.left - 6}" y="{y + 4}" text-anchor="end">{label}</text>'
    )
