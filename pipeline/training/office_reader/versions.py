"""The office's own readers: a folder a version, which of them is in use, and the way back.

A version holds the networks that were trained further, each in place of the shipped one that it went on from, with the
calibration that belongs to them and what the gate said. A version whose shipped network is no longer the one that is
installed is not read with: its networks went on from weights that are gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from pipeline.base.errors import RegistryError, SetupError
from pipeline.base.files import make_folder, storage_errors, write_atomically
from pipeline.recognition.ocr.models import ModelCard, damaged_files, read_cards

IN_USE, PROPOSAL, CALIBRATION = "in-use.json", "proposal.json", "calibration.toml"
SHIPPED = 0
"""The number of the readers that came with the program."""


Note = Callable[[int], object]
"""Records an act; takes the version that was in use before it."""


class VersionState(StrEnum):
    """What became of a version."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    DECLINED = "declined"
    IN_USE = "in-use"
    EARLIER = "earlier"


class StaleProposal(RegistryError):
    """What was shown is no longer so: somebody decided meanwhile, or another version is in use."""


@dataclass(frozen=True, slots=True)
class ReaderVersion:
    """One version of the office's reader.

    Attributes:
        number: Its number, from 1.
        folder: Where it lies.
        made_at: When it was made, UTC.
        state: What became of it.
        before: The version that it was held against (``SHIPPED``: that which came with the program).
        lines: How many lines it learnt from.
        cards: The cards of its networks.
    """

    number: int
    folder: Path
    made_at: datetime
    state: VersionState
    before: int
    lines: int
    cards: tuple[ModelCard, ...]

    @property
    def calibration(self) -> Path:
        """The calibration that belongs to it."""
        return self.folder / CALIBRATION

    @property
    def proposal(self) -> Path:
        """What the gate said of it."""
        return self.folder / PROPOSAL


