"""Recognize: every text line is cut from the page, classified as print or handwriting, and read by its engine.

All lines of a page go to each engine in one batch. Signatures are not read: what is written across a name stamp or a
typed name, and what its shape shows to be drawn in one go above a name.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Protocol

from pipeline.base.model import Box, Crop, LineReading, Pixels, PlacedLabel, Writing
from pipeline.declarations.schema import RecordSpec
from pipeline.digitize.context import PageContext
from pipeline.digitize.printed_numbers import is_number
from pipeline.digitize.regions import (
    EntryRegion,
    FieldRegion,
    RecognizedEntry,
    RecognizedField,
    RecognizedLine,
    TextLine,
)
from pipeline.digitize.witnesses import read_print
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.figures_beside import crop_with_figures_beside
from pipeline.recognition.ocr import Engines

log = logging.getLogger(__name__)

MARGIN = 30.0
"""A line is cut 1/30 inch wider than its dark ink on every side: soft stroke edges, faint tips."""

TYPED_PAGE = 0.9
"""The median chance of a page's lines from which it counts as typed; the model's card says what pages have."""

TYPED = 1.0
"""The value of a line that is typed."""

MAYBE_TYPED = 0.5
"""The value of a line with too few letters: it counts as the page it is on."""

TYPED_LINE = 0.4
"""The chance from which a line of a typed page counts as typed."""

SIGNATURE = LineReading("", 1.0, "")
"""The reading of a signature beside a name: no text, and no doubt of the name follows from it."""

SIGNATURE_BY_SHAPE = LineReading("", 0.85, "")
"""The reading of a signature that only its shape tells from handwriting: the name beside it is at most that sure, and
goes to a person, as it has no evidence and is less sure than print has to be. Of 194 such names on the drawn books of
calibration 165 were right (a single trial)."""

ONE_STROKE = 0.6
"""The least share of a signature's width that hangs together; a name of several words has gaps between them."""

UNLIKELY = 0.3
"""How likely the reading of a line is at most that a signature gives."""

LABEL_DESCENT = 0.24
"""The share of a label's box that lies below the line its print is on."""


@dataclass(frozen=True, slots=True)
class _LineCrop:
    """A line as it goes to an engine.

    ``joined``: the share of its width that its widest component takes.
    """

    row: int
    region: FieldRegion
    line: TextLine
    crop: Crop
    joined: float = 0.0

    @property
    def region_key(self) -> tuple[int, str]:
        return self.row, self.region.slot.name


class PageInk(Protocol):
    """The ink that lines are cut from, as of ``RectifiedPage``."""

    @property
    def normalized(self) -> Pixels: ...

    @property
    def all_ink(self) -> Pixels: ...

    @property
    def red(self) -> Pixels: ...

    @property
    def red_ink(self) -> Pixels: ...

    @property
    def labels(self) -> tuple[PlacedLabel, ...]: ...

    @property
    def dpi(self) -> float: ...


def recognize(
    entries: Sequence[EntryRegion], page: PageInk, context: PageContext
) -> tuple[RecognizedEntry, ...]:
    """Read the text lines of all entries of a page.

    Args:
        entries: The regions of the page's entries.
        page: The ink of the page that they lie on.
        context: What the page is read with.

    Returns:
        The entries, in the same order, with one reading a line.
    """
    engines, clock = context.engines, context.clock
    with clock.stage("recognise"):
        crops = [crop for entry in entries for crop in _crop_lines(entry, page, context)]
        print_chances = _print_chances(crops, engines)
        signatures = _signatures_beside_print(crops, print_chances, context.record)
    readings = _read_lines(crops, print_chances, signatures, context)
    margin = page.dpi / MARGIN
    labels = [label.box for label in page.labels]
    numbers = iter(range(len(crops)))
    recognized = []
    for entry in entries:
        fields = []
        for region in entry.fields:
            of_region = [next(numbers) for _ in region.lines]
            is_typed = all(print_chances[n] >= MAYBE_TYPED for n in of_region if n not in signatures)
            lines = tuple(
                RecognizedLine(crops[n].line, with_margin(crops[n].line.box, labels, margin), readings[n])
                for n in of_region
            )
            writing = Writing.PRINT if is_typed or region.slot.printed else Writing.HAND
            fields.append(RecognizedField(region, writing, lines))
        recognized.append(RecognizedEntry(entry, tuple(fields)))
    return tuple(recognized)


def _crop_lines(entry: EntryRegion, page: PageInk, context: PageContext) -> Iterator[_LineCrop]:
    """Yield every line of an entry, cut from the layer it is on."""
    record, schemas = context.record, context.schemas
    for region in entry.fields:
        names = region.slot.field_names
        first = record.by_name[names[0]]
        vocabulary = schemas.vocabulary(first) if len(names) == 1 else None
        part_before: str | None = None
        for line in region.lines:
            layer = (
                (page.red, page.red_ink, entry.red_components)
                if line.is_red
                else (page.normalized, page.all_ink, entry.components)
            )
            part = region.slot.pieces[line.piece].part if region.slot.pieces else ""
            kind = region.slot.kind or first.kind
            is_alone = is_number(kind) and len(region.lines) == 1 and not line.is_red
            crop = Crop(
                pixels=cleanup.crop_line(*layer, line.components, line.box, round(page.dpi / MARGIN)),
                dpi=page.dpi,
                kind=kind,
                terms=vocabulary.spellings if vocabulary else (),
                part=part,
                follows=part_before == part,
                usual=first.usual if len(names) == 1 else (),
                year=context.ledger.year,
                near=context.near_units,
                beside=crop_with_figures_beside(page.normalized, line.box, round(page.dpi / MARGIN))
                if is_alone
                else None,
            )
            boxes = layer[2].boxes[line.components]
            joined = (boxes[:, 2] - boxes[:, 0]).max() / max(1.0, line.box.width)
            yield _LineCrop(entry.row, region, line, crop, float(joined))
            part_before = None if line.is_struck else part


