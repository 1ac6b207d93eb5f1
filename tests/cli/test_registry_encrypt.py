"""``hotich encrypt``: from a plain registry to an encrypted one that every command works on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hotich


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "registry.key"
    path.write_text("ab" * 32)
    path.chmod(0o600)
    return path


def test_a_registry_moves_into_an_encrypted_file(
    hotich: Hotich, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotich("account", "add", "an.tran", "--name", "Người Thử", "--role", "reviewer")
    target = tmp_path / "encrypted.db"
    moved = hotich("encrypt", target, "--key-file", key_file)
    assert (moved.exit_code, str(target) in moved.stdout) == (0, True)
    monkeypatch.setenv("HOTICH_REGISTRY_URL", f"sqlite:///{target}")
    closed = hotich("account", "list")
    assert (closed.exit_code, "HOTICH_REGISTRY_KEY_FILE" in closed.stderr) == (6, True)
    monkeypatch.setenv("HOTICH_REGISTRY_KEY_FILE", str(key_file))
    (told,) = json.loads(hotich("account", "list", "--json").stdout)
    assert told["login"] == "an.tran"
    backup = hotich("encrypt", tmp_path / "backup.db")
    assert (backup.exit_code, (tmp_path / "backup.db").stat().st_size > 0) == (0, True)


def test_without_a_key_nothing_is_written(hotich: Hotich, tmp_path: Path) -> None:
    refused = hotich("encrypt", tmp_path / "encrypted.db")
    assert (refused.exit_code, "--key-file" in refused.stderr) == (3, True)
    assert not (tmp_path / "encrypted.db").exists()


def test_without_a_registry_there_is_nothing_to_encrypt(
    hotich: Hotich, tmp_path: Path, key_file: Path
) -> None:
    refused = hotich("encrypt", tmp_path / "encrypted.db", "--key-file", key_file)
    assert (refused.exit_code, "Chưa có sổ dữ liệu" in refused.stderr) == (6, True)
