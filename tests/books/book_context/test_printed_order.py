"""A printed number that its readers read in several ways is the one that the order of the book leaves, and waits."""

from __future__ import annotations

from pipeline.base.model import (
    NUMBER_ORDER,
    PAGE_ORDER,
    FieldStatus,
    Finding,
    Hypothesis,
    LineReading,
    PageResult,
)
from pipeline.books.book_context.second_pass import Settled
from pipeline.recognition.decoding import pack_emissions
from tests.books.book_context.written_books import book, passed, reading
from tests.recognition.decoding.written import written

PAGE = "page_number"


def printed(text: str, confidence: float = 0.99, **others: float) -> LineReading:
    """A printed number, with other texts that it may have."""
    return LineReading(
        text,
        confidence,
        "print",
        hypotheses=(
            Hypothesis(text, confidence),
            *(Hypothesis(other[1:], chance) for other, chance in others.items()),
        ),
        emissions=pack_emissions([written(text)]),
    )


def pages(*numbers: LineReading | None) -> list[PageResult]:
    return book(*({PAGE: [one] if one else []} for one in numbers))


def findings(page: PageResult) -> list[Finding]:
    return [one for one in page.entries[0].findings if PAGE in one.fields]


def test_the_order_chooses_among_what_was_read_and_a_person_looks() -> None:
    read = pages(printed("13"), printed("14"), printed("5", 0.5, n15=0.45), printed("16"), printed("17"))
    weighed = passed(read).weighed(read[2])
    now = reading(weighed, PAGE)
    assert (now.text, now.canonical, now.accepted) == ("15", "15", False)
    assert "5" in {one.text for one in now.hypotheses}
    found = {one.code: one for one in findings(weighed)}
    assert found[NUMBER_ORDER].details == {"read": "5"}
    assert PAGE_ORDER not in found


def test_what_nobody_read_is_not_said_and_is_doubted() -> None:
    read = pages(printed("13"), printed("14"), printed("5"), printed("16"), printed("17"))
    weighed = passed(read).weighed(read[2])
    assert reading(weighed, PAGE).text == "5"
    assert not reading(weighed, PAGE).accepted
    assert PAGE_ORDER in {one.code for one in findings(weighed)}


def test_a_number_that_is_in_order_is_accepted_as_it_was_read() -> None:
    read = pages(*map(printed, ("13", "14", "15", "16")))
    after = [reading(passed(read).weighed(page), PAGE) for page in read]
    assert [(one.text, one.accepted) for one in after] == [(text, True) for text in ("13", "14", "15", "16")]


def test_a_gap_and_a_blank_stay() -> None:
    read = pages(printed("13"), None, printed("17", 0.99, n15=0.005), printed("18"), printed("19"))
    passes = passed(read)
    assert reading(passes.weighed(read[1]), PAGE).status is FieldStatus.BLANK
    assert reading(passes.weighed(read[2]), PAGE).text == "17"


def test_a_person_s_word_on_a_printed_number_stands() -> None:
    read = pages(printed("13"), printed("14"), printed("5", 0.5, n15=0.45), printed("16"), printed("17"))
    machine = reading(read[2], PAGE)
    key = (read[2].ref, 0, PAGE)
    assert reading(passed(read, {key: Settled("5", machine)}).weighed(read[2]), PAGE).text == "5"
