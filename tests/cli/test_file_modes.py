"""What a real process makes, started under a mask that lets everybody read, belongs to its account alone."""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.intake.made_scans import scanned_pdf
from tests.fake_books import WITHOUT_READERS
from tests.fake_pages import BREAK, GOOD, draw

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = f"""{WITHOUT_READERS}
import sys
if sys.argv[1] == "run":
    from pipeline.cli import context
    from tests.fake_books import FakeSettings
    context.read_settings = FakeSettings
from pipeline.cli import main
main()
"""
"""The command, begun as a user begins it; only the reading of pages is faked."""


def hotich(workspace: Path, *arguments: object, umask: int = 0o022, **environment: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOTICH_WORKSPACE": str(workspace)} | environment,
        cwd=workspace.parent,
        capture_output=True,
        text=True,
        check=False,
        umask=umask,
    )
    assert "Lỗi của chính chương trình" not in done.stderr, done.stderr
    return done.returncode


def open_to(mask: int, *roots: Path) -> dict[str, str]:
    """The files and folders that somebody may read, write or enter whom the mask shuts out."""
    paths = [path for root in roots for path in (root, *root.rglob("*"))]
    assert len(paths) > 5
    modes = {path: path.lstat().st_mode for path in paths}
    return {str(path): stat.filemode(mode) for path, mode in modes.items() if mode & mask}


def test_all_that_commands_write_belongs_to_the_account_alone(
    book: Path, workspace: Path, tmp_path: Path
) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    draw(book / "b.png", GOOD, mark=3)
    assert hotich(workspace, "run", book, "--workers", 1) == 8
    made, vault = tmp_path / "made", tmp_path / "vault"
    made.mkdir(0o700)
    assert hotich(workspace, "report", "--out", made / "report") == 0
    assert hotich(workspace, "export", "--all", "--partial", "--output", made / "packages") in (0, 11)
    assert hotich(workspace, "sheet", book.name, "--output", made / "sheets") == 0
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_text(secrets.token_hex(32), encoding="ascii")
    assert hotich(workspace, "backup", vault, "--key-file", key, "--keys") == 0
    assert {path.suffix for path in made.rglob("*")} >= {".xlsx", ".pdf", ".png"}
    assert {"hotich.db", "audit.key", "objects"} <= {path.name for path in workspace.iterdir()}
    assert open_to(0o077, workspace, made, vault) == {}
    assert all(not path.stat().st_mode & 0o222 for path in workspace.glob("objects/*/*"))


def test_an_office_may_let_its_group_read_and_says_so(book: Path, workspace: Path) -> None:
    """Machines that share a store need it when their accounts are not one; secrets stay the owner's."""
    draw(book / "a.png", GOOD)
    assert hotich(workspace, "run", book, "--workers", 1, HOTICH_UMASK="027") == 0
    assert open_to(0o027, workspace) == {}
    for stored in workspace.glob("objects/*/*"):
        assert stored.stat().st_mode & 0o777 == 0o440
    assert (workspace / "hotich.db").stat().st_mode & 0o777 == 0o640
    assert (workspace / "audit.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mask", ["022", "000", "nobody"])
def test_nobody_may_let_everybody_read(book: Path, workspace: Path, mask: str) -> None:
    assert hotich(workspace, "run", book, HOTICH_UMASK=mask) == 17
    assert not workspace.exists()


def test_what_the_intake_takes_in_belongs_to_the_account_alone(workspace: Path, tmp_path: Path) -> None:
    """Stored or quarantined, whatever the mode that the scanner gave it."""
    workspace.mkdir(0o700)
    inbox = tmp_path / "hop"
    inbox.mkdir()
    (workspace / "intake.toml").write_text(
        'books = "so"\nstill_seconds = 0\npatience_seconds = 0\n[[scanner]]\nname = "may-1"\ninbox = "../hop"\n',
        encoding="utf-8",
    )
    (workspace / "intake.toml").chmod(0o600)
    scanned_pdf(inbox / "a.pdf").chmod(0o666)
    (inbox / "b.pdf").write_bytes(b"MZ a program")
    assert hotich(workspace, "intake", "run") == 0
    assert {path.name.partition("-")[0] for path in workspace.rglob("*.pdf")} > {"00002"}
    assert open_to(0o077, workspace) == {}
