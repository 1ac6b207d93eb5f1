"""What a stamp is: by its shape, by its words where these were read, and a stamp alone where neither tells."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from pipeline.base.model import STAMPED, Box, LineReading, Severity, Stamp, StampKind, Writing
from pipeline.digitize.regions import EntryRegion, RecognizedEntry, RecognizedField
from pipeline.digitize.stamp_kinds import describe_stamp, stamp_findings, stamps_by_words
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from tests.digitize.recognized_fields import SCHEMAS, field, slot_of

RECORD = SCHEMAS.record("birth")
LINE = Box(20, 10, 180, 35)
AROUND = Box(10, 5, 190, 40)


def stamped(name: str, text: str) -> RecognizedField:
    """A field on which a red line was read."""
    read = field(slot_of("birth-2006", name), [LineReading(text, 0.9, "print")], Writing.PRINT, boxes=[LINE])
    (line,) = read.lines
    red = replace(line, line=replace(line.line, is_red=True))
    return replace(read, lines=(red,))


def entry(*fields: RecognizedField) -> RecognizedEntry:
    nothing = cast("ConnectedComponents", None)
    return RecognizedEntry(EntryRegion(0, tuple(one.region for one in fields), nothing, nothing), fields)


def told(stamp: Stamp, *fields: RecognizedField) -> str:
    (found,) = stamps_by_words([stamp], [entry(*fields)], RECORD, SCHEMAS)
    return describe_stamp(found)


@pytest.mark.parametrize(
    ("kind", "place", "text", "said"),
    [
        (StampKind.NAME, "registrar_name", "Nguyễn Văn Thử", "dấu tên"),
        (StampKind.NAME, "notes", "Nguyễn Văn Thử", "con dấu"),
        (StampKind.NAME, "registrar_name", "ngu8 wTh", "con dấu"),
        (StampKind.NAME, "notes", "12/3/2015", "dấu ngày"),
        (StampKind.OTHER, "notes", "15 -04- 2016", "dấu ngày"),
        (StampKind.BOXED, "notes", "BAN SAO", "dấu chữ “BẢN SAO”"),
        (StampKind.NAME, "notes", "ĐĂNG KY LAI", "dấu chữ “ĐĂNG KÝ LẠI”"),
        (StampKind.BOXED, "notes", "xqz", "dấu chữ có khung"),
        (StampKind.OTHER, "notes", "xqz", "con dấu"),
    ],
)
def test_words_tell_what_a_low_stamp_is(kind: StampKind, place: str, text: str, said: str) -> None:
    assert told(Stamp(kind, AROUND), stamped(place, text)) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (StampKind.SEAL, "dấu tròn"),
        (StampKind.STRADDLE, "nửa dấu giáp lai ở mép trang"),
        (StampKind.NAME, "con dấu"),
    ],
)
def test_what_nobody_read_is_told_by_its_shape_or_not_at_all(kind: StampKind, said: str) -> None:
    elsewhere = stamped("notes", "BẢN SAO")
    assert told(Stamp(kind, Box(300, 300, 420, 330)), elsewhere) == said


def test_a_field_is_told_of_the_stamps_on_it_and_no_doubt_follows() -> None:
    seal, far = Stamp(StampKind.SEAL, Box(150, 0, 400, 250)), Stamp(StampKind.SEAL, Box(0, 900, 250, 1150))
    word = Stamp(StampKind.WORDED, AROUND, "BẢN SAO")
    (found,) = stamp_findings(entry(stamped("notes", "BẢN SAO")), [seal, far, word])
    assert (found.code, found.severity, found.fields) == (STAMPED, Severity.INFO, ("notes",))
    assert found.details == {"stamp": "dấu tròn, dấu chữ “BẢN SAO”"}
