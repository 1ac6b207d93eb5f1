"""The store of scans looked through: is every scan there, is it the one it is named by, and whose is what lies there?

Objects lie in 256 folders by the first two digits of their SHA-256. The whole store is checked at once, or so many
folders a night that all are checked within some nights; how far that is, and what is wrong, stands in
``store-check.json`` of the workspace, written after each folder, so that a check that is cut off goes on from there.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.base.errors import ScanError
from pipeline.base.files import (
    TEMP_PREFIX,
    FileRefused,
    make_folder,
    parse_json,
    printable,
    read_regular_file,
    storage_errors,
    write_atomically,
)
from pipeline.base.logs import scan_id
from pipeline.scans.workspace import Workspace, digest_of_object

log = logging.getLogger(__name__)

STATE_FILE = "store-check.json"
FOLDERS = tuple(f"{number:02x}" for number in range(256))
NIGHTS = 7
"""Within how many nights the whole store is checked, unless told otherwise."""

MOST_STATE_BYTES = 64 << 20
_NAME = re.compile(r"([0-9a-f]{64})(?:\.[a-z0-9]{1,5})?")


class StoreFlawKind(StrEnum):
    """What can be wrong with an object.

    Attributes:
        ALTERED: Its bytes are not those that its name says.
        SWAPPED: Its bytes are those of another scan that is known.
        MISSING: A book or a manifest names it, and it is in no store.
        UNREADABLE: The disk does not give its bytes, or it is no regular file.
        STRAY: Nothing names it. It harms nothing and is told only.
    """

    ALTERED = "altered"
    SWAPPED = "swapped"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class StoreFlaw:
    """Something wrong with the store.

    Attributes:
        kind: What is wrong.
        sha256: The scan that should be there; of a stray object the name of its file.
        name: How books name that scan; ``""`` where none does.
        instead: How books name the scan whose bytes lie there.
        shared: Whether it is the copy in the shared store.
    """

    kind: StoreFlawKind
    sha256: str
    name: str = ""
    instead: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a check of some folders of the store found.

    Attributes:
        objects: How many objects were hashed.
        size: Their bytes.
        flaws: What is wrong.
        strays: Objects that nothing names.
    """

    objects: int
    size: int
    flaws: tuple[StoreFlaw, ...]
    strays: tuple[StoreFlaw, ...]

    @property
    def passed(self) -> bool:
        """Whether every scan that is known is there and is itself."""
        return not self.flaws


OnFolder = Callable[[int, int], None]
"""How many folders of how many are done."""


def check_store(
    workspace: Workspace,
    known: Mapping[str, str],
    folders: Iterable[str] = FOLDERS,
    on_folder: OnFolder = lambda _done, _all: None,
) -> StoreReport:
    """Hash every object of some folders and compare them with what is known.

    Args:
        workspace: The workspace of the store.
        known: The names of all scans of books and manifests, by SHA-256.
        folders: The folders to check.
        on_folder: Called after each.

    Raises:
        StorageError: The shared store cannot be asked.
    """
    wanted, objects, size = tuple(folders), 0, 0
    found: list[StoreFlaw] = []
    for done, folder in enumerate(wanted, start=1):
        hashed, read, here = _checked_folder(workspace, known, folder)
        objects, size = objects + hashed, size + read
        found += here
        on_folder(done, len(wanted))
    strays = tuple(flaw for flaw in found if flaw.kind is StoreFlawKind.STRAY)
    flaws = tuple(flaw for flaw in found if flaw.kind is not StoreFlawKind.STRAY)
    for flaw in flaws:
        log.info("scan %s in the store: %s", scan_id(flaw.sha256), flaw.kind)
    return StoreReport(objects, size, flaws, strays)


