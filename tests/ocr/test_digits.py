"""The second reader of figures."""

from __future__ import annotations

import pytest

from pipeline.ocr.digits import DigitReader
from tests.ocr.lines import MONO, PRINT, TYPEWRITER, blank_crop, typed_crop

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
