"""The list of a disk: whatever is changed on it is named, on any machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.base.errors import StorageError
from pipeline.base.files import sha256_of_file
from pipeline.base.signing_key import signing_key
from pipeline.delivery.export.package_folder import (
    PackageFlaw,
    write_manifest,
)
from pipeline.delivery.signing.disk_list import HEAD, HEAD_SIGNATURE, LIST, disk_flaws, write_disk_list


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    root, key = tmp_path / "disk", signing_key(tmp_path / "package.key")
    for name in ("93648-KS.2010.01", "93648-KS.2010.02"):
        folder = root / name
        folder.mkdir(parents=True)
        (folder / "sổ.xlsx").write_bytes(b"workbook")
        files = {path.name: sha256_of_file(path) for path in folder.iterdir()}
        write_manifest(folder, {"files": files, "counts": {"entries": 3, "pdfs": 4}}, key)
    counts = write_disk_list(root, key)
    assert (counts.packages, counts.entries, counts.pdfs, counts.files) == (2, 6, 8, 6)
    return root


def test_every_flipped_byte_of_a_disk_is_found_and_its_file_is_named(disk: Path) -> None:
    assert not disk_flaws(disk)
    own = {LIST: LIST, HEAD: HEAD, HEAD_SIGNATURE: HEAD}
    for path in sorted(path for path in disk.rglob("*") if path.is_file()):
        name = path.relative_to(disk).as_posix()
        whole = path.read_bytes()
        for at in range(0, len(whole), 1 if name == HEAD_SIGNATURE else max(1, len(whole) // 12)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert own.get(name, name) in {flaw.file for flaw in disk_flaws(disk)}, (name, at)
        path.write_bytes(whole)
    assert not disk_flaws(disk)


def test_a_file_that_is_gone_or_new_is_named_and_a_strange_key_too(disk: Path, tmp_path: Path) -> None:
    (disk / "93648-KS.2010.01/sổ.xlsx").unlink()
    (disk / "moi.txt").write_text("x")
    assert set(disk_flaws(disk)) == {
        PackageFlaw("missing", "93648-KS.2010.01/sổ.xlsx"),
        PackageFlaw("extra", "moi.txt"),
    }
    other = signing_key(tmp_path / "other.key")
    assert PackageFlaw("foreign", HEAD) in disk_flaws(disk, other.public)
    with pytest.raises(StorageError, match="không có gói"):
        write_disk_list(tmp_path / "none", other)
    (disk / "link").symlink_to(disk / "moi.txt")
    with pytest.raises(StorageError, match="liên kết"):
        write_disk_list(disk, other)


@pytest.mark.parametrize("counts", ['{"entries": "x"}', "[1]", '"a"', '{"pdfs": -1}', '{"entries": true}'])
def test_a_package_that_counts_nonsense_is_refused_by_name(disk: Path, tmp_path: Path, counts: str) -> None:
    manifest = disk / "93648-KS.2010.01/manifest.json"
    content = json.loads(manifest.read_text()) | {"counts": json.loads(counts)}
    manifest.write_text(json.dumps(content))
    with pytest.raises(StorageError, match=r"KS\.2010\.01/manifest\.json” có số đếm"):
        write_disk_list(disk, signing_key(tmp_path / "package.key"))


def test_a_file_name_that_is_no_text_is_refused(disk: Path, tmp_path: Path) -> None:
    (disk / os.fsdecode(b"a\xff")).write_text("x")
    with pytest.raises(StorageError, match="UTF-8"):
        write_disk_list(disk, signing_key(tmp_path / "package.key"))


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this machine")
def test_a_machine_without_the_program_checks_the_list(disk: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", LIST], cwd=disk, check=True)
