"""Creation of a backup: a snapshot of the registry first, then the scans, so that all scans it names exist."""

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
"""Called with the number of finished files and of all files."""

KEYS = (
    "audit.key",
    "mail.key",
    "package.key",
    "sign_in.key",
    "signing",
    "signing.key",
    "signing.p12",
    "webhook.key",
)
"""Private keys: included only in an encrypted backup and on request."""
_OBJECT = re.compile(rf"{WORKSPACE}/objects/[0-9a-f]{{2}}/([0-9a-f]{{64}})(?:\.[a-z0-9]{{1,5}})?")
REMADE = ("pages", "prefect", "prefect.key", "first-password.txt", "reports", "sent", "jobs", "training")
"""What the program makes anew in the workspace or keeps temporarily; it may change during a backup."""
HALF_SENT = ("intake", "uploads")
"""Folders of unfinished uploads: they change during a backup, and the browsers still have the files."""


@dataclass(frozen=True)
class BackupReport:
    """The content of a backup.

    Attributes:
        name: Name of the backup: its time in UTC.
        size: Total size of the files in bytes.
        rows: Number of rows by table of the registry, where countable.
        left_out: Names of the keys left out.
        removed: Number of older backups removed.
        altered: Paths of stored scans whose content differs from their name, or which are no regular files; the backup
            has their content from an earlier backup, if any.
        missing: Scans named by books or manifests but missing from the store; the backup has their content from an
            earlier backup, if any.
        seal: The audit seal stored beside the backups, in words; ``""``: none.
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
    """Back up the registry, all files of the workspace and the program's folders.

    Altered and missing scans of the store are replaced by their content in an earlier backup and reported; older
    backups are then kept.

    Args:
        program: Folders of the program (schemas, models) by name.
        delivered: Names of stored scans not yet assigned to a book, by SHA-256.
        registry_key: Key file of an encrypted registry.
        keys: Include private keys.
        keep: Number of backups to keep afterwards; ``None``: all.
        now: Time in the backup's name; by default the present.
        on_file: Called with the number of finished files and of all files.

    Raises:
        RegistryError: The registry cannot be copied or checked; no backup is made, as with every error.
        StorageError: A disk cannot be read or written.
        BackupRefused: The vault is inside the workspace, its key is missing or superfluous, or the name exists.
    """
    _refuse_inside(vault.folder, workspace)
    vault.names()  # refuses a key for plain backups, and a missing key for encrypted backups
    seal = _seal(workspace, registry_url)
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    with tempfile.TemporaryDirectory(prefix=TEMP_PREFIX, dir=workspace) as scratch:
        copy = snapshot.take(registry_url, Path(scratch))
        kept = [vault.put(copy, f"{REGISTRY}/{copy.name}")]
        check_folder = Path(scratch) / "again"
        restored = check_folder / copy.name
        vault.fetch(kept[0], restored)
        rows = snapshot.checked(restored, registry_key)
    wanted = {**(delivered or {}), **stored_scans_of(registry_url)}
    left_out = tuple(name for name in KEYS if not keys and (workspace / name).exists())
    sources = [*_of_workspace(workspace, registry_url, left_out), *_of_program(program)]
    altered: list[str] = []
    for done, (path, source) in enumerate(sources, start=1):
        file = _put(vault, source, path)
        if file is None:
            altered.append(path)
            file = vault.known(path, _named_by(path))
        if file is not None:
            kept.append(file)
        on_file(done, len(sources))
    absent = wanted.keys() - {_named_by(path) for path, _ in sources}
    recovered, missing = _put_absent(vault, Workspace(workspace), absent)
    kept += recovered
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
        sum(file.size for file in kept),
        rows,
        left_out,
        removed,
        tuple(altered),
        tuple(sorted(wanted[sha256] for sha256 in missing)),
        seal.in_words() if seal else "",
    )


def _seal(workspace: Path, registry_url: str) -> Seal | None:
    """Return a seal of the audit before the snapshot, so that a restored registry contains the sealed row.

    It is stored beside the backups in plain text, since it has no personal data. An empty audit cannot be sealed;
    ``hotich audit verify`` reports it, and the backup goes on.
    """
    if (file := snapshot.file_of(registry_url)) is not None and not file.is_file():
        return None  # the snapshot raises the error
    try:
        return seal_of(registry_url, workspace / "audit.key")
    except RegistryError:
        log.warning("The audit could not be sealed")
        return None


def verify(vault: Vault, name: str | None = None, on_file: OnFile = lambda _done, _all: None) -> BackupReport:
    """Read every file of a backup and compare it with its checksum.

    Args:
        name: Name of the backup; by default the newest.
        on_file: Called with the number of finished files and of all files.

    Raises:
        BackupRefused: A file is missing or damaged.
    """
    name = name or newest(vault)
    manifest = vault.manifest(name)
    files: tuple[BackedUpFile, ...] = manifest.files
    for done, file in enumerate(files, start=1):
        vault.check(file)
        on_file(done, len(files))
    return BackupReport(name, len(files), sum(file.size for file in files), manifest.rows, manifest.left_out)


def newest(vault: Vault) -> str:
    """Return the name of the newest backup.

    Raises:
        BackupRefused: There is no backup.
    """
    names = vault.names()
    if not names:
        raise BackupRefused(f"Trong {vault.folder} chưa có bản sao lưu nào đã xong.")
    return names[-1]


def _put(vault: Vault, source: Path, path: str) -> BackedUpFile | None:
    """Keep a file; return ``None``, with a log line, for a stored scan that is altered or no regular file."""
    promised = _named_by(path)
    file = None
    if not promised:
        return vault.put(source, path)
    if _is_file(source):
        with suppress(FileUnreadable):
            file = vault.put(source, path)
    if file is None or file.sha256 != promised:
        log.error("Scan %s in the store is not what its name says", scan_id(promised))
        return None
    return file


def _put_absent(
    vault: Vault, workspace: Workspace, absent: AbstractSet[str]
) -> tuple[list[BackedUpFile], list[str]]:
    """Keep scans missing from the workspace's store, from the shared store or an earlier backup.

    Returns:
        The kept files, and the SHA-256 of scans that no store has.
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
        file = _put(vault, source, f"{place}/{source.name}") if source else None
        if file is None:
            missing.append(sha256)
            log.error("Scan %s is not in the store", scan_id(sha256))
            file = vault.known(before[sha256], sha256) if sha256 in before else None
        kept.append(file)
    return [file for file in kept if file is not None], missing


