"""Print the empty form: frame, rules, labels, dotted leaders, check boxes, the heading of a table.

Places are shares of the frame: u from its left edge (0) to its right (1), v from its top (0) to its bottom (1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.base.model import Pixels
from pipeline.base.print_fonts import print_font
from pipeline.declarations.schema import Form, Table
from pipeline.training.synthetic_pages.sheet import PaperSheet
from pipeline.training.synthetic_pages.stamps import Colour, LaidInk, stroke_paths

Measure = Callable[[str], float]

LEADER_PITCH = 0.98
LEADER_DOT = 0.36
RULE = 0.3
"""In mm: distance of the leader's dots, their size, and the thickness of the frame (measured on printed sheets)."""


def print_form(sheet: PaperSheet) -> None:
    """Print the empty form on the sheet."""
    form = sheet.form
    if form.layout != "cover" or form.rules:
        _frame(sheet)
        if sheet.double_frame:
            frame, gap = sheet.frame, sheet.mm(1.2)
            _outline(sheet, frame.left - gap, frame.top - gap, frame.right + gap, frame.bottom + gap, 0.7)
    _labels(sheet)
    for row in form.lines:
        for cell in row.cells:
            if cell.from_ is not None and cell.to is not None and not cell.printed:
                draw_leader(sheet, cell.from_, cell.to, row.at)
    for box in form.checkboxes:
        u0, v0, u1, v1 = box.box
        _outline(sheet, sheet.x(u0), sheet.y(v0), sheet.x(u1), sheet.y(v1), 0.28)
    if form.table:
        _table(sheet, form.table)


def text_em(sheet: PaperSheet, style: str) -> float:
    """Return the height of the print's em in pixels."""
    return sheet.form.text_size * sheet.frame.height * (0.86 if style == "small" else 1.0)


def _labels(sheet: PaperSheet) -> None:
    for label in sheet.form.labels:
        fit = sheet.x(label.u1) - sheet.x(label.u0) if label.slot and label.style != "small" else None
        if label.slot and not _announces_blank(sheet.form, label.slot, label.v):
            fit = None
        box = sheet.print_text(
            label.text, label.style, sheet.x(label.u0), sheet.y(label.v), text_em(sheet, label.style), fit=fit
        )
        sheet.labels.append((label.text, box))


def _announces_blank(form: Form, name: str, v: float) -> bool:
    return any(piece.v == v for slot in form.slots if slot.name == name for piece in slot.pieces)


def draw_leader(sheet: PaperSheet, u0: float, u1: float, v: float) -> None:
    """Print a dotted leader from u0 to u1 on the baseline v."""
    left, right, base = sheet.x(u0), sheet.x(u1), sheet.y(v)
    size = sheet.mm(LEADER_DOT)
    tall = int(np.ceil(size)) + 3
    wide = max(1, int(right - left))
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(tall, dtype=np.float32))
    pitch = sheet.mm(LEADER_PITCH)
    away = np.hypot((x % pitch) - pitch / 2, y - tall / 2)
    mask = np.clip((size / 2 - away + 0.5) * 255, 0, 255).astype(np.uint8)
    sheet.stain(mask, round(left), round(base - size / 2 - tall / 2), sheet.rule_ink, 0.95)


def draw_rule(sheet: PaperSheet, x0: float, y0: float, x1: float, y1: float, thickness: float = RULE) -> None:
    """Print a straight rule between two points in pixels, ``thickness`` in mm."""
    half = max(1.0, sheet.mm(thickness)) / 2
    left, top = round(min(x0, x1) - half), round(min(y0, y1) - half)
    right, bottom = round(max(x0, x1) + half), round(max(y0, y1) + half)
    mask: Pixels = np.full((max(1, bottom - top), max(1, right - left)), 240, np.uint8)
    sheet.stain(mask, left, top, sheet.rule_ink)


def _outline(sheet: PaperSheet, x0: float, y0: float, x1: float, y1: float, thickness: float) -> None:
    for ends in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
        draw_rule(sheet, *ends, thickness)


def _frame(sheet: PaperSheet) -> None:
    box = sheet.frame
    _outline(sheet, box.left, box.top, box.right, box.bottom, RULE)
    for share in sheet.form.rules:
        draw_rule(sheet, sheet.x(share), box.top, sheet.x(share), box.bottom)


