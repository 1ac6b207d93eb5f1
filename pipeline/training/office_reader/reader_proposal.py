"""The proposal of a new reader for a supervisor: the gate's figures, and the lines with a new reading."""

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
"""Number of lines to show with a proposal: deteriorated lines first."""


@dataclass(frozen=True)
class ReaderProposal:
    """A proposed new reader.

    Attributes:
        lines: Number of learnt lines.
        frozen: Number of test lines.
        changed: Number of test lines with a new reading.
        books: Number of books with learnt lines.
        minutes: CPU minutes of training.
        refitted: Whether its calibration was newly fitted.
        left_out: Number of unusable decisions by reason.
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
        """Return the proposal as JSON data, without names, places or texts."""
        return asdict(self)


def read_proposal(folder: Path) -> ReaderProposal:
    """Return the proposal of a version.

    Raises:
        SetupError: The file cannot be read.
    """
    path = folder / PROPOSAL
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return ReaderProposal(**{**data, "verdict": _verdict(data["verdict"])})
    except (OSError, ValueError, KeyError, TypeError):
        raise SetupError(
            f"Không đọc được {path}. Hãy lấy lại từ bản sao lưu hoặc chạy lại hotich learn."
        ) from None


def _verdict(data: Mapping[str, Any]) -> GateVerdict:
    def groups(name: str) -> dict[str, ReaderComparison]:
        return {group: ReaderComparison(**comparison) for group, comparison in data[name].items()}

    def share(refusal: Mapping[str, Any] | None) -> CalibratedShare | None:
        return None if refusal is None else CalibratedShare(**refusal)

    return GateVerdict(
        objections=tuple(
            Objection(**{**refusal, "why": Refusal(refusal["why"])}) for refusal in data["objections"]
        ),
        overall=ReaderComparison(**data["overall"]),
        by_writer=groups("by_writer"),
        by_kind=groups("by_kind"),
        by_form=groups("by_form"),
        elsewhere=None if data["elsewhere"] is None else ReaderComparison(**data["elsewhere"]),
        shares={group: (share(pair[0]), share(pair[1])) for group, pair in data["shares"].items()},
    )


def write_changed_lines(folder: Path, lines: Sequence[ComparedLine]) -> None:
    """Store pictures and texts of lines with a new reading, deteriorated lines first.

    Args:
        folder: Folder of the version.
    """
    changed = [line for line in lines if line.is_read_otherwise]
    changed.sort(key=lambda line: (line.scored.before - line.scored.after, line.line.key))
    _write(folder, changed[:MOST_SHOWN])


def changed_lines(folder: Path) -> tuple[ComparedLine, ...]:
    """Return the stored lines of a version; empty if there are none or the files cannot be read."""
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
    """Remove pictures and texts of lines that were removed from learning."""
    kept = changed_lines(folder)
    left = [line for line in kept if not removed.covers(line.line)]
    if len(left) < len(kept):
        _write(folder, left)


def _write(folder: Path, lines: Sequence[ComparedLine]) -> None:
    pictures, texts = folder / CHANGED_LINES, folder / CHANGED_TEXTS
    if not lines:
        pictures.unlink(missing_ok=True)
        texts.unlink(missing_ok=True)
        return
    write_atomically(pictures, pack_lines([line.line for line in lines], ""), mode=0o600)
    readings = json.dumps([(line.before, line.after) for line in lines], ensure_ascii=False)
    write_atomically(texts, readings.encode(), mode=0o600)


def write_taught(folder: Path, entries: Sequence[str], logins: Sequence[str]) -> None:
    """Store entries and deciders of the learnt lines, to detect later removals."""
    names = {"entries": sorted(set(entries)), "logins": sorted(set(logins))}
    write_atomically(folder / TAUGHT, json.dumps(names, ensure_ascii=False).encode(), mode=0o600)


def has_learnt_removed(folder: Path, removed: RemovedLines) -> bool:
    """Return whether a version learnt from lines removed since, or may have."""
    try:
        taught = json.loads((folder / TAUGHT).read_text(encoding="utf-8"))
        return not (
            removed.entries.isdisjoint(taught["entries"]) and removed.logins.isdisjoint(taught["logins"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return bool(removed.entries or removed.logins)
