"""Two readers of figures and of printed letters: what both read alike is trusted, what they read otherwise is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import (
    Box,
    Crop,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    LineReading,
    Word,
    Writing,
)
from pipeline.declarations import schema
from pipeline.digitize.route import RoutingOptions, route
from pipeline.digitize.witnesses import MAX_DISPUTED, SURE_WITNESS, read_print
from pipeline.recognition.ocr import Engines

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
    (result,) = read_print([crop(kind)], Engines(reader, reader, Says(others)))
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
        assert result.confidence <= MAX_DISPUTED


def test_where_they_differ_the_second_stands_only_when_it_is_sure() -> None:
    assert read(first("12/8/1985"), second("12/0/1985", SURE_WITNESS)).text == "12/0/1985"
    assert read(first("12/8/1985"), second("12/0/1985", SURE_WITNESS - 0.01)).text == "12/8/1985"


def test_a_date_in_words_is_not_overruled_by_a_doubtful_second() -> None:
    assert read(first("ngày mười hai", 0.9), second("1", 0.3)).text == "ngày mười hai"


def test_figures_within_a_line_are_asked_for_word_by_word() -> None:
    witness = Says([second("360118405"), second("1999")])
    reader = Says([first("CMND 360118405 cấp 1999")])
    (result,) = read_print([crop("text")], Engines(reader, reader, witness))
    assert [asked.kind for asked in witness.asked] == ["number", "number"]
    assert [asked.pixels.shape[1] for asked in witness.asked] == [98, 48]
    assert result.text == "CMND 360118405 cấp 1999"
    assert result.engine == "first+second"


def test_one_doubtful_figure_makes_the_whole_line_doubtful() -> None:
    result = read(first("CMND 360118405"), second("360118495"), kind="text")
    assert result.text == "CMND 360118495"
    assert result.confidence <= MAX_DISPUTED


def test_signs_around_figures_stay() -> None:
    result = read(first("sinh (1985),"), second("1985"), kind="text")
    assert result.text == "sinh (1985),"


def test_the_second_reader_of_figures_is_not_asked_about_a_line_without_any() -> None:
    witness = Says([])
    reader = Says([first("Châu Thành")])
    read_print([crop("place")], Engines(reader, reader, witness))
    assert not witness.asked


def test_without_a_second_reader_the_first_stands_alone() -> None:
    reader = Says([first("12/3/1985")])
    assert read_print([crop()], Engines(reader, reader)) == (first("12/3/1985"),)
    assert read_print([], Engines(reader, reader)) == ()


@given(confidence=st.floats(0, MAX_DISPUTED), kind=st.sampled_from([Writing.PRINT, Writing.HAND]))
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
    (decided,), findings = route([reading], [], record, RoutingOptions())
    assert not decided.accepted
    assert findings


# --- printed letters ----------------------------------------------------------------------------------------------

NAME = "Trần Thi Như Hà"


def vouched(one: LineReading, answer: LineReading) -> LineReading:
    """A printed line after the reader of handwriting was asked."""
    reader, witness = Says([one]), Says([answer])
    (result,) = read_print([crop("name")], Engines(reader, reader, hand=witness))
    assert len(witness.asked) == any(map(str.isalpha, one.text))
    return result


def test_letters_that_both_read_alike_are_surer_than_either_says() -> None:
    result = vouched(first(NAME, 0.9), hand_line((NAME, 0.7), ("Trần Thị Như Hà", 0.1)))
    assert (result.text, result.engine) == (NAME, "first+hand")
    assert result.confidence == pytest.approx(0.96)


def test_a_witness_for_whom_another_text_is_as_likely_adds_nothing() -> None:
    result = vouched(first(NAME, 0.95), hand_line((NAME, 0.4), ("Trần Thị Như Hà", 0.4)))
    assert result.confidence == pytest.approx(0.95)


@pytest.mark.parametrize("other", ["Trần Thị Như Hà", "Trân Thi Như Hà", "TRẦN THI NHƯ HÀ", f"{NAME}.", ""])
def test_a_tone_a_hat_a_capital_or_a_sign_read_otherwise_makes_the_line_wait_as_it_is(other: str) -> None:
    result = vouched(first(NAME, 0.99), hand_line((other, 0.99)))
    assert result.text == NAME
    assert result.confidence <= MAX_DISPUTED


@given(
    confidence=st.floats(0, 1),
    ways=st.lists(
        st.tuples(st.sampled_from([NAME, "Trần Thị Như Hà", "Hà", ""]), st.floats(0, 1)), min_size=1
    ),
)
def test_however_the_witness_of_letters_answers_the_text_stays(
    confidence: float, ways: list[tuple[str, float]]
) -> None:
    result = vouched(first(NAME, confidence), hand_line(*sorted(ways, key=lambda way: -way[1])))
    assert result.text == NAME
    assert 0 <= result.confidence <= 1
    assert result.confidence <= MAX_DISPUTED or result.confidence >= confidence - 1e-9


def test_without_a_reader_of_handwriting_nobody_vouches_for_letters() -> None:
    reader = Says([first(NAME, 0.99)])
    (result,) = read_print([crop("name")], Engines(reader, reader))
    assert (result.text, result.confidence) == (NAME, MAX_DISPUTED)


def test_figures_that_two_read_otherwise_are_not_vouched_for_by_a_third() -> None:
    reader, figures = Says([first("Ấp 4, xã Phú Hữu")]), Says([second("1")])
    hand = Says([hand_line(("Ấp 1, xã Phú Hữu", 0.99))])
    (result,) = read_print([crop("place")], Engines(reader, reader, figures, hand=hand))
    assert result.text == "Ấp 1, xã Phú Hữu"
    assert result.confidence <= MAX_DISPUTED


def test_a_line_of_figures_needs_no_witness_of_letters() -> None:
    assert vouched(first("12/3/1985", 0.97), hand_line(("1", 0.9))) == first("12/3/1985", 0.97)


def test_a_line_follows_only_one_that_the_witness_is_asked_about() -> None:
    lines = [first(text) for text in ("xã Vĩnh Mỹ", "1985", "huyện Hòa Bình", "tỉnh Bạc Liêu")]
    crops = [replace(crop("place"), follows=follows) for follows in (False, True, True, True)]
    witness = Says([hand_line(("", 0.5))] * 3)
    read_print(crops, Engines(Says(lines), Says(lines), hand=witness))
    assert [asked.follows for asked in witness.asked] == [False, False, True]


# --- handwriting --------------------------------------------------------------------------------------------------


def hand_line(*ways: tuple[str, float], agreement: float = 0.8) -> LineReading:
    """What a reader of handwriting says of a line: those readings and chances, best first."""
    chance = ways[0][1]
    margin = chance - (ways[1][1] if len(ways) > 1 else 0.0)
    hypotheses = tuple(Hypothesis(text, chance) for text, chance in ways)
    return LineReading(
        ways[0][0], chance, "hand", (), hypotheses, Evidence(chance, margin, 0.9, 0.7, agreement, 1.0)
    )
