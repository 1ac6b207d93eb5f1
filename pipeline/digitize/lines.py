"""The written lines of a page: each cut, told to be type or handwriting, and read by the reader of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from pipeline.digitize.blanks import InkedRow, InkedSlot
from pipeline.digitize.margins import with_margin
from pipeline.digitize.parse import SlotInk
from pipeline.digitize.reading import hand_readings, line_readings
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.digitize.straight import Straight
from pipeline.digitize.strip_lines import InkedLine
from pipeline.imaging.ink import cleanup as ink_of
from pipeline.model import Crop, LineReading, Writing
from pipeline.ocr import Engines
from pipeline.schema import RecordSpec, Schemas

MARGIN = 30.0
"""A line is cut 1/30 inch wider than its dark ink on every side: soft stroke edges, faint tips."""

TYPED_PAGE = 0.9
"""The median chance of a page's lines from which it counts as typed; the model's card says what pages have."""

TYPED = 1.0

MAYBE_TYPED = 0.5
"""What is said of a line with too few letters: it counts as the page it stands on."""

TYPED_LINE = 0.4
"""The chance from which a line of a typed page counts as typed."""

SIGNATURE = LineReading("", 1.0, "")
"""What is read of a signature beside a name: nothing, and no doubt of the name follows from it."""


SIGNED = LineReading("", 0.85, "")
"""What is read of a signature that only its shape tells from handwriting: the name beside it is at most that sure, and
goes to a person, as it has no evidence and is less sure than print has to be. Of 194 such names on the drawn books of
calibration 165 were right (a single trial)."""

ONE_STROKE = 0.6
"""The least share of a signature's width that hangs together; a name of several words has gaps between them."""

LIKELY = 0.3
"""How likely the reading of a line is at most that a signature gives."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A line as it goes to a reader, with the blank it stands in; ``joined``: the share of its width that its widest
    mark takes."""

    slot: InkedSlot
    line: InkedLine
    crop: Crop
    joined: float = 0.0


def read_rows(
    rows: Sequence[InkedRow],
    straight: Straight,
    engines: Engines,
    record: RecordSpec,
    schemas: Schemas,
    watch: Stopwatch,
    year: int = 0,
) -> tuple[InkedRow, ...]:
    """The rows with what was read of them; all lines of the page go to each reader in one batch. ``year``: of the book,
    0 where it is not known."""
    with watch.stage("recognise"):
        cuts = [cut for row in rows for cut in _cuts(row, straight, record, schemas, year)]
        looks = _looks(cuts, engines)
        signatures = _signatures(cuts, looks, record)
    read = _readings(cuts, looks, signatures, engines, watch)
    place, margin, done = 0, straight.dpi / MARGIN, []
    labels = [label.box for label in straight.labels]
    for row in rows:
        inks = []
        for slot in row.slots:
            numbers = range(place, place + len(slot.lines))
            place += len(slot.lines)
            typed = all(looks[n] >= MAYBE_TYPED for n in numbers if n not in signatures)
            inks.append(
                SlotInk(
                    slot.slot,
                    tuple(with_margin(line.box, labels, margin) for line in slot.lines),
                    tuple(line.piece for line in slot.lines),
                    Writing.PRINT if typed or slot.slot.printed else Writing.HAND,
                    tuple(read[number] for number in numbers),
                    slot.place,
                    tuple(line.struck for line in slot.lines),
                    slot.doubtful,
                )
            )
        done.append(replace(row, inks=tuple(inks)))
    return tuple(done)


def _cuts(
    row: InkedRow, straight: Straight, record: RecordSpec, schemas: Schemas, year: int
) -> Iterator[_Cut]:
    """Every line of an entry, cut from the layer it stands on."""
    for slot in row.slots:
        names = slot.slot.field_names
        kind = slot.slot.kind or record.by_name[names[0]].kind
        vocabulary = schemas.vocabulary(record.by_name[names[0]]) if len(names) == 1 else None
        terms = vocabulary.spellings if vocabulary else ()
        usual = record.by_name[names[0]].usual if len(names) == 1 else ()
        goes_on: str | None = None
        for line in slot.lines:
            layer = (
                (straight.red, straight.red_ink, row.stamps)
                if line.red
                else (straight.normalized, straight.all_ink, row.components)
            )
            pixels = ink_of.crop_line(*layer, line.components, line.box, round(straight.dpi / MARGIN))
            part = slot.slot.pieces[line.piece].part if slot.slot.pieces else ""
            crop = Crop(pixels, straight.dpi, kind, terms, part, goes_on == part, usual, year)
            boxes = layer[2].boxes[line.components]
            joined = (boxes[:, 2] - boxes[:, 0]).max() / max(1.0, line.box.width)
            yield _Cut(slot, line, crop, float(joined))
            goes_on = None if line.struck else part


