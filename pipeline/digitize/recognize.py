"""Recognize: crop every text line, classify it as print or handwriting, and read it with the engine for its kind.

All lines of a page go to each engine in one batch. Signatures are not read: writing across a name stamp or a typed
name, and writing above a name whose shape shows a single stroke.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Protocol

from pipeline.base.model import Box, Crop, LineReading, Pixels, PlacedLabel, Writing
from pipeline.base.text.tones import folded, unaccented
from pipeline.declarations.schema import RecordSpec, Slot
from pipeline.digitize.label_words import without_label_words
from pipeline.digitize.page_context import PageContext
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
from pipeline.layout.imaging.stamp_pictures import pack_picture
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.digits import COUNT_KINDS
from pipeline.values.kinds import kinds_with

log = logging.getLogger(__name__)

MARGIN = 30.0
"""Margins of a crop an inch: a crop is 1/30 inch wider than its dark ink on every side, for soft edges and faint
tips."""

TYPED_PAGE = 0.9
"""Least median print probability of the lines of a typed page; the model's card lists values of pages."""

TYPED = 1.0
"""Print probability of a typed line."""

MAYBE_TYPED = 0.5
"""Print probability of a line with too few letters on a typed page; it counts as typed."""

TYPED_LINE = 0.4
"""Least print probability of a typed line on a typed page."""

SIGNATURE = LineReading("", 1.0, "")
"""The reading of a signature beside a name: no text, and no doubt about the name."""

SIGNATURE_BY_SHAPE = LineReading("", 0.85, "")
"""The reading of a signature that only its shape tells from handwriting. The name beside it gets at most this
confidence and goes to a person: it has no evidence and is below the threshold of print. Of 194 such names on the drawn
books of calibration 165 were right (a single trial)."""

ONE_STROKE = 0.6
"""Least share of a signature's width in one component; a name of several words has gaps."""

_NAMES = kinds_with(lambda kind: kind.is_name)

UNLIKELY = 0.3
"""Largest confidence in the reading of a signature."""

LABEL_DESCENT = 0.24
"""The share of a label's box below its baseline."""

MOST_REGIONS = 4
"""Largest number of written regions of a total: its words and its figures."""

_TOTAL = re.compile(
    r"(?:tong )?cong(?: (?:mang|chuyen) (?:sang|qua))?(?: trang)?(?: sau| truoc| nay)?[\s\d:.,;]*"
    r"|(?:mang|chuyen) (?:sang|qua)(?: trang)?(?: sau)?[\s\d:.,;]*"
)


@dataclass(frozen=True, slots=True)
class _LineCrop:
    """A line as it goes to an engine; ``joined``: the width of its widest component as a share of the line's width."""

    row: int
    region: FieldRegion
    line: TextLine
    crop: Crop
    joined: float = 0.0

    @property
    def region_key(self) -> tuple[int, str]:
        return self.row, self.region.slot.name


class PageInk(Protocol):
    """The ink from which lines are cropped, as of ``RectifiedPage``."""

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

    Returns:
        The entries, in the same order, with one reading a line, without rows of a table that are totals.
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
            own = [next(numbers) for _ in region.lines]
            is_typed = all(print_chances[n] >= MAYBE_TYPED for n in own if n not in signatures)
            lines = tuple(
                RecognizedLine(
                    crops[n].line,
                    with_margin(crops[n].line.box, labels, margin),
                    readings[n],
                    pack_picture(crops[n].crop.pixels, page.dpi)
                    if may_be_stamped(region.slot, context.record)
                    else b"",
                )
                for n in own
            )
            writing = Writing.PRINT if is_typed or region.slot.printed else Writing.HAND
            fields.append(without_label_words(RecognizedField(region, writing, lines), context.form))
        recognized.append(RecognizedEntry(entry, tuple(fields)))
    return tuple(entry for entry in recognized if context.form.table is None or not is_total(entry))


def may_be_stamped(slot: Slot, record: RecordSpec) -> bool:
    """Return whether clerks stamp a slot's name: that of an officer or a registrar, not of the entry's people."""
    people = {name for person in record.people for name in person.field_names}
    return any(
        record.by_name[name].value_kind.is_name and name not in people and not record.by_name[name].critical
        for name in slot.field_names
    )


