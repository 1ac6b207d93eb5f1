from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.errors import ScanError, StorageError
from pipeline.base.files import TEMP_PREFIX
from pipeline.scans.workspace import COPY_BYTES, Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "hotich-data")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "Quyển 1.PDF"
    path.write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 100)
    return path


def _files(workspace: Workspace) -> list[Path]:
    return [path for path in workspace.root.rglob("*") if path.is_file()]


def test_a_scan_lies_under_its_hash_whole_and_read_only(workspace: Workspace, scan: Path) -> None:
    stored = workspace.store(scan)
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    assert stored.sha256 == digest
    assert stored.path == workspace.root / "objects" / digest[:2] / f"{digest}.pdf"
    assert stored.path.read_bytes() == scan.read_bytes()
    assert not stat.S_IMODE(stored.path.stat().st_mode) & 0o222
    assert _files(workspace) == [stored.path]


def test_the_same_content_is_stored_once_under_any_name(
    workspace: Workspace, scan: Path, tmp_path: Path
) -> None:
    first = workspace.store(scan)
    other = tmp_path / "Scan_001 (2).jpg"
    other.write_bytes(scan.read_bytes())
    written = first.path.stat().st_mtime_ns
    assert workspace.store(other) == first
    assert workspace.store(scan, first.sha256) == first
    assert first.path.stat().st_mtime_ns == written
    assert _files(workspace) == [first.path]


@given(data=st.binary(max_size=300))
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("store")
    (folder / "scan").write_bytes(data)
    assert Workspace(folder).store(folder / "scan").path.read_bytes() == data


def test_an_odd_ending_is_not_kept(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "scan.p d/f".replace("/", "_")
    path.write_bytes(b"x")
    assert workspace.store(path).path.suffix == ""


def test_the_registry_lies_in_the_workspace(tmp_path: Path) -> None:
    assert Workspace(tmp_path).registry_url == f"sqlite:///{tmp_path}/hotich.db"
    assert not (tmp_path / "hotich.db").exists()


def test_making_a_workspace_writes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "not-yet")
    assert {workspace.pages.parent, workspace.reports.parent, workspace.objects.parent} == {workspace.root}
    assert not workspace.root.exists()