def _kept_before(vault: Vault, wanted: AbstractSet[str]) -> dict[str, str]:
    """Return the paths of scans in the newest backup with them, by SHA-256; damaged backups are skipped."""
    paths: dict[str, str] = {}
    for name in reversed(vault.names()):
        if len(paths) == len(wanted):
            break
        with suppress(BackupRefused):
            for file in vault.manifest(name).files:
                if file.sha256 in wanted and _named_by(file.path) == file.sha256:
                    paths.setdefault(file.sha256, file.path)
    return paths


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _named_by(path: str) -> str:
    """Return the SHA-256 in the backup path of a stored scan; ``""`` for other paths."""
    match = _OBJECT.fullmatch(path)
    return match[1] if match else ""


def _of_workspace(
    workspace: Path, registry_url: str, left_out: tuple[str, ...]
) -> Iterator[tuple[str, Path]]:
    """Yield the files to back up with their paths in the backup.

    The registry, temporary copies, remade folders and left-out keys are skipped. Links are skipped too, except in place
    of a scan, where they are reported.
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
            or inside.parts[0] in left_out
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
    vault, work = folder.resolve(), workspace.resolve()
    if vault.is_relative_to(work) or work.is_relative_to(vault):
        raise BackupRefused(
            "Thư mục sao lưu phải nằm ngoài thư mục làm việc, tốt nhất trên ổ đĩa khác: hỏng ổ thì mất cả hai."
        )
