"""Fits the weights by which a run of ink is told to strike writing out (``imaging/ink/strikethrough.py``).

    python -m benchmarks.fitting.fit_strikes [--entries N] [--seed N] [--fonts FOLDER]

Lines of drawn books of the pen fonts that networks learn from (those of the package and those with the Vietnamese
letters in FOLDER, ``scripts/training-fonts.sh``), with values struck out and without, as digitizing finds them. On some
lines without, a stroke by an unsteady hand is drawn besides, and an underline, a dash and a cross over two words;
nothing is learnt from these three. Every font's runs are weighed by what the other fonts taught, those of the pens of
the tests by what all of them taught; the last line gives these weights, for ``WEIGHTS`` and ``OFFSET``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import cast
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, report_figures, say
from benchmarks.handwriting.books import TEST_PENS, TRAINING_PENS
from benchmarks.handwriting.training_pens import training_pens
from benchmarks.imaging.gate_pages import chance
from benchmarks.no_readers import without_readers
from benchmarks.reading.box_coverage import straightened
from pipeline.base.model import Box, Ledger, PageImage, PageRef, Pixels
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.digitize import default_engines, digitize_page, struck_lines
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ink.strikethrough import X_MIDDLE, InkRun, find_strikethrough, ink_runs
from pipeline.training.evaluation.truth import Quad
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from pipeline.training.synthetic_pages.pen_fonts import PenFont
from pipeline.training.synthetic_pages.scanning import quad

SEED = 61_001
FORMS = ("birth-2006", "marriage-2006", "birth-2016", "marriage-2016")
WRITTEN = "as written"
SHAKY = "shaky stroke"
STRICT = 1.0
"""A run counts only from these log odds on (both kinds weighing alike), by which the weights are moved. The higher, the
more strokes are missed; what is missed may be accepted. What is wrongly taken for struck waits for a person. Of the
fifteen pens that teach, each weighed by the fourteen others, 99.2 % of the strokes are found from here on and 0.4 % of
the other lines are taken for struck; from 2 on 97.6 and 0.15 %, from 0 on 99.5 and 1.3 %."""

EMBELLISHED = 4
"""One line of so many is drawn upon, and another is struck out shakily."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line's mask (h, w), its pitch and the y of the middle of its small letters in pixels, which columns are
    ``struck`` (``None``: none) and what was drawn into it."""

    pen: str
    mask: Pixels
    pitch: float
    middle: float
    struck: tuple[float, float] | None
    drawn: str = WRITTEN


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=4)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fonts", type=Path, metavar="FOLDER", help="more pens that networks learn from")
    chosen = parser.parse_args()
    lines = with_more(list(drawn_lines(chosen.entries, chosen.seed, training_pens(chosen.fonts))))
    say(f"{len(lines)} dòng")
    runs = [(number, line, run) for number, line in enumerate(lines) for run in weighed(line)]
    measures = np.array([astuple(run) for _, _, run in runs])
    strikes = np.array([line.struck is not None for _, line, _ in runs], float)
    taught = np.array([line.drawn in (WRITTEN, SHAKY) and line.pen not in TEST_PENS for _, line, _ in runs])
    odds = np.zeros(len(runs))
    for pen in {line.pen for line in lines}:
        of = np.array([line.pen == pen for _, line, _ in runs])
        weights, offset = fitted(measures[taught & ~of], strikes[taught & ~of])
        odds[of] = measures[of] @ weights + offset
    best = np.full(len(lines), -np.inf)
    np.maximum.at(best, [number for number, _, _ in runs], odds)
    weights, offset = fitted(measures[taught], strikes[taught])
    names = [field.name for field in fields(InkRun)]
    report_figures(
        "fit-strikes",
        {
            **shown(lines, best),
            "weights": {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)},
            "offset": round(offset, 3),
        },
    )


def shown(lines: list[Line], best: Floats) -> dict[str, dict[str, float]]:
    """Show the tables; return the figures of the pens of the tests and of the pens that teach."""
    parts = {
        "phông của bài thử": [n for n, line in enumerate(lines) if line.pen in TEST_PENS],
        "phông dạy, mỗi phông cân bằng các phông khác": [
            n for n, line in enumerate(lines) if line.pen not in TEST_PENS
        ],
    }
    return {
        f"{name}, {of}": figure
        for (title, numbers), of in zip(parts.items(), ("test pens", "learnt pens"), strict=True)
        for name, figure in _shown([lines[n] for n in numbers], best[numbers], title).items()
    }


def _shown(lines: list[Line], best: Floats, title: str) -> dict[str, dict[str, float]]:
    table = Table("Dòng", "Số dòng", "Bị coi là gạch", title=f"Nét gạch, {title}")
    figures: dict[str, dict[str, float]] = {}
    for drawn in sorted({line.drawn for line in lines}):
        for struck in (True, False):
            chosen = [
                n
                for n, drawn_line in enumerate(lines)
                if drawn_line.drawn == drawn and (drawn_line.struck is not None) is struck
            ]
            if not chosen:
                continue
            share = float(np.mean(best[chosen] > 0))
            figures[f"{drawn}, {'struck' if struck else 'not struck'}"] = {
                "lines": len(chosen),
                "taken": share,
            }
            table.add_row(f"{drawn}{', struck' if struck else ''}", str(len(chosen)), percent(share))
    Console(width=100).print(table)
    return figures


def fitted(measures: Floats, strikes: Floats) -> tuple[Floats, float]:
    """Weights (n,) and offset of a logistic regression, both kinds weighing alike, a little held back (ridge), by
    Newton's method."""
    mean, spread = measures.mean(axis=0), measures.std(axis=0) + 1e-9
    matrix = np.c_[(measures - mean) / spread, np.ones(len(measures))]
    share = strikes.mean()
    weigh = np.where(strikes > 0, 0.5 / share, 0.5 / (1 - share))
    ridge = np.eye(matrix.shape[1]) * 2e-3 * len(measures)
    ridge[-1, -1] = 1e-6
    point = np.zeros(matrix.shape[1])
    for _ in range(40):
        likely = 1 / (1 + np.exp(-matrix @ point))
        slope = matrix.T @ (weigh * (likely - strikes)) + ridge @ point
        bow = (matrix * (weigh * likely * (1 - likely))[:, None]).T @ matrix + ridge
        step = np.linalg.solve(bow, slope)
        point = point - step * min(1.0, 5 / np.abs(step).max())
    weights = point[:-1] / spread
    return weights, float(point[-1] - mean @ weights) - STRICT


