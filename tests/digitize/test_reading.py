"""Two readers of figures: what both read alike is trusted, what they read otherwise is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.digitize.reading import DOUBT, SURE, line_readings
from pipeline.model import Box, Crop, FieldReading, FieldStatus, LineReading, Word, Writing
from pipeline.ocr import Engines
from pipeline.routing import RoutingOptions, routed

SCHEMAS = schema.load()


@dataclass
class Says:
    """A reader that says what it is told, crop by crop."""

    lines: Sequence[LineReading]
    name: str = "fake"
    fingerprint: str = "fake-1"
    asked: list[Crop] = field(default_factory=list)

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        self.asked += crops
        return tuple(self.lines[: len(crops)])

    def words(self, grey: object, dpi: float) -> tuple[()]:
        return ()


def crop(kind: str = "date") -> Crop:
    return Crop(np.full((40, 400), 255, np.uint8), 300, kind)


def first(text: str, confidence: float = 0.95) -> LineReading:
    """A reading of the first reader with its words side by side."""
    words, x = [], 0
    for part in text.split(" "):
        words.append(Word(part, Box(x, 5, x + 10 * len(part), 35), confidence))
        x += 10 * len(part) + 10
    return LineReading(text, confidence, "first", tuple(words))


def second(text: str, confidence: float = 0.97) -> LineReading:
    return LineReading(text, confidence, "second")


def read(one: LineReading, *others: LineReading, kind: str = "date") -> LineReading:
    reader = Says([one])
    (result,) = line_readings([crop(kind)], Engines(reader, reader, Says(others)))
    return result


def test_figures_that_both_read_alike_keep_the_better_confidence() -> None:
    result = read(first("12/3/1985", 0.8), second("12/3/1985", 0.97))
    assert (result.text, result.confidence, result.engine) == ("12/3/1985", 0.97, "first+second")
    assert read(first("12/3/1985", 0.98), second("12/3/1985", 0.6)).confidence == 0.98


@pytest.mark.parametrize("other", ["12 / 3/1985", "12/3/1985."])
def test_spaces_and_end_stops_are_no_difference(other: str) -> None:
    assert read(first("12/3/1985"), second(other)).confidence == 0.97


@given(
    one=st.from_regex(r"[1-9]\d?/\d{1,2}/\d{4}", fullmatch=True),
    other=st.from_regex(r"[1-9]\d?/\d{1,2}/\d{4}", fullmatch=True),
    confidences=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_figures_read_otherwise_are_never_trusted(
    one: str, other: str, confidences: tuple[float, float]
) -> None:
    result = read(first(one, confidences[0]), second(other, confidences[1]))
    assert result.text in (one, other)
    if one != other:
        assert result.confidence <= DOUBT


def test_where_they_differ_the_second_stands_only_when_it_is_sure() -> None:
    assert read(first("12/8/1985"), second("12/0/1985", SURE)).text == "12/0/1985"
    assert read(first("12/8/1985"), second("12/0/1985", SURE - 0.01)).text == "12/8/1985"


def test_a_date_in_words_is_not_overruled_by_a_doubtful_second() -> None:
    result = read(first("ngày mười hai", 0.9), second("1", 0.3))
    assert (result.text, result.confidence) == ("ngày mười hai", 0.9)


def test_figures_within_a_line_are_asked_for_word_by_word() -> None:
    witness = Says([second("360118405"), second("1999")])
    reader = Says([first("CMND 360118405 cấp 1999")])
    (result,) = line_readings([crop("text")], Engines(reader, reader, witness))
    assert [asked.kind for asked in witness.asked] == ["number", "number"]
    assert [asked.pixels.shape[1] for asked in witness.asked] == [98, 48]
    assert result.text == "CMND 360118405 cấp 1999"
    assert result.engine == "first+second"


def test_one_doubtful_figure_makes_the_whole_line_doubtful() -> None:
    result = read(first("CMND 360118405"), second("360118495"), kind="text")
    assert result.text == "CMND 360118495"
    assert result.confidence <= DOUBT


def test_signs_around_figures_stay() -> None:
    result = read(first("sinh (1985),"), second("1985"), kind="text")
    assert result.text == "sinh (1985),"


def test_a_line_without_figures_is_left_alone() -> None:
    witness = Says([])
    reader = Says([first("Châu Thành")])
    (result,) = line_readings([crop("place")], Engines(reader, reader, witness))
    assert result == first("Châu Thành")
    assert not witness.asked


def test_without_a_second_reader_the_first_stands_alone() -> None:
    reader = Says([first("12/3/1985")])
    assert line_readings([crop()], Engines(reader, reader)) == (first("12/3/1985"),)
    assert line_readings([], Engines(reader, reader)) == ()


@given(confidence=st.floats(0, DOUBT), kind=st.sampled_from([Writing.PRINT, Writing.HAND]))
def test_what_the_readers_differ_on_is_never_accepted(confidence: float, kind: Writing) -> None:
    record = SCHEMAS.record("birth")
    reading = FieldReading(
        "child_born_on",
        FieldStatus.READ,
        "12/3/1985",
        "12.03.1985",
        confidence,
        kind,
        "first+second",
        Box(0, 0, 9, 9),
    )
    (decided,), findings = routed([reading], [], record, RoutingOptions())
    assert not decided.accepted
    assert findings
