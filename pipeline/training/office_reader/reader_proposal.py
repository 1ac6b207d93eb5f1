"""What a supervisor is shown of a new reader: the gate's figures, and the lines that it reads otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.base.errors import SetupError
from pipeline.base.files import write_atomically
from pipeline.training.office_reader.gate import (
    CalibratedShare,
    GateVerdict,
    Objection,
    ReaderComparison,
    Refusal,
)
from pipeline.training.office_reader.line_scores import ComparedLine
from pipeline.training.office_reader.line_store import UNREADABLE, RemovedLines, pack_lines, unpack_lines
from pipeline.training.office_reader.versions import PROPOSAL

CHANGED_LINES, CHANGED_TEXTS, TAUGHT = "changed-lines.npz", "changed-lines.json", "taught.json"
MOST_SHOWN = 60
"""Lines that are shown of a proposal: those made worse first."""


@dataclass(frozen=True)
class ReaderProposal:
    """A new reader as it is proposed.

    Attributes:
        verdict: What the gate said.
        lines: Lines that it learnt from.
        frozen: Lines that tested it.
        changed: How many of those it reads otherwise.
        books: Books whose lines it learnt from.
        minutes: CPU minutes of training.
        refitted: Whether its calibration was fitted anew.
        left_out: How many decisions taught nothing, by why.
    """

    verdict: GateVerdict
    lines: int
    frozen: int
    changed: int
    books: int
    minutes: float
    refitted: bool
    left_out: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return it as the file of a version has it; no name, place or text is in it."""
        return asdict(self)


def read_proposal(folder: Path) -> ReaderProposal:
    """Return the proposal of a version.

    Raises:
        SetupError: Its file cannot be read.
    """
    path = folder / PROPOSAL
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return ReaderProposal(**{**told, "verdict": _verdict(told["verdict"])})
    except (OSError, ValueError, KeyError, TypeError):
        raise SetupError(
            f"Không đọc được {path}. Hãy lấy lại từ bản sao lưu hoặc chạy lại hotich learn."
        ) from None


def _verdict(told: Mapping[str, Any]) -> GateVerdict:
    def groups(name: str) -> dict[str, ReaderComparison]:
        return {group: ReaderComparison(**one) for group, one in told[name].items()}

    def share(one: Mapping[str, Any] | None) -> CalibratedShare | None:
        return None if one is None else CalibratedShare(**one)

    return GateVerdict(
        objections=tuple(Objection(**{**one, "why": Refusal(one["why"])}) for one in told["objections"]),
        overall=ReaderComparison(**told["overall"]),
        by_writer=groups("by_writer"),
        by_kind=groups("by_kind"),
        by_form=groups("by_form"),
        elsewhere=None if told["elsewhere"] is None else ReaderComparison(**told["elsewhere"]),
        shares={group: (share(pair[0]), share(pair[1])) for group, pair in told["shares"].items()},
    )


def write_changed_lines(folder: Path, lines: Sequence[ComparedLine]) -> None:
    """Keep the pictures and texts of lines that a new reader reads otherwise, those made worse first.

    Args:
        folder: Of the version.
        lines: All lines that were compared.
    """
    changed = [line for line in lines if line.is_read_otherwise]
    changed.sort(key=lambda one: (one.scored.before - one.scored.after, one.line.key))
    _write(folder, changed[:MOST_SHOWN])


def changed_lines(folder: Path) -> tuple[ComparedLine, ...]:
    """Return the kept lines of a version; none where there are none or the files cannot be read."""
    try:
        texts = json.loads((folder / CHANGED_TEXTS).read_text(encoding="utf-8"))
        lines = unpack_lines(folder / CHANGED_LINES)
        return tuple(
            ComparedLine(line, str(before), str(after))
            for line, (before, after) in zip(lines, texts, strict=True)
        )
    except UNREADABLE:
        return ()


def forget_lines(folder: Path, removed: RemovedLines) -> None:
    """Remove the pictures and texts of lines that were removed from what is kept to learn from."""
    kept = changed_lines(folder)
    left = [one for one in kept if not removed.covers(one.line)]
    if len(left) < len(kept):
        _write(folder, left)


def _write(folder: Path, lines: Sequence[ComparedLine]) -> None:
    pictures, texts = folder / CHANGED_LINES, folder / CHANGED_TEXTS
    if not lines:
        pictures.unlink(missing_ok=True)
        texts.unlink(missing_ok=True)
        return
    write_atomically(pictures, pack_lines([one.line for one in lines], ""), mode=0o600)
    told = json.dumps([(one.before, one.after) for one in lines], ensure_ascii=False)
    write_atomically(texts, told.encode(), mode=0o600)


def write_taught(folder: Path, entries: Sequence[str], logins: Sequence[str]) -> None:
    """Keep whose lines a version has learnt from, so that it is known when some of them are removed."""
    told = {"entries": sorted(set(entries)), "logins": sorted(set(logins))}
    write_atomically(folder / TAUGHT, json.dumps(told, ensure_ascii=False).encode(), mode=0o600)


def has_learnt_removed(folder: Path, removed: RemovedLines) -> bool:
    """Return whether a version has learnt from lines that were removed since, or that cannot be told any longer."""
    try:
        told = json.loads((folder / TAUGHT).read_text(encoding="utf-8"))
        return not (removed.entries.isdisjoint(told["entries"]) and removed.logins.isdisjoint(told["logins"]))
    except (OSError, ValueError, KeyError, TypeError):
        return bool(removed.entries or removed.logins)