def _readings(
    cuts: Sequence[_Cut],
    looks: Sequence[float],
    signatures: frozenset[int],
    engines: Engines,
    watch: Stopwatch,
) -> Mapping[int, LineReading]:
    """Each line read: type by the reader of print, with that of hands as witness, handwriting by that of hands where
    there is one."""
    found = dict.fromkeys(signatures, SIGNATURE)
    asked = [number for number in range(len(cuts)) if number not in signatures]
    hand = [
        number
        for number in asked
        if engines.hand is not None and looks[number] < MAYBE_TYPED and not cuts[number].slot.slot.printed
    ]
    printed = sorted(set(asked) - set(hand))
    with watch.stage("recognise"):
        found |= zip(printed, line_readings(_crops(cuts, printed), engines), strict=True)
    with watch.stage("hand"):
        found |= zip(hand, hand_readings(_crops(cuts, hand), engines), strict=True)
    return found | dict.fromkeys(_signed(cuts, found), SIGNED)


def _signed(cuts: Sequence[_Cut], found: Mapping[int, LineReading]) -> Iterator[int]:
    """The lines of free areas with a name that are signatures above or below it: drawn in one go, unlike the name, and
    unlike any reading of theirs. The name is then read by itself, and waits for a person."""
    areas: dict[int, list[int]] = {}
    for number, cut in enumerate(cuts):
        if cut.slot.slot.area and cut.crop.kind == "name":
            areas.setdefault(id(cut.slot), []).append(number)
    for numbers in areas.values():
        drawn = [n for n in numbers if cuts[n].joined >= ONE_STROKE and found[n].confidence < LIKELY]
        words = sum(len(found[n].text.split()) for n in numbers if n not in drawn)
        if words > 1:
            yield from drawn


def _crops(cuts: Sequence[_Cut], chosen: Sequence[int]) -> list[Crop]:
    """The crops of some of the cuts; one follows only where the one before it is chosen too."""
    known = set(chosen)
    return [replace(cuts[n].crop, follows=cuts[n].crop.follows and n - 1 in known) for n in chosen]


def _signatures(cuts: Sequence[_Cut], looks: Sequence[float], record: RecordSpec) -> frozenset[int]:
    """The lines that are written across or beside a name stamp or a typed name."""
    named = {
        id(cut.slot)
        for cut, look in zip(cuts, looks, strict=True)
        if look == TYPED
        and cut.slot.slot.stamped
        and all(record.by_name[name].kind == "name" for name in cut.slot.slot.field_names)
    }
    return frozenset(
        number for number, cut in enumerate(cuts) if id(cut.slot) in named and looks[number] != TYPED
    )


def _looks(cuts: Sequence[_Cut], engines: Engines) -> list[float]:
    """For each line ``TYPED``, 0 for handwriting, or ``MAYBE_TYPED`` when it is too short to say on a typed page.

    One line may look typed by chance: the page as a whole has to agree. Red lines are stamps."""
    looks = _typed([cut.crop for cut in cuts], engines)
    return [TYPED if cut.line.red else look for cut, look in zip(cuts, looks, strict=True)]


def _typed(crops: Sequence[Crop], engines: Engines) -> list[float]:
    if engines.writing is None or not crops:
        return [0.0] * len(crops)
    chances = engines.writing.print_chances(crops)
    judged = [chance for chance in chances if chance > 0]
    if len(judged) < 3 or median(judged) < TYPED_PAGE:
        return [0.0] * len(crops)
    return [MAYBE_TYPED if chance == 0 else float(chance >= TYPED_LINE) for chance in chances]
