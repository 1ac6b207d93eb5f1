"""What scanners do to an inbox, and what becomes of it."""

from __future__ import annotations

import fcntl
import os

from benchmarks.intake import made_scans
from pipeline.scans.inbox import ingest, intake_round
from pipeline.scans.inbox.pending_files import MARKER, FileStamp
from tests.scans.inbox.desk import Desk, digest, scan


def test_a_still_scan_is_stored_told_and_then_removed(desk: Desk) -> None:
    source = scan(desk.inbox() / "SCN_0001.jpg")
    sha256 = digest(source)
    assert desk.round().rows == ()
    assert source.exists()
    (row,) = desk.round(11).rows
    assert (row.serial, row.name, row.outcome, row.sha256, len(row.pages)) == (
        1,
        "SCN_0001.jpg",
        "stored",
        sha256,
        1,
    )
    assert not source.exists()
    assert desk.stored() == [sha256]


def test_a_file_that_grows_waits_until_it_is_still(desk: Desk) -> None:
    whole = made_scans.scanned_pdf(desk.root / "whole.pdf").read_bytes()
    target = desk.inbox() / "a.pdf"
    for share in (0.3, 0.6, 1.0):
        target.write_bytes(whole[: int(len(whole) * share)])
        assert desk.round(8).rows == ()
    (row,) = desk.round(11).rows
    assert row.outcome == "stored"
    assert desk.manifest().rows.keys() == {1}


