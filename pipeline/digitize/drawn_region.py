"""One field read again where a person drew its region: the same ink, lines, engines and kinds as in the flow.

A region is cut from the scan with some page around it, so that its light is evened out as on the whole page. All
writing whose middle lies in it is the field's, whatever the form expects there; what is read is never accepted by
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, FieldReading, Ledger, Matrix, PageImage, Pixels, PlacedLabel, Writing
from pipeline.declarations.schema import Form, Schemas, Slot
from pipeline.digitize.context import DigitizeOptions, PageContext, StageClock
from pipeline.digitize.parse import parse_entry
from pipeline.digitize.recognize import MARGIN, recognize
from pipeline.digitize.regions import EntryRegion, FieldRegion, TextLine
from pipeline.digitize.route import route
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ink.cleanup import crop_line, paint_out_dots
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ruling.crossing_rules import find_crossing_rules
from pipeline.layout.imaging.ruling.leader_removal import remove_overwritten_dots
from pipeline.layout.imaging.ruling.leaders import find_leaders
from pipeline.layout.imaging.ruling.rules import erase_rules
from pipeline.layout.locate.handwriting_lines import MIN_LINE_DISTANCE, find_handwriting_lines
from pipeline.recognition.ocr import Engines

AROUND = 0.35
"""How much of the page is cut out around a region, in inches."""

LONG_RULE, THIN = 2.5, 0.3
"""From which length on, and up to which thickness, in printed letters, a component is a ruled line."""


@dataclass(frozen=True, slots=True)
class DrawnRegionInk:
    """The ink in and around a drawn region; all pictures are (h, w), all places in their pixels.

    Attributes:
        normalized: Grey with even illumination, the dots of leaders painted out.
        all_ink: Ink mask with print, rules and leaders.
        red: The layer of red stamps, grey.
        red_ink: Its ink mask.
        components: The connected components of the ink without leaders and rules.
        red_components: The connected components of ``red_ink``.
        place: The region.
        letter: The height of a printed letter.
        dpi: Pixels an inch.
        labels: None: a person says what belongs to the field.
    """

    normalized: Pixels
    all_ink: Pixels
    red: Pixels
    red_ink: Pixels
    components: ConnectedComponents
    red_components: ConnectedComponents
    place: Box
    letter: float
    dpi: float
    labels: tuple[PlacedLabel, ...] = ()


def read_drawn_region(
    page: PageImage,
    matrix: Matrix,
    size: tuple[int, int],
    box: Box,
    field: str,
    writing: Writing,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions = DigitizeOptions(),
) -> FieldReading:
    """Return what is read of one field in a region that a person drew.

    Args:
        page: The decoded page, RGB (h, w, 3).
        matrix: From the page as scanned to the rectified page, (3, 3).
        size: Width and height of the rectified page.
        box: The region on the rectified page.
        field: The field.
        writing: Print or handwriting, as far as the page is known already.
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
        engines: What recognizes print and handwriting.
        options: Thresholds and resolutions of the stages.
    """
    options = replace(options, routing=options.routing.for_reader(engines.hand_fingerprint))
    context = PageContext(form, ledger, schemas, engines, options, StageClock())
    ink = _cut_out(page, matrix, size, box, form, options)
    slot = Slot(field, "", {"value": field}, printed=writing is Writing.PRINT)
    region = FieldRegion(slot, _lines(ink), ink.place, is_doubtful=True)
    entry = EntryRegion(0, (region,), ink.components, ink.red_components)
    (recognized,) = recognize((entry,), ink, context)
    parsed = parse_entry(recognized.fields, context.record, schemas, ledger)
    read = next(one for one in parsed if one.field == field)
    (routed,), _ = route((read,), (), context.record, options.routing)
    return replace(routed, box=box, lines=(box,), accepted=False)


def line_pictures(
    page: PageImage,
    matrix: Matrix,
    size: tuple[int, int],
    lines: Sequence[Box],
    form: Form,
    options: DigitizeOptions = DigitizeOptions(),
) -> tuple[Pixels | None, ...]:
    """Return the picture of each line of a field whose places are known, as a reader of handwriting gets it.

    A component belongs to the line whose middle is nearest among those whose boxes hold its centre.

    Args:
        page: The decoded page, RGB (h, w, 3).
        matrix: From the page as scanned to the rectified page, (3, 3).
        size: Width and height of the rectified page.
        lines: The boxes of the lines on the rectified page.
        form: The form of the book.
        options: Thresholds and resolutions of the stages.

    Returns:
        Grey pictures; None for a line without dark ink.
    """
    if not lines:
        return ()
    around = Box(
        min(line.left for line in lines),
        min(line.top for line in lines),
        max(line.right for line in lines),
        max(line.bottom for line in lines),
    )
    ink = _cut_out(page, matrix, size, around, form, options)
    across, down = around.left - ink.place.left, around.top - ink.place.top
    places = [
        Box(line.left - across, line.top - down, line.right - across, line.bottom - down) for line in lines
    ]
    owners = _owners(ink.components, places)
    pad = round(ink.dpi / MARGIN)
    return tuple(
        crop_line(ink.normalized, ink.all_ink, ink.components, own, _around(ink.components, own), pad)
        if len(own := np.flatnonzero(owners == number))
        else None
        for number in range(len(places))
    )


def _owners(components: ConnectedComponents, places: Sequence[Box]) -> NDArray[np.int64]:
    """Return for each component the number of its line, −1 for none."""
    left, top, right, bottom = components.boxes.T.astype(float)
    across, down = (left + right) / 2, (top + bottom) / 2
    owners, nearest = np.full(len(across), -1), np.full(len(across), np.inf)
    for number, place in enumerate(places):
        inside = (
            (across >= place.left) & (across <= place.right) & (down >= place.top) & (down <= place.bottom)
        )
        away = np.abs(down - (place.top + place.bottom) / 2) / max(1.0, place.height)
        taken = inside & (away < nearest)
        owners[taken], nearest[taken] = number, away[taken]
    return owners


def _around(components: ConnectedComponents, own: NDArray[np.int64]) -> Box:
    boxes = components.boxes[own]
    return Box(*map(float, (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))))


def _cut_out(
    page: PageImage,
    matrix: Matrix,
    size: tuple[int, int],
    box: Box,
    form: Form,
    options: DigitizeOptions,
) -> DrawnRegionInk:
    dpi = min(options.max_dpi, max(size) * 25.4 / max(form.paper_mm))
    _, top, _, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * dpi
    whole = box.grown(AROUND * dpi, AROUND * dpi).within(*size)
    layers = binarization.split_colour_layers(warp.crop_rectified(page.pixels, matrix, whole, 1.0))
    normalized = binarization.normalize_illumination(layers.ink)
    all_ink, components = binarization.binarize(normalized)
    dots = remove_overwritten_dots(find_leaders(components, letter), all_ink, components, normalized, letter)
    ink = erase_rules(all_ink & ~dots.mask, find_crossing_rules(all_ink), max(2.0, 0.07 * letter))
    red_ink, red_components = binarization.binarize(layers.red)
    return DrawnRegionInk(
        normalized=paint_out_dots(normalized, all_ink, dots.mask),
        all_ink=all_ink,
        red=layers.red,
        red_ink=red_ink,
        components=components.restricted_to(ink),
        red_components=red_components,
        place=Box(box.left - whole.left, box.top - whole.top, box.right - whole.left, box.bottom - whole.top),
        letter=letter,
        dpi=dpi,
    )


def _lines(ink: DrawnRegionInk) -> tuple[TextLine, ...]:
    """Return the written lines in a region; where nothing dark is written, those of its stamps."""
    dark = _lines_of(ink, ink.components)
    if dark:
        return tuple(TextLine(*line) for line in dark)
    return tuple(TextLine(*line, is_red=True) for line in _lines_of(ink, ink.red_components))


def _lines_of(
    ink: DrawnRegionInk, components: ConnectedComponents
) -> list[tuple[int, Box, NDArray[np.int64]]]:
    left, top, right, bottom = components.boxes.T.astype(float)
    wide, high = right - left, bottom - top
    long, thin = LONG_RULE * ink.letter, THIN * ink.letter
    is_rule = ((wide > long) & (high < thin)) | ((high > long) & (wide < thin))
    free = np.flatnonzero(~is_rule)
    return list(
        find_handwriting_lines(
            ink.place, components.boxes, components.area, free, ink.letter, MIN_LINE_DISTANCE
        )
    )
