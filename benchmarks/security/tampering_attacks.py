"""What somebody who may write to the database does behind the program's back, as ``bench_audit`` tries it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry.tamperings import tried_on_postgresql, tried_on_sqlite
from benchmarks.security.attack_log import AttackLog

GROUP = "sửa sau lưng"


def attack_registry(log: AttackLog, root: Path, *, on_postgresql: bool) -> None:
    """Do each tampering to a registry of its own, let the program go on, and look through the audit."""
    root.mkdir(parents=True)
    tried = tried_on_postgresql if on_postgresql else tried_on_sqlite
    for outcome in tried(root):
        if outcome.word == "out of reach":
            log.note_out_of_reach(GROUP, outcome.tampering.name, outcome.tampering.unreachable)
        else:
            log.note(
                GROUP, outcome.tampering.name, held=outcome.word != "fallen", seen="neither found nor refused"
            )
