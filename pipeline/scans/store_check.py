"""Check the store of scans for missing, altered and stray objects.

Objects lie in 256 folders by the first two digits of their SHA-256. The whole store is checked at once, or a number of
folders each night so that all are checked within some nights; progress and flaws are saved in ``store-check.json`` of
the workspace after each folder, so that an interrupted check continues from there.
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
"""Default number of nights for checking the whole store."""

MOST_STATE_BYTES = 64 << 20
_NAME = re.compile(r"([0-9a-f]{64})(?:\.[a-z0-9]{1,5})?")


class StoreFlawKind(StrEnum):
    """Kinds of object flaws.

    Attributes:
        ALTERED: Its bytes do not match its name.
        SWAPPED: Its bytes belong to another known scan.
        MISSING: A book or a manifest names it, but no store has it.
        UNREADABLE: The disk does not return its bytes, or it is not a regular file.
        STRAY: No book or manifest names it. It is harmless and only reported.
    """

    ALTERED = "altered"
    SWAPPED = "swapped"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class StoreFlaw:
    """A flaw of the store.

    Attributes:
        sha256: The expected scan; for a stray object the name of its file.
        name: The scan's name in books; ``""`` if no book names it.
        instead: The name in books of the scan whose bytes lie there.
        shared: Whether the flaw is in the shared store.
    """

    kind: StoreFlawKind
    sha256: str
    name: str = ""
    instead: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class StoreReport:
    """The result of checking some folders of the store.

    Attributes:
        size: Total size of the checked objects in bytes.
        strays: Objects that no book or manifest names.
    """

    objects: int
    size: int
    flaws: tuple[StoreFlaw, ...]
    strays: tuple[StoreFlaw, ...]

    @property
    def passed(self) -> bool:
        """Whether every known scan is present and intact."""
        return not self.flaws


OnFolder = Callable[[int, int], None]
"""Receives the number of finished folders and of all folders."""


def check_store(
    workspace: Workspace,
    known: Mapping[str, str],
    folders: Iterable[str] = FOLDERS,
    on_folder: OnFolder = lambda _done, _all: None,
) -> StoreReport:
    """Hash every object of some folders and compare it with the known scans.

    Args:
        known: The names of all scans in books and manifests, by SHA-256.
        on_folder: Called after each folder.

    Raises:
        StorageError: The shared store cannot be reached.
    """
    wanted, objects, size = tuple(folders), 0, 0
    all_flaws: list[StoreFlaw] = []
    for done, folder in enumerate(wanted, start=1):
        hashed, read, here = _checked_folder(workspace, known, folder)
        objects, size = objects + hashed, size + read
        all_flaws += here
        on_folder(done, len(wanted))
    strays = tuple(flaw for flaw in all_flaws if flaw.kind is StoreFlawKind.STRAY)
    flaws = tuple(flaw for flaw in all_flaws if flaw.kind is not StoreFlawKind.STRAY)
    for flaw in flaws:
        log.info("scan %s in the store: %s", scan_id(flaw.sha256), flaw.kind)
    return StoreReport(objects, size, flaws, strays)


def _checked_folder(
    workspace: Workspace, known: Mapping[str, str], folder: str
) -> tuple[int, int, list[StoreFlaw]]:
    """Return the number of hashed objects in a folder, their bytes, and the folder's flaws."""
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
        for sha256 in sorted(digest for digest in known if digest.startswith(folder)):
            digest_there = shared.digest_of(sha256)
            if digest_there is not None:
                missing.discard(sha256)
                flaws += _flaws_of(sha256, digest_there, known, shared=True)
    flaws += [StoreFlaw(StoreFlawKind.MISSING, sha256, known[sha256]) for sha256 in sorted(missing)]
    return objects, size, flaws


