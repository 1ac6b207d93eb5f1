"""The second reader of figures."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.recognition.decoding import Prior, decode_line
from pipeline.recognition.decoding.field_decoder import figures_of
from pipeline.recognition.ocr.digits import DigitReader
from tests.recognition.ocr.lines import MONO, PRINT, TYPEWRITER, blank_crop, typed_crop

DATES = ("12/3/1985", "08/10/2006", "30-06-1990", "01/2010", "20.10.2000", "1980")


@pytest.mark.parametrize("face", [PRINT, TYPEWRITER, MONO])
def test_typed_dates_are_read_dotted_and_slashed_zeros_included(face: str) -> None:
    readings = DigitReader().read([typed_crop(text, "date", face) for text in DATES])
    right = [reading.text.replace(" ", "") == text for reading, text in zip(readings, DATES, strict=True)]
    assert sum(right) >= len(DATES) - 1
    assert all(0 < reading.confidence <= 1 for reading in readings)


def test_readings_come_in_the_order_of_their_crops_whatever_their_length() -> None:
    texts = [str(number) * (1 + number % 4) for number in range(1, 10)] + ["360118405", "7"]
    readings = DigitReader().read([typed_crop(text, "number") for text in texts])
    assert [reading.text for reading in readings] == texts


def test_a_crop_is_read_the_same_alone_and_among_others() -> None:
    crops = [typed_crop(text, "date", MONO) for text in DATES]
    together = DigitReader().read(crops)
    for crop, reading in zip(crops, together, strict=True):
        (alone,) = DigitReader().read([crop])
        assert alone.text == reading.text
        assert alone.confidence == pytest.approx(reading.confidence, abs=0.05)


def test_letters_are_not_turned_into_figures_with_confidence() -> None:
    readings = DigitReader().read(
        [typed_crop(text, "number") for text in ("Nguyễn Thị Hạnh", "Kinh", "Không")]
    )
    assert all(reading.confidence < 0.5 for reading in readings)


def test_an_empty_crop_gives_an_empty_reading() -> None:
    (reading,) = DigitReader().read([blank_crop()])
    assert (reading.text, reading.confidence) == ("", 0.0)
    assert DigitReader().read([]) == ()


def test_what_is_seen_of_a_line_of_figures_says_these_figures() -> None:
    texts = ["360118405", "7", "12/3/1985", "30-06-1990"]
    seen = DigitReader().emissions([typed_crop(text, "date").pixels for text in texts])
    read = [decode_line([figures_of(one, "0123456789/-.")], Prior()).hypotheses[0] for one in seen]
    assert [one.text for one in read] == texts
    assert all(one.chance > 0.5 for one in read)


def test_what_is_seen_of_a_line_does_not_depend_on_its_neighbours() -> None:
    pixels = [typed_crop(text, "date", MONO).pixels for text in DATES]
    for line, together in zip(pixels, DigitReader().emissions(pixels), strict=True):
        (alone,) = DigitReader().emissions([line])
        assert np.array_equal(alone.log_chances, together.log_chances)
    assert DigitReader().emissions([]) == ()


def test_letters_are_seen_as_little_of_any_figure() -> None:
    (letters,) = DigitReader().emissions([typed_crop("Nguyễn Thị Hạnh", "number").pixels])
    (figures,) = DigitReader().emissions([typed_crop("360118405", "number").pixels])
    told = [float(np.exp(one.log_chances).sum(axis=1).min()) for one in (letters, figures)]
    assert told[0] < 0.5 < told[1]
