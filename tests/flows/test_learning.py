"""The night's learning: its report, and what stops it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from flows import learning
from flows.learning import HandSummary, hand_sentences, learn_hands, learn_one
from flows.morning import morning_report
from pipeline.base.errors import HotichError, SetupError, StorageError
from pipeline.runs.hand_learning import SENTENCES
from tests.fake_books import make_book

BOOKS = [Path("so-1"), Path("so-2"), Path("so-3")]


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    with disable_run_logger():
        yield


def told(book: str, outcome: str, reread: int = 0) -> HandSummary:
    return HandSummary(book, outcome, f"lời về {outcome}", reread)


def test_the_report_tells_of_what_was_learnt_and_tried_and_of_nothing_else() -> None:
    hands = [told("a", "learnt"), told("b", "nothing-new"), told("c", "chance"), told("d", "nothing-new", 4)]
    assert hand_sentences(hands) == ["a: lời về learnt", "c: lời về chance", "d: lời về nothing-new"]
    report = morning_report([], "", hands=hand_sentences(hands))
    assert "**Nét chữ của sổ:**\n\n- a: lời về learnt\n" in report
    assert "Nét chữ" not in morning_report([], "")


def test_a_machine_that_cannot_learn_says_so_once_and_still_takes_back_what_rests_on_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken_back = {"so-2": 3}
    monkeypatch.setattr(
        learning, "learn_one", lambda book, *_: told(book, "no-torch", taken_back.get(book, 0))
    )
    found = learn_hands(BOOKS, None, None)
    assert [one.book for one in found] == ["so-1", "so-2", "so-3"]
    assert hand_sentences(found) == [SENTENCES["no-torch"], "so-2: lời về no-torch"]


@pytest.mark.parametrize(
    ("error", "reached"),
    [
        (SetupError("sai"), ["so-1", "so-2", "so-3"]),
        (StorageError("ổ đĩa đầy"), ["so-1", "so-2"]),
    ],
)
def test_what_goes_wrong_with_one_book_stops_no_other_and_a_full_disk_stops_all(
    monkeypatch: pytest.MonkeyPatch, error: HotichError, reached: list[str]
) -> None:
    asked: list[str] = []

    def learn(folder: str, _workspace: str | None, _workers: int | None) -> HandSummary:
        asked.append(folder)
        if folder == "so-2":
            raise error
        return told(folder, "learnt")

    monkeypatch.setattr(learning, "learn_one", learn)
    found = learn_hands(BOOKS, None, None)
    assert asked == reached
    assert [one.book for one in found] == [name for name in reached if name != "so-2"]


def test_a_book_that_cannot_be_read_is_told_of_by_its_reading_alone(tmp_path: Path) -> None:
    make_book(tmp_path / "books" / "a", "")
    told = learn_one.fn(str(tmp_path / "books" / "a"), str(tmp_path / "workspace"), 1)
    assert (told.book, told.outcome, hand_sentences([told])) == ("a", "unknown", [])


def test_no_book_is_begun_when_the_time_of_the_night_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "learn_one", lambda *_: told("a", "learnt"))
    assert learn_hands(BOOKS, None, None, seconds=-1.0) == []