def _files_in(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder of the store except incomplete files."""
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
    """The progress of the rolling check.

    Attributes:
        next: The position in ``FOLDERS`` where the check continues.
        finished_at: The time of the last complete cycle, as text; ``""``: never.
        flaws: The flaws at the last check of each folder.
    """

    next: int = 0
    finished_at: str = ""
    flaws: Mapping[str, tuple[StoreFlaw, ...]] = field(default_factory=dict)

    @property
    def known_flaws(self) -> tuple[StoreFlaw, ...]:
        """All flaws at the last check of each folder."""
        return tuple(flaw for flaws in self.flaws.values() for flaw in flaws)


def read_state(workspace: Workspace) -> StoreState:
    """Return the progress of the rolling check; the beginning if the file is missing or unusable."""
    try:
        content = parse_json(read_regular_file(workspace.root / STATE_FILE, MOST_STATE_BYTES))
        flaws = {
            str(folder): tuple(_flaw(flaw) for flaw in folder_flaws)
            for folder, folder_flaws in content["flaws"].items()
        }
        return StoreState(int(content["next"]) % len(FOLDERS), str(content["finished_at"]), flaws)
    except (OSError, FileRefused, ValueError, KeyError, TypeError, AttributeError):
        return StoreState()


def _flaw(content: Mapping[str, Any]) -> StoreFlaw:
    return StoreFlaw(**{**content, "kind": StoreFlawKind(content["kind"])})


def check_share(
    workspace: Workspace, known: Mapping[str, str], now: str, nights: int = NIGHTS
) -> tuple[StoreReport, StoreState]:
    """Check the next folders, enough to cover the whole store within ``nights`` nights.

    Args:
        known: The names of all scans in books and manifests, by SHA-256.
        nights: Number of nights for the whole store, from 1.

    Returns:
        This night's report, and the present state of the whole store.

    Raises:
        StorageError: The state cannot be written, or the shared store cannot be reached.
    """
    state = read_state(workspace)
    reports = []
    for _ in range(-(-len(FOLDERS) // max(1, nights))):
        folder = FOLDERS[state.next]
        report = check_store(workspace, known, [folder])
        reports.append(report)
        flaws = {key: folder_flaws for key, folder_flaws in state.flaws.items() if key != folder}
        if report.flaws:
            flaws[folder] = report.flaws
        after = (state.next + 1) % len(FOLDERS)
        state = StoreState(after, state.finished_at if after else now, flaws)
        _write_state(workspace, state)
    return _together(reports), state


def note_whole_check(workspace: Workspace, report: StoreReport, now: str) -> None:
    """Save the result of a check of the whole store for the morning report.

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
        sum(report.objects for report in every),
        sum(report.size for report in every),
        tuple(flaw for report in every for flaw in report.flaws),
        tuple(flaw for report in every for flaw in report.strays),
    )


def _write_state(workspace: Workspace, state: StoreState) -> None:
    content = {
        "next": state.next,
        "finished_at": state.finished_at,
        "flaws": {folder: [asdict(flaw) for flaw in flaws] for folder, flaws in state.flaws.items()},
    }
    make_folder(workspace.root)
    with storage_errors(workspace.root):
        write_atomically(
            workspace.root / STATE_FILE, json.dumps(content, ensure_ascii=False), mode=0o600, durable=False
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
    """Return the flaws at the last check of each folder, by SHA-256: the scan's name, and the flaw.

    Both are in Vietnamese, for reports.
    """
    wrong: dict[str, tuple[str, str]] = {}
    for flaw in state.known_flaws:
        what = _WHAT[flaw.kind] + (" (trong kho chung)" if flaw.shared else "")
        before = f"{wrong[flaw.sha256][1]}; " if flaw.sha256 in wrong else ""
        wrong[flaw.sha256] = (printable(flaw.name), before + what)
    return wrong


def store_sentence(report: StoreReport, state: StoreState) -> str:
    """Return in Vietnamese the result of a night's check and the state of the whole store."""
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


MOST_NAMED = 50
"""Flaws that are named on the screen; JSON has them all."""


def format_store_report(report: StoreReport) -> Iterator[str]:
    """Yield the lines that tell what a check of the store found."""
    yield f"Đã đọc lại {report.objects} bản quét trong kho ({report.size / 1e6:.1f} MB)."
    for flaw in report.flaws[:MOST_NAMED]:
        yield f"– {format_store_flaw(flaw)}"
    if len(report.flaws) > MOST_NAMED:
        yield f"… và {len(report.flaws) - MOST_NAMED} bản quét nữa."
    if report.strays:
        yield (
            f"Lưu ý: {len(report.strays)} tệp trong kho không thuộc sổ hay bản kê nào; không ai dùng đến chúng. "
            f"Thí dụ: {report.strays[0].sha256[:80]}."
        )
