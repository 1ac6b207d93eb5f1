"""A backup is made: first the registry of one moment, then the scans, so that nothing it names can be missing."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pipeline
from pipeline.base.errors import AlteredScan, BackupRefused, RegistryError, StorageError
from pipeline.base.files import TEMP_PREFIX
from pipeline.base.logs import scan_id
from pipeline.registry.audit.audit import seal_of
from pipeline.registry.audit.seal import SEALS, Seal, add_seal
from pipeline.registry.books.stored_books import stored_scans_of
from pipeline.registry.database import snapshot
from pipeline.runs.backup.vault import BackedUpFile, BackupManifest, FileUnreadable, Vault
from pipeline.scans.workspace import Workspace

log = logging.getLogger(__name__)

REGISTRY = "registry"
WORKSPACE = "workspace"
OnFile = Callable[[int, int], None]
"""How many files of how many are done."""

KEYS = ("audit.key", "package.key", "sign_in.key", "webhook.key")
"""Private keys: in a backup only when it is encrypted and they are asked for."""
_OBJECT = re.compile(rf"{WORKSPACE}/objects/[0-9a-f]{{2}}/([0-9a-f]{{64}})(?:\.[a-z0-9]{{1,5}})?")
REMADE = ("pages", "prefect", "prefect.key", "reports", "sent", "jobs", "training")
"""What of the workspace the program makes anew, or keeps for a while alone: it may go while the rest is copied."""
HALF_SENT = ("intake", "uploads")
"""Where half uploads lie: they change while they are copied, and their browser has them all."""


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds.

    Attributes:
        name: The backup's name, its time in UTC.
        files: How many files it has.
        size: The bytes of all its files.
        rows: How many rows each table of the registry has, where they could be counted.
        left_out: The keys that it does not hold.
        removed: How many older backups were removed for it.
        altered: Scans of the store that are not what their name says, or no regular files, by path; the backup holds
            what an earlier one kept of them, or nothing.
        missing: Scans that are not in the store, as books and manifests name them; the backup holds what an earlier
            one kept of them, or nothing.
        seal: The seal of the audit that was put beside the backups, in words; ``""`` where there is none.
    """

    name: str
    files: int
    size: int
    rows: Mapping[str, int]
    left_out: tuple[str, ...]
    removed: int = 0
    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    seal: str = ""


def back_up(
    vault: Vault,
    workspace: Path,
    registry_url: str,
    program: Mapping[str, Path],
    *,
    delivered: Mapping[str, str] | None = None,
    registry_key: Path | None = None,
    keys: bool = False,
    keep: int | None = None,
    now: datetime | None = None,
    on_file: OnFile = lambda _done, _all: None,
) -> BackupReport:
    """Back up the registry, every file of the workspace and the program's own folders.

    A scan of the store that is not what its name says is not taken for it, and one that is not there is named: what an
    earlier backup kept of them goes into this one, and older backups stay.

    Args:
        vault: Where backups are kept.
        workspace: The folder to back up.
        registry_url: The database address of the registry.
        program: The program's folders (schemas, models) by name.
        delivered: The names of scans of the store that no book needs to know yet, by SHA-256.
        registry_key: The key file of an encrypted registry.
        keys: Take private keys too.
        keep: Remove all but so many backups afterwards; ``None`` removes none.
        now: The time the backup is named after, by default the present.
        on_file: Called with how many files of how many are done.

    Raises:
        RegistryError: The registry cannot be copied or checked; as with every error, no backup is made then.
        StorageError: A disk cannot be read or written.
        BackupRefused: The vault lies in the workspace, its key is missing or superfluous, or the name is
            taken.
    """
    _refuse_inside(vault.folder, workspace)
    vault.names()  # a key where none belongs, or none where one does
    seal = _seal(workspace, registry_url)
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    with tempfile.TemporaryDirectory(prefix=TEMP_PREFIX, dir=workspace) as scratch:
        taken = snapshot.take(registry_url, Path(scratch))
        kept = [vault.put(taken, f"{REGISTRY}/{taken.name}")]
        again = Path(scratch) / "again"
        restored = again / taken.name
        vault.fetch(kept[0], restored)
        rows = snapshot.checked(restored, registry_key)
    wanted = {**(delivered or {}), **stored_scans_of(registry_url)}
    left_out = tuple(name for name in KEYS if not keys and (workspace / name).exists())
    sources = [*_of_workspace(workspace, registry_url, left_out), *_of_program(program)]
    altered: list[str] = []
    for done, (path, source) in enumerate(sources, start=1):
        one = _put(vault, source, path)
        if one is None:
            altered.append(path)
            one = vault.known(path, _named_by(path))
        if one is not None:
            kept.append(one)
        on_file(done, len(sources))
    absent = wanted.keys() - {_named_by(path) for path, _ in sources}
    found, missing = _put_absent(vault, Workspace(workspace), absent)
    kept += found
    name = f"{moment:%Y%m%d-%H%M%S}"
    if name in vault.names():
        raise BackupRefused("Vừa có một bản sao lưu khác trong cùng giây này. Hãy chạy lại.")
    vault.close(
        name,
        BackupManifest(moment.isoformat(), pipeline.__version__, kept[0].path, rows, left_out, tuple(kept)),
    )
    if seal is not None:
        add_seal(seal, vault.folder / SEALS)
    removed = vault.thin_out(keep) if keep and not (altered or missing) else 0
    log.info("Backup %s made: %d files, %d older backups removed", name, len(kept), removed)
    return BackupReport(
        name,
        len(kept),
        sum(one.size for one in kept),
        rows,
        left_out,
        removed,
        tuple(altered),
        tuple(sorted(wanted[sha256] for sha256 in missing)),
        seal.in_words() if seal else "",
    )