@dataclass(frozen=True, slots=True)
class ReaderVersions:
    """The versions of a workspace.

    Attributes:
        folder: Where they lie (``Workspace.models``).
    """

    folder: Path

    def all(self) -> tuple[ReaderVersion, ...]:
        """Return all versions, the latest first; a folder that says nothing of itself is none."""
        told = self._told()
        found = [self._version(path, told) for path in sorted(self.folder.glob("[0-9]*"), reverse=True)]
        return tuple(version for version in found if version is not None)

    def version(self, number: int) -> ReaderVersion | None:
        """Return a version; None where there is none of that number."""
        return self._version(self._path(number), self._told())

    @property
    def in_use(self) -> int:
        """The number of the version that is in use, ``SHIPPED`` where none is."""
        return int(self._told()["in_use"])

    def networks_in_use(self) -> Path | None:
        """Return the folder of the networks that are in use, None where they are those that came along."""
        number = self.in_use
        return None if number == SHIPPED else self._path(number)

    def next_folder(self) -> Path:
        """Return the folder that a further version gets; it is not made yet."""
        numbers = [int(name) for name in self._told()["versions"]]
        return self._path(max(numbers, default=0) + 1)

    def propose(
        self, folder: Path, proposal: Mapping[str, Any], *, passed: bool, lines: int, before: int
    ) -> ReaderVersion:
        """Record what the gate said of a version whose networks are written.

        Args:
            folder: From ``next_folder``.
            proposal: What the gate said, as JSON.
            passed: Whether it may be promoted.
            lines: How many lines it learnt from.
            before: The version that was in use when the training began: that which it was held against.
        """
        with self._locked() as told, storage_errors(self.folder):
            write_atomically(
                folder / PROPOSAL, json.dumps(proposal, ensure_ascii=False, indent=1).encode(), mode=0o600
            )
            told["versions"][folder.name] = {
                "state": VersionState.PROPOSED if passed else VersionState.REFUSED,
                "made_at": datetime.now(UTC).isoformat(),
                "before": before,
                "lines": lines,
            }
            self._write(told)
        found = self.version(int(folder.name))
        assert found is not None
        return found

    def promote(self, number: int, *, in_use: int, note: Note = lambda _: None) -> None:
        """Take a proposed version into use; that in use before is kept.

        Args:
            number: The version.
            in_use: The version that was in use when the proposal was shown.
            note: Records the act, before it takes effect; takes the version that was in use.

        Raises:
            StaleProposal: It is no longer proposed, or another version is in use than it was held against.
            SetupError: Its networks are gone or damaged.
        """
        with self._locked() as told:
            state = self._proposed(told, number)
            if told["in_use"] != in_use or state["before"] != in_use:
                raise StaleProposal(
                    "Bộ đọc đang dùng đã đổi sau khi bản đề nghị này được so sánh. Hãy chạy lại hotich learn để so với "
                    "bộ đọc đang dùng."
                )
            self._refuse_damaged(number)
            if told["in_use"] != SHIPPED:
                told["versions"][self._path(told["in_use"]).name]["state"] = VersionState.EARLIER
            note(in_use)
            state["state"] = VersionState.IN_USE
            told["in_use"] = number
            self._write(told)

    def decline(self, number: int, *, note: Note = lambda _: None) -> None:
        """Record that a proposed version is not taken.

        Args:
            number: The version.
            note: As for ``promote``.

        Raises:
            StaleProposal: It is no longer proposed.
        """
        with self._locked() as told:
            state = self._proposed(told, number)
            note(told["in_use"])
            state["state"] = VersionState.DECLINED
            self._write(told)

    def roll_back(
        self, number: int | None = None, *, in_use: int | None = None, note: Note = lambda _: None
    ) -> int:
        """Go back to an earlier version; nothing is deleted.

        Args:
            number: The version, ``SHIPPED`` for what came along; None for the one that was in use before this one.
            in_use: The version that was in use when this was asked; None where nobody was shown it.
            note: As for ``promote``.

        Returns:
            The version that is in use from now on.

        Raises:
            StaleProposal: That version was never in use, or is in use already; or another is in use than was shown.
            SetupError: Its networks are gone or damaged.
        """
        with self._locked() as told:
            now = told["in_use"]
            if in_use is not None and in_use != now:
                raise StaleProposal("Bộ đọc đang dùng vừa đổi. Hãy xem lại trang rồi quyết định.")
            if number is None:
                if now == SHIPPED:
                    raise StaleProposal("Bộ đọc đang dùng là bản đi kèm, không có bản trước để quay về.")
                number = int(told["versions"][self._path(now).name]["before"])
            known = told["versions"].get(self._path(number).name)
            if number == now or (
                number != SHIPPED and (known is None or known["state"] != VersionState.EARLIER)
            ):
                raise StaleProposal(f"Bản {number} chưa từng được dùng hoặc đang được dùng.")
            if number != SHIPPED:
                self._refuse_damaged(number)
            note(now)
            if now != SHIPPED:
                told["versions"][self._path(now).name]["state"] = VersionState.EARLIER
            if known is not None:
                known["state"] = VersionState.IN_USE
            told["in_use"] = number
            self._write(told)
        return number

    def _proposed(self, told: Mapping[str, Any], number: int) -> dict[str, Any]:
        state: dict[str, Any] | None = told["versions"].get(self._path(number).name)
        if state is None or state["state"] != VersionState.PROPOSED:
            raise StaleProposal("Bản đề nghị này không còn chờ quyết định: đã có người quyết định trước.")
        return state

    def _refuse_damaged(self, number: int) -> None:
        """Raise ``SetupError`` where a version cannot be read with: every page would fail, or be read as it ships."""
        folder = self._path(number)
        cards = read_cards(folder)
        if not cards or any(damaged_files(card, folder) for card in cards):
            raise SetupError(
                f"Mô hình của bản {number} thiếu hoặc hỏng. Hãy lấy lại thư mục models/ từ bản sao lưu."
            )

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:04d}"

    def _version(self, path: Path, told: Mapping[str, Any]) -> ReaderVersion | None:
        known = told["versions"].get(path.name)
        if known is None or not path.is_dir():
            return None
        return ReaderVersion(
            number=int(path.name),
            folder=path,
            made_at=datetime.fromisoformat(known["made_at"]),
            state=VersionState(known["state"]),
            before=int(known["before"]),
            lines=int(known["lines"]),
            cards=read_cards(path),
        )

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Any]]:
        """Hold the file that says which version is in use, so that two decisions come one after the other."""
        with storage_errors(self.folder):
            make_folder(self.folder)
            with (self.folder / ".lock").open("w") as lock:
                flock(lock, LOCK_EX)
                yield self._told()

    def _told(self) -> dict[str, Any]:
        path = self.folder / IN_USE
        if not path.exists():
            return {"in_use": SHIPPED, "versions": {}}
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            int(told["in_use"]), told["versions"].items()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise SetupError(
                f"Không đọc được {path}, nơi ghi bộ đọc đang dùng. Hãy lấy lại tệp này từ bản sao lưu, hoặc cất nó đi "
                "để dùng bộ đọc đi kèm."
            ) from None
        return told

    def _write(self, told: Mapping[str, Any]) -> None:
        write_atomically(
            self.folder / IN_USE, json.dumps(told, ensure_ascii=False, indent=1).encode(), mode=0o600
        )
