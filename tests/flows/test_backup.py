"""The scheduled backup: encrypted with the key that is set, plain when that was said, else refused."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from flows import backup
from pipeline.base.errors import BackupRefused
from pipeline.registry.audit.seal import SEALS
from pipeline.scans.workspace import Workspace
from tests.fake_books import FakeSettings
from tests.registry.pages import LEDGER


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
    """Those of all files but the seals, which hold no personal data."""
    return {path.suffix for path in vault.rglob("*") if path.is_file() and path.parent.name != SEALS}


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


def test_a_scan_that_is_gone_and_one_that_is_a_link_are_told_in_the_morning(
    tmp_path: Path, workspace: Path
) -> None:
    scans = []
    for number in range(3):
        delivered = tmp_path / f"quet_{number}.png"
        delivered.write_bytes(bytes([number]) * 100)
        scans.append(Workspace(workspace).store(delivered))
    with FakeSettings().run_context().open_registry() as registry:
        book = registry.book_id(LEDGER, "quyen")
        for number, scan in enumerate(scans):
            registry.store_scan(book, scan.sha256, f"quet_{number}.png", 100, 1)
    scans[0].path.unlink()
    scans[1].path.unlink()
    scans[1].path.symlink_to(tmp_path / "quet_1.png")

    summary = backup.make_backup.fn(str(tmp_path / "vault"), None, None, 30, True)

    assert summary["missing"] == ["quyen/quet_0.png"]
    assert [Path(path).name for path in summary["altered"]] == [scans[1].path.name]
    told = backup.backup_sentences(summary)
    assert "1 bản quét trong kho không còn ở đó" in told
    assert r"quyen/quet\_0.png" in told  # nothing in a name is markup
    assert scans[1].path.name in told
