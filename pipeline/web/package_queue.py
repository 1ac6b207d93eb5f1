"""Packages of books for download, made in the background one at a time."""

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

from pipeline.base.errors import HotichError
from pipeline.base.signing_key import signing_key
from pipeline.declarations.schema.shared_software import PROVINCE_FILE
from pipeline.delivery.package import LoadingOverride
from pipeline.scans.workspace import PACKAGE_KEY
from pipeline.web.security.middleware import log_fault

MANIFEST = "manifest.json"
"""A folder that holds this file is a complete package."""

REFUSAL = "refusal.json"
"""The file with the reason of a refusal, in the folder of the attempt."""


class PackagePhase(StrEnum):
    """The phase of a book's package."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PackageRefusal:
    """Why a package was not made.

    Attributes:
        places: The obstacles: a description, and the address of the page that resolves it (``""``: none).
        may_overrule: Whether somebody's reason is enough to deliver all the same.
    """

    sentence: str
    places: tuple[tuple[str, str], ...] = ()
    may_overrule: bool = False


class PackageMaker(Protocol):
    """Makes the package of a book."""

    def __call__(
        self,
        book_id: int,
        target: Path,
        on_copied: Callable[[int, int], None],
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        """Make the package in a folder under ``target``.

        Args:
            target: The folder of this attempt.
            on_copied: Called with the numbers of copied and of all entries; an exception raised by it ends the work.
            partial: Leave out undeliverable entries; otherwise a single one holds the whole book back.
            despite: Deliver also what the rehearsal of loading refuses.

        Returns:
            None when the package was written, else the reason.

        Raises:
            HotichError: The registry or the disk fails.
        """
        ...


@dataclass(frozen=True, slots=True)
class PackageState:
    """The state of a book's package.

    Attributes:
        done: Entries copied so far, out of ``total``.
        refusal: Why the last attempt, at ``refused_at``, made no package.
        files: File names of the last package, made at ``made_at``, regardless of later attempts.
        held: Number of entries and pages that this package leaves out.
        empty: Columns of this package without any value.
    """

    phase: PackagePhase = PackagePhase.NONE
    done: int = 0
    total: int = 0
    refusal: PackageRefusal | None = None
    refused_at: datetime | None = None
    files: tuple[str, ...] = ()
    made_at: datetime | None = None
    held: int = 0
    empty: tuple[str, ...] = ()

    @property
    def is_under_way(self) -> bool:
        return self.phase in (PackagePhase.WAITING, PackagePhase.RUNNING)


class _Stopped(Exception):
    """The server is stopping."""


class PackageQueue:
    """Makes packages under ``folder``, each in ``<book>/<time>/<name>``, and never overwrites a package.

    The reason of a refusal is kept in the folder of its attempt, so that the next server can show it.

    A context manager: on exit, the running attempt ends and leaves nothing.

    Args:
        folder: The folder of all packages.
        make: Makes a package; None: this server makes no packages.
    """

    def __init__(self, folder: Path, make: PackageMaker | None = None) -> None:
        self._folder, self._make = folder, make
        self._states: dict[int, PackageState] = {}
        self._ended: dict[int, datetime] = {}
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

    def start(self, book_id: int, *, partial: bool = False, despite: LoadingOverride | None = None) -> bool:
        """Queue the package of a book; return False where it is already queued or running.

        Args:
            partial: Leave out undeliverable entries.
            despite: Deliver also what the rehearsal of loading refuses.
        """
        if self._make is None:
            return False
        with self._lock:
            if self._states.get(book_id, PackageState()).is_under_way:
                return False
            self._states[book_id] = PackageState(PackagePhase.WAITING)
        self._worker.submit(self._run, book_id, self._make, partial, despite)
        return True

    def state(self, book_id: int) -> PackageState:
        with self._lock:
            state = self._states.get(book_id)
        package = self._last(book_id)  # read after the state, so that a finished package has its files
        if state is None:
            state = self._refused_before(book_id, package) or PackageState()
        if package is None:
            return state
        made_at = datetime.fromtimestamp((package / MANIFEST).stat().st_mtime, UTC)
        phase = PackagePhase.DONE if state.phase is PackagePhase.NONE else state.phase
        held, empty = _shortcomings(package)
        return replace(state, phase=phase, files=_names(package), made_at=made_at, held=held, empty=empty)

    def ended_since(self, since: datetime) -> dict[int, tuple[datetime, PackageState]]:
        """Return when and how attempts of this server ended after a moment, by book."""
        with self._lock:
            ended = dict(self._ended)
            return {
                book_id: (at, self._states[book_id])
                for book_id, at in ended.items()
                if at > since and not self._states[book_id].is_under_way
            }

    def file(self, book_id: int, name: str) -> Path | None:
        """Return the path of a file of the last complete package of a book, or None."""
        package = self._last(book_id)
        return package / name if package is not None and name in _names(package) else None

    def folder_of(self, book_id: int) -> Path | None:
        """Return the folder of the last complete package of a book, or None."""
        return self._last(book_id)

    @property
    def public_key(self) -> str:
        """The public key of the office, by which its packages are signed; ``""`` before the first package."""
        path = self._folder.with_name(PACKAGE_KEY)
        return signing_key(path).public if path.exists() else ""

    @property
    def province_file(self) -> Path:
        """The file of the workspace with the refusals of the real software."""
        return self._folder.with_name(PROVINCE_FILE)

    def wait(self) -> None:
        self._worker.submit(lambda: None).result()

    def _last(self, book_id: int) -> Path | None:
        manifests = sorted((self._folder / str(book_id)).glob(f"*/*/{MANIFEST}"))
        return manifests[-1].parent if manifests else None

    def _refused_before(self, book_id: int, package: Path | None) -> PackageState | None:
        """Return the refused state of the last attempt after ``package`` and before this server started, if any."""
        refusals = sorted((self._folder / str(book_id)).glob(f"*/{REFUSAL}"))
        if not refusals or (package is not None and package.parent > refusals[-1].parent):
            return None
        try:
            stored = json.loads(refusals[-1].read_text(encoding="utf-8"))
            places = tuple((str(what), str(where)) for what, where in stored["places"])
            refused_at = datetime.fromisoformat(stored["refused_at"])
            return PackageState(
                PackagePhase.REFUSED,
                refusal=PackageRefusal(str(stored["sentence"]), places, stored.get("may_overrule") is True),
                refused_at=refused_at,
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            log_fault(error)
            return None

    def _run(self, book_id: int, make: PackageMaker, partial: bool, despite: LoadingOverride | None) -> None:
        target = self._folder / str(book_id) / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")

        def on_copied(done: int, total: int) -> None:
            if self._stopping.is_set():
                raise _Stopped
            self._set_state(book_id, PackageState(PackagePhase.RUNNING, done, total))

        self._set_state(book_id, PackageState(PackagePhase.RUNNING))
        try:
            refused = make(book_id, target, on_copied, partial=partial, despite=despite)
        except HotichError as error:
            refused = PackageRefusal(error.message)
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001 (any fault is shown on the page and logged)
            log_fault(error)
            refused = PackageRefusal(
                "Chương trình gặp lỗi khi xuất; chưa có gói nào được ghi. Hãy báo người quản trị."
            )
        if refused is None:
            self._set_state(book_id, PackageState(PackagePhase.DONE))
            return
        refused_at = datetime.now(UTC)
        _store_refusal(target, refused, refused_at)
        self._set_state(book_id, PackageState(PackagePhase.REFUSED, refusal=refused, refused_at=refused_at))

    def _set_state(self, book_id: int, state: PackageState) -> None:
        with self._lock:
            self._states[book_id] = state
            if not state.is_under_way:
                self._ended[book_id] = datetime.now(UTC)


def _store_refusal(target: Path, refused: PackageRefusal, refused_at: datetime) -> None:
    """Write the reason into the folder of the attempt; this server remembers it even if the disk fails."""
    content = json.dumps(
        {**asdict(refused), "refused_at": refused_at.isoformat()}, ensure_ascii=False, indent=1
    )
    work = target / f".{REFUSAL}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        work.write_text(content, encoding="utf-8")
        work.rename(target / REFUSAL)
    except OSError as error:
        log_fault(error)


def _shortcomings(package: Path) -> tuple[int, tuple[str, ...]]:
    """Return how many entries and pages a package leaves out and its empty columns, as its manifest says."""
    try:
        manifest = json.loads((package / MANIFEST).read_text(encoding="utf-8"))
        return len(manifest.get("not_settled", ())), tuple(map(str, manifest.get("empty_columns", ())))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        log_fault(error)
        return 0, ()


def _names(package: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in package.iterdir()))


NO_PACKAGE_QUEUE = PackageQueue(Path(os.devnull))
"""For an application that makes no packages."""
