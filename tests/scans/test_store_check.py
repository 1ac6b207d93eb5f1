"""The store of scans is looked through: what was altered, exchanged, lost or slipped in is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.scans.inbox.manifest import IntakeOutcome, IntakeRow, append_to_manifest, manifest_scans
from pipeline.scans.store_check import (
    FOLDERS,
    STATE_FILE,
    StoreFlaw,
    StoreFlawKind,
    StoreState,
    check_share,
    check_store,
    format_store_flaw,
    note_whole_check,
    read_state,
    store_sentence,
)
from pipeline.scans.workspace import Workspace

SCANS = 12


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture
def known(workspace: Workspace, tmp_path: Path) -> dict[str, str]:
    """A store of scans, with their names by hash."""
    found = {}
    for number in range(SCANS):
        scan = tmp_path / f"{number}.jpg"
        scan.write_bytes(b"\xff\xd8\xff" + bytes([number]) * 100)
        found[workspace.store(scan).sha256] = f"so/{scan.name}"
    return found


def path_of(workspace: Workspace, sha256: str) -> Path:
    path = workspace.stored(sha256)
    assert path is not None
    path.chmod(0o644)
    return path


def kinds(flaws: tuple[StoreFlaw, ...]) -> dict[str, StoreFlawKind]:
    return {flaw.sha256: flaw.kind for flaw in flaws}


def test_a_sound_store_has_no_flaw(workspace: Workspace, known: dict[str, str]) -> None:
    seen: list[tuple[int, int]] = []
    report = check_store(workspace, known, on_folder=lambda done, every: seen.append((done, every)))

    assert report.passed
    assert (report.objects, report.size, report.strays) == (SCANS, SCANS * 103, ())
    assert seen[-1] == (256, 256)


def test_each_way_of_tampering_is_named(workspace: Workspace, known: dict[str, str], tmp_path: Path) -> None:
    altered, one, other, missing, pipe, *_ = known
    path_of(workspace, altered).write_bytes(b"\xff\xd8\xff another")
    first, second = path_of(workspace, one), path_of(workspace, other)
    contents = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents[1])
    second.write_bytes(contents[0])
    path_of(workspace, missing).unlink()
    at = path_of(workspace, pipe)
    at.unlink()
    os.mkfifo(at)
    stray = tmp_path / "stray.jpg"
    stray.write_bytes(b"\xff\xd8\xff of nobody")
    (workspace.objects / "00").mkdir(exist_ok=True)
    (workspace.objects / "00" / "note.txt").write_text("slipped in")

    report = check_store(workspace, known | {}, FOLDERS)
    slipped_in = workspace.store(stray).sha256

    assert kinds(report.flaws) == {
        altered: StoreFlawKind.ALTERED,
        one: StoreFlawKind.SWAPPED,
        other: StoreFlawKind.SWAPPED,
        missing: StoreFlawKind.MISSING,
        pipe: StoreFlawKind.UNREADABLE,
    }
    (swapped,) = (flaw for flaw in report.flaws if flaw.sha256 == one)
    assert (swapped.name, swapped.instead) == (known[one], known[other])
    assert all(known[flaw.sha256] in format_store_flaw(flaw) for flaw in report.flaws)
    assert [flaw.sha256 for flaw in report.strays] == ["note.txt"]
    assert slipped_in in {flaw.sha256 for flaw in check_store(workspace, known).strays}


def test_a_decoy_beside_the_true_copy_is_named(workspace: Workspace, known: dict[str, str]) -> None:
    sha256 = next(iter(known))
    path_of(workspace, sha256).with_suffix(".000").write_bytes(b"x")

    assert kinds(check_store(workspace, known).flaws) == {sha256: StoreFlawKind.ALTERED}


def test_the_shared_store_is_looked_through_too(workspace: Workspace, tmp_path: Path) -> None:
    workspace.root.mkdir()
    (workspace.root / "store.toml").write_text(f'url = "file://{tmp_path}/kho"\n', encoding="utf-8")
    scan = tmp_path / "1.jpg"
    scan.write_bytes(b"\xff\xd8\xff 1")
    sha256 = workspace.store(scan).sha256
    (copy,) = (path for path in (tmp_path / "kho").rglob("*.jpg"))
    copy.chmod(0o644)
    copy.write_bytes(b"\xff\xd8\xff 2")

    (flaw,) = check_store(workspace, {sha256: "so/1.jpg"}).flaws

    assert (flaw.kind, flaw.shared) == (StoreFlawKind.ALTERED, True)
    path_of(workspace, sha256).unlink()
    copy.write_bytes(scan.read_bytes())
    assert check_store(workspace, {sha256: "so/1.jpg"}).passed  # a machine may lack what the share has


@pytest.mark.parametrize("nights", [1, 7, 30, 256, 1000])
def test_the_whole_store_is_checked_within_so_many_nights(
    workspace: Workspace, known: dict[str, str], nights: int
) -> None:
    altered = max(known)
    path_of(workspace, altered).write_bytes(b"x")
    read = 0
    for night in range(min(nights, 256)):
        report, state = check_share(workspace, known, f"2026-11-{night + 1:02d}", nights)
        read += report.objects
        if state.finished_at:
            break

    assert read >= SCANS
    assert state.finished_at
    assert kinds(read_state(workspace).known_flaws) == {altered: StoreFlawKind.ALTERED}
    assert "**1 bản quét sai**: 1 bản đã bị sửa hoặc hỏng" in store_sentence(report, state)


def test_a_night_that_is_cut_off_goes_on_where_it_was(
    workspace: Workspace, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def cut_off(work: Workspace, names: dict[str, str], folders: list[str]) -> object:
        if len(seen) == 5:
            seen.append("cut off")
            raise KeyboardInterrupt
        seen.extend(folders)
        return check_store(work, names, folders)

    monkeypatch.setattr("pipeline.scans.store_check.check_store", cut_off)
    with pytest.raises(KeyboardInterrupt):
        check_share(workspace, known, "2026-11-28", 16)
    check_share(workspace, known, "2026-11-29", 16)

    assert seen == [*FOLDERS[:5], "cut off", *FOLDERS[5:21]]


def test_a_flaw_that_was_mended_is_forgotten_when_its_folder_is_looked_at_again(
    workspace: Workspace, known: dict[str, str]
) -> None:
    sha256 = next(iter(known))
    path = path_of(workspace, sha256)
    sound = path.read_bytes()
    path.write_bytes(b"x")
    note_whole_check(workspace, check_store(workspace, known), "2026-11-27")
    assert kinds(read_state(workspace).known_flaws) == {sha256: StoreFlawKind.ALTERED}
    path.write_bytes(sound)

    report, state = check_share(workspace, known, "2026-11-28", 1)

    assert (report.passed, state.known_flaws, state.finished_at) == (True, (), "2026-11-28")
    assert "không thấy bản nào sai" in store_sentence(report, state)


@pytest.mark.parametrize("text", ["", "[]", "[" * 5_000, '{"next": 1e400}', '{"next": 3, "flaws": 1}'])
def test_a_state_that_is_not_usable_begins_anew(workspace: Workspace, text: str) -> None:
    workspace.root.mkdir(parents=True)
    (workspace.root / STATE_FILE).write_text(text, encoding="utf-8")

    assert read_state(workspace) == StoreState()


def test_scans_of_the_intake_are_known_by_their_manifests(tmp_path: Path) -> None:
    stored = IntakeRow(3, "a.jpg", IntakeOutcome.STORED, "19:00", sha256="a" * 64)
    refused = IntakeRow(4, "b.jpg", IntakeOutcome.QUARANTINED, "19:00", sha256="b" * 64)
    for row in (stored, refused):
        append_to_manifest(tmp_path / "may-1" / "2026-11-28.jsonl", row)

    assert manifest_scans(tmp_path) == {"a" * 64: "may-1 2026-11-28 số 3"}
