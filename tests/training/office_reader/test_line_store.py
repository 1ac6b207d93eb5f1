"""The kept lines: for the owner alone, made again, removable a person for good."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline.base.errors import SetupError
from pipeline.base.model import PageRef
from pipeline.training.office_reader import line_store
from pipeline.training.office_reader.decided_lines import DecidedLine, DecidedLines
from pipeline.training.office_reader.line_store import REMOVED, LinePart, LineStore, part_of


def line(number: int, *, book: int = 1, deciders: tuple[str, ...] = ("an",), row: int = 0) -> DecidedLine:
    """Return a line with a picture of its own."""
    rng = np.random.default_rng(number)
    return DecidedLine(
        pixels=rng.integers(0, 255, (30 + number, 100), dtype=np.uint8),
        text=f"Trần Văn {number}",
        book_id=book,
        ref=PageRef(f"{number:064x}", 1),
        row=row,
        field="child_name",
        number=0,
        kind="name",
        form="birth-2006",
        deciders=deciders,
        decided_at=datetime(2026, 1, 2, tzinfo=UTC),
        cost=0.25,
    )


def test_lines_come_back_as_they_were_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    store, lines = LineStore(tmp_path / "learning"), (line(1), line(2, deciders=("an", "bình")))
    assert store.keep(1, DecidedLines(lines, {}, "mark")) == 2
    for kept, given in zip(store.lines(), lines, strict=True):
        assert (kept.pixels == given.pixels).all()
        assert (kept.text, kept.key, kept.deciders, kept.decided_at) == (
            given.text,
            given.key,
            given.deciders,
            given.decided_at,
        )
    assert store.mark(1) == "mark"
    (file,) = (tmp_path / "learning" / "lines").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "learning").stat().st_mode) == 0o700


def test_what_a_person_decided_is_removed_for_good(tmp_path: Path) -> None:
    store = LineStore(tmp_path)
    lines = DecidedLines((line(1), line(2, deciders=("bình", "an")), line(3, deciders=("bình",))), {}, "m")
    store.keep(1, lines)
    assert store.remove(login="bình") == 2
    assert [one.text for one in store.lines()] == ["Trần Văn 1"]
    assert store.keep(1, lines) == 1, "gathering again does not bring them back"
    assert store.remove(entry=line(1).entry) == 1
    assert store.lines() == ()
    assert store.keep(1, lines) == 0
    assert store.removed.logins == {"bình"}


def test_what_is_removed_while_its_book_is_gathered_teaches_nothing(tmp_path: Path) -> None:
    store = LineStore(tmp_path)
    store.keep(1, DecidedLines((line(1), line(2, deciders=("bình",))), {}, "m"))
    (file,) = (tmp_path / "lines").iterdir()
    gathered = file.read_bytes()
    store.remove(login="bình")
    file.write_bytes(gathered)  # as who gathered meanwhile writes it
    assert [one.text for one in store.lines()] == ["Trần Văn 1"]


def test_what_is_removed_while_its_book_is_kept_does_not_lie_on_the_disk_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, pack = LineStore(tmp_path), line_store.pack_lines

    def removed_meanwhile(lines: Sequence[DecidedLine], mark: str) -> bytes:
        monkeypatch.setattr(line_store, "pack_lines", pack)
        store.remove(login="bình")
        return pack(lines, mark)

    monkeypatch.setattr(line_store, "pack_lines", removed_meanwhile)
    assert store.keep(1, DecidedLines((line(1), line(2, deciders=("bình",))), {}, "m")) == 1
    (file,) = (tmp_path / "lines").iterdir()
    assert [one.text for one in line_store.unpack_lines(file)] == ["Trần Văn 1"]


def test_of_several_who_remove_at_once_nothing_is_forgotten(tmp_path: Path) -> None:
    store, logins = LineStore(tmp_path), [f"người {number}" for number in range(8)]
    with ThreadPoolExecutor(len(logins)) as people:
        list(people.map(lambda login: store.remove(login=login), logins))
    assert store.removed.logins == set(logins)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.5, 0.7, 0.9, 0.995])
def test_wherever_a_file_is_damaged_its_lines_count_as_none(tmp_path: Path, place: float) -> None:
    store = LineStore(tmp_path)
    store.keep(1, DecidedLines((line(1), line(2)), {}, "m"))
    (file,) = (tmp_path / "lines").iterdir()
    data = bytearray(file.read_bytes())
    start = int(place * len(data))
    data[start : start + 40] = bytes(255 - one for one in data[start : start + 40])
    file.write_bytes(data)
    assert len(store.lines()) in (0, 2)
    assert store.mark(1) in ("", "m")
    assert store.remove(login="an") in (0, 2)


def test_books_that_were_withdrawn_go(tmp_path: Path) -> None:
    store = LineStore(tmp_path)
    for book in (1, 2):
        store.keep(book, DecidedLines((line(book, book=book),), {}, "m"))
    store.keep_only([2])
    assert [one.book_id for one in store.lines()] == [2]


def test_a_damaged_file_is_made_again_but_nothing_is_learnt_while_removals_are_unknown(
    tmp_path: Path,
) -> None:
    store = LineStore(tmp_path)
    store.keep(1, DecidedLines((line(1),), {}, "m"))
    (file,) = (tmp_path / "lines").iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    assert (store.lines(), store.mark(1)) == ((), "")
    store.remove(login="an")
    (tmp_path / REMOVED).write_text("{", encoding="utf-8")
    with pytest.raises(SetupError, match="sao lưu"):
        store.keep(1, DecidedLines((line(1),), {}, "m"))


def test_an_entry_is_for_one_thing_for_good() -> None:
    parts = [part_of(line(number).entry) for number in range(400)]
    assert parts == [part_of(line(number).entry) for number in range(400)]
    assert 0.14 < parts.count(LinePart.FROZEN) / 400 < 0.27
    assert 0.14 < parts.count(LinePart.CALIBRATION) / 400 < 0.27
    assert 0.52 < parts.count(LinePart.LEARNT) / 400 < 0.68
