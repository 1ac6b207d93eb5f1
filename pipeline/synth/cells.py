"""Writing a value into a cell of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.synth.printing import column_edges, wrapped
from pipeline.synth.strokes import measure
from pipeline.synth.values import Wording, Written
from pipeline.synth.writer import Writer, put, text_of

CELL_SCALES = (0.85, 0.75, 0.65, 0.56, 0.48, 0.41)
"""Sizes of writing tried in a cell, as shares of the hand's own."""


def in_cell(writer: Writer, value: Written) -> Wording:
    """Inside a cell of a table: as many lines as it takes, smaller until it fits."""
    sheet, table = writer.sheet, writer.sheet.form.table
    assert table is not None
    assert value.slot.column is not None
    edges = column_edges(table)
    left, right = sheet.x(edges[value.slot.column]), sheet.x(edges[value.slot.column + 1])
    tall = sheet.frame.height * (table.bottom - table.top) / table.rows
    top = sheet.y(table.top) + writer.row * tall
    width = right - left - sheet.mm(1.6)
    for scale in CELL_SCALES:
        pitch = sheet.mm(writer.hand.size * scale * 1.15)
        for wording in value.alternatives:
            lines = _cell_wrapped(writer, text_of(wording), width, scale)
            fits = all(measure(text, writer.hand, sheet.dpi, scale) * 0.8 <= width for text in lines)
            if scale == CELL_SCALES[-1] or (fits and len(lines) * pitch <= tall * 0.9):
                return _cell_lines(writer, value, wording, lines, (left, top, width, tall), scale, pitch)
    return value.alternatives[-1]


def _cell_wrapped(writer: Writer, text: str, width: float, scale: float) -> list[str]:
    """The lines of a cell: cut between words, and a date that is too wide also after its separators."""

    def wide(piece: str) -> float:
        return measure(piece, writer.hand, writer.sheet.dpi, scale) * 0.9

    lines = wrapped(text, width, wide)
    if len(lines) > 1 or wide(text) <= width or not any(letter.isdigit() for letter in text):
        return lines
    pieces = [piece for piece in re.split(r"(?<=[/.-])", text) if piece]
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if wide(joined[-1] + piece) <= width:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _cell_lines(
    writer: Writer, value: Written, wording: Wording, lines: Sequence[str],
    cell: tuple[float, float, float, float], scale: float, pitch: float,
) -> Wording:  # fmt: skip
    left, top, width, tall = cell
    spare = max(0.0, tall - pitch * len(lines))
    y = top + 0.78 * pitch + spare * float(writer.rng.uniform(0.1, 0.55))
    for number, text in enumerate(lines):
        wide = measure(text, writer.hand, writer.sheet.dpi, scale)
        squeeze = min(1.0, max(0.6, width / max(1.0, wide)))
        x = left + writer.sheet.mm(0.8) + max(0.0, width - wide) * float(writer.rng.uniform(0.0, 0.35))
        put(writer, value.slot, text, x, y + number * pitch, scale=scale, squeeze=squeeze)
    return wording
