"""A blank number, page or day is doubted where most other entries of the book have one."""

from __future__ import annotations

from pipeline.base.model import FieldStatus, PageResult
from tests.books.book_context.written_books import NUMBER, RELATION, Ink, book, ink, passed, reading


def numbered(*numbers: str) -> list[PageResult]:
    lines: list[dict[str, list[Ink]]] = [{NUMBER: [ink(number)] if number else []} for number in numbers]
    return book(*lines)


def codes(page: PageResult) -> set[str]:
    return {finding.code for finding in page.entries[0].findings if "entry_number" in finding.fields}


def test_a_blank_that_most_others_fill_waits_for_a_person_and_stays_blank() -> None:
    pages = numbered("1", "", "3", "4")
    weigh = passed(pages)
    after = weigh.weighed(pages[1])
    assert "BLANK-ALONE" in codes(after)
    assert not reading(after, "entry_number").accepted
    assert reading(after, "entry_number").status is FieldStatus.BLANK
    assert "BLANK-ALONE" not in codes(weigh.weighed(pages[0]))


def test_a_book_that_numbers_few_entries_doubts_no_blank() -> None:
    pages = numbered("1", "", "", "")
    assert all("BLANK-ALONE" not in codes(passed(pages).weighed(page)) for page in pages)


def test_the_end_of_a_value_that_the_book_has_more_often_waits_for_a_person() -> None:
    pages = book(*({RELATION: [ink(text, seed)]} for seed, text in enumerate(["Bà ngoại"] * 3 + ["ngoại"])))
    weigh = passed(pages)
    told = [
        {finding.code for finding in weigh.weighed(page).entries[0].findings if finding.fields == (RELATION,)}
        for page in pages
    ]
    assert ["TEXT-END" in codes for codes in told] == [False, False, False, True]
