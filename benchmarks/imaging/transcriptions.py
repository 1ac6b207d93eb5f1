"""What is known of the lines and rows of the real register pages: from their transcriptions (ALTO, PAGE)."""

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

IN_CELL = 0.8
"""The least share of a line in a single cell."""

SWING = {"notary": 0.012, "lyon": 0.012, "divorce": 0.006}
"""How far above the line that begins its entry, as a share of the page's height, a line of the same entry may lie."""


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


def known_lines(page: RealPage) -> tuple[list[tuple[float, np.ndarray]], list[tuple[int, np.ndarray]]]:
    """Return the lines that begin entries, and all lines of entries with the number of theirs; of baselines, lifted to
    the middle of small letters."""
    every = [line for line in lines_of(page) if len(line.points) > 1]
    lift = 0.004 * page.pixels.shape[0]
    middles = _names_of(page) if page.source == "lyon" else rows_of(page)
    gap = SWING[page.source] * page.pixels.shape[0]
    order = sorted(range(len(middles)), key=lambda n: middles[n, 1])
    starts: list[tuple[float, np.ndarray]] = []
    for n in order:
        y = float(middles[n, 1])
        if starts and y - starts[-1][0] < gap:
            continue
        line = min(
            every, key=lambda candidate: float(np.abs(candidate.points.mean(axis=0) - middles[n]).sum())
        )
        starts.append((y, line.points - [0, lift]))
    tops = np.array([y for y, _ in starts])
    known = []
    for line in every:
        y = float(line.points[:, 1].mean())
        entry = int(np.searchsorted(tops, y + gap)) - 1
        if entry >= 0:
            known.append((entry, line.points - [0, lift]))
    return starts, known


def _names_of(page: RealPage) -> np.ndarray:
    """Return the middles (n, 2) of the names of a Lyon page, with the indented names and those of its first rows."""
    height, width = page.pixels.shape[:2]
    middles = [
        line.points.mean(axis=0)
        for line in lines_of(page)
        if re.search(r"\w{3}", line.text)
        and line.points[0, 0] < 0.35 * width
        and 0.11 < line.points[0, 1] / height < 0.965
    ]
    return np.array(middles).reshape(-1, 2)


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


def _points(text: str) -> Points:
    return np.array([float(number) for number in re.split(r"[ ,]+", text.strip())]).reshape(-1, 2)
