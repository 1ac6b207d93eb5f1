"""The office's own readers: a folder for each version, the version in use, and the return to earlier versions.

A version holds the further trained networks, each in place of its shipped parent, with their calibration and the
verdict of the gate. A version whose shipped parent is no longer installed is not used, nor one whose files are not
those that the audit holds of its promotion.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from pipeline.base.errors import RegistryError, SetupError
from pipeline.base.files import (
    Recorded,
    make_folder,
    nothing_recorded,
    sha256_of_file,
    storage_errors,
    write_atomically,
)
from pipeline.recognition.ocr.models import ModelCard, damaged_files, read_cards

IN_USE, PROPOSAL, CALIBRATION = "in-use.json", "proposal.json", "calibration.toml"
SHIPPED = 0
"""The number of the shipped readers."""

PROMOTED = "reader-promoted"
"""The act in the audit that holds the digest of a version."""

_logger = logging.getLogger(__name__)

Note = Callable[[int], object]
"""Records an act; gets the version in use before it."""


class VersionState(StrEnum):
    """The state of a version."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    DECLINED = "declined"
    IN_USE = "in-use"
    EARLIER = "earlier"


class StaleProposal(RegistryError):
    """The displayed state is outdated: another person decided, or another version is in use."""


@dataclass(frozen=True, slots=True)
class ReaderVersion:
    """A version of the office's reader.

    Attributes:
        number: Number, from 1.
        made_at: Creation time, UTC.
        state: What became of it.
        before: The version it was compared with (``SHIPPED``: the shipped reader).
        lines: Number of learnt lines.
        cards: Cards of the networks.
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
        """The file of its calibration."""
        return self.folder / CALIBRATION

    @property
    def proposal(self) -> Path:
        """The file with the verdict of the gate."""
        return self.folder / PROPOSAL


@dataclass(frozen=True, slots=True)
class ReaderVersions:
    """The versions in a workspace.

    Attributes:
        folder: Folder of the versions (``Workspace.models``).
        recorded: Returns the digests of promoted versions; without it no version is used.
    """

    folder: Path
    recorded: Recorded = nothing_recorded

    def all(self) -> tuple[ReaderVersion, ...]:
        """Return all versions, latest first; folders missing from the list are skipped."""
        state = self._state()
        versions = [self._version(path, state) for path in sorted(self.folder.glob("[0-9]*"), reverse=True)]
        return tuple(version for version in versions if version is not None)

    def version(self, number: int) -> ReaderVersion | None:
        """Return a version by number; ``None`` if there is none."""
        return self._version(self._path(number), self._state())

    @property
    def in_use(self) -> int:
        """The number of the version in use, or ``SHIPPED``."""
        return int(self._state()["in_use"])

    def networks_in_use(self) -> Path | None:
        """Return the folder of the networks in use; ``None``: the shipped networks.

        They are also used where the version in use is not the one in the audit.
        """
        number = self.in_use
        if number == SHIPPED:
            return None
        if not self.is_recorded(number):
            _logger.warning("reader %d is not the one in the audit: the shipped reader is used", number)
            return None
        return self._path(number)

    def is_recorded(self, number: int) -> bool:
        """Return whether the files of a version are those that the audit holds of its promotion."""
        return self._digest(number) in self.recorded(f"reader:{number}", PROMOTED)

    def next_folder(self) -> Path:
        """Return the folder of the next version, not yet created."""
        numbers = [int(name) for name in self._state()["versions"]]
        return self._path(max(numbers, default=0) + 1)

    def propose(
        self, folder: Path, proposal: Mapping[str, Any], *, passed: bool, lines: int, before: int
    ) -> ReaderVersion:
        """Store the verdict of the gate on a version with finished networks.

        Args:
            folder: The folder from ``next_folder``.
            proposal: The proposal as JSON data.
            passed: Whether it may be promoted.
            lines: Number of learnt lines.
            before: The version in use when the training began, with which it was compared.
        """
        with self._locked() as state, storage_errors(self.folder):
            write_atomically(
                folder / PROPOSAL, json.dumps(proposal, ensure_ascii=False, indent=1).encode(), mode=0o600
            )
            state["versions"][folder.name] = {
                "state": VersionState.PROPOSED if passed else VersionState.REFUSED,
                "made_at": datetime.now(UTC).isoformat(),
                "before": before,
                "lines": lines,
            }
            self._write(state)
        version = self.version(int(folder.name))
        assert version is not None
        return version

    def promote(
        self, number: int, *, in_use: int, note: Callable[[int, str], object] = lambda _, __: None
    ) -> None:
        """Take a proposed version into use; the previous version is kept.

        Args:
            in_use: The version in use when the proposal was displayed.
            note: Records the act (``PROMOTED``) before it takes effect; gets the version in use and the digest of the
                proposed version.

        Raises:
            StaleProposal: It is no longer proposed, or the version in use is not the version it was compared with.
            SetupError: Its networks are missing or damaged.
        """
        with self._locked() as state:
            version = self._proposed(state, number)
            if state["in_use"] != in_use or version["before"] != in_use:
                raise StaleProposal(
                    "Bộ đọc đang dùng đã đổi sau khi bản đề nghị này được so sánh. Hãy chạy lại hotich learn để so với "
                    "bộ đọc đang dùng."
                )
            self._refuse_damaged(number)
            if state["in_use"] != SHIPPED:
                state["versions"][self._path(state["in_use"]).name]["state"] = VersionState.EARLIER
            note(in_use, self._digest(number))
            version["state"] = VersionState.IN_USE
            state["in_use"] = number
            self._write(state)

    def decline(self, number: int, *, note: Note = lambda _: None) -> None:
        """Record that a proposed version is declined.

        Args:
            note: Records the act before it takes effect; gets the version in use.

        Raises:
            StaleProposal: It is no longer proposed.
        """
        with self._locked() as state:
            version = self._proposed(state, number)
            note(state["in_use"])
            version["state"] = VersionState.DECLINED
            self._write(state)

    def roll_back(
        self, number: int | None = None, *, in_use: int | None = None, note: Note = lambda _: None
    ) -> int:
        """Return to an earlier version; no version is deleted.

        Args:
            number: The version; ``SHIPPED``: the shipped reader; ``None``: the version in use before.
            in_use: The version in use when it was displayed; ``None``: none was displayed.
            note: As in ``decline``.

        Returns:
            The version in use afterwards.

        Raises:
            StaleProposal: The version was never in use, is in use already, or the version in use differs from the
                displayed version.
            SetupError: Its networks are missing or damaged, or not those in the audit.
        """
        with self._locked() as state:
            current = state["in_use"]
            if in_use is not None and in_use != current:
                raise StaleProposal("Bộ đọc đang dùng vừa đổi. Hãy xem lại trang rồi quyết định.")
            if number is None:
                if current == SHIPPED:
                    raise StaleProposal("Bộ đọc đang dùng là bản đi kèm, không có bản trước để quay về.")
                number = int(state["versions"][self._path(current).name]["before"])
            version = state["versions"].get(self._path(number).name)
            if number == current or (
                number != SHIPPED and (version is None or version["state"] != VersionState.EARLIER)
            ):
                raise StaleProposal(f"Bản {number} chưa từng được dùng hoặc đang được dùng.")
            if number != SHIPPED:
                self._refuse_damaged(number)
                if not self.is_recorded(number):
                    raise SetupError(
                        f"Tệp của bản {number} không phải tệp mà nhật ký kiểm tra ghi khi nhận bản ấy (đã bị sửa, hay "
                        "nhận bằng bản phần mềm chưa ghi mã băm). Hãy chạy lại hotich learn."
                    )
            note(current)
            if current != SHIPPED:
                state["versions"][self._path(current).name]["state"] = VersionState.EARLIER
            if version is not None:
                version["state"] = VersionState.IN_USE
            state["in_use"] = number
            self._write(state)
        return number

    def _proposed(self, state: Mapping[str, Any], number: int) -> dict[str, Any]:
        version: dict[str, Any] | None = state["versions"].get(self._path(number).name)
        if version is None or version["state"] != VersionState.PROPOSED:
            raise StaleProposal("Bản đề nghị này không còn chờ quyết định: đã có người quyết định trước.")
        return version

    def _refuse_damaged(self, number: int) -> None:
        """Raise ``SetupError`` if a version is unusable: every page would fail or be read by the shipped reader."""
        folder = self._path(number)
        cards = read_cards(folder)
        if not cards or any(damaged_files(card, folder) for card in cards):
            raise SetupError(
                f"Mô hình của bản {number} thiếu hoặc hỏng. Hãy lấy lại thư mục models/ từ bản sao lưu."
            )

    def _digest(self, number: int) -> str:
        """Return the SHA-256 over all files by which a version reads: its networks and its calibration."""
        folder = self._path(number)
        files = sorted([*folder.glob("*/*"), folder / CALIBRATION])
        listed = [f"{path.relative_to(folder)} {sha256_of_file(path)}\n" for path in files if path.is_file()]
        return hashlib.sha256("".join(listed).encode()).hexdigest()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:04d}"

    def _version(self, path: Path, state: Mapping[str, Any]) -> ReaderVersion | None:
        entry = state["versions"].get(path.name)
        if entry is None or not path.is_dir():
            return None
        return ReaderVersion(
            number=int(path.name),
            folder=path,
            made_at=datetime.fromisoformat(entry["made_at"]),
            state=VersionState(entry["state"]),
            before=int(entry["before"]),
            lines=int(entry["lines"]),
            cards=read_cards(path),
        )

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Any]]:
        """Lock the state file and yield its content, so that decisions are made in turn."""
        with storage_errors(self.folder):
            make_folder(self.folder)
            with (self.folder / ".lock").open("w") as lock:
                flock(lock, LOCK_EX)
                yield self._state()

    def _state(self) -> dict[str, Any]:
        path = self.folder / IN_USE
        if not path.exists():
            return {"in_use": SHIPPED, "versions": {}}
        try:
            state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            int(state["in_use"]), state["versions"].items()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise SetupError(
                f"Không đọc được {path}, nơi ghi bộ đọc đang dùng. Hãy lấy lại tệp này từ bản sao lưu, hoặc cất nó đi "
                "để dùng bộ đọc đi kèm."
            ) from None
        return state

    def _write(self, state: Mapping[str, Any]) -> None:
        write_atomically(
            self.folder / IN_USE, json.dumps(state, ensure_ascii=False, indent=1).encode(), mode=0o600
        )
