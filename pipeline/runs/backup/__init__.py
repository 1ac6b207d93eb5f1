"""Backups: a checksummed copy of a whole installation in another folder, and its restoration."""

from pipeline.runs.backup.create import BackupReport, back_up, verify
from pipeline.runs.backup.restore import RestoreReport, restore
from pipeline.runs.backup.vault import Vault, backup_key, key_in

__all__ = ["BackupReport", "RestoreReport", "Vault", "back_up", "backup_key", "key_in", "restore", "verify"]
