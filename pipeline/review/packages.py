"""Packages of books made in the background, one at a time, and taken by those who asked for them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from pipeline.errors import HotichError
from pipeline.review.journal import note_fault

MANIFEST = "manifest.json"
"""A folder that holds it is a package that is whole."""

REFUSAL = "refusal.json"
"""In the folder of an attempt: why no package came of it."""


class Phase(StrEnum):
    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a package was not made: one ``sentence``, and the places that are meant, each in words and with the address
    of where to mend it (``""``: none)."""

    sentence: str
    places: tuple[tuple[str, str], ...] = ()


class PackageMaker(Protocol):
    """Makes the package of a book in a folder under ``target``."""

    def __call__(self, book_id: int, target: Path, on_copied: Callable[[int, int], None]) -> Refusal | None:
        """Returns None when it was written, else why not. ``on_copied`` is told how many entries of how many are
        copied; what it raises ends the work. Raises ``HotichError``."""
        ...


@dataclass(frozen=True, slots=True)
class PackageState:
    """Where the package of a book stands: ``done`` of ``total`` entries; ``refusal``: why the last attempt, at
    ``refused_at``, made none; ``files``: names of the last whole package, made at ``made_at``, whatever became of later
    attempts."""

    phase: Phase = Phase.NONE
    done: int = 0
    total: int = 0
    refusal: Refusal | None = None
    refused_at: datetime | None = None
    files: tuple[str, ...] = ()
    made_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        return self.phase in (Phase.WAITING, Phase.RUNNING)


class _Stopped(Exception):
    """The server stops."""


class PackageDesk:
    """Packages under ``folder``, each in ``<book>/<time>/<name>``; none is ever overwritten. Why one was refused stands
    in its place, so that the next server tells it too. ``make`` None: this server makes none. Use it as a context
    manager: leaving it ends the work under way, of which nothing stays."""

    def __init__(self, folder: Path, make: PackageMaker | None = None) -> None:
        self._folder, self._make = folder, make
        self._states: dict[int, PackageState] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="packages")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._worker.shutdown(cancel_futures=True)

    @property
    def is_open(self) -> bool:
        """Whether this server makes packages."""
        return self._make is not None

    def start(self, book_id: int) -> bool:
        """Have the package of a book made, after those asked for before; returns whether it was not under way yet."""
        if self._make is None:
            return False
        with self._lock:
            if self._states.get(book_id, PackageState()).is_under_way:
                return False
            self._states[book_id] = PackageState(Phase.WAITING)
        self._worker.submit(self._made, book_id, self._make)
        return True

    def state(self, book_id: int) -> PackageState:
        with self._lock:
            state = self._states.get(book_id)
        package = self._last(book_id)  # after the state: whoever reads that it is done finds its files
        if state is None:
            state = self._refused_before(book_id, package) or PackageState()
        if package is None:
            return state
        made_at = datetime.fromtimestamp((package / MANIFEST).stat().st_mtime, UTC)
        phase = Phase.DONE if state.phase is Phase.NONE else state.phase
        return replace(state, phase=phase, files=_names(package), made_at=made_at)

    def file(self, book_id: int, name: str) -> Path | None:
        """A file of the last whole package of a book."""
        package = self._last(book_id)
        return package / name if package is not None and name in _names(package) else None

    def wait(self) -> None:
        """Wait until nothing is under way."""
        self._worker.submit(lambda: None).result()

    def _last(self, book_id: int) -> Path | None:
        found = sorted((self._folder / str(book_id)).glob(f"*/*/{MANIFEST}"))
        return found[-1].parent if found else None

    def _refused_before(self, book_id: int, package: Path | None) -> PackageState | None:
        """What the last attempt came to before this server started, if it was refused after ``package`` was made."""
        found = sorted((self._folder / str(book_id)).glob(f"*/{REFUSAL}"))
        if not found or (package is not None and package.parent > found[-1].parent):
            return None
        try:
            told = json.loads(found[-1].read_text(encoding="utf-8"))
            places = tuple((str(what), str(where)) for what, where in told["places"])
            refused_at = datetime.fromisoformat(told["refused_at"])
            return PackageState(
                Phase.REFUSED, refusal=Refusal(str(told["sentence"]), places), refused_at=refused_at
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            note_fault(error)
            return None

    def _made(self, book_id: int, make: PackageMaker) -> None:
        target = self._folder / str(book_id) / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")

        def on_copied(done: int, total: int) -> None:
            if self._stopping.is_set():
                raise _Stopped
            self._note(book_id, PackageState(Phase.RUNNING, done, total))

        self._note(book_id, PackageState(Phase.RUNNING))
        try:
            refused = make(book_id, target, on_copied)
        except HotichError as error:
            refused = Refusal(error.message)
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001 (whatever it is, the page says so and the log where)
            note_fault(error)
            refused = Refusal(
                "Chương trình gặp lỗi khi xuất; chưa có gói nào được ghi. Hãy báo người quản trị."
            )
        if refused is None:
            self._note(book_id, PackageState(Phase.DONE))
            return
        refused_at = datetime.now(UTC)
        _keep(target, refused, refused_at)
        self._note(book_id, PackageState(Phase.REFUSED, refusal=refused, refused_at=refused_at))

    def _note(self, book_id: int, state: PackageState) -> None:
        with self._lock:
            self._states[book_id] = state


def _keep(target: Path, refused: Refusal, refused_at: datetime) -> None:
    """Write down why there is no package in that folder; where the disk refuses it, this server knows it all the
    same."""
    told = json.dumps({**asdict(refused), "refused_at": refused_at.isoformat()}, ensure_ascii=False, indent=1)
    work = target / f".{REFUSAL}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        work.write_text(told, encoding="utf-8")
        work.rename(target / REFUSAL)
    except OSError as error:
        note_fault(error)


def _names(package: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in package.iterdir()))


NO_PACKAGES = PackageDesk(Path(os.devnull))
"""For an application that makes none."""
