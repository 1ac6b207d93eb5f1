"""``hotich backup`` and ``hotich restore`` over a registry that was read with faked pages."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

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


def test_keys_that_are_not_in_a_backup_are_named(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workers", 1)
    assert "audit.key" in hotich("backup", tmp_path / "vault", "--plain").stdout
    assert "audit.key" in hotich("restore", tmp_path / "vault", "--workspace", tmp_path / "new").stdout
