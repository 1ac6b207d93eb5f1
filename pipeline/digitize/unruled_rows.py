"""The rows of a table form whose rows no rule parts: by what is written, each with a region a column.

An entry begins where its first column is written. A block that stands apart and has nothing there is a heading or a
total where it is one line in few columns; else it may be an entry without its number, or one that began on the page
before: it is kept, and every value of it is doubtful.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.declarations.schema import Form, Slot
from pipeline.digitize.braces import find_braces, with_braces
from pipeline.digitize.rectify import RectifiedPage
from pipeline.digitize.regions import EntryRegion, FieldRegion, TextLine
from pipeline.digitize.residual_ink import ResidualInk
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ruling.written_rows import WrittenRows, find_written_rows
from pipeline.layout.locate import table_fit
from pipeline.layout.locate.handwriting_lines import find_handwriting_lines

log = logging.getLogger(__name__)

FEW_COLUMNS = 0.4
"""The most columns, as a share of those that an entry usually has writing in, in which a heading is written."""

CLOSE_LINES = 0.65
"""How far lines of one cell are apart, in usual distances, below which one may be a correction of the other."""

OVER_BOUND = 0.3
"""How far, in distances of lines, ink reaches over the bound of two rows that may belong to both."""

DASH = 4.0
"""From how many times its height on a long stroke is a dash between two entries, no writing."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """The ink of one slot in one row; ``is_touched``: some of it may be another row's, or a correction."""

    slot: Slot
    lines: tuple[TextLine, ...]
    box: Box
    is_touched: bool


def first_column(form: Form) -> int:
    """Return the number of the column in which an entry of a table form begins: the first one that is read."""
    return min(slot.column for slot in form.slots if slot.column is not None)


def unruled_rows(page: RectifiedPage, form: Form) -> Iterator[EntryRegion]:
    """Yield the rows of a table form that prints no rules between them, also those that are no entries.

    Args:
        page: The page.
        form: Its form.
    """
    assert form.table is not None
    components, letter = page.components, form.text_size * page.fit.height
    edges = [page.fit.to_pixels(u, 0.5)[0] for u in table_fit.column_shares(form.table)]
    if page.column_curvature is not None:
        edges = [float(edge) for edge in page.column_curvature.levels]
    top, bottom = (page.fit.to_pixels(0.5, v)[1] for v in (form.table.top, form.table.bottom))
    written = small_letter(components, (top, bottom), letter)
    rows = find_written_rows(page.ink, edges, first_column(form), (top, bottom), written)
    column_of, rest = _columns(page, edges, written)
    braces = find_braces(components, column_of, rows.bounds, rest)
    rest[[brace.component for brace in braces]] = True
    cells = _cells(page, form, rows, edges, (column_of, rest), written)
    of_entries = [
        sum(bool(cell.lines) for cell in row) for row, begun in zip(cells, rows.begun, strict=True) if begun
    ]
    usual = float(np.median(of_entries)) if of_entries else 0.0
    residual = ResidualInk(
        page,
        (components, [line.components for row in cells for cell in row for line in cell.lines]),
        (page.red_components, []),
    )
    margin = 0.3 * written
    regions = [
        tuple(
            FieldRegion(
                slot=cell.slot,
                lines=cell.lines,
                box=cell.box,
                is_doubtful=not cell.lines
                and (
                    not begun or bool(doubled) or residual.in_place(cell.box.grown(-margin, -margin), written)
                ),
                is_touched=bool(cell.lines) and (cell.is_touched or not begun or bool(doubled)),
            )
            for cell in row
        )
        for row, begun, doubled in zip(cells, rows.begun, rows.doubled, strict=True)
    ]
    number = 0
    for row, inked, begun in zip(with_braces(regions, braces), cells, rows.begun, strict=True):
        is_entry = bool(begun) or not _is_heading(inked, usual, rows.pitch)
        yield EntryRegion(number, row, components, components, is_entry=is_entry)
        number += is_entry


