"""What kind of stamp lies on a field: by colour, shape and size, and by its words where these were read.

Colour and shape tell a round seal, the half of one at the edge of the paper, a box and a low wide stamp
(``imaging.ink.stamps``). What a box or a low stamp says tells the rest: a day, one of the stamps that offices use
(``schemas/vocab/stamp.toml``), a name where a name belongs. What neither tells is a stamp, and no more is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.base.model import STAMPED, Box, Finding, Severity, Stamp, StampKind
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.digitize.regions import RecognizedEntry, RecognizedField
from pipeline.values.kinds import DATE, KINDS
from pipeline.values.kinds.calendar import parse_canonical
from pipeline.values.kinds.kind import Vocabulary
from pipeline.values.kinds.stamp import likely_stamp

STAMPS = "stamp"
"""The list of stamps that offices use."""

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
"""How many words a name has at least."""

LEAST_PART = 0.1
"""The part of a stamp that lies on a field at least, or of the field under a stamp."""


def stamps_by_words(
    stamps: Sequence[Stamp], entries: Sequence[RecognizedEntry], record: RecordSpec, schemas: Schemas
) -> tuple[Stamp, ...]:
    """Return the stamps of a page with their kinds, those of words by what was read on them.

    Args:
        stamps: The stamps by colour, shape and size.
        entries: The entries of the page with what was read.
        record: The record of the form.
        schemas: Where the list of stamps is.
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
    return any(record.by_name[name].kind == "name" for name in field.region.slot.field_names)


def _is_name(text: str) -> bool:
    words = text.split()
    is_written = len(words) >= FEWEST_WORDS and all(word.isalpha() and word[:1].isupper() for word in words)
    return is_written and bool(KINDS["name"].parse(text).canonical)


def stamp_findings(entry: RecognizedEntry, stamps: Sequence[Stamp]) -> Iterator[Finding]:
    """Yield for each region of an entry a finding that names the stamps on it; it tells, and doubts nothing.

    Args:
        entry: The entry with its regions.
        stamps: The stamps of the page with their kinds.
    """
    for field in entry.fields:
        place = field.region.box
        for line in field.lines:
            place = place.union(line.line.box)
        names = [describe_stamp(stamp) for stamp in stamps if _lies_on(stamp.box, place)]
        if names and field.region.slot.field_names:
            said = ", ".join(dict.fromkeys(names))
            yield Finding(STAMPED, Severity.INFO, field.region.slot.field_names, {"stamp": said})


def describe_stamp(stamp: Stamp) -> str:
    """Return what a stamp is, in the words of an office."""
    return f"{LABELS[stamp.kind]} “{stamp.words}”" if stamp.words else LABELS[stamp.kind]


def _lies_on(stamp: Box, place: Box) -> bool:
    common = stamp.intersection(place)
    if common.width <= 0 or common.height <= 0:
        return False
    area = common.width * common.height
    return area >= LEAST_PART * min(stamp.width * stamp.height, place.width * place.height)
