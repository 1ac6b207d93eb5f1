"""What is known of the columns and rows of the real register pages: from their transcriptions (ALTO, PAGE)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from benchmarks.imaging.real_pages import RealPage

Points = NDArray[np.float64]

NUMBER = {"notary": r"\d{1,4}", "divorce": r"\d{5}", "lyon": r".*\w{3}.*"}
"""What the first line of a row looks like: the number of an entry, in Lyon the name."""

WITHIN = {"notary": 0.2, "divorce": 0.35, "lyon": 0.35}
"""Share of the page's width in which that line begins."""


@dataclass(frozen=True)
class Line:
    """A transcribed line: its text and its baseline (n, 2) in the page's pixels."""

    text: str
    points: Points


def rows_of(page: RealPage) -> Points:
    """Middles (n, 2) of the baselines that begin a row."""
    width = page.pixels.shape[1]
    begun = [
        line
        for line in lines_of(page)
        if re.fullmatch(NUMBER[page.source], line.text.strip())
        and 0 <= line.points[0, 0] < WITHIN[page.source] * width
    ]
    if page.source == "lyon":
        # the heading of the column, and what is written below the table
        begun = [line for line in begun if 0.15 < line.points[0, 1] / page.pixels.shape[0] < 0.965]
    if not begun:
        return np.empty((0, 2))
    usual = float(np.median([line.points[0, 0] for line in begun]))
    reach = WITHIN[page.source] * width / 4
    return np.array([line.points.mean(axis=0) for line in begun if abs(line.points[0, 0] - usual) < reach])


def boundaries_of(page: RealPage) -> list[Points]:
    """Where two columns meet, each as a line (2, 2) from its top to its foot; none where the transcription has no
    regions of columns."""
    if page.source != "notary":
        return []
    regions = dict(_regions(page))
    boundaries = []
    for number in range(1, 7):
        if f"Col_{number}" not in regions or f"Col_{number + 1}" not in regions:
            continue
        left, right = _side(regions[f"Col_{number}"], 1), _side(regions[f"Col_{number + 1}"], -1)
        boundaries.append((left + right) / 2)
    return boundaries


def lines_of(page: RealPage) -> Iterator[Line]:
    """Return all transcribed lines of the page; of a spread, the lines that begin on it."""
    root = ElementTree.parse(page.path.with_suffix(".xml")).getroot()
    shift = np.array([page.left, page.top], float)
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        if kind != "TextLine":
            continue
        text, baseline = _told(element)
        if baseline is None:
            continue
        points = _points(baseline) - shift
        if 0 <= points[0, 0] < page.pixels.shape[1]:
            yield Line(text, points)


def _told(line: ElementTree.Element) -> tuple[str, str | None]:
    """Text and baseline of a line of ALTO or of PAGE."""
    words, baseline = [], line.get("BASELINE")
    for element in line.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "String":
            words.append(element.get("CONTENT", ""))
        elif kind == "Unicode":
            words.append(element.text or "")
        elif kind == "Baseline":
            baseline = element.get("points")
    return " ".join(words), baseline


def _regions(page: RealPage) -> Iterator[tuple[str, Points]]:
    root = ElementTree.parse(page.path.with_suffix(".xml")).getroot()
    tags = {e.get("ID"): e.get("LABEL", "") for e in root.iter() if e.tag.endswith("}OtherTag")}
    for block in (e for e in root.iter() if e.tag.endswith("}TextBlock")):
        polygon = next((e for e in block.iter() if e.tag.endswith("}Polygon")), None)
        if polygon is not None and block.get("TAGREFS") in tags:
            yield tags[block.get("TAGREFS")], _points(polygon.get("POINTS", ""))


def _side(polygon: Points, direction: int) -> Points:
    """The right (1) or left (-1) side of a column's polygon, from its top to its foot."""
    top, bottom = polygon[:, 1].min(), polygon[:, 1].max()
    ends = []
    for y in (top, bottom):
        near = polygon[np.abs(polygon[:, 1] - y) < 0.1 * (bottom - top)]
        ends.append(near[(direction * near[:, 0]).argmax()])
    return np.array(ends)


def _points(text: str) -> Points:
    return np.array([float(number) for number in re.split(r"[ ,]+", text.strip())]).reshape(-1, 2)
