import os
import stat
from pathlib import Path

import pytest

from pipeline.base.errors import StorageError
from pipeline.base.files import (
    TEMP_PREFIX,
    atomic_path,
    make_folder,
    remove_temporary_files,
    storage_errors,
    write_atomically,
)
from pipeline.scans.intake.folder import is_ignored


def test_a_file_takes_the_place_of_the_one_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    write_atomically(target, "một")
    write_atomically(target, b"hai")
    assert target.read_bytes() == b"hai"
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_must_not_be_replaced_stays(tmp_path: Path) -> None:
    write_atomically(tmp_path / "key", "first", overwrite=False)
    write_atomically(tmp_path / "key", "second", overwrite=False)
    assert (tmp_path / "key").read_text() == "first"
    assert list(tmp_path.iterdir()) == [tmp_path / "key"]


def test_a_private_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    modes = []
    write_atomically(tmp_path / "key", "secret", mode=0o600)
    with atomic_path(tmp_path / "other") as temporary:
        temporary.touch(0o600)
        modes.append(stat.S_IMODE(temporary.stat().st_mode))
    modes += [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("key", "other")]
    assert modes == [0o600] * 3


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(IsADirectoryError), atomic_path(tmp_path / "a.txt") as temporary:
        temporary.write_bytes(tmp_path.read_bytes())
    assert (tmp_path / "a.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


@pytest.mark.parametrize(("durable", "synced"), [(True, 2), (False, 0)])
def test_a_durable_write_syncs_the_file_and_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, synced: int
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    write_atomically(tmp_path / "a.txt", "x", durable=durable)
    assert len(calls) == synced


def test_the_reader_of_a_book_folder_ignores_temporary_names(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.pdf") as temporary:
        temporary.write_bytes(b"%PDF-")
        assert temporary.name.startswith(TEMP_PREFIX)
        assert is_ignored(temporary.name)


def test_what_dead_processes_left_is_removed_once_it_is_old_enough(tmp_path: Path) -> None:
    old, young, foreign = (tmp_path / name for name in (f"{TEMP_PREFIX}1", f"{TEMP_PREFIX}2", "a.pdf"))
    for path in (old, young, foreign):
        path.touch()
    os.utime(old, (0, 0))
    remove_temporary_files(tmp_path, older_than=3600)
    assert sorted(tmp_path.iterdir()) == sorted([young, foreign])
    remove_temporary_files(tmp_path)
    assert list(tmp_path.iterdir()) == [foreign]


def test_a_refusing_disk_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Không ghi được"):
        make_folder(tmp_path / "file" / "below")
    with pytest.raises(StorageError, match="đã đầy"), storage_errors(tmp_path):
        raise OSError(28, "No space left on device")
