"""Where a signature crosses the words, the officer whom the ink leaves is proposed, and never accepted."""

from __future__ import annotations

from dataclasses import replace

from pipeline.base.model import FieldReading, FieldStatus, PageResult
from pipeline.books.book_context.crossed_signers import usual_titles
from pipeline.books.book_context.second_pass import Settled
from tests.books.book_context.written_books import SIGNER, Ink, book, ink, page_ref, passed, reading

LOAN, DIEU = "PCT. Nguyễn Thúy Loan", "CT. Đỗ Thị Bích Diệu"
CLEAR = [{SIGNER: [ink(text, seed)]} for seed, text in enumerate((LOAN, DIEU, LOAN, DIEU))]


def crossed(text: str, start: int, end: int) -> Ink:
    """The ink of a text whose letters between two places look like others."""
    marks = ((("b", 0.5), ("T", 0.499)), (("o", 0.6), ("8", 0.399)), (("4", 0.5), ("N", 0.499)))
    return Ink(text, tuple((at, marks[at % 3]) for at in range(start, end)), 7)


def weighed(pages: list[PageResult]) -> PageResult:
    """The last page of a book as the others weigh it."""
    return passed(pages).weighed(pages[-1])


def said(page: PageResult) -> tuple[str, str]:
    return reading(page, "signer_name").text, reading(page, "signer_title").text


def codes(page: PageResult) -> set[str]:
    return {finding.code for finding in page.entries[0].findings if "signer_name" in finding.fields}


def test_the_officer_whom_the_ink_leaves_is_proposed_and_waits() -> None:
    pages = book(*CLEAR, {SIGNER: [crossed(DIEU, 4, 10)]})
    assert "Đỗ" not in said(pages[-1])[0]
    after = weighed(pages)
    assert said(after) == ("Đỗ Thị Bích Diệu", "CT.")
    assert "SIGNER-BOOK" in codes(after)
    assert not any(reading(after, name).accepted for name in ("signer_name", "signer_title"))
    assert reading(after, "signer_name").confidence < 0.01


def test_a_line_that_the_signature_makes_look_struck_out_is_asked_too() -> None:
    pages = book(*CLEAR, {SIGNER: [ink("PCT. Nguyễn"), crossed("Thúy Loan", 1, 5)]})
    entry = pages[-1].entries[0]
    (region,) = entry.regions
    lines = (region.lines[0], replace(region.lines[1], is_struck=True))
    entry = replace(entry, regions=(replace(region, lines=lines),))
    after = weighed([*pages[:-1], replace(pages[-1], entries=(entry,))])
    assert said(after) == ("Nguyễn Thúy Loan", "PCT.")
    assert "SIGNER-BOOK" in codes(after)


def test_ink_that_leaves_two_officers_names_none() -> None:
    clear = [{SIGNER: [ink(text, 1)]} for text in ("CT. Nguyễn Minh Loan", "CT. Trần Bích Loan") * 2]
    pages = book(*clear, {SIGNER: [crossed("CT. Nguyễn Minh Loan", 4, 15)]})
    assert "SIGNER-BOOK" not in codes(weighed(pages))


def test_clear_ink_of_somebody_else_stands() -> None:
    pages = book(*CLEAR, {SIGNER: [ink("PCT. Nguyễn Thúy Kiều")]})
    after = weighed(pages)
    assert said(after) == ("Nguyễn Thúy Kiều", "PCT.")
    assert "SIGNER-BOOK" not in codes(after)


def test_words_of_another_name_that_are_clear_speak_against_the_officers_of_the_book() -> None:
    clear = [{SIGNER: [ink(text, 1)]} for text in ("Chủ tịch: Tăng Tấn Hòa", "PCT: Lê Thị Mai") * 2]
    pages = book(*clear, {SIGNER: [crossed("Chủ tịch: Trần Hoàng Khang", 15, 20)]})
    assert "SIGNER-BOOK" not in codes(weighed(pages))


def test_what_a_person_decided_is_left_alone() -> None:
    pages = book(*CLEAR, {SIGNER: [crossed(DIEU, 4, 10)]})
    decided = FieldReading("signer_name", FieldStatus.READ, text="Lê Văn Tám", canonical="Lê Văn Tám")
    settled = {(page_ref(4), 0, "signer_name"): Settled("Lê Văn Tám", decided)}
    after = passed(pages, settled).weighed(pages[-1])
    assert said(after)[0] == "Lê Văn Tám"
    assert "SIGNER-BOOK" not in codes(after)


def test_titles_bear_the_unit_of_the_cover() -> None:
    titles = usual_titles("UBND xã Nhơn Mỹ, huyện Chợ Mới, tỉnh An Giang")
    assert {"PCT", "Chủ tịch UBND", "Phó Chủ tịch UBND xã", "CT UBND xã Nhơn Mỹ"} <= set(titles)
