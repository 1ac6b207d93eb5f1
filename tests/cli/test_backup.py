"""``hotich backup`` and ``hotich restore`` over a registry that was read with faked pages."""

from __future__ import annotations

import json
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.registry.audit.seal import SEALS, seals_in
from pipeline.runs.prefect_access import prefect_secret
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings
from tests.cli.conftest import Hotich
from tests.fake_pages import GOOD, draw

pytestmark = pytest.mark.usefixtures("fake_reading")


def test_a_workspace_comes_back_under_another_name(
    hotich: Hotich, book: Path, workspace: Path, tmp_path: Path
) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    vault, key = tmp_path / "vault", tmp_path / "key"
    key.touch(0o600)
    key.write_text(secrets.token_hex(32), encoding="ascii")
    assert "--key-file" in hotich("backup", vault, "--keys").output
    made = hotich("backup", vault, "--key-file", key, "--keys", "--keep", 2)
    assert made.exit_code == 0, made.output
    assert "đã mở thử" in made.stdout
    assert "toàn vẹn" in hotich("backup", vault, "--key-file", key, "--verify").stdout
    assert hotich("restore", vault, "--key-file", key).exit_code == 15  # the workspace is there
    told = hotich("restore", vault, "--key-file", key, "--workspace", tmp_path / "new", "--json")
    assert json.loads(told.stdout)["rows"]["entry"] == 1
    assert hotich("queue", "--workspace", tmp_path / "new").stdout == hotich("queue").stdout
    assert (tmp_path / "new" / "audit.key").read_bytes() == (workspace / "audit.key").read_bytes()
    assert hotich("audit", "verify", "--seal", vault, "--workspace", tmp_path / "new").exit_code == 0


def test_the_seal_of_a_backup_shows_that_the_audit_lost_its_end(
    hotich: Hotich, book: Path, workspace: Path, tmp_path: Path
) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    vault = tmp_path / "vault"
    made = hotich("backup", vault, "--plain")
    (seal,) = seals_in(vault)
    assert f"Niêm phong nhật ký kiểm tra: {seal.in_words()}." in " ".join(made.stdout.split())
    assert hotich("audit", "verify", "--seal", vault).exit_code == 0
    with closing(sqlite3.connect(workspace / "hotich.db")) as database:
        triggers = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'audit' AND type = 'trigger'"
        guards = database.execute(triggers).fetchall()
        for name, _ in guards:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM audit WHERE id = ?", (seal.id,))
        for _, statement in guards:
            database.execute(statement)
        database.commit()
    told = hotich("audit", "verify", "--seal", vault)
    assert told.exit_code == 10
    assert f"phần cuối nhật ký, dòng {seal.id}, đã bị cắt" in told.stdout


def test_keys_that_are_not_in_a_backup_are_named(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    assert "audit.key" in hotich("backup", tmp_path / "vault", "--plain").stdout
    assert "audit.key" in hotich("restore", tmp_path / "vault", "--workspace", tmp_path / "new").stdout


def test_without_a_key_and_without_the_word_for_none_nothing_is_backed_up(
    hotich: Hotich, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup holds every scan and the whole registry; whoever finds its disk must not be able to read them."""
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    vault, key = tmp_path / "vault", tmp_path / "key"
    refused = hotich("backup", vault)
    assert (refused.exit_code, vault.exists()) == (15, False)
    assert all(word in refused.output for word in ("openssl rand -hex 32", "--key-file", "--plain"))
    key.touch(0o600)
    key.write_text(secrets.token_hex(32), encoding="ascii")
    assert hotich("backup", vault, "--key-file", key, "--plain").exit_code == 15
    monkeypatch.setenv("HOTICH_BACKUP_KEY_FILE", str(key))
    assert hotich("backup", vault).exit_code == 0
    readable = [path for path in vault.rglob("*") if path.is_file() and path.suffix != ".enc"]
    assert [path.parent.name for path in readable] == [SEALS], (
        "only the seal, which must be readable elsewhere"
    )
    assert seals_in(vault)[0].id
    assert "toàn vẹn" in hotich("backup", vault, "--verify").stdout
    assert hotich("restore", vault, "--workspace", tmp_path / "new").exit_code == 0
    key.rename(vault / "key")
    monkeypatch.setenv("HOTICH_BACKUP_KEY_FILE", str(vault / "key"))
    beside = hotich("backup", vault)
    assert (beside.exit_code, "không được nằm trong thư mục sao lưu" in beside.output) == (15, True)


def test_a_key_that_is_set_counts_before_the_word_for_none_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said with the command, either counts before what is set."""
    key = tmp_path / "key"
    monkeypatch.setenv("HOTICH_BACKUP_PLAIN", "true")
    assert read_settings().backup_protection(None) == (None, True)
    monkeypatch.setenv("HOTICH_BACKUP_KEY_FILE", str(tmp_path / "set"))
    settings = read_settings()
    assert settings.backup_protection(None) == (tmp_path / "set", False)
    assert settings.backup_protection(None, plain=True) == (None, True)
    assert settings.backup_protection(key) == (key, False)


def test_the_secret_of_prefects_server_is_in_no_backup(
    hotich: Hotich, book: Path, workspace: Path, tmp_path: Path
) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    secret = prefect_secret(Workspace(workspace).prefect_key).encode()
    assert hotich("backup", tmp_path / "vault", "--plain").exit_code == 0
    assert [
        path for path in tmp_path.glob("vault/**/*") if path.is_file() and secret in path.read_bytes()
    ] == []


@pytest.mark.parametrize("harm", ["gone", "link"])
def test_a_scan_that_is_gone_or_a_link_is_named_and_the_exit_status_says_so(
    hotich: Hotich, book: Path, workspace: Path, tmp_path: Path, harm: str
) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    (path,) = Workspace(workspace).objects.glob("*/*")
    if harm == "link":
        path.rename(tmp_path / path.name)
        path.symlink_to(tmp_path / path.name)
    else:
        path.unlink()
    made = hotich("backup", tmp_path / "vault", "--plain")
    assert made.exit_code == 10, made.output
    assert (path.name if harm == "link" else f"{book.name}/") in made.output
    assert "toàn vẹn" in hotich("backup", tmp_path / "vault", "--plain", "--verify").stdout
    told = json.loads(hotich("backup", tmp_path / "other", "--plain", "--json").stdout)
    assert (len(told["altered"]), len(told["missing"])) == ((1, 0) if harm == "link" else (0, 1))
