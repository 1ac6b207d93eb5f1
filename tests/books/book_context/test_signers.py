"""What a book makes of a signer: names and titles count each by itself, whatever stands between them."""

from __future__ import annotations

from pipeline.books.book_context.signers import Signers

BOOK = Signers(
    {"Nguyễn Văn Phước": 9.0, "Lê Thị Hạnh": 4.0},
    {"Chủ tịch UBND xã": 9.0, "PCT": 4.0},
    {("Nguyễn Văn Phước", "Chủ tịch UBND xã"): 9.0, ("Lê Thị Hạnh", "PCT"): 4.0},
    {"{name} - {title}": 6},
    13,
)


def test_names_and_titles_are_exchanged_where_they_stand() -> None:
    assert ("TM. UBND", "PCT: Lê Thị Hạnh") in BOOK.near(("TM. UBND", "PTT: Lê Thị Hanh"), 55.0)


def test_what_stands_around_a_name_stays() -> None:
    assert ("Lê Thị Hạnh (ký)",) in BOOK.near(("Lê Thị Hanh (ký)",), 55.0)


def test_a_known_name_counts_beside_an_unknown_title() -> None:
    assert BOOK.factor(("Phó CT - Lê Thị Hạnh",), 0.4) > BOOK.factor(("Phó CT - Lê Thị Hanh",), 0.4) + 2.0


def test_a_title_counts_more_with_the_name_it_was_seen_with() -> None:
    own, other = "Chủ tịch UBND xã Nguyễn Văn Phước", "PCT Nguyễn Văn Phước"
    assert BOOK.factor((own,), 0.0) > BOOK.factor((other,), 0.0)


def test_a_name_inside_a_longer_word_is_not_that_name() -> None:
    assert BOOK.factor(("Lê Thị Hạnhh",), 0.4) < 0.0


def test_nothing_is_proposed_where_nothing_is_alike() -> None:
    assert BOOK.near(("đã ký",), 55.0) == ()
