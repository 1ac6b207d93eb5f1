"""Restoration of a backup into an empty place, completely or not at all."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import BackupRefused
from pipeline.base.files import make_read_only
from pipeline.registry.database import snapshot
from pipeline.runs.backup.create import REGISTRY, WORKSPACE, OnFile, newest
from pipeline.runs.backup.vault import Vault

log = logging.getLogger(__name__)

PROGRAM = "tu-ban-sao-luu"
"""Workspace folder for the backed-up schemas and models; the program keeps its own."""


@dataclass(frozen=True)
class RestoreReport:
    """The outcome of a restoration.

    Attributes:
        rows: Number of rows by table of the registry, where countable.
        left_out: Names of the keys to restore by hand.
    """

    name: str
    files: int
    rows: Mapping[str, int]
    left_out: tuple[str, ...]


def restore(
    vault: Vault,
    workspace: Path,
    registry_url: str,
    *,
    name: str | None = None,
    registry_key: Path | None = None,
    on_file: OnFile = lambda _done, _all: None,
) -> RestoreReport:
    """Restore a backup into an empty workspace and an empty registry.

    All files are compared with their checksums before any file is put in place.

    Args:
        workspace: Target folder; it must be missing or empty.
        registry_url: Database address of the restored registry; no registry may exist there.
        name: Name of the backup; by default the newest.
        registry_key: Key file of an encrypted registry.
        on_file: Called with the number of finished files and of all files.

    Raises:
        BackupRefused: The workspace is not empty, or the backup is damaged; ``workspace`` is unchanged, as with every
            error.
        StorageError: A disk cannot be read or written.
        RegistryError: The registry cannot be restored.
    """
    if workspace.exists() and any(workspace.iterdir()):
        raise BackupRefused(
            f"{workspace} không trống. Hãy khôi phục vào một thư mục mới; không gì bị ghi đè."
        )
    name = name or newest(vault)
    manifest = vault.manifest(name)
    staging = workspace.with_name(f"{workspace.name}.dang-khoi-phuc")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        for done, file in enumerate(manifest.files, start=1):
            vault.fetch(file, staging / file.path)
            on_file(done, len(manifest.files))
        copy = staging / manifest.registry
        rows = snapshot.checked(copy, registry_key)
        if dict(rows) != dict(manifest.rows):
            raise BackupRefused(
                "Sổ dữ liệu trong bản sao lưu không khớp với bảng kê. Hãy dùng bản sao lưu khác."
            )
        root = staging / WORKSPACE
        root.mkdir(exist_ok=True)
        for folder in staging.iterdir():
            if folder.name not in (WORKSPACE, REGISTRY):
                (root / PROGRAM).mkdir(exist_ok=True)
                folder.rename(root / PROGRAM / folder.name)
        for stored in (root / "objects").rglob("*"):
            if stored.is_file():
                make_read_only(stored)
        workspace.parent.mkdir(parents=True, exist_ok=True)
        if workspace.exists():
            workspace.rmdir()
        snapshot.bring_back(copy, _within(registry_url, workspace, root))
        root.rename(workspace)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    log.info("Backup %s restored: %d files", name, len(manifest.files))
    return RestoreReport(name, len(manifest.files), rows, manifest.left_out)


def _within(registry_url: str, workspace: Path, root: Path) -> str:
    """Return the database address while the workspace still has its temporary name."""
    return registry_url.replace(str(workspace), str(root), 1)