def _seal(workspace: Path, registry_url: str) -> Seal | None:
    """A seal of the audit as it is before the snapshot, so that what is restored from it holds the sealed row.

    It goes beside the backups in plain, as it holds no personal data. An audit that is empty cannot be
    sealed; that is for ``hotich audit verify`` to tell, and no reason to keep nothing.
    """
    if (file := snapshot.file_of(registry_url)) is not None and not file.is_file():
        return None  # told by the snapshot
    try:
        return seal_of(registry_url, workspace / "audit.key")
    except RegistryError:
        log.warning("The audit could not be sealed")
        return None


def verify(vault: Vault, name: str | None = None, on_file: OnFile = lambda _done, _all: None) -> BackupReport:
    """Read every file of a backup and compare it with its checksum.

    Args:
        vault: Where backups are kept.
        name: The backup, by default the newest.
        on_file: Called with how many files of how many are done.

    Raises:
        BackupRefused: A file is missing or damaged.
    """
    name = name or newest(vault)
    manifest = vault.manifest(name)
    files: tuple[BackedUpFile, ...] = manifest.files
    for done, one in enumerate(files, start=1):
        vault.check(one)
        on_file(done, len(files))
    return BackupReport(name, len(files), sum(one.size for one in files), manifest.rows, manifest.left_out)


def newest(vault: Vault) -> str:
    """Return the name of the newest backup.

    Raises:
        BackupRefused: There is none.
    """
    names = vault.names()
    if not names:
        raise BackupRefused(f"Trong {vault.folder} chưa có bản sao lưu nào đã xong.")
    return names[-1]


def _put(vault: Vault, source: Path, path: str) -> BackedUpFile | None:
    """Keep a file; ``None``, said in the log, for a scan of the store that is not what its name says, or no file."""
    named = _named_by(path)
    one = None
    if not named:
        return vault.put(source, path)
    if _is_file(source):
        with suppress(FileUnreadable):
            one = vault.put(source, path)
    if one is None or one.sha256 != named:
        log.error("Scan %s in the store is not what its name says", scan_id(named))
        return None
    return one


def _put_absent(
    vault: Vault, workspace: Workspace, absent: AbstractSet[str]
) -> tuple[list[BackedUpFile], list[str]]:
    """Keep scans that the store of the workspace lacks, from the shared store or as an earlier backup has them.

    Returns:
        What is kept of them, and those that no store has.
    """
    before = _kept_before(vault, absent)
    kept: list[BackedUpFile | None] = []
    missing = []
    shared_answers = True
    for sha256 in sorted(absent):
        source = None
        try:
            source = workspace.stored(sha256) if shared_answers else None
        except AlteredScan:
            log.error("Scan %s in the shared store is not what its name says", scan_id(sha256))
        except StorageError:
            shared_answers = False
            log.warning("The shared store does not answer")
        place = f"{WORKSPACE}/objects/{sha256[:2]}"
        one = _put(vault, source, f"{place}/{source.name}") if source else None
        if one is None:
            missing.append(sha256)
            log.error("Scan %s is not in the store", scan_id(sha256))
            one = vault.known(before[sha256], sha256) if sha256 in before else None
        kept.append(one)
    return [one for one in kept if one is not None], missing


def _kept_before(vault: Vault, wanted: AbstractSet[str]) -> dict[str, str]:
    """The paths of scans in the newest backup that has them, by SHA-256. A damaged backup tells nothing."""
    found: dict[str, str] = {}
    for name in reversed(vault.names()):
        if len(found) == len(wanted):
            break
        with suppress(BackupRefused):
            for one in vault.manifest(name).files:
                if one.sha256 in wanted and _named_by(one.path) == one.sha256:
                    found.setdefault(one.sha256, one.path)
    return found


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _named_by(path: str) -> str:
    """Return the SHA-256 that a path in a backup promises; ``""`` for what is no scan of the store."""
    found = _OBJECT.fullmatch(path)
    return found[1] if found else ""


def _of_workspace(
    workspace: Path, registry_url: str, left_out: tuple[str, ...]
) -> Iterator[tuple[str, Path]]:
    """Every file with its path in the backup, without registry, half-written copies, what is made anew, and keys.

    Links are no files; one in the place of a scan is yielded, to be named.
    """
    registry = snapshot.file_of(registry_url)
    for path in sorted(workspace.rglob("*")):
        inside = path.relative_to(workspace)
        name = f"{WORKSPACE}/{inside.as_posix()}"
        if (
            not (_is_file(path) or _named_by(name))
            or inside.parts[0] in REMADE
            or inside.parts[:2] == HALF_SENT
            or any(part.startswith(TEMP_PREFIX) for part in inside.parts)
            or str(inside) in left_out
            or (registry is not None and str(path).startswith(str(registry)))
        ):
            continue
        yield name, path


def _of_program(program: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    for name, folder in program.items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{name}/{path.relative_to(folder).as_posix()}", path


def _refuse_inside(folder: Path, workspace: Path) -> None:
    one, other = folder.resolve(), workspace.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise BackupRefused(
            "Thư mục sao lưu phải nằm ngoài thư mục làm việc, tốt nhất trên ổ đĩa khác: hỏng ổ thì mất cả hai."
        )