def _failing(code: int, after: int = 0) -> Callable[..., int]:
    """A write that fails with that code after so many calls that write half of what they are given."""
    write, calls = os.write, 0

    def failing(descriptor: int, data: memoryview) -> int:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(code, os.strerror(code))
        return write(descriptor, data[: len(data) // 2 + 1])

    return failing


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_full_disk_leaves_nothing_half_written(
    workspace: Workspace, scan: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(os, "write", _failing(errno.ENOSPC, after))
    with pytest.raises(StorageError, match="đã đầy"):
        workspace.store(scan)
    assert _files(workspace) == []
    monkeypatch.undo()
    assert workspace.store(scan).path.read_bytes() == scan.read_bytes()


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_failure_at_any_later_step_leaves_nothing_either(
    workspace: Workspace, scan: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, step, fail)
    with pytest.raises(StorageError, match="kiểm tra ổ đĩa"):
        workspace.store(scan)
    assert _files(workspace) == []


def test_writes_that_take_only_a_part_still_store_the_whole(
    workspace: Workspace, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:1_000]))
    assert workspace.store(scan).path.read_bytes() == scan.read_bytes()


def test_a_folder_that_may_not_be_written_is_named(
    workspace: Workspace, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", _failing(errno.EACCES))
    with pytest.raises(StorageError, match="Không có quyền ghi"):
        workspace.store(scan)


def test_a_file_where_the_workspace_should_be_is_named(tmp_path: Path, scan: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StorageError, match="Không ghi được"):
        Workspace(tmp_path / "data").store(scan)


def test_a_disk_that_is_really_full_is_named(workspace: Workspace, tmp_path: Path) -> None:
    """In a process that may write no file larger than 1 MB."""
    (tmp_path / "big.pdf").write_bytes(bytes(3 * COPY_BYTES))
    program = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom pipeline.scans.workspace import Workspace\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "try:\n    Workspace(Path(sys.argv[1])).store(Path(sys.argv[2]))\n"
        "except Exception as error:\n    print(error.code)"
    )
    command = [sys.executable, "-c", program, str(workspace.root), str(tmp_path / "big.pdf")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "storage"
    assert _files(workspace) == []


def test_a_source_that_vanishes_costs_that_scan_only(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="không còn ở chỗ cũ"):
        workspace.store(tmp_path / "gone.pdf")
    assert not workspace.root.exists()


def test_a_source_that_vanishes_after_it_was_hashed_costs_that_scan_only(
    workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(ScanError, match="không còn ở chỗ cũ"):
        workspace.store(tmp_path / "gone.pdf", "ab" * 32)
    assert _files(workspace) == []


def test_a_source_that_changes_while_it_is_copied_is_refused(workspace: Workspace, scan: Path) -> None:
    with pytest.raises(ScanError, match="thay đổi trong lúc chép"):
        workspace.store(scan, "ab" * 32)
    assert _files(workspace) == []


def test_a_pipe_is_refused_without_waiting(workspace: Workspace, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.pdf")
    with pytest.raises(ScanError, match="tệp thường"):
        workspace.store(tmp_path / "x.pdf")


def test_many_processes_store_the_same_file_at_once(workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "scan.tif"
    source.write_bytes(os.urandom(4 * COPY_BYTES))
    program = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.scans.workspace import Workspace\n"
        "sys.stdin.read(1)\nprint(Workspace(Path(sys.argv[1])).store(Path(sys.argv[2])).path)"
    )
    command = [sys.executable, "-c", program, str(workspace.root), str(source)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    answers = {process.communicate("!")[0].strip() for process in started}
    assert [process.returncode for process in started] == [0, 0, 0]
    (path,) = answers
    assert Path(path).read_bytes() == source.read_bytes()
    assert _files(workspace) == [Path(path)]


def test_copies_left_by_a_killed_run_are_cleared_and_young_ones_kept(
    workspace: Workspace, scan: Path
) -> None:
    folder = workspace.objects / hashlib.sha256(scan.read_bytes()).hexdigest()[:2]
    folder.mkdir(parents=True)
    old, young = folder / f"{TEMP_PREFIX}1-aa", folder / f"{TEMP_PREFIX}2-bb"
    for left in (old, young):
        left.write_bytes(b"half")
    os.utime(old, (0, 0))
    stored = workspace.store(scan)
    assert sorted(_files(workspace)) == sorted([young, stored.path])


def test_a_damaged_copy_of_another_length_is_replaced(workspace: Workspace, scan: Path) -> None:
    stored = workspace.store(scan)
    stored.path.chmod(0o644)
    stored.path.write_bytes(b"half")
    assert workspace.store(scan).path.read_bytes() == scan.read_bytes()


def test_an_altered_copy_of_the_same_length_gives_way_to_the_true_one_and_is_kept(
    workspace: Workspace, scan: Path
) -> None:
    stored = workspace.store(scan)
    other = bytes(len(scan.read_bytes()))
    stored.path.chmod(0o644)
    stored.path.write_bytes(other)
    assert workspace.flaw_of(stored.sha256) == "altered"

    again = workspace.store(scan)

    assert again.path.read_bytes() == scan.read_bytes()
    assert workspace.flaw_of(stored.sha256) == ""
    (aside,) = workspace.altered.iterdir()
    assert aside.read_bytes() == other


def test_a_decoy_that_is_found_before_the_true_copy_is_moved_away(workspace: Workspace, scan: Path) -> None:
    stored = workspace.store(scan)
    stored.path.with_name(f"{stored.sha256}.000").write_bytes(b"another page")
    assert workspace.flaw_of(stored.sha256) == "altered"

    workspace.store(scan)

    assert workspace.stored(stored.sha256) == stored.path
    assert workspace.flaw_of(stored.sha256) == ""


def test_what_is_in_no_store_is_missing(workspace: Workspace) -> None:
    assert workspace.flaw_of("0" * 64) == "missing"


def test_a_stored_scan_is_found_by_its_content(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    source = tmp_path / "scan.pdf"
    source.write_bytes(b"a scan")
    stored = workspace.store(source)
    assert workspace.stored(stored.sha256) == stored.path
    assert workspace.stored("0" * 64) is None
    assert workspace.stored("../" + stored.sha256) is None