def _checked_folder(
    workspace: Workspace, known: Mapping[str, str], folder: str
) -> tuple[int, int, list[StoreFlaw]]:
    """Return how many objects of a folder were hashed, their bytes, and its flaws."""
    objects = size = 0
    flaws: list[StoreFlaw] = []
    there: set[str] = set()
    for path in _files_in(workspace.objects / folder):
        named = _NAME.fullmatch(path.name)
        sha256 = named[1] if named and named[1].startswith(folder) else ""
        if not sha256:
            flaws.append(StoreFlaw(StoreFlawKind.STRAY, printable(path.name)))
            continue
        there.add(sha256)
        try:
            digest, read = digest_of_object(path)
        except ScanError:
            flaws.append(StoreFlaw(StoreFlawKind.UNREADABLE, sha256, known.get(sha256, "")))
            continue
        objects, size = objects + 1, size + read
        flaws += _flaws_of(sha256, digest, known)
    missing = {sha256 for sha256 in known if sha256.startswith(folder)} - there
    if (shared := workspace.shared) is not None:
        for sha256 in sorted(one for one in known if one.startswith(folder)):
            digest_there = shared.digest_of(sha256)
            if digest_there is not None:
                missing.discard(sha256)
                flaws += _flaws_of(sha256, digest_there, known, shared=True)
    flaws += [StoreFlaw(StoreFlawKind.MISSING, sha256, known[sha256]) for sha256 in sorted(missing)]
    return objects, size, flaws


