"""The file of a page holds what the second pass needs, and nothing else is taken for one."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import PageResult
from pipeline.books.book_context.kept_page import file_format, pack_page, unpack_page
from tests.books.book_context.written_books import (
    NUMBER,
    PLACE,
    RELATION,
    SIGNER,
    doubted,
    ink,
    page,
    page_ref,
)

PAGE = page(
    page_ref(1),
    {
        SIGNER: [ink("Chủ tịch UBND xã"), doubted("Nguyễn Văn Tuấn", "ấ", "â", 0.4)],
        PLACE: [ink("xã Tân Lợi, huyện Long Mỹ")],
        NUMBER: [ink("12/2010")],
        RELATION: [],
    },
)


def same(one: PageResult, other: PageResult) -> bool:
    """Whether the values of two pages are the same but for the last digits of chances."""
    return [
        [
            (word.field, word.status, word.text, word.canonical, word.problems, word.box)
            for word in entry.readings
        ]
        for entry in one.entries
    ] == [
        [
            (word.field, word.status, word.text, word.canonical, word.problems, word.box)
            for word in entry.readings
        ]
        for entry in other.entries
    ]


def test_a_page_comes_back_as_it_was() -> None:
    kept = unpack_page(pack_page(PAGE, "first"))
    assert kept.fingerprint == "first"
    assert same(kept.result, PAGE)
    assert kept.result.entries[0].findings == PAGE.entries[0].findings
    assert (kept.result.matrix == PAGE.matrix).all()
    before, after = PAGE.entries[0].regions, kept.result.entries[0].regions
    assert [len(region.lines) for region in after] == [len(region.lines) for region in before]
    for old, new in zip(before, after, strict=True):
        assert [line.reading.emissions for line in new.lines] == [
            line.reading.emissions for line in old.lines
        ]
        assert [line.box for line in new.lines] == [line.box for line in old.lines]


def test_packing_twice_gives_the_same_bytes() -> None:
    packed = pack_page(unpack_page(pack_page(PAGE, "first")).result, "first")
    assert pack_page(unpack_page(packed).result, "first") == packed


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_other_bytes_are_no_page(data: bytes) -> None:
    with pytest.raises(ValueError, match="kept page"):
        unpack_page(data)
    with pytest.raises(ValueError, match="kept page"):
        unpack_page(zlib.compress(data))


@given(cut=st.floats(0.01, 0.99))
@settings(deadline=None)
def test_a_file_that_is_cut_short_is_no_page(cut: float) -> None:
    whole = zlib.decompress(pack_page(PAGE, "first"))
    with pytest.raises(ValueError, match="kept page"):
        unpack_page(zlib.compress(whole[: int(cut * len(whole))]))


def test_a_page_of_another_format_is_refused() -> None:
    whole = zlib.decompress(pack_page(PAGE, "first"))
    other = whole.replace(file_format().encode(), b"0" * len(file_format()), 1)
    with pytest.raises(ValueError, match="kept page"):
        unpack_page(zlib.compress(other))
