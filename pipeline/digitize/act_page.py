"""A page of a register in running text: nothing is read on it, and each field waits for a person beside its place.

A form of such acts marks where the number, the margin and the blocks of the text usually are; the page is levelled, its
frame is looked for, and every field gets the picture of its block. Where the form names printed formulas, the print of
the page is read, the picture narrows to what stands between them, and acts are parted where they begin. That nothing is
in a block is never said by the machine: a clerk may have written beside it.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from pipeline.base.model import (
    COPIED,
    NOT_READ,
    TO_COPY,
    Box,
    EntryResult,
    FieldStatus,
    Finding,
    Frame,
    Matrix,
    PageKind,
    PageResult,
    Severity,
    Writing,
)
from pipeline.declarations.schema import Form, Rectangle
from pipeline.digitize.act_parting import Act, only_act, part_acts
from pipeline.digitize.act_regions import ActBlock, is_guided, narrow_blocks
from pipeline.digitize.context import PageContext
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.normalize import (
    NormalizedImage,
    around,
    assess_quality,
    deskewed_orientations,
    ink_share,
)
from pipeline.digitize.regions import EntryRegion, FieldRegion, RecognizedEntry, RecognizedField
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.deskew import DeskewedPage
from pipeline.layout.imaging.geometry.paper_edges import find_paper
from pipeline.layout.imaging.ruling.outer_frame import find_outer_frame

log = logging.getLogger(__name__)

UNIT_SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)


def read_act(picture: NormalizedImage, context: PageContext) -> PageResult:
    """Return a page with its acts, all of whose fields wait for a person; a blank page has none.

    Args:
        picture: The picture of the page, which stands upright.
        context: What the page is read with.
    """
    level = next(iter(deskewed_orientations(picture, context, (0,))))
    quality, flaws = assess_quality(picture, None, None, level, context)
    larger = max(1.0, min(context.options.max_dpi, picture.dpi) / level.dpi)
    grown = np.diag([larger, larger, 1.0])
    width, height = level.size
    on_level, slack = _corners(level, picture.size, context.form)
    corners = warp.transform_points(grown, on_level)
    share = ink_share(level)
    result = PageResult(
        ref=picture.page.ref,
        kind=PageKind.BLANK if share < context.options.blank_ink else PageKind.ENTRIES,
        form=context.form.id,
        size=(round(width * larger), round(height * larger)),
        matrix=np.asarray(grown @ level.matrix, np.float64),
        turn=level.turn,
        skew=level.skew,
        quality=quality,
        frame=Frame(corners),
        labels=(),
        entries=(),
        findings=tuple(replace(flaw, severity=Severity.INFO) for flaw in flaws),
        timings=context.clock.seconds,
        hand_reader=context.engines.hand_fingerprint,
    )
    if result.kind is PageKind.BLANK:
        return replace(result, findings=(Finding("PAGE-BLANK", Severity.INFO, (), {"ink": f"{share:.5f}"}),))
    with context.clock.stage("acts"):
        acts = _acts(level, larger, context, warp.homography(UNIT_SQUARE, corners), slack * larger)
    judge = EntryJudge(context.form, context.ledger, context.schemas, context.options.routing)
    entries = tuple(
        _to_copy(judge.entry(_recognized(level, act, row), (*flaws, *act.findings)))
        for row, act in enumerate(acts)
    )
    told = {one.code: replace(one, severity=Severity.INFO) for act in acts for one in act.findings}
    log.info(
        "acts in running text: %d, of their fields %d wait and %d are narrowed",
        len(entries),
        sum(len(entry.readings) for entry in entries),
        sum(block.is_narrowed for act in acts for block in act.blocks),
    )
    return replace(
        result,
        entries=entries,
        findings=(*result.findings, *told.values()),
        timings=dict(context.clock.seconds),
    )


def _to_copy(entry: EntryResult) -> EntryResult:
    """Return an act that says of its fields that nobody but a person reads them, not that they could not be read."""
    return replace(
        entry,
        readings=tuple(
            replace(one, engine=COPIED) if one.status is FieldStatus.UNREADABLE else one
            for one in entry.readings
        ),
        findings=tuple(replace(one, code=TO_COPY) if one.code == NOT_READ else one for one in entry.findings),
    )


def _corners(level: DeskewedPage, size: tuple[int, int], form: Form) -> tuple[Matrix, float]:
    """Return the frame on the levelled page: as seen, else where the form has it on paper.

    Args:
        level: The page.
        size: Width and height of the picture as delivered.
        form: The form.

    Returns:
        Its corners (4, 2), and by how many pixels they may be off: under a light lid nothing tells whether the paper
        lies straight in a picture that is not level, or askew in one that holds all of it.
    """
    found = find_outer_frame(level.normalized, level.ink)
    if found is not None:
        return found, 0.0
    paper, slack = find_paper(level.grey), 0.0
    if paper is None:
        wide, high = size
        edge = warp.transform_points(
            level.matrix, np.array([(0, 0), (wide, 0), (wide, high), (0, high)], float)
        )
        x, y = np.sort(edge[:, 0]), np.sort(edge[:, 1])
        paper = Box(x[:2].mean(), y[:2].mean(), x[2:].mean(), y[2:].mean())
        slack = float(max(x[1] - x[0], y[1] - y[0])) / 2
    left, top, right, bottom = form.frame
    u, v = np.array([left, right, right, left]), np.array([top, top, bottom, bottom])
    return np.column_stack([paper.left + u * paper.width, paper.top + v * paper.height]), slack


def _acts(
    level: DeskewedPage, larger: float, context: PageContext, matrix: Matrix, slack: float
) -> tuple[Act, ...]:
    """Return the acts of a page with the place of each field.

    Args:
        level: The page as its print is read.
        larger: How many times as large the page of the result is.
        context: What the page is read with.
        matrix: Leads from the form's frame to the page of the result.
        slack: By how many pixels that frame may be off; blocks are larger by as much.
    """
    form = context.form
    blocks = tuple(
        ActBlock(slot, _placed(slot.area, matrix).grown(slack, slack))
        for slot in form.slots
        if slot.area is not None and not slot.signature
    )
    if not is_guided([block.slot for block in blocks]):
        return (Act(blocks),)
    words = [
        replace(word, box=_times(word.box, larger))
        for word in context.engines.labels.words(level.print_only, level.dpi)
    ]
    letter, size = level.letter * larger, (level.size[0] * larger, level.size[1] * larger)
    begins = any(block.slot.begins_act for block in blocks)
    acts = part_acts(blocks, words, letter, size) if begins else (only_act(blocks, words, letter),)
    return tuple(
        replace(act, blocks=narrow_blocks(act.blocks, words, letter, act.band)) if act.is_sure else act
        for act in acts
    )


def _times(box: Box, larger: float) -> Box:
    return Box(box.left * larger, box.top * larger, box.right * larger, box.bottom * larger)


def _placed(area: Rectangle, matrix: Matrix) -> Box:
    left, top, right, bottom = area
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    return around(warp.transform_points(matrix, corners))


def _recognized(level: DeskewedPage, act: Act, row: int) -> RecognizedEntry:
    """Return the act with a region a field, each of which is doubtful, so that a person looks at it."""
    fields = tuple(
        RecognizedField(
            FieldRegion(block.slot, (), block.box, is_doubtful=True, is_labelled=False), Writing.NONE
        )
        for block in act.blocks
        if block.slot.field_names
    )
    region = EntryRegion(row, tuple(one.region for one in fields), level.components, level.components)
    return RecognizedEntry(region, fields)
