"""A stamp that recurs in a book is one value: read on its pages together, proposed on each, named by one decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.model import STAMP_BOOK, FieldReading, PageResult, Pixels, Writing
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.decided_values import decided_values
from pipeline.books.book_context.second_pass import SecondPass, Settled
from pipeline.books.book_context.stamps import BookStamp, BookStamps, find_stamps
from pipeline.layout.imaging.stamp_pictures import pack_picture
from pipeline.training.synthetic_pages.stamps import text_mask, wear_stamp
from tests.books.book_context.written_books import (
    FORM,
    LEDGER,
    RECORD,
    REGISTRAR,
    SCHEMAS,
    book,
    ink,
    passed,
    reading,
)

FIELD = "registrar_name"
FIRST, SECOND = "Huỳnh Công Thử", "Phan Thị Mẫu"


def stamp(name: str, seed: int, crossed: float = 0.0) -> Pixels:
    """The crop (200 dpi) of a stamp, a share of its length crossed by a stroke."""
    rng = np.random.default_rng(seed)
    mask = wear_stamp(
        text_mask((name,), 36, "LiberationSerif-Bold.ttf"), rng, float(rng.normal(0, 1.5)), 0.22
    )
    grey = 255.0 - 0.7 * mask
    columns = np.arange(round(crossed * mask.shape[1]))
    rows = (mask.shape[0] * (0.5 + 0.3 * np.sin(columns / 6.0))).astype(int)
    for offset in range(3):
        grey[rows + offset, columns] = 40.0
    return np.asarray(grey, np.uint8)


def stamped_book(stamps: Sequence[tuple[str, str, Pixels]]) -> list[PageResult]:
    """A book whose registrars are stamped; of each page what the networks read there, and the picture."""
    pages = book(*({REGISTRAR: [ink(read)]} for _, read, _ in stamps))
    return [
        _with_pictures(page, [pack_picture(picture, 200.0)])
        for page, (_, _, picture) in zip(pages, stamps, strict=True)
    ]


def _with_pictures(page: PageResult, pictures: Sequence[bytes]) -> PageResult:
    entry = page.entries[0]
    regions = tuple(
        replace(
            region,
            lines=tuple(
                replace(line, picture=picture) for line, picture in zip(region.lines, pictures, strict=True)
            ),
        )
        for region in entry.regions
    )
    return replace(page, entries=(replace(entry, regions=regions),))


MISREAD = ("Huỳnh Công Thử", "44 16w 9ững", "Huỳnh Công Thứ", "Huynh Cng Thử")


@pytest.fixture(scope="module")
def pages() -> list[PageResult]:
    """Four pages with one stamp, read otherwise on each, and two with another."""
    first = [(FIRST, text, stamp(FIRST, at, 0.3 * (at == 1))) for at, text in enumerate(MISREAD)]
    return stamped_book([*first, *((SECOND, SECOND, stamp(SECOND, 10 + at)) for at in range(2))])


def stamps_of(pages: Sequence[PageResult], decided: Mapping[int, str] = {}) -> BookStamps:
    texts = {(pages[at].ref, 0, FIELD): text for at, text in decided.items()}
    return find_stamps(pages, texts, FORM, RECORD, None)


def decided_pass(pages: Sequence[PageResult], texts: Mapping[int, str]) -> SecondPass:
    return passed(
        pages,
        {
            (pages[at].ref, 0, FIELD): Settled(text, reading(pages[at], FIELD), 100 + at)
            for at, text in texts.items()
        },
    )


def registrars(passed_over: SecondPass, pages: Sequence[PageResult]) -> list[FieldReading]:
    return [reading(passed_over.weighed(page), FIELD) for page in pages]


def test_equal_pictures_are_one_stamp_and_others_are_not(pages: list[PageResult]) -> None:
    of_region = stamps_of(pages).of_region
    stamps = [of_region[page.ref, 0, REGISTRAR] for page in pages]
    assert len(set(map(id, stamps[:4]))) == 1
    assert stamps[4] is stamps[5] is not stamps[0]
    assert [stamps[0].pages, stamps[4].pages] == [4, 2]


def test_a_stamp_is_read_on_its_pages_together_and_never_accepted_by_that(pages: list[PageResult]) -> None:
    weighed = passed(pages)
    read = registrars(weighed, pages)
    assert {one.text for one in read[:4]} == {FIRST}
    assert not read[1].accepted
    assert read[1].confidence < 0.01
    entry = weighed.weighed(pages[1]).entries[0]
    assert STAMP_BOOK in {finding.code for finding in entry.findings}
    assert "44 16w 9ững" in {hypothesis.text for hypothesis in read[1].hypotheses}


def test_what_is_read_as_its_stamp_stays_as_sure_as_it_was(pages: list[PageResult]) -> None:
    before, after = reading(pages[0], FIELD), registrars(passed(pages), pages)[0]
    assert (after.text, after.confidence) == (before.text, before.confidence)


def test_the_order_of_the_pages_makes_no_difference(pages: list[PageResult]) -> None:
    there = stamps_of(pages).of_line
    back = stamps_of(pages[::-1]).of_line
    assert there == back


def test_a_decision_on_one_page_names_the_stamp_on_all(pages: list[PageResult]) -> None:
    read = registrars(decided_pass(pages, {3: "Huỳnh Công Thứ"}), pages)
    assert {one.text for one in read[:3]} == {"Huỳnh Công Thứ"}
    assert read[4].text == SECOND


def test_decisions_that_differ_name_nothing(pages: list[PageResult]) -> None:
    stamp_of_page = stamps_of(pages, {0: FIRST, 3: "Huỳnh Công Thứ"}).of_region[pages[1].ref, 0, REGISTRAR]
    assert stamp_of_page.text == stamp_of_page.read


@pytest.mark.parametrize(
    ("texts", "is_clear"),
    [
        ({0: FIRST, 3: FIRST}, True),
        ({0: FIRST}, False),
        ({0: SECOND, 3: SECOND}, False),
        ({0: FIRST, 3: FIRST, 4: "Huỳnh Công Thứ"}, False),
    ],
)
def test_a_stamp_that_two_pages_decide_is_clear_on_the_others(
    pages: list[PageResult], texts: dict[int, str], is_clear: bool
) -> None:
    decided = {(pages[at].ref, 0, FIELD): text for at, text in texts.items()}
    stamps = find_stamps(pages, decided, FORM, RECORD, None)
    known = decided_values(pages, decided, FORM, LEDGER, SCHEMAS, stamps)
    before, weighed = pages[1].entries[0], decided_pass(pages, texts).weighed(pages[1]).entries[0]
    clear = list(known.clear_values(pages[1].ref, before, weighed, frozenset()))
    assert [one.reading.text for one in clear] == ([FIRST] if is_clear else [])


def test_print_takes_the_text_of_its_stamp_at_half_its_confidence_at_most(pages: list[PageResult]) -> None:
    page = pages[1]
    region = page.entries[0].regions[0]
    line = region.lines[0]
    printed = replace(line.reading, evidence=None, hypotheses=(), confidence=0.9)
    typed = replace(region, writing=Writing.PRINT, lines=(replace(line, reading=printed),))
    told = stamps_of(pages).stamped(page.ref, 0, typed).lines[0].reading
    assert (told.text, told.confidence) == (FIRST, 0.5)


def test_where_the_form_has_no_stamp_what_was_read_stays(pages: list[PageResult]) -> None:
    page = pages[3]
    region = page.entries[0].regions[0]
    key = (page.ref, 0, REGISTRAR, 0)
    elsewhere = BookStamps({key: BookStamp(FIRST, FIRST, 4, is_stamped=False)})
    assert elsewhere.stamped(page.ref, 0, region) is region
    line = replace(region.lines[0], reading=replace(region.lines[0].reading, confidence=0.001))
    unread = replace(region, lines=(line,))
    assert elsewhere.stamped(page.ref, 0, unread).lines[0].reading.text == FIRST


def test_names_that_no_two_pages_stamp_are_no_stamp() -> None:
    pages = stamped_book([(FIRST, FIRST, stamp(FIRST, 1)), (SECOND, SECOND, stamp(SECOND, 2))])
    assert not stamps_of(pages).of_line


def test_capitals_are_read_as_capitals() -> None:
    name = "NGÔ TẤN THỬ"
    pages = stamped_book([(name, "l1 9Â THữ", stamp(name, at)) for at in range(3)])
    read = stamps_of(pages).of_region[pages[0].ref, 0, REGISTRAR].read
    assert read.isupper()
    assert unaccented(read) == unaccented(name)


def test_the_fields_of_a_book_are_numbered_by_their_stamps(pages: list[PageResult]) -> None:
    numbers = find_stamps(pages, {}, FORM, RECORD, None).of_field(FORM)
    assert {field for _, _, field in numbers} == {FIELD}
    first, second = ([numbers[page.ref, 0, FIELD] for page in some] for some in (pages[:4], pages[4:]))
    assert len(set(first)) == len(set(second)) == 1
    assert set(first) != set(second)
