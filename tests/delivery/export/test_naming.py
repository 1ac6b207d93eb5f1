"""Names of files: both presets in use, books of several years, repeats, corrections, an office's own pattern."""

from __future__ import annotations

import dataclasses

import pytest

from pipeline.base.model import BookSeries, Ledger
from pipeline.delivery.export.export_options import (
    BOOK_PARTS,
    BOOK_PATTERN,
    CORRECTION,
    PARTS,
    PRESETS,
    BookNames,
    UniqueNames,
    paper_of,
    pattern_flaw,
)
from pipeline.delivery.export.package_values import BookFacts


def names(
    volume: str, place: str, prefix: str = "KS", *, spans: bool = False, preset: str = "day-du"
) -> BookNames:
    ledger = Ledger("birth-2006", "UBND xã Thử", place, volume)
    return BookNames(BookFacts("a", ledger, "birth", prefix), paper_of(ledger.year), spans, PRESETS[preset])


def test_names_are_those_in_use() -> None:
    assert names("02/2006", "93629").entry("41/2006", "2006") == "KS.2006.93629.02.A4.41"
    long = names("01/2003", "93620", spans=True)
    assert long.entry("120/2004", "2004") == "KS.2003.93620.01.A2.2004.120"
    assert (
        names("01/1900", "93645", "KT", spans=True).entry("29/1936", "1936") == "KT.1900.93645.01.A4.1936.29"
    )
    assert names("1/1994", "1", preset="ngan").entry("1/1994", "1994") == "KS.1994.01.01"
    assert names("01/2006", "31318").book == "31318-KS.2006.01"


def test_files_of_books_of_one_volume_never_bear_one_name() -> None:
    of_series = []
    for series in BookSeries:
        ledger = Ledger("birth-2006", "UBND xã Thử", "93629", "02/2006", series=series)
        of_series.append(BookNames(BookFacts("a", ledger, "birth", "KS"), "A4", False))
    assert of_series[0].book == "93629-KS.2006.02"
    for one in (
        {names.book for names in of_series},
        {names.entry("41/2006", "2006") for names in of_series},
        {dataclasses.replace(names, pattern=PRESETS["ngan"]).entry("41/2006", "2006") for names in of_series},
    ):
        assert len(one) == len(BookSeries)
        assert sum("-" in name.removeprefix("93629-") for name in one) == len(BookSeries) - 1


def test_a_repeated_name_is_numbered_and_a_correction_has_its_suffix() -> None:
    unique = UniqueNames().unique
    assert [
        unique(f"a.41{CORRECTION}"),
        unique("a.41"),
        unique("A.41"),
        unique("a.41"),
    ] == [
        "a.41cc",
        "a.41",
        "A.41(1)",
        "a.41(2)",
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        "{loai}.{number}",
        "{kind}[.{number}]",
        "{kind}",
        "{kind}/{number}",
        "{kind}[.{number}",
        "{kind}.{number}}",
    ],
)
def test_an_impossible_pattern_is_reported(pattern: str) -> None:
    assert pattern_flaw(pattern, PARTS)


def test_shipped_patterns_have_no_flaw() -> None:
    assert not any(pattern_flaw(pattern, PARTS) for pattern in PRESETS.values())
    assert not pattern_flaw(BOOK_PATTERN, BOOK_PARTS)