def _table(sheet: PaperSheet, table: Table) -> None:
    """Print the rules of rows and columns, the headings (wrapped, under their groups) and the column numbers."""
    edges = column_edges(table)
    top, number_top = 0.0, table.top - (table.top * 0.14)
    group_bottom = table.top * 0.36
    for number in range(table.rows + 1) if table.ruled else (0, table.rows):
        v = table.top + (table.bottom - table.top) * number / table.rows
        draw_rule(sheet, sheet.x(0), sheet.y(v), sheet.x(1), sheet.y(v), 0.22)
    draw_rule(sheet, sheet.x(0), sheet.y(number_top), sheet.x(1), sheet.y(number_top), 0.18)
    for index, column in enumerate(table.columns):
        start = group_bottom if column.group else top
        same = index > 0 and column.group and table.columns[index - 1].group == column.group
        if index:
            draw_rule(
                sheet,
                sheet.x(edges[index]),
                sheet.y(start if same else top),
                sheet.x(edges[index]),
                sheet.y(table.bottom),
                0.22,
            )
        _heading(sheet, column.heading, edges[index], edges[index + 1], start, number_top)
        middle = (edges[index] + edges[index + 1]) / 2
        em = text_em(sheet, "small") * 0.8
        sheet.print_text(
            str(index + 1), "italic", sheet.x(middle), sheet.y(table.top) - 0.35 * em, em, centred=True
        )
        if column.group and not same:
            last = index
            while last + 1 < len(table.columns) and table.columns[last + 1].group == column.group:
                last += 1
            draw_rule(
                sheet,
                sheet.x(edges[index]),
                sheet.y(group_bottom),
                sheet.x(edges[last + 1]),
                sheet.y(group_bottom),
                0.22,
            )
            _heading(sheet, column.group, edges[index], edges[last + 1], top, group_bottom)


def column_edges(table: Table) -> list[float]:
    """Return the u of the column edges, from 0."""
    edges = [0.0]
    for column in table.columns:
        edges.append(edges[-1] + column.width)
    return edges


def _heading(sheet: PaperSheet, text: str, u0: float, u1: float, v0: float, v1: float) -> None:
    em = text_em(sheet, "regular")
    width = sheet.x(u1) - sheet.x(u0) - sheet.mm(1.0)
    lines = wrap_text(text, width, lambda piece: print_font("bold", max(6, round(em))).getlength(piece))
    while em > sheet.mm(1.6) and (
        len(lines) * em * 1.15 > (sheet.y(v1) - sheet.y(v0)) * 0.94
        or any(print_font("bold", max(6, round(em))).getlength(piece) > width for piece in lines)
    ):
        em *= 0.94
        face = print_font("bold", max(6, round(em)))
        lines = wrap_text(text, width, face.getlength)
    middle = (sheet.y(v0) + sheet.y(v1)) / 2
    for number, piece in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * em * 1.15 + 0.33 * em
        box = sheet.print_text(piece, "bold", (sheet.x(u0) + sheet.x(u1)) / 2, y, em, centred=True)
        sheet.labels.append((piece, box))


def wrap_text(text: str, width: float, measure: Measure) -> list[str]:
    """Return the text broken between words into lines of at most ``width``; a longer word gets its own line."""
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def draw_tick(
    sheet: PaperSheet, box: tuple[float, float, float, float], rng: np.random.Generator, ink: Colour
) -> LaidInk:
    """Draw a clerk's x or v in a check box (u0, v0, u1, v1), slightly beyond its edges."""
    left, top, right, bottom = sheet.x(box[0]), sheet.y(box[1]), sheet.x(box[2]), sheet.y(box[3])
    shapes = [[(0.15, 0.15), (0.85, 0.88)], [(0.85, 0.12), (0.12, 0.9)]]
    if rng.random() < 0.45:
        shapes = [[(0.12, 0.5), (0.4, 0.9), (1.0, -0.05)]]
    side = np.array([right - left, bottom - top])
    paths = [
        np.array([left, top]) + (np.array(shape) + rng.normal(0, 0.06, (len(shape), 2))) * side
        for shape in shapes
    ]
    return stroke_paths(sheet, paths, ink, 0.9, 0.5)