def _files_in(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder of the store, but what is just being written."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    yield from (path for path in paths if not path.name.startswith(TEMP_PREFIX))


def _flaws_of(
    sha256: str, digest: str, known: Mapping[str, str], *, shared: bool = False
) -> Iterator[StoreFlaw]:
    if digest != sha256:
        kind = StoreFlawKind.SWAPPED if digest in known else StoreFlawKind.ALTERED
        yield StoreFlaw(kind, sha256, known.get(sha256, ""), known.get(digest, ""), shared)
    elif sha256 not in known:
        yield StoreFlaw(StoreFlawKind.STRAY, sha256, shared=shared)


@dataclass(frozen=True)
class StoreState:
    """How far the rolling check of the store is.

    Attributes:
        next: The place in ``FOLDERS`` where it goes on.
        finished_at: When every folder had been checked for the last time, as text; ``""``: never yet.
        flaws: What is wrong as of the last check of each folder.
    """

    next: int = 0
    finished_at: str = ""
    flaws: Mapping[str, tuple[StoreFlaw, ...]] = field(default_factory=dict)

    @property
    def known_flaws(self) -> tuple[StoreFlaw, ...]:
        """All flaws as of the last check of each folder."""
        return tuple(flaw for flaws in self.flaws.values() for flaw in flaws)


def read_state(workspace: Workspace) -> StoreState:
    """Return how far the rolling check is; at its beginning where nothing usable tells."""
    try:
        told = parse_json(read_regular_file(workspace.root / STATE_FILE, MOST_STATE_BYTES))
        flaws = {str(folder): tuple(_flaw(one) for one in found) for folder, found in told["flaws"].items()}
        return StoreState(int(told["next"]) % len(FOLDERS), str(told["finished_at"]), flaws)
    except (OSError, FileRefused, ValueError, KeyError, TypeError, AttributeError):
        return StoreState()


def _flaw(told: Mapping[str, Any]) -> StoreFlaw:
    return StoreFlaw(**{**told, "kind": StoreFlawKind(told["kind"])})


def check_share(
    workspace: Workspace, known: Mapping[str, str], now: str, nights: int = NIGHTS
) -> tuple[StoreReport, StoreState]:
    """Check so many folders that the whole store is checked within some nights; go on where the last night ended.

    Args:
        workspace: The workspace of the store.
        known: The names of all scans of books and manifests, by SHA-256.
        now: The time, as text.
        nights: Within how many nights the whole store is checked, from 1.

    Returns:
        What this night found, and what is known of the whole store now.

    Raises:
        StorageError: The state cannot be written, or the shared store cannot be asked.
    """
    state = read_state(workspace)
    reports = []
    for _ in range(-(-len(FOLDERS) // max(1, nights))):
        folder = FOLDERS[state.next]
        report = check_store(workspace, known, [folder])
        reports.append(report)
        flaws = {key: found for key, found in state.flaws.items() if key != folder}
        if report.flaws:
            flaws[folder] = report.flaws
        after = (state.next + 1) % len(FOLDERS)
        state = StoreState(after, state.finished_at if after else now, flaws)
        _write_state(workspace, state)
    return _together(reports), state


def note_whole_check(workspace: Workspace, report: StoreReport, now: str) -> None:
    """Note what a check of the whole store found, so that the morning report tells it.

    Raises:
        StorageError: The state cannot be written.
    """
    flaws: dict[str, tuple[StoreFlaw, ...]] = {}
    for flaw in report.flaws:
        flaws[flaw.sha256[:2]] = (*flaws.get(flaw.sha256[:2], ()), flaw)
    _write_state(workspace, StoreState(read_state(workspace).next, now, flaws))


def _together(reports: Iterable[StoreReport]) -> StoreReport:
    every = tuple(reports)
    return StoreReport(
        sum(one.objects for one in every),
        sum(one.size for one in every),
        tuple(flaw for one in every for flaw in one.flaws),
        tuple(flaw for one in every for flaw in one.strays),
    )


def _write_state(workspace: Workspace, state: StoreState) -> None:
    told = {
        "next": state.next,
        "finished_at": state.finished_at,
        "flaws": {folder: [asdict(flaw) for flaw in flaws] for folder, flaws in state.flaws.items()},
    }
    make_folder(workspace.root)
    with storage_errors(workspace.root):
        write_atomically(
            workspace.root / STATE_FILE, json.dumps(told, ensure_ascii=False), mode=0o600, durable=False
        )


_WHAT = {
    StoreFlawKind.ALTERED: "đã bị sửa hoặc hỏng",
    StoreFlawKind.SWAPPED: "đã bị thay bằng một bản quét khác",
    StoreFlawKind.MISSING: "không còn trong kho",
    StoreFlawKind.UNREADABLE: "không đọc được",
    StoreFlawKind.STRAY: "không thuộc sổ nào",
}


def format_store_flaw(flaw: StoreFlaw) -> str:
    """Return a flaw as a sentence in Vietnamese."""
    what = (
        f"bản quét «{printable(flaw.name)}» ({flaw.sha256[:12]}…)" if flaw.name else f"tệp {flaw.sha256[:80]}"
    )
    where = " trong kho chung" if flaw.shared else ""
    instead = f" («{printable(flaw.instead)}»)" if flaw.instead else ""
    return f"{what}{where} {_WHAT[flaw.kind]}{instead}."


def wrong_scans(state: StoreState) -> dict[str, tuple[str, str]]:
    """Return what is wrong as of the last check of each folder, by SHA-256: how the scan is named, and what is wrong.

    In Vietnamese, for reports.
    """
    found: dict[str, tuple[str, str]] = {}
    for flaw in state.known_flaws:
        what = _WHAT[flaw.kind] + (" (trong kho chung)" if flaw.shared else "")
        before = f"{found[flaw.sha256][1]}; " if flaw.sha256 in found else ""
        found[flaw.sha256] = (printable(flaw.name), before + what)
    return found


def store_sentence(report: StoreReport, state: StoreState) -> str:
    """Return in Vietnamese what a night's check came to, and what stands of the whole store."""
    done = state.finished_at[:10]
    whole = f"cả kho kiểm xong lần cuối {done}" if done else "cả kho chưa kiểm xong lần nào"
    known = state.known_flaws
    counted = Counter(flaw.kind for flaw in known)
    wrong = "; ".join(f"{times} bản {_WHAT[kind]}" for kind, times in counted.most_common())
    ends = (
        f"**{len(known)} bản quét sai**: {wrong}. Hãy lấy lại từ bản sao lưu (hotich audit verify --scans)"
        if known
        else "không thấy bản nào sai"
    )
    return f"Kho bản quét: đêm nay kiểm {report.objects} tệp, {whole}; {ends}."
