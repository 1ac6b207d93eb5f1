"""The benchmark of injected errors puts a single real error at a single place of a book."""

from __future__ import annotations

import random

import pytest

from benchmarks.rules.digit_slips import century_slipped, neighbours_swapped, one_figure
from benchmarks.rules.faultless_books import FaultlessBook, RuleChecker, read_faultlessly
from benchmarks.rules.injected_errors import FAMILIES, InjectedError, InjectionSource
from benchmarks.rules.undrawn_books import FAULTLESS
from tests.registry.pages import SCHEMAS

BOOKS = {
    name: read_faultlessly(SCHEMAS.form(name), SCHEMAS, FAULTLESS) for name in ("birth-2016", "marriage-2006")
}
WHOLE_PAGES = ("mất một số", "trùng (một trang hai lần)", "mất một trang")


def drawn(family: str, book: FaultlessBook) -> InjectedError | None:
    rng = random.Random(1)
    tries = (FAMILIES[family](InjectionSource(rng, SCHEMAS, book)) for _ in range(40))
    return next((flaw for flaw in tries if flaw is not None), None)


@pytest.mark.parametrize("family", [name for name in FAMILIES if name not in WHOLE_PAGES])
@pytest.mark.parametrize("form", BOOKS)
def test_one_entry_is_changed_and_no_other(form: str, family: str) -> None:
    book = BOOKS[form]
    flaw = drawn(family, book)
    if flaw is None:
        return  # the form has nothing that could have this error
    other = [
        place
        for place, (before, after) in enumerate(zip(book.entries, flaw.book.entries, strict=True))
        if before != after
    ]
    assert other == [flaw.place]
    before, after = book.entries[other[0]], flaw.book.entries[other[0]]
    changed = [name for name in before if before[name] != after[name]]
    assert flaw.what in changed
    assert len(changed) == (2 if family == "lẫn số với quyển số" else 1)


@pytest.mark.parametrize(("family", "entries"), list(zip(WHOLE_PAGES, (-1, 1, -1), strict=True)))
def test_a_page_or_an_entry_is_removed_or_doubled(family: str, entries: int) -> None:
    book = BOOKS["birth-2016"]
    flaw = drawn(family, book)
    assert flaw is not None
    assert len(flaw.book.entries) - len(book.entries) == entries
    assert flaw.book.ledger == book.ledger


@pytest.mark.parametrize("form", BOOKS)
def test_an_untouched_book_says_nothing(form: str) -> None:
    judge, book = RuleChecker(SCHEMAS), BOOKS[form]
    found = {finding.code for entry in book.entries for finding in judge.entry_findings(book, entry)}
    assert found == set()
    assert list(judge.book_findings([book])) == []


def test_figures_change_and_nothing_else_does() -> None:
    rng = random.Random(1)
    for change in (one_figure, neighbours_swapped):
        text = change(rng, "12/03/1998")
        assert text is not None
        assert text != "12/03/1998"
        assert [letter for letter in text if not letter.isdigit()] == ["/", "/"]
    assert century_slipped(rng, "12/03/1998") == "12/03/2098"
    assert (century_slipped(rng, "41"), one_figure(rng, "không")) == (None, None)