def weighed(line: Line) -> Iterator[InkRun]:
    """Return the runs of a line that teach: all of an unstruck line, otherwise the runs along half of the stroke."""
    for first, last, run in ink_runs(line.mask, line.pitch, line.middle):
        if line.struck is None:
            yield run
            continue
        inside = min(last, line.struck[1]) - max(first, line.struck[0])
        if inside > 0.6 * (last - first) and inside > 0.5 * (line.struck[1] - line.struck[0]):
            yield run


def drawn_lines(entries: int, seed: int, more: tuple[PenFont, ...]) -> Iterator[Line]:
    """Return the lines of books of these pen fonts, as digitizing finds them.

    There are half as many lines of ``more`` pens that teach and of the pens of the tests.
    """
    schemas = schema.load()
    half = [*(pen.family for pen in more), *TEST_PENS]
    pens = [*((pen, entries) for pen in TRAINING_PENS), *((pen, entries // 2) for pen in half)]
    for number, ((pen, pages), form) in enumerate((pen, form) for pen in pens for form in FORMS):
        say(f"{pen}, {form}")
        for struck in (0.0, 0.6):
            options = SynthOptions(
                seed=seed + number, entries=pages, pens=(pen,), more_pens=more, cover=False, struck=struck,
                scanner=("normal", "mild")[number % 2],
            )  # fmt: skip
            yield from lines_of_book(pen, form, schemas, options)


def lines_of_book(pen: str, form_id: str, schemas: Schemas, options: SynthOptions) -> Iterator[Line]:
    form, engines = schemas.form(form_id), without_readers(default_engines())
    ledger = Ledger(form_id, "", "", f"01/{max(form.years[0], 1976)}")
    for number, drawing in enumerate(draw_book(form, schemas, options)):
        met: list[tuple[Pixels, Box, float, float]] = []

        def note(
            components: ConnectedComponents,
            numbers: NDArray[np.int64],
            box: Box,
            level: tuple[float, float],
            met: list = met,  # type: ignore[type-arg]
        ) -> tuple[float, float] | None:
            chosen = np.zeros(len(components.area) + 1, bool)
            chosen[numbers + 1] = True
            corners = (round(n) for n in (box.left, box.top, box.right, box.bottom))
            mask = chosen[components.label_image(*corners)].astype(np.uint8)
            pitch = (level[1] - level[0]) / 0.41
            met.append((mask, box, pitch, level[1] + (0.14 - X_MIDDLE) * pitch - round(box.top)))
            return find_strikethrough(components, numbers, box, level)

        with patch.object(struck_lines, "find_strikethrough", note):
            result = digitize_page(
                PageImage(PageRef("0" * 64, number + 1), drawing.scan.pixels, 0),
                form,
                ledger,
                schemas,
                engines,
            )
        truth = [
            straightened(cast(Quad, tuple(quad(ink.box, drawing.scan.matrix))), result.matrix)
            for ink in drawing.page.sheet.inks
            if ink.struck
        ]
        for mask, box, pitch, middle in met:
            over = [true_box for true_box in truth if _most_of(true_box, box)]
            if any(true_box.intersection(box).area > 0 for true_box in truth if true_box not in over):
                continue
            extent = (over[0].left - box.left, over[0].right - box.left) if over else None
            yield Line(pen, mask, pitch, middle, extent)


def _most_of(ink: Box, box: Box) -> bool:
    part = ink.intersection(box)
    return part.width > 0.8 * ink.width and part.height > 0.6 * ink.height


def with_more(drawn: list[Line]) -> list[Line]:
    """The lines, and some once more with something drawn upon."""
    shaken = [more for line in drawn[1::EMBELLISHED] for more in shakily_struck(line)]
    return drawn + shaken + [more for line in drawn[::EMBELLISHED] for more in embellished(line)]


def shakily_struck(line: Line) -> Iterator[Line]:
    """Return the line struck out by a stroke that strays by some third of a millimetre, more than in the books."""
    height, width = line.mask.shape
    if line.struck is not None or width < 2 * line.pitch:
        return
    rng = chance(width, height)
    first, last = np.sort(rng.uniform(0, width, 2))
    if last - first < 1.5 * line.pitch:
        first, last = 0.0, float(width)
    knots = np.arange(first - 0.2 * line.pitch, last + 1.2 * line.pitch, line.pitch)
    stray = rng.normal(0, float(rng.uniform(0.02, 0.07)) * line.pitch, len(knots))
    x = np.arange(max(0, round(first - 0.2 * line.pitch)), min(width, round(last + 0.2 * line.pitch)))
    y = line.middle + float(rng.normal(0, 0.06)) * line.pitch + np.interp(x, knots, stray)
    course = np.stack([x, cv2.GaussianBlur(y[None, :], (0, 0), 0.3 * line.pitch)[0]], axis=1)
    mask = line.mask.copy()
    pen = max(2, round(float(rng.uniform(0.05, 0.1)) * line.pitch))
    cv2.polylines(mask, [np.round(course).astype(np.int32).reshape(-1, 1, 2)], False, 1, pen)
    yield replace(line, mask=mask, struck=(float(first), float(last)), drawn=SHAKY)


def embellished(line: Line) -> Iterator[Line]:
    """What no book here holds: the line underlined, with a dash behind it, and with a cross over its first half."""
    height, width = line.mask.shape
    if line.struck is not None or width < 3 * line.pitch:
        return
    rng = chance(height, width)
    pitch, base = line.pitch, line.middle + X_MIDDLE * line.pitch
    room = int(2.5 * pitch)
    pen = max(2, round(float(rng.uniform(0.05, 0.1)) * pitch))
    low = base + float(rng.uniform(0.14, 0.3)) * pitch
    end = width * float(rng.uniform(0.4, 1.0))
    strokes = {
        "underlined": [((-0.1 * pitch, low), (end, low + float(rng.uniform(-0.06, 0.06)) * pitch))],
        "dash behind": [((width + 0.5 * pitch, line.middle), (width + 2 * pitch, line.middle + 1))],
        "crossed": [
            ((0.0, line.middle - 0.45 * pitch), (0.5 * width, base + 0.15 * pitch)),
            ((0.0, base + 0.15 * pitch), (0.5 * width, line.middle - 0.45 * pitch)),
        ],
    }
    for name, of in strokes.items():
        if name == "crossed" and not 3 * pitch < width < 12 * pitch:
            continue
        mask = cv2.copyMakeBorder(line.mask, room, room, room, room, cv2.BORDER_CONSTANT, value=0)
        for ends in of:
            first, last = ((round(x + room), round(y + room)) for x, y in ends)
            cv2.line(mask, first, last, 1, pen)
        where = np.argwhere(mask)
        (y0, x0), (y1, x1) = where.min(axis=0), where.max(axis=0) + 1
        struck = (room - float(x0), room - float(x0) + 0.5 * width) if name == "crossed" else None
        yield Line(
            line.pen,
            np.ascontiguousarray(mask[y0:y1, x0:x1], np.uint8),
            pitch,
            line.middle + room - float(y0),
            struck,
            name,
        )


if __name__ == "__main__":
    main()
