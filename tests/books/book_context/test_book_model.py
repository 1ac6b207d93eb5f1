"""What enters the model of a book: what two pages say on ink that bears it, and what people decided."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.books.book_context.book_model import (
    BookModel,
    LetterEvidence,
    SaidInBook,
    Sighting,
    is_supported,
    make_model,
)
from pipeline.books.book_context.sightings import said_in_book
from tests.books.book_context.written_books import (
    FORM,
    PLACE,
    RECORD,
    REGISTRAR,
    SIGNER,
    Ink,
    book,
    doubted,
    ink,
    page_ref,
)

NAME = ("Trần Văn Tuấn",)


def sighting(
    page: int,
    chance: float,
    weakest: float,
    letters: Sequence[tuple[float, str]] = (),
    *,
    decided: bool = False,
) -> Sighting:
    found = tuple(LetterEvidence(*one) for one in letters)
    return Sighting(
        "registrar_name", NAME, page_ref(page), chance, weakest, is_decided=decided, letters=found
    )


def model_of(*pages: dict[str, list[Ink]]) -> BookModel:
    return make_model(said_in_book(book(*pages), {}, FORM, RECORD))


def test_one_page_proves_nothing_however_clear() -> None:
    assert not is_supported([sighting(1, 1.0, 1.0)])
    assert not is_supported([sighting(1, 1.0, 1.0), sighting(1, 1.0, 1.0)])


def test_two_pages_of_which_one_is_clear_count() -> None:
    assert is_supported([sighting(1, 0.95, 0.95), sighting(2, 0.4, 0.6)])


def test_a_decision_counts_fully() -> None:
    assert is_supported([sighting(1, 1.0, 1.0, decided=True)])


def test_a_misreading_that_is_repeated_with_the_same_doubt_does_not_confirm_itself() -> None:
    doubt = [(0.99, "x"), (0.62, "â"), (0.99, "x")]
    assert not is_supported([sighting(page, 0.6, 0.62, doubt) for page in range(20)])


def test_one_lucky_page_does_not_confirm_what_all_others_doubt() -> None:
    lucky = sighting(99, 0.97, 0.95)
    assert not is_supported([lucky, *(sighting(page, 0.3, 0.35) for page in range(9))])


def test_pages_that_doubt_different_letters_confirm_one_another() -> None:
    one = sighting(1, 0.6, 0.6, [(0.99, "x"), (0.7, "â"), (0.99, "x")])
    other = sighting(2, 0.6, 0.6, [(0.65, "r"), (0.99, "â"), (0.99, "x")])
    assert is_supported([one, other, sighting(3, 0.6, 0.7, [(0.97, "r"), (0.95, "u"), (0.99, "x")])])


def test_two_doubts_for_different_letters_are_two_witnesses() -> None:
    one = sighting(1, 0.6, 0.7, [(0.72, "â")])
    assert is_supported([one, sighting(2, 0.6, 0.7, [(0.71, "ầ")])])
    assert not is_supported([one, sighting(2, 0.6, 0.7, [(0.71, "â")])])


def test_officers_are_pairs_and_people_of_entries_are_not_in_the_model() -> None:
    pages = [
        {
            SIGNER: [ink("CT Nguyễn Văn Phước", seed)],
            REGISTRAR: [ink("Lê Thị Hạnh", seed)],
            "child_name": [ink("Trần Văn Tuấn", seed)],
            PLACE: [ink("xã Tân Lợi", seed)],
        }
        for seed in (1, 2, 3)
    ]
    model = model_of(*pages)
    assert dict(model.signers.names) == {"Nguyễn Văn Phước": 3}
    assert dict(model.signers.pairs) == {("Nguyễn Văn Phước", "CT"): 3}
    assert dict(model.signers.wordings) == {"{title} {name}": 3}
    assert dict(model.pools["registrar_name"].values) == {("Lê Thị Hạnh",): 3}
    assert model.places.words.keys() == {(), ("Lợi",), ("Tân", "Lợi")}
    assert model.pools.keys() == {"registrar_name"}


def test_the_same_doubtful_ink_on_many_pages_stays_out() -> None:
    pages = [{REGISTRAR: [doubted("Lê Thị Hạnh", "ạ", "a", 0.42, seed)]} for seed in range(6)]
    assert "registrar_name" not in model_of(*pages).pools


@given(st.randoms(use_true_random=False), st.integers(0, 6))
def test_pages_count_as_a_set(shuffle: random.Random, lucky: int) -> None:
    some = [sighting(page, 0.5 + 0.05 * page, 0.4 + 0.05 * page) for page in range(7)]
    some.append(sighting(lucky, 0.95, 0.95))
    other = [*some]
    shuffle.shuffle(other)
    one, two = make_model(SaidInBook(tuple(some))), make_model(SaidInBook(tuple(other)))
    assert one == two
    assert one.fingerprint == two.fingerprint
