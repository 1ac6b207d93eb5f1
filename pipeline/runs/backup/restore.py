"""A backup is brought back to a place where there is nothing yet; all of it, or nothing."""

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
"""Where in the workspace schemas and models go: the program has its own, these are those of that day."""


@dataclass(frozen=True)
class RestoreReport:
    """What a restore brought back.

    Attributes:
        name: The backup's name.
        files: How many files were restored.
        rows: How many rows each table of the registry has, where they could be counted.
        left_out: The keys that must be put back by hand.
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

    Every file is compared with its checksum before any is put in its place.

    Args:
        vault: Where backups are kept.
        workspace: The folder to restore to; it must be missing or empty.
        registry_url: The database address to restore the registry to; no registry may exist there.
        name: The backup, by default the newest.
        registry_key: The key file of an encrypted registry.
        on_file: Called with how many files of how many are done.

    Raises:
        BackupRefused: The workspace is not empty, or the backup is damaged; as with every error,
            ``workspace`` stays as it was.
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
        for done, one in enumerate(manifest.files, start=1):
            vault.fetch(one, staging / one.path)
            on_file(done, len(manifest.files))
        taken = staging / manifest.registry
        rows = snapshot.checked(taken, registry_key)
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
        snapshot.bring_back(taken, _within(registry_url, workspace, root))
        root.rename(workspace)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    log.info("Backup %s restored: %d files", name, len(manifest.files))
    return RestoreReport(name, len(manifest.files), rows, manifest.left_out)


def _within(registry_url: str, workspace: Path, root: Path) -> str:
    """The address, as long as the workspace has not got its name yet."""
    return registry_url.replace(str(workspace), str(root), 1)
