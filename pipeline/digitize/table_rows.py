"""The rows of a table form, each with a region a column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.base.model import Box
from pipeline.declarations.schema import Form
from pipeline.digitize.braces import find_braces, with_braces
from pipeline.digitize.rectify import RectifiedPage
from pipeline.digitize.regions import EntryRegion, FieldRegion, TextLine
from pipeline.digitize.slot_ink import SlotInk, residual_ink_of
from pipeline.layout.imaging.geometry.dewarp import RuleCurvature
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.locate import table_fit
from pipeline.layout.locate.handwriting_lines import find_handwriting_lines


def table_rows(page: RectifiedPage, form: Form) -> Iterator[EntryRegion]:
    """Yield the rows of a table form, each a region a column."""
    assert form.table is not None
    letter = form.text_size * page.fit.height
    components = page.components
    rows, columns = page.row_curvature, page.column_curvature
    left, top, right, bottom = components.boxes.T.astype(float)
    x, y = (left + right) / 2, (top + bottom) / 2
    edges = [page.fit.to_pixels(u, 0.5)[0] for u in table_fit.column_shares(form.table)]
    levels = row_levels(page, form)
    if columns is not None:
        edges = [float(edge) for edge in columns.levels]
    straight_x = x if columns is None else columns.flattened(y, x)
    straight_y = y if rows is None else rows.flattened(x, y)
    # what is left of the rules themselves
    thin = (right - left < 0.3 * letter) & (
        np.abs(straight_x[:, None] - np.array(edges)).min(axis=1) < 0.3 * letter
    )
    flat = (bottom - top < 0.25 * letter) & (
        np.abs(straight_y[:, None] - np.array(levels)).min(axis=1) < 0.3 * letter
    )
    row_of = np.searchsorted(np.array(levels), straight_y) - 1
    column_of = np.searchsorted(np.array(edges), straight_x) - 1
    bounds = np.repeat(np.array(levels)[:, None], len(edges) - 1, axis=1)
    braces = find_braces(components, column_of, bounds, thin | flat)
    written = ~thin & ~flat
    written[[brace.component for brace in braces]] = False
    cells: list[list[SlotInk]] = []
    for number in range(form.table.rows):
        cells.append([])
        for slot in form.slots:
            if slot.column is None:
                continue
            place = Box(edges[slot.column], levels[number], edges[slot.column + 1], levels[number + 1])
            place = _bounding_box(place, rows, columns)
            inside = np.nonzero((row_of == number) & (column_of == slot.column) & written)[0]
            found = find_handwriting_lines(place, components.boxes, components.area, inside, letter)
            cells[-1].append(SlotInk(slot, tuple(TextLine(*line) for line in found), place))
    residual = residual_ink_of(page, [cell for row in cells for cell in row], components)
    rule = 0.3 * letter
    regions = [
        tuple(
            FieldRegion(
                slot=cell.slot,
                lines=cell.lines,
                box=cell.box,
                is_doubtful=not cell.lines and residual.in_place(cell.box.grown(-rule, -rule), letter),
            )
            for cell in row
        )
        for row in cells
    ]
    for number, row in enumerate(with_braces(regions, braces)):
        yield EntryRegion(number, row, components, components)


def _bounding_box(cell: Box, rows: RuleCurvature | None, columns: RuleCurvature | None) -> Box:
    """Return the bounding box of a cell whose rules may be curved."""
    left, top, right, bottom = cell.left, cell.top, cell.right, cell.bottom
    x, y = np.linspace(left, right, 5), np.linspace(top, bottom, 5)
    if rows is not None:
        top, bottom = float(rows.curved(x, top).min()), float(rows.curved(x, bottom).max())
    if columns is not None:
        left, right = float(columns.curved(y, left).min()), float(columns.curved(y, right).max())
    return Box(left, top, right, bottom)


def row_levels(page: RectifiedPage, form: Form) -> list[float]:
    """Return the y of a table's horizontal rules on the rectified page, each moved to the rule that is seen near it."""
    assert form.table is not None
    if page.row_curvature is not None:
        return [float(y) for y in page.row_curvature.levels]
    fit = page.fit
    shares = table_fit.row_shares(form.table)
    reach = 0.25 * (shares[1] - shares[0]) * fit.height
    left, right = fit.to_pixels(0.02, 0.5)[0], fit.to_pixels(0.98, 0.5)[0]
    expected = [fit.to_pixels(0.5, float(v))[1] for v in shares]
    return [grid.nearest_horizontal_rule(page.normalized, left, right, y, reach) for y in expected]
