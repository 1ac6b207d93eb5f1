"""The scheduled backup: encrypted with the key that is set, plain when that was said, else refused."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from flows import backup
from pipeline.errors import BackupRefused
from tests.fake_books import FakeSettings


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "backup.key"
    path.touch(0o600)
    path.write_text(secrets.token_hex(32), encoding="ascii")
    return path


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One with a registry."""
    monkeypatch.setenv("HOTICH_WORKSPACE", str(tmp_path / "workspace"))
    FakeSettings().run_context().open_registry().close()
    return tmp_path / "workspace"


def endings(vault: Path) -> set[str]:
    return {path.suffix for path in vault.rglob("*") if path.is_file()}


def test_a_night_without_a_key_backs_nothing_up_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="HOTICH_BACKUP_KEY_FILE"):
        backup.make_backup.fn(str(tmp_path / "vault"), None, None, 30, False)
    assert not (tmp_path / "vault").exists()


def test_the_key_that_is_set_encrypts_and_plain_is_a_word(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.make_backup.fn(str(tmp_path / "plain"), None, None, 30, True)
    assert ".enc" not in endings(tmp_path / "plain")
    monkeypatch.setenv("HOTICH_BACKUP_KEY_FILE", str(key))
    backup.make_backup.fn(str(tmp_path / "set"), None, None, 30, False)
    assert endings(tmp_path / "set") == {".enc"}
    monkeypatch.delenv("HOTICH_BACKUP_KEY_FILE")
    backup.make_backup.fn(str(tmp_path / "named"), None, str(key), 30, False)
    assert endings(tmp_path / "named") == {".enc"}
    monkeypatch.setenv("HOTICH_BACKUP_PLAIN", "true")
    backup.make_backup.fn(str(tmp_path / "said"), None, None, 30, False)
    assert ".enc" not in endings(tmp_path / "said")