def is_total(entry: RecognizedEntry) -> bool:
    """Return whether a row reads as a total (of a page, or carried over) and has no entry number."""
    written = [field for field in entry.fields if field.lines]
    if not written or len(written) > MOST_REGIONS or entry.fields[0].lines:
        return False
    if any(line.reading.text == "" for field in written for line in field.lines):
        return False
    text = " ".join(line.reading.text for field in written for line in field.lines)
    return _TOTAL.fullmatch(unaccented(folded(text)).strip()) is not None


def _crop_lines(entry: EntryRegion, page: PageInk, context: PageContext) -> Iterator[_LineCrop]:
    """Yield every line of an entry, cropped from its layer."""
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
            is_alone = kind in COUNT_KINDS and len(region.lines) == 1 and not line.is_red
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
                expects=first.expected_shares if len(names) == 1 else "",
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
    """Return the reading of each line by its number.

    Print goes to the engine of print and its witnesses; handwriting goes to the engine of handwriting, or to that of
    print if there is none.
    """
    engines, clock = context.engines, context.clock
    readings = dict.fromkeys(signatures, SIGNATURE)
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
        readings |= zip(printed, read_print(_chosen(crops, printed), engines), strict=True)
    with clock.stage("hand"):
        hand_readings = engines.hand.read(_chosen(crops, hand)) if engines.hand is not None and hand else ()
        readings |= zip(hand, hand_readings, strict=True)
    readings |= dict.fromkeys(_signatures_by_shape(crops, readings), SIGNATURE_BY_SHAPE)
    log.info("lines: %d print, %d handwriting, %d signatures", len(printed), len(hand), len(signatures))
    for number, crop in enumerate(crops):
        log.debug(
            "row %d, region %s, piece %d: engine %s, confidence %.3f, chance of print %.2f",
            crop.row,
            crop.region.slot.name,
            crop.line.piece,
            readings[number].engine or None,
            readings[number].confidence,
            print_chances[number],
        )
    return readings


def _signatures_by_shape(crops: Sequence[_LineCrop], readings: Mapping[int, LineReading]) -> Iterator[int]:
    """Yield the lines of name areas that are signatures above or below the name.

    A signature is a single stroke, unlike the name, and no reading of it is likely. The name is then read alone and
    waits for a person.
    """
    areas: dict[tuple[int, str], list[int]] = {}
    for number, crop in enumerate(crops):
        if crop.region.slot.area and crop.crop.kind in _NAMES:
            areas.setdefault(crop.region_key, []).append(number)
    for numbers in areas.values():
        drawn = [n for n in numbers if crops[n].joined >= ONE_STROKE and readings[n].confidence < UNLIKELY]
        words = sum(len(readings[n].text.split()) for n in numbers if n not in drawn)
        if words > 1:
            yield from drawn


def _chosen(crops: Sequence[_LineCrop], numbers: Sequence[int]) -> list[Crop]:
    """Return the crops of these numbers; a crop follows the previous crop only if both are chosen."""
    known = set(numbers)
    return [replace(crops[n].crop, follows=crops[n].crop.follows and n - 1 in known) for n in numbers]


def _signatures_beside_print(
    crops: Sequence[_LineCrop], print_chances: Sequence[float], record: RecordSpec
) -> frozenset[int]:
    """Return the numbers of lines written across or next to a name stamp or a typed name."""
    named = {
        crop.region_key
        for crop, chance in zip(crops, print_chances, strict=True)
        if chance == TYPED
        and crop.region.slot.stamped
        and all(record.by_name[name].value_kind.is_name for name in crop.region.slot.field_names)
    }
    return frozenset(
        number
        for number, crop in enumerate(crops)
        if crop.region_key in named and print_chances[number] != TYPED
    )


def _print_chances(crops: Sequence[_LineCrop], engines: Engines) -> list[float]:
    """Return for each line ``TYPED``, 0 (handwriting), or ``MAYBE_TYPED`` (too short to classify, on a typed page).

    A single line may look typed by chance, so that the page as a whole has to agree. Red lines are stamps.
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
        ink: The bounding box of the dark ink.
        labels: The boxes of printed labels; the line is not widened into their print.
        margin: The margin on every side in pixels.
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
