"""Fitting a table form to a page through its ruled lines: the widths of its columns are its fingerprint."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from pipeline.declarations.schema import Form, Table
from pipeline.layout.locate.form_fit import FormFit, frame_aspect

log = logging.getLogger(__name__)

Positions = NDArray[np.float64]

MAX_RESIDUAL = 0.004
"""How far (share of the frame's side) a rule may be from where the form has it."""

HAND_RULED = 0.015
"""How far it may be where clerks ruled the columns, page by page: rows without rules are of such books."""


def column_shares(table: Table) -> Positions:
    """Return the u of every vertical rule of the table, frame included."""
    widths = np.array([column.width for column in table.columns])
    return np.concatenate([[0.0], np.cumsum(widths) / widths.sum()])


def row_shares(table: Table) -> Positions:
    """Return the v of every horizontal rule of the rows, from the first row's top to the last one's bottom.

    Of a table without rules between its rows these are the two that bound them all.
    """
    if not table.ruled:
        return np.array([table.top, table.bottom])
    return np.linspace(table.top, table.bottom, table.rows + 1)


MAX_OVERHANG = 0.03
"""How far (share of the frame's height) vertical rules may seem to run out of the frame."""


def fit_table(
    form: Form,
    upright: Positions,
    level: Positions,
    size: tuple[int, int],
    reach: tuple[float, float] | None = None,
) -> FormFit | None:
    """Return the fit of a table form to the rules of a page, or ``None``.

    Rows are all alike, so where an outer horizontal rule is not seen the rows fit just as well one row further up or
    down. ``reach`` decides, for no vertical rule leaves the frame. The fit is refused when fewer than 70 % of its
    columns' rules are seen where the form has them; upside down, about 55 % are. A table without rules between its rows
    may also have all of its columns about there, if it is as high as it should be for that width.

    Args:
        form: The form.
        upright: x of the vertical rules in pixels, ascending.
        level: y of the horizontal rules.
        size: (width, height) of the page.
        reach: The y from which to which the vertical rules run, where it is known.
    """
    fit = _fit_rules(form, upright, level, size, reach)
    if fit is None and reach is not None and form.table is not None and not form.table.ruled:
        fit = _fit_hand_ruled(form, upright, reach)
    return fit


def _fit_hand_ruled(form: Form, upright: Positions, reach: tuple[float, float]) -> FormFit | None:
    """Return the fit of a table whose columns were ruled by hand: all are about there, and it is as high as expected.

    How long the vertical rules are tells the width first: among the edges of paper and binding some are always as far
    apart as the columns.
    """
    assert form.table is not None
    top, high = reach[0], reach[1] - reach[0]
    width = high * frame_aspect(form)
    lengths = width / (1 + MAX_OVERHANG), width * (1 + MAX_OVERHANG)
    across = _match_positions(column_shares(form.table), upright, lengths, off_at_most=HAND_RULED)
    if across is None or across[2] < 1.0:
        log.debug("table %s refused: its columns are not about where its height has them", form.id)
        return None
    left, width, share = across
    return FormFit(np.array([[width, 0, left], [0, high, top], [0, 0, 1.0]]), (), (), share)


def _fit_rules(
    form: Form,
    upright: Positions,
    level: Positions,
    size: tuple[int, int],
    reach: tuple[float, float] | None,
) -> FormFit | None:
    """Return the fit to rules that a press printed, or ``None``; arguments as those of ``fit_table``."""
    assert form.table is not None
    columns = column_shares(form.table)
    rows = np.concatenate([[0.0], row_shares(form.table)])
    across = _match_positions(columns, upright, (0.55 * size[0], 1.05 * size[0]))
    if across is None or across[2] < 0.7:
        log.debug("table %s refused: its columns match %.2f", form.id, 0.0 if across is None else across[2])
        return None
    left, width, share = across
    height = width / frame_aspect(form)
    down = _match_positions(rows, level, (0.95 * height, 1.05 * height), reach)
    if down is None or down[2] < 0.6:
        # level rules too faint: the frame is as high as its upright rules are long
        if reach is None or abs(reach[1] - reach[0] - height) > MAX_OVERHANG * height:
            log.debug("table %s refused: neither rows nor height match", form.id)
            return None
        down = reach[0], reach[1] - reach[0], 0.0
    top, high, _ = down
    return FormFit(np.array([[width, 0, left], [0, high, top], [0, 0, 1.0]]), (), (), share)


def _match_positions(
    shares: Positions,
    seen: Positions,
    lengths: tuple[float, float],
    reach: tuple[float, float] | None = None,
    off_at_most: float = MAX_RESIDUAL,
) -> tuple[float, float, float] | None:
    """Return the best linear map of shares onto seen positions: start, length, share of rules matched; or ``None``.

    A map that leaves out part of ``reach`` must match as much more.
    """
    if len(seen) < 3:
        return None
    best: tuple[float, float, float] | None = None
    merit = 0.0
    first, second = np.triu_indices(len(shares), 1)
    far = shares[second] - shares[first] > 0.4
    first, apart = first[far], (shares[second] - shares[first])[far]
    for a in range(len(seen) - 1):
        length = ((seen[:a:-1, None] - seen[a]) / apart).ravel()
        start = seen[a] - length * np.tile(shares[first], len(seen) - 1 - a)
        fits = (length >= lengths[0]) & (length <= lengths[1])
        length, start = length[fits], start[fits]
        if not len(length):
            continue
        expected = start[:, None] + length[:, None] * shares
        at = np.searchsorted(seen, expected).clip(1, len(seen) - 1)
        off = np.minimum(np.abs(seen[at] - expected), np.abs(seen[at - 1] - expected)) / length[:, None]
        matched = (off < off_at_most).mean(axis=1)
        score = matched - np.minimum(off, off_at_most).mean(axis=1) / off_at_most * 0.2
        if reach is not None:
            left_out = np.maximum(start - reach[0], 0.0) + np.maximum(reach[1] - start - length, 0.0)
            score -= np.minimum(0.5, 5 * np.maximum(0.0, left_out / length - MAX_OVERHANG))
        top = int(score.argmax())
        if best is None or score[top] > merit:
            best, merit = (float(start[top]), float(length[top]), float(matched[top])), float(score[top])
    return best