def small_letter(components: ConnectedComponents, span: tuple[float, float], letter: float) -> float:
    """Return the height of a written small letter: the usual one of the components between two y.

    Args:
        components: The ink of the page.
        span: The two y.
        letter: The height of a printed letter, by which dust and what hangs together are left out.
    """
    _, top, _, bottom = components.boxes.T.astype(float)
    high, middle = bottom - top, (top + bottom) / 2
    chosen = (high > 0.25 * letter) & (high < 1.6 * letter) & (middle > span[0]) & (middle < span[1])
    return float(np.median(high[chosen])) if chosen.sum() >= 10 else 0.5 * letter


def _columns(
    page: RectifiedPage, edges: list[float], written: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the column of each component, and which are rests of rules."""
    curvature = page.column_curvature
    left, top, right, bottom = page.components.boxes.T.astype(float)
    x, y = (left + right) / 2, (top + bottom) / 2
    straight_x = x if curvature is None else curvature.flattened(y, x)
    rest = _rests_of_rules(page.components, straight_x, np.array(edges), written)
    return np.searchsorted(np.array(edges), straight_x) - 1, rest


def _cells(
    page: RectifiedPage,
    form: Form,
    rows: WrittenRows,
    edges: list[float],
    ink: tuple[NDArray[np.int64], NDArray[np.bool_]],
    written: float,
) -> list[list[_Cell]]:
    """Return the cells of each row; ``ink``: the column of each component, and which are none of a cell's."""
    components, (column_of, rest) = page.components, ink
    _, top, _, bottom = components.boxes.T.astype(float)
    y = (top + bottom) / 2
    found: list[list[_Cell]] = [[] for _ in rows.begun]
    for slot in form.slots:
        if slot.column is None:
            continue
        bounds = rows.bounds[:, slot.column]
        in_column = (column_of == slot.column) & ~rest
        row_of = np.searchsorted(bounds, y) - 1
        over = OVER_BOUND * rows.pitch
        for number, row in enumerate(found):
            place = Box(
                edges[slot.column], float(bounds[number]), edges[slot.column + 1], float(bounds[number + 1])
            )
            inside = np.flatnonzero(in_column & (row_of == number))
            lines = tuple(
                TextLine(*line)
                for line in find_handwriting_lines(
                    place, components.boxes, components.area, inside, 1.6 * written
                )
            )
            reaching = in_column & (
                ((top < place.top - over) & (bottom > place.top + over))
                | ((top < place.bottom - over) & (bottom > place.bottom + over))
            )
            row.append(_Cell(slot, lines, place, bool(reaching.any()) or _has_close_lines(lines, rows.pitch)))
    return found


def _rests_of_rules(
    components: ConnectedComponents, x: NDArray[np.float64], edges: NDArray[np.float64], written: float
) -> NDArray[np.bool_]:
    """Return which components are left of rules, or are dashes that part entries."""
    left, top, right, bottom = components.boxes.T.astype(float)
    wide, high = right - left, bottom - top
    thin = (wide < 0.5 * written) & (np.abs(x[:, None] - edges).min(axis=1) < 0.5 * written)
    dash = (wide > DASH * written) & (high < 0.6 * written)
    found: NDArray[np.bool_] = thin | dash
    return found


def _has_close_lines(lines: tuple[TextLine, ...], pitch: float) -> bool:
    middles = np.array([(line.box.top + line.box.bottom) / 2 for line in lines])
    return bool((np.diff(middles) < CLOSE_LINES * pitch).any())


def _is_heading(row: list[_Cell], usual: float, pitch: float) -> bool:
    """Return whether a block without a number is one line in few columns: a month, a total."""
    lines = [line.box for cell in row for line in cell.lines]
    if not lines:
        return True
    inked = sum(bool(cell.lines) for cell in row)
    middles = [(line.top + line.bottom) / 2 for line in lines]
    return inked <= max(2.0, FEW_COLUMNS * usual) and max(middles) - min(middles) < 0.7 * pitch
