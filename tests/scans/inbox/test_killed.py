"""A run killed before any of its file operations loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.competing import competing_context, started_and_ended
from tests.fake_books import LEDGER
from tests.scans.inbox.desk import Desk, digest, scan

FILE_OPERATIONS = frozenset(
    {
        "open",
        "os.rename",
        "os.remove",
        "os.link",
        "os.mkdir",
        "os.rmdir",
        "os.chmod",
        "os.truncate",
        "shutil.rmtree",
    }
)
MOST_STEPS = 400


def _round_killed_before(desk: Desk, step: int) -> bool:
    """Run a round in a process that is killed before its ``step``-th operation on a file below the desk; whether it was
    (it may have come to its end before)."""
    child = os.fork()
    if child == 0:
        left = step

        def kill(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in FILE_OPERATIONS and arguments and str(desk.root) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(kill)
            desk.round(11)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _deliver(desk: Desk) -> dict[str, str]:
    """One of each kind; what each must come to, by hash."""
    inbox = desk.inbox()
    good, twice, bad = scan(inbox / "good.jpg", 1), scan(inbox / "twice.jpg", 1), inbox / "bad.pdf"
    bad.write_bytes(b"MZ a program")
    (inbox / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    return {digest(good): "stored", digest(twice): "stored", digest(bad): "quarantined"}


def _end_state(desk: Desk) -> tuple[object, ...]:
    rows = sorted(desk.manifest().rows.items())
    return (
        [(serial, row.name, str(row.outcome), row.sha256, row.file, row.again) for serial, row in rows],
        desk.stored(),
        [(path.name, digest(path)) for path in desk.quarantined()],
        sorted((path.name, digest(path)) for path in (desk.root / "books").glob("*/[!.]*")),
        [(serial, said.parts) for serial, said in sorted(desk.manifest().assignments.items())],
        sorted(path.name for path in desk.inbox().iterdir()),
    )


def _prepared(root: Path) -> Desk:
    desk = Desk(root)
    _deliver(desk)
    desk.round()
    desk.now += 100
    return desk


def test_a_kill_before_any_step_changes_nothing_in_the_end(tmp_path: Path) -> None:
    """In a process of one thread: what it forks waits for no lock that another thread held in that moment."""
    assert started_and_ended(
        [competing_context().Process(target=_killed_before_each_step, args=(tmp_path,))]
    ) == [0]


def _killed_before_each_step(root: Path) -> None:
    desk = _prepared(root / "undisturbed")
    desk.round(11)
    undisturbed = _end_state(desk)
    for step in range(1, MOST_STEPS):
        desk = _prepared(root / str(step))
        killed = _round_killed_before(desk, step)
        desk.round(11)
        desk.round(11)
        assert _end_state(desk) == undisturbed, step
        if not killed:
            break
    assert 60 < step < MOST_STEPS
