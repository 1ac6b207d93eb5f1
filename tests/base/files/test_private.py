"""A secret that others can read is refused, and what a process makes belongs to its account alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.errors import SecurityError
from pipeline.base.files import OWNER_ONLY, chosen_umask, make_read_only, read_private_file


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.touch(0o600)
    path.write_bytes(b"kept")
    return path


def test_a_secret_of_the_owner_alone_is_read(secret: Path) -> None:
    assert read_private_file(secret) == b"kept"
    secret.chmod(0o400)
    assert read_private_file(secret) == b"kept"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
def test_a_secret_that_others_may_touch_is_refused(secret: Path, mode: int) -> None:
    secret.chmod(mode)
    with pytest.raises(SecurityError, match=f"chmod 600 {secret}"):
        read_private_file(secret)


def test_a_link_to_a_secret_and_a_pipe_are_refused(secret: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(secret)
    with pytest.raises(SecurityError, match="liên kết"):
        read_private_file(link)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SecurityError, match="tệp thường"):
        read_private_file(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_secret_that_belongs_to_someone_else_is_refused(secret: Path) -> None:
    os.chown(secret, 65534, -1)
    with pytest.raises(SecurityError, match="tài khoản khác"):
        read_private_file(secret)


def test_a_missing_secret_is_no_flaw(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_private_file(tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "mask"), [("", OWNER_ONLY), ("077", 0o077), ("027", 0o027), ("0007", 0o007)]
)
def test_an_office_may_admit_its_group(text: str, mask: int) -> None:
    assert chosen_umask(text) == mask


@pytest.mark.parametrize(
    "text", ["022", "037", "017", "000", "026", "777", "177", "77", "8", "rwx", "-77", "0x7", "077 "]
)
def test_nobody_may_admit_everybody_or_lock_the_owner_out(text: str) -> None:
    with pytest.raises(SecurityError, match="HOTICH_UMASK"):
        chosen_umask(text)


def test_a_file_that_nobody_may_write_is_read_by_those_who_could(secret: Path) -> None:
    for before, after in ((0o600, 0o400), (0o640, 0o440), (0o666, 0o444)):
        secret.chmod(before)
        make_read_only(secret)
        assert secret.stat().st_mode & 0o777 == after


@pytest.mark.parametrize("program", [("pipeline.cli", "--version"), ("flows", "--help")])
def test_a_mask_that_admits_everybody_is_told_before_anything_is_made(program: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *program],
        env={**os.environ, "HOTICH_UMASK": "022"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "HOTICH_UMASK" in done.stderr
