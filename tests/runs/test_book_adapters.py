"""Versions of what was learnt of a book: kept side by side, the newest that fits is read with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.recognition.ocr.adapters import Adapter, AdapterCard, GateFigures
from pipeline.runs.book_adapters import BookAdapters, LearningAttempt

FIGURES = GateFigures(
    lines=60, letters=700, errors_before=80, errors_after=40, chance=0.001, sure=40, sure_wrong=0
)


def adapter(version: int, parent: str = "hand-1", book: int = 7) -> Adapter:
    card = AdapterCard(
        book=book, version=version, parent=parent, made_at="2026-11-28T02:00:00+07:00", lines=60, pages=20,
        trust="ordinary", gate=FIGURES, results={"hand-a": f"{version:064x}"},
    )  # fmt: skip
    return Adapter(card, {"hand-a": {"letters": np.full(3, version, np.float32)}})


class Recorded(set[str]):
    """What the audit holds."""

    def adapters(self, folder: Path) -> BookAdapters:
        return BookAdapters(folder, self.__contains__)


def test_the_newest_version_that_belongs_to_the_reader_is_read_with(tmp_path: Path) -> None:
    audit = Recorded()
    adapters = audit.adapters(tmp_path / "hands" / "7")
    assert (adapters.newest("hand-1"), adapters.next_version()) == (None, 1)
    for one in (adapter(1), adapter(2), adapter(3, "hand-2")):
        adapters.keep(one, audit.add)
    newest = adapters.newest("hand-1")
    assert newest is not None
    assert (newest.card.version, adapters.next_version()) == (2, 4)
    assert [card.version for card in adapters.cards()] == [3, 2, 1]
    assert adapters.newest("hand-3") is None


def test_a_damaged_version_gives_way_to_the_one_before_and_its_number_is_never_given_again(
    tmp_path: Path,
) -> None:
    audit = Recorded()
    adapters = audit.adapters(tmp_path / "7")
    adapters.keep(adapter(1), audit.add)
    adapters.keep(adapter(2), audit.add)
    damaged = tmp_path / "7" / "0002.adapter"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    newest = adapters.newest("hand-1")
    assert newest is not None
    assert (newest.card.version, adapters.next_version()) == (1, 3)


def test_an_attempt_is_remembered_and_a_damaged_note_counts_as_none(tmp_path: Path) -> None:
    audit = Recorded()
    adapters = audit.adapters(tmp_path / "7")
    attempt = LearningAttempt("no-gain", "abc", 40, "hand-1", "2026-11-28T02:00:00+07:00")
    assert adapters.last_attempt() is None
    adapters.note(attempt)
    assert adapters.last_attempt() == attempt
    (tmp_path / "7" / "attempt.json").write_text("{", encoding="utf-8")
    assert adapters.last_attempt() is None


def test_a_number_is_given_once_also_after_all_versions_were_removed(tmp_path: Path) -> None:
    audit = Recorded()
    adapters = audit.adapters(tmp_path / "7")
    for version in (1, 2):
        adapters.keep(adapter(version), audit.add)
    adapters.forget()
    assert (adapters.is_empty(), adapters.next_version()) == (True, 3)
    (tmp_path / "7" / "last-version").write_text("?", encoding="ascii")
    assert adapters.next_version() == 1


def test_files_of_another_book_renamed_ones_and_links_are_left_aside(tmp_path: Path) -> None:
    audit = Recorded()
    other = audit.adapters(tmp_path / "8")
    other.keep(adapter(1), audit.add)  # of book 7: restored or copied into the wrong folder
    adapters = audit.adapters(tmp_path / "7")
    adapters.keep(adapter(1), audit.add)
    (tmp_path / "7" / "0002.adapter").write_bytes((tmp_path / "7" / "0001.adapter").read_bytes())
    (tmp_path / "7" / "0003.adapter").symlink_to("/dev/zero")
    (tmp_path / "7" / "²³.adapter").touch()
    assert other.newest("hand-1") is None
    assert [card.version for card in adapters.cards()] == [1]
    assert adapters.fingerprints() == {adapter(1).fingerprint}
    assert adapters.next_version() == 4


def test_a_version_that_the_audit_does_not_hold_is_not_read_and_makes_room_for_learning(
    tmp_path: Path,
) -> None:
    """A well-formed file of somebody else, with a checksum of its own and the best trust."""
    audit = Recorded()
    adapters = audit.adapters(tmp_path / "7")
    adapters.keep(adapter(1), audit.add)
    adapters.note(LearningAttempt("better", "abc", 40, "hand-1", "2026-11-28T02:00:00+07:00"))
    adapters.keep(adapter(2), lambda _: None)
    newest = adapters.newest("hand-1")
    assert newest is not None
    assert newest.card.version == 1
    assert BookAdapters(tmp_path / "7").newest("hand-1") is None
    assert (adapters.refuse_foreign(), adapters.refuse_foreign()) == (1, 0)
    assert (adapters.last_attempt(), len(adapters.cards()), adapters.next_version()) == (None, 1, 3)