def test_a_file_that_stops_half_way_waits_and_is_taken_when_the_rest_comes(desk: Desk) -> None:
    whole = made_scans.scanned_pdf(desk.root / "whole.pdf").read_bytes()
    target = desk.inbox() / "a.pdf"
    target.write_bytes(whole[: len(whole) // 2])
    (waiting,) = desk.settled().waiting
    assert waiting.code == "broken"
    assert desk.round(50).rows == ()
    target.write_bytes(whole)
    desk.round(20)
    (row,) = desk.round(11).rows
    assert (row.serial, row.outcome) == (1, "stored")


def test_what_never_becomes_usable_is_kept_apart_with_its_reason(desk: Desk) -> None:
    bad = {"a.pdf": b"MZ\x90\0 a program", "b.tif": b"", "c.txt": "ghi chú".encode()}
    for name, data in bad.items():
        (desk.inbox() / name).write_bytes(data)
    assert desk.settled().rows == ()
    rows = desk.round(100).rows
    assert [(row.name, row.outcome, row.code) for row in rows] == [
        ("a.pdf", "quarantined", "unknown-type"),
        ("b.tif", "quarantined", "empty"),
        ("c.txt", "quarantined", "unknown-type"),
    ]
    assert [path.read_bytes() for path in desk.quarantined()] == list(bad.values())
    for path, row in zip(desk.quarantined(), rows, strict=True):
        told = path.with_name(f"{path.name}.ly-do.txt").read_text(encoding="utf-8")
        assert row.message in told
        assert row.name in told
    assert [path.name for path in desk.inbox().iterdir()] == [MARKER]


def test_a_scan_with_one_broken_page_goes_on_when_nothing_better_came(desk: Desk) -> None:
    path = made_scans.multipage_tiff(desk.inbox() / "a.tif", 3)
    path.write_bytes(path.read_bytes()[:-400])
    assert desk.settled().rows == ()
    (row,) = desk.round(100).rows
    assert row.outcome == "stored"
    assert (row.pages[0].fault, row.pages[-1].fault) == ("", "broken")


def test_a_file_renamed_while_it_is_written_is_one_delivery(desk: Desk) -> None:
    target = scan(desk.inbox() / "a.jpg.part")
    desk.round()
    assert desk.round(60).rows == ()
    target.rename(desk.inbox() / "a.jpg")
    desk.round(1)
    (row,) = desk.round(11).rows
    assert (row.serial, row.name) == (1, "a.jpg")


def test_a_locked_file_waits_however_long_it_takes(desk: Desk) -> None:
    target = scan(desk.inbox() / "a.jpg")
    with target.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        desk.settled()
        (waiting,) = desk.round(1000).waiting
        assert "khóa" in waiting.message
    (row,) = desk.round(1).rows
    assert row.outcome == "stored"


def test_the_same_bytes_are_stored_once_and_both_deliveries_are_told(desk: Desk) -> None:
    scan(desk.inbox() / "a.jpg")
    scan(desk.inbox() / "b.jpg")
    rows = desk.settled().rows
    assert [row.again for row in rows] == [False, True]
    assert desk.stored() == [rows[0].sha256]


def test_a_name_used_again_is_another_delivery(desk: Desk) -> None:
    for mark in (1, 2):
        scan(desk.inbox() / "SCN_0001.jpg", mark)
        desk.settled()
    rows = desk.manifest().rows.values()
    assert [(row.serial, row.name) for row in rows] == [(1, "SCN_0001.jpg"), (2, "SCN_0001.jpg")]
    assert len(desk.stored()) == 2


def test_a_file_that_others_took_away_is_told_and_was_never_delivered(desk: Desk) -> None:
    target = scan(desk.inbox() / "a.jpg")
    desk.round()
    target.unlink()
    assert desk.round(1).rows == ()
    (row,) = desk.round(11).rows
    assert row.outcome == "withdrawn"


def test_litter_links_pipes_and_companions_are_no_deliveries(desk: Desk) -> None:
    inbox = desk.inbox()
    for name in ("Thumbs.db", ".DS_Store", "._a.jpg", "desktop.ini", "ledger.toml"):
        (inbox / name).write_bytes(b"x")
    (inbox / "@eaDir").mkdir()
    scan(inbox / "@eaDir" / "a.jpg")
    (inbox / "link.jpg").symlink_to("/etc/hostname")
    (inbox / "above").symlink_to("..")
    os.mkfifo(inbox / "pipe.pdf")
    done = desk.settled()
    assert (done.rows, done.waiting) == ((), ())
    assert sorted(one.name for one in done.outsiders) == ["above", "link.jpg", "pipe.pdf"]
    assert all(one.message.endswith(".") for one in done.outsiders)
    assert (inbox / "link.jpg").is_symlink()


def test_names_that_trick_paths_are_kept_apart_under_plain_ones(desk: Desk) -> None:
    names = [
        b"a\\..\\..\\b.pdf",
        b"-rf.pdf",
        b"a\nb\x1b[31m.pdf",
        b"so\xff.pdf",
        b"\xe2\x80\xaefdp.exe",
        b"a" * 250,
    ]
    for name in names:
        with open(os.fsencode(desk.inbox()) + b"/" + name, "wb") as file:  # noqa: PTH123  # names of bytes
            file.write(name)
    desk.settled()
    rows = desk.round(100).rows
    assert len(rows) == len(names)
    assert sorted(path.read_bytes() for path in desk.quarantined()) == sorted(names)
    for path in desk.quarantined():
        assert path.name.isprintable()
        assert len(path.name.encode()) < 130


def test_folders_in_an_inbox_are_entered_but_not_too_deep(desk: Desk) -> None:
    scan(desk.inbox() / "1" / "2" / "a.jpg")
    scan(desk.inbox() / "1" / "2" / "3" / "4" / "5" / "b.jpg", 1)
    done = desk.settled()
    assert [row.name for row in done.rows] == ["1/2/a.jpg"]
    assert [one.name for one in done.outsiders] == ["1/2/3/4/5"]


def test_an_inbox_whose_share_is_gone_takes_nothing_for_withdrawn(desk: Desk) -> None:
    scan(desk.inbox() / "a.jpg")
    desk.round()
    inbox, aside = desk.inbox(), desk.root / "aside"
    inbox.rename(aside)
    assert "Không mở được" in desk.round(1000).problem
    inbox.mkdir()
    assert MARKER in desk.round(1000).problem
    inbox.rmdir()
    aside.rename(inbox)
    assert [row.outcome for row in desk.round(1).rows] == ["stored"]


def test_an_inbox_that_may_not_be_written_to_is_read_once(desk: Desk) -> None:
    scan(desk.inbox() / "a.jpg")
    desk.inbox().chmod(0o555)
    try:
        if os.access(desk.inbox(), os.W_OK):  # the superuser may do anything
            return
        desk.settled()
        assert desk.round(1).left == ("a.jpg",)
        assert list(desk.manifest().rows) == [1]
    finally:
        desk.inbox().chmod(0o755)


def test_a_clock_that_goes_back_only_makes_files_wait(desk: Desk) -> None:
    scan(desk.inbox() / "a.jpg")
    desk.round()
    desk.round(-7200)
    assert desk.outcomes() == {}
    desk.round(11)
    assert desk.outcomes() == {"a.jpg": "stored"}


def test_two_runs_at_once_do_not_take_the_same(desk: Desk) -> None:
    scan(desk.inbox() / "a.jpg")
    desk.round()
    with desk.folders.lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert intake_round(desk.options, desk.workspace, desk.inspector, desk.now + 11) is None
    assert desk.outcomes() == {}


def test_a_state_that_is_lost_gives_no_number_twice(desk: Desk) -> None:
    scan(desk.inbox() / "a.jpg")
    desk.settled()
    desk.folders.pending("may-1").unlink()
    scan(desk.inbox() / "b.jpg", 1)
    desk.settled()
    assert [(row.serial, row.name) for row in desk.manifest().rows.values()] == [(1, "a.jpg"), (2, "b.jpg")]


def test_a_copy_left_by_a_run_that_died_is_cleared(desk: Desk) -> None:
    desk.folders.staging.mkdir(parents=True)
    (desk.folders.staging / "abc.jpg").write_bytes(b"half")
    desk.round()
    assert not desk.folders.staging.exists() or not any(desk.folders.staging.iterdir())


def test_a_new_file_under_the_name_of_one_being_removed_comes_back(desk: Desk) -> None:
    """A scanner that starts its counter anew writes the same name while the old file is on its way out."""
    target = scan(desk.inbox() / "a.jpg")
    stamp = FileStamp.of(target.lstat())
    hidden = desk.inbox() / ".hotich-da-nhan-2026-09-21-1"
    target.rename(hidden)
    ingest.give_back(hidden, "a.jpg")
    assert FileStamp.of((desk.inbox() / "a (2).jpg").lstat()) == stamp
