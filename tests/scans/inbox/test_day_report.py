from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scans.inbox import IntakeOutcome, day_reports, verify_day
from pipeline.scans.inbox.pending_files import FileStamp, InboxFile, PendingFiles, update_pending
from tests.scans.inbox.desk import STARTED, Desk, scan


def _delivered(desk: Desk) -> None:
    inbox = desk.inbox()
    for number in range(3):
        scan(inbox / f"{number}.jpg", number)
    (inbox / "bad.pdf").write_bytes(b"MZ a program")
    (inbox / "gone.jpg").write_bytes(b"x")
    desk.settled()
    (inbox / "gone.jpg").unlink()
    desk.round(100)
    desk.round(100)
    scan(inbox / "late.jpg.part", 7)
    desk.round(1)


def test_what_was_delivered_is_stored_kept_apart_or_waits(desk: Desk) -> None:
    _delivered(desk)
    (day,) = day_reports(desk.options, desk.workspace)
    counted = [day.delivered, *map(day.count, IntakeOutcome), len(day.waiting)]
    assert counted == [5, 3, 1, 1, 1]
    assert day.balanced
    assert list(verify_day(day, desk.options.scanners[0], desk.workspace)) == []


def test_bytes_that_are_not_what_the_manifest_says_are_told(desk: Desk) -> None:
    _delivered(desk)
    (day,) = day_reports(desk.options, desk.workspace)
    stored = desk.workspace.stored(day.rows[0].sha256)
    assert stored is not None
    stored.chmod(0o644)
    stored.write_bytes(b"changed")
    (kept,) = desk.quarantined()
    kept.unlink()
    flaws = list(verify_day(day, desk.options.scanners[0], desk.workspace))
    assert ["kho bản quét" in flaw for flaw in flaws] == [True, False]
    assert "cách ly" in flaws[1]


def test_a_row_that_is_gone_is_missed(desk: Desk) -> None:
    _delivered(desk)
    path = next(desk.folders.manifests("may-1").iterdir())
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    (day,) = day_reports(desk.options, desk.workspace)
    assert not day.balanced


def test_a_line_torn_by_a_power_cut_is_no_row_and_is_written_over(desk: Desk) -> None:
    _delivered(desk)
    path = next(desk.folders.manifests("may-1").iterdir())
    path.write_bytes(path.read_bytes() + b'{"row":{"serial":9')
    assert 9 not in desk.manifest().rows
    (desk.inbox() / "late.jpg.part").rename(desk.inbox() / "late.jpg")
    desk.settled()
    assert desk.outcomes()["late.jpg"] == "stored"


NAMES = st.sampled_from(["a.jpg", "b.jpg", "c.jpg.part"])
LOOKS = st.lists(st.dictionaries(NAMES, st.tuples(st.integers(1, 4), st.integers(0, 3))), max_size=8)


@given(LOOKS)
@settings(max_examples=200)
def test_every_number_given_waits_or_was_withdrawn(looks: list[dict[str, tuple[int, int]]]) -> None:
    """Whatever is renamed, replaced, grown or taken away between looks (``name: (inode, size)``)."""
    state, gone, now = PendingFiles(), [], STARTED
    for files in looks:
        now += 7
        present_files = [
            InboxFile(name, FileStamp(1, inode, size, 0)) for name, (inode, size) in files.items()
        ]
        state, withdrawn = update_pending(state, present_files, now, 10)
        gone += [one.key for one in withdrawn]
        present = [one for one in state.waiting if one.missing_since is None]
        assert sorted(one.name for one in present) == sorted(files)
    keys = [one.key for one in state.waiting] + gone
    assert sorted(serial for _, serial in keys) == list(range(1, sum(state.numbered.values()) + 1))


def test_two_names_of_one_file_are_two_deliveries(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = scan(desk.inbox() / "a.jpg")
    (desk.inbox() / "b.jpg").hardlink_to(first)
    desk.settled()
    assert desk.outcomes() == {"a.jpg": "stored", "b.jpg": "stored"}
