"""The kind of a stamp on a field, by its shape and by its words.

Colour and shape tell a round seal, half a seal at the edge of the paper, a boxed stamp and a low wide stamp
(``imaging.ink.stamp_shapes``). The words of a boxed or low stamp tell the rest: a date, a stamp of the offices' list
(``schemas/vocab/stamp.toml``), a name in a name's place. Any other stamp has no kind of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.base.model import STAMPED, Box, Finding, Severity, Stamp, StampKind
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.digitize.regions import RecognizedEntry, RecognizedField
from pipeline.values.kinds import DATE, NAME
from pipeline.values.kinds.calendar import parse_canonical
from pipeline.values.kinds.kind import Vocabulary
from pipeline.values.kinds.stamp import likely_stamp

STAMPS = "stamp"
"""The vocabulary of stamps that offices use."""

LABELS = {
    StampKind.SEAL: "dấu tròn",
    StampKind.STRADDLE: "nửa dấu giáp lai ở mép trang",
    StampKind.BOXED: "dấu chữ có khung",
    StampKind.NAME: "dấu tên",
    StampKind.DATE: "dấu ngày",
    StampKind.WORDED: "dấu chữ",
    StampKind.OTHER: "con dấu",
}

FEWEST_WORDS = 2
"""Least number of words of a name."""

LEAST_PART = 0.1
"""Least share of a stamp on a field, or of a field under a stamp."""


def stamps_by_words(
    stamps: Sequence[Stamp], entries: Sequence[RecognizedEntry], record: RecordSpec, schemas: Schemas
) -> tuple[Stamp, ...]:
    """Return the stamps of a page with their kinds; worded stamps by the text read on them.

    Args:
        stamps: The stamps with their kinds by colour, shape and size.
    """
    fields = [field for entry in entries for field in entry.fields]
    known = schemas.vocabularies.get(STAMPS)
    return tuple(_by_words(stamp, fields, record, known) for stamp in stamps)


def _by_words(
    stamp: Stamp, fields: Sequence[RecognizedField], record: RecordSpec, known: Vocabulary | None
) -> Stamp:
    if stamp.kind in (StampKind.SEAL, StampKind.STRADDLE):
        return stamp
    lines = [
        (field, line.reading.text)
        for field in fields
        for line in field.lines
        if line.line.is_red and line.reading.text and _holds(stamp.box, line.line.box)
    ]
    text = " ".join(text for _, text in lines)
    day = parse_canonical(DATE.parse(text).canonical) if text else None
    if day is not None and day.month is not None and day.day is not None:
        return replace(stamp, kind=StampKind.DATE)
    if known is not None and text and (words := likely_stamp(text, known)):
        return replace(stamp, kind=StampKind.WORDED, words=words)
    if stamp.kind is StampKind.BOXED:
        return stamp
    is_name = bool(lines) and all(_asks_name(field, record) for field, _ in lines) and _is_name(text)
    return replace(stamp, kind=StampKind.NAME if is_name else StampKind.OTHER)


def _holds(stamp: Box, line: Box) -> bool:
    x, y = line.centre
    return stamp.left <= x <= stamp.right and stamp.top <= y <= stamp.bottom


def _asks_name(field: RecognizedField, record: RecordSpec) -> bool:
    return any(record.by_name[name].value_kind.is_name for name in field.region.slot.field_names)


def _is_name(text: str) -> bool:
    words = text.split()
    is_written = len(words) >= FEWEST_WORDS and all(word.isalpha() and word[:1].isupper() for word in words)
    return is_written and bool(NAME.parse(text).canonical)


def stamp_findings(entry: RecognizedEntry, stamps: Sequence[Stamp]) -> Iterator[Finding]:
    """Yield for each stamped region of an entry a finding that names its stamps; it is information, not a doubt."""
    for field in entry.fields:
        place = field.region.box
        for line in field.lines:
            place = place.union(line.line.box)
        names = [describe_stamp(stamp) for stamp in stamps if _lies_on(stamp.box, place)]
        if names and field.region.slot.field_names:
            words = ", ".join(dict.fromkeys(names))
            yield Finding(STAMPED, Severity.INFO, field.region.slot.field_names, {"stamp": words})


def describe_stamp(stamp: Stamp) -> str:
    """Return the Vietnamese name of a stamp."""
    return f"{LABELS[stamp.kind]} “{stamp.words}”" if stamp.words else LABELS[stamp.kind]


def _lies_on(stamp: Box, place: Box) -> bool:
    common = stamp.intersection(place)
    if common.width <= 0 or common.height <= 0:
        return False
    area = common.width * common.height
    return area >= LEAST_PART * min(stamp.width * stamp.height, place.width * place.height)
