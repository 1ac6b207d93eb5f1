"""A file of the office changed in the browser: whole or not at all, never over a change that was not seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError, StorageError
from pipeline.web.supervising.staff_file_desk import SettingsRefused, StaffFileDesk


def lines_of(path: Path) -> int:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if "sai" in text:
        raise SchemaError(f"{path}, dòng 1: sai rồi.")
    return len(text.splitlines())


@pytest.fixture
def desk(tmp_path: Path) -> StaffFileDesk[int]:
    (tmp_path / "office.toml").write_bytes(b"\xef\xbb\xbfmot = 1\r\n")
    return StaffFileDesk(tmp_path / "office.toml", tmp_path / "history", lines_of)


def add(text: str) -> str:
    return f"{text}hai = 2\n"


def test_a_change_keeps_the_earlier_version_and_who_made_it(desk: StaffFileDesk[int], tmp_path: Path) -> None:
    noted: list[tuple[int, str]] = []
    applied: list[int] = []
    seen = desk.read().digest
    assert desk.tried(seen, add) == 2
    told = desk.change(
        seen,
        add,
        author="an",
        lines=["hai: 2"],
        note=lambda number, digest: noted.append((number, digest)),
        apply=applied.append,
    )
    assert told == 2
    (kept,) = desk.history()
    assert (kept.author, kept.lines, kept.before) == ("an", ("hai: 2",), "mot = 1\r\n")
    assert (noted, applied) == ([(1, desk.read().digest)], [2])
    assert (tmp_path / "office.toml").read_bytes() == b"mot = 1\r\nhai = 2\n"


def test_a_change_over_one_that_was_not_seen_is_refused(desk: StaffFileDesk[int], tmp_path: Path) -> None:
    seen = desk.read().digest
    (tmp_path / "office.toml").write_text("mot = 3\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match="từ lúc bạn mở"):
        desk.change(seen, add, author="an", lines=[], note=print)
    assert ((tmp_path / "office.toml").read_text(encoding="utf-8"), desk.history()) == ("mot = 3\n", ())


def test_a_change_with_a_flaw_or_of_nothing_is_refused(desk: StaffFileDesk[int]) -> None:
    seen = desk.read()
    with pytest.raises(SettingsRefused) as wrong:
        desk.change(seen.digest, lambda _: "sai", author="an", lines=[], note=print)
    assert str(wrong.value) == "office.toml, dòng 1: sai rồi."
    with pytest.raises(SettingsRefused, match="Không có gì thay đổi"):
        desk.change(seen.digest, lambda text: text, author="an", lines=[], note=print)
    assert (desk.read(), desk.history()) == (seen, ())


def test_what_the_audit_cannot_note_is_not_done(desk: StaffFileDesk[int]) -> None:
    def fails(number: int, digest: str) -> None:
        raise StorageError("Nhật ký không ghi được.")

    seen = desk.read()
    with pytest.raises(StorageError):
        desk.change(seen.digest, add, author="an", lines=[], note=fails)
    assert (desk.read(), desk.history()) == (seen, ())


def test_a_file_that_is_a_link_is_not_followed(desk: StaffFileDesk[int], tmp_path: Path) -> None:
    (tmp_path / "office.toml").unlink()
    assert desk.read().text == ""
    (tmp_path / "office.toml").symlink_to(tmp_path / "khac.toml")
    with pytest.raises(SettingsRefused, match="liên kết"):
        desk.read()


def test_a_version_that_cannot_be_read_is_not_written_over(desk: StaffFileDesk[int], tmp_path: Path) -> None:
    desk.change(desk.read().digest, add, author="an", lines=[], note=print)
    kept = tmp_path / "history" / "000001.json"
    kept.write_text("{", encoding="utf-8")
    desk.change(desk.read().digest, add, author="an", lines=["hai"], note=print)
    assert kept.read_text(encoding="utf-8") == "{"
    assert [one.number for one in desk.history()] == [2]