def _read_lines(
    crops: Sequence[_LineCrop],
    print_chances: Sequence[float],
    signatures: frozenset[int],
    context: PageContext,
) -> Mapping[int, LineReading]:
    """Return the reading of each line.

    The engine of print reads print, with witnesses; the engine of handwriting reads handwriting where there is one.
    """
    engines, clock = context.engines, context.clock
    found = dict.fromkeys(signatures, SIGNATURE)
    asked = [number for number in range(len(crops)) if number not in signatures]
    hand = [
        number
        for number in asked
        if engines.hand is not None
        and print_chances[number] < MAYBE_TYPED
        and not crops[number].region.slot.printed
    ]
    printed = sorted(set(asked) - set(hand))
    with clock.stage("recognise"):
        found |= zip(printed, read_print(_chosen(crops, printed), engines), strict=True)
    with clock.stage("hand"):
        readings = engines.hand.read(_chosen(crops, hand)) if engines.hand is not None and hand else ()
        found |= zip(hand, readings, strict=True)
    found |= dict.fromkeys(_signatures_by_shape(crops, found), SIGNATURE_BY_SHAPE)
    log.info("lines: %d print, %d handwriting, %d signatures", len(printed), len(hand), len(signatures))
    for number, crop in enumerate(crops):
        log.debug(
            "row %d, region %s, piece %d: engine %s, confidence %.3f, chance of print %.2f",
            crop.row,
            crop.region.slot.name,
            crop.line.piece,
            found[number].engine or None,
            found[number].confidence,
            print_chances[number],
        )
    return found


def _signatures_by_shape(crops: Sequence[_LineCrop], found: Mapping[int, LineReading]) -> Iterator[int]:
    """Yield the lines of free areas with a name that are signatures above or below it.

    They are drawn in one go, unlike the name, and no reading of them is likely. The name is then read by itself, and
    waits for a person.
    """
    areas: dict[tuple[int, str], list[int]] = {}
    for number, crop in enumerate(crops):
        if crop.region.slot.area and crop.crop.kind == "name":
            areas.setdefault(crop.region_key, []).append(number)
    for numbers in areas.values():
        drawn = [n for n in numbers if crops[n].joined >= ONE_STROKE and found[n].confidence < UNLIKELY]
        words = sum(len(found[n].text.split()) for n in numbers if n not in drawn)
        if words > 1:
            yield from drawn


def _chosen(crops: Sequence[_LineCrop], numbers: Sequence[int]) -> list[Crop]:
    """Return some of the crops; one follows only where the one before it is chosen too."""
    known = set(numbers)
    return [replace(crops[n].crop, follows=crops[n].crop.follows and n - 1 in known) for n in numbers]


def _signatures_beside_print(
    crops: Sequence[_LineCrop], print_chances: Sequence[float], record: RecordSpec
) -> frozenset[int]:
    """Return the lines that are written across or next to a name stamp or a typed name."""
    named = {
        crop.region_key
        for crop, chance in zip(crops, print_chances, strict=True)
        if chance == TYPED
        and crop.region.slot.stamped
        and all(record.by_name[name].kind == "name" for name in crop.region.slot.field_names)
    }
    return frozenset(
        number
        for number, crop in enumerate(crops)
        if crop.region_key in named and print_chances[number] != TYPED
    )


def _print_chances(crops: Sequence[_LineCrop], engines: Engines) -> list[float]:
    """Return for each line ``TYPED``, 0 (handwriting), or ``MAYBE_TYPED`` when it is too short to say on a typed page.

    One line may look typed by chance: the page as a whole has to agree. Red lines are stamps.
    """
    chances = _judged([crop.crop for crop in crops], engines)
    return [TYPED if crop.line.is_red else chance for crop, chance in zip(crops, chances, strict=True)]


def _judged(crops: Sequence[Crop], engines: Engines) -> list[float]:
    if engines.writing is None or not crops:
        return [0.0] * len(crops)
    chances = engines.writing.print_chances(crops)
    judged = [chance for chance in chances if chance > 0]
    if len(judged) < 3 or median(judged) < TYPED_PAGE:
        return [0.0] * len(crops)
    return [MAYBE_TYPED if chance == 0 else float(chance >= TYPED_LINE) for chance in chances]


def with_margin(ink: Box, labels: Sequence[Box], margin: float) -> Box:
    """Return the box of a line with the soft edges of its strokes.

    Args:
        ink: The bounding box of its dark ink.
        labels: The boxes of printed labels; the line is not widened into their print.
        margin: How much wider it becomes on every side, in pixels.
    """
    whole = ink.grown(margin, margin)
    left, top, right, bottom = whole.left, whole.top, whole.right, whole.bottom
    for label in labels:
        printed = Box(label.left, label.top, label.right, label.bottom - LABEL_DESCENT * label.height)
        part = whole.intersection(printed)
        if part.width <= 0 or part.height <= 0:
            continue
        x, y = printed.centre
        if y < ink.top:
            top = max(top, min(ink.top, printed.bottom))
        elif y > ink.bottom:
            bottom = min(bottom, max(ink.bottom, printed.top))
        elif x < ink.left:
            left = max(left, min(ink.left, printed.right))
        elif x > ink.right:
            right = min(right, max(ink.right, printed.left))
    return Box(left, top, right, bottom)
