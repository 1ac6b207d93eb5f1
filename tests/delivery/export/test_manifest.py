"""A package proves that it is as it was signed; whatever is done to it shows."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from pipeline.base.errors import StorageError
from pipeline.base.files import sha256_of_file
from pipeline.base.signing_key import SigningKey, fingerprint, signing_key
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    SIGNATURE,
    PackageFlaw,
    package_flaws,
    read_manifest,
    write_manifest,
)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return signing_key(tmp_path / "keys" / "package.key")


@pytest.fixture
def package(tmp_path: Path, key: SigningKey) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(b"workbook")
    (tmp_path / "1.pdf").write_bytes(b"copy")
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.write(tmp_path / "1.pdf", "1.pdf")
    files = {path.name: sha256_of_file(path) for path in folder.iterdir()}
    write_manifest(folder, {"files": files | {"a.zip/1.pdf": sha256_of_file(tmp_path / "1.pdf")}}, key)
    return folder


def test_a_whole_package_has_no_flaw_and_names_its_key(package: Path, key: SigningKey) -> None:
    assert not package_flaws(package)
    assert not package_flaws(package, key.public)
    told = read_manifest(package)[1]
    assert told["key_fingerprint"] == fingerprint(key.public)


def test_a_file_that_is_changed_gone_or_new_is_named(package: Path) -> None:
    (package / "a.xlsx").write_bytes(b"Workbook")
    (package / "b.txt").write_text("new")
    assert set(package_flaws(package)) == {PackageFlaw("changed", "a.xlsx"), PackageFlaw("extra", "b.txt")}
    (package / "a.xlsx").unlink()
    assert PackageFlaw("missing", "a.xlsx") in package_flaws(package)


def test_a_pdf_changed_within_the_archive_is_named(package: Path) -> None:
    with zipfile.ZipFile(package / "a.zip", "w") as archive:
        archive.writestr("1.pdf", b"another")
        archive.writestr("2.pdf", b"one more")
    found = set(package_flaws(package))
    assert {PackageFlaw("changed", "a.zip/1.pdf"), PackageFlaw("extra", "a.zip/2.pdf")} <= found


def test_a_manifest_rewritten_by_someone_else_is_not_signed_or_not_by_the_office(
    package: Path, tmp_path: Path, key: SigningKey
) -> None:
    told = json.loads((package / MANIFEST).read_text("utf-8"))
    (package / MANIFEST).write_text(json.dumps(told | {"counts": {"entries": 1}}), "utf-8")
    assert PackageFlaw("unsigned", MANIFEST) in package_flaws(package)
    write_manifest(package, {"files": told["files"]}, signing_key(tmp_path / "other.key"))
    assert not package_flaws(package), "whole by its own key"
    assert package_flaws(package, key.public) == (PackageFlaw("foreign", MANIFEST),)
    (package / SIGNATURE).unlink()
    assert package_flaws(package) == (PackageFlaw("unsigned", MANIFEST),)


def test_the_key_is_private_and_made_once_and_a_broken_key_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "package.key"
    first = signing_key(path)
    assert path.stat().st_mode & 0o077 == 0
    assert signing_key(path).public == first.public
    path.write_bytes(b"nothing")
    with pytest.raises(StorageError, match="sao lưu"):
        signing_key(path)


def test_a_folder_without_a_manifest_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="gói"):
        package_flaws(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"format":"hotich package 1","files":{"a":' + b"[" * 5_000,
        b'{"a":' + b"9" * 5_000 + b"}",
    ],
)
def test_a_manifest_that_is_nested_or_has_huge_numbers_is_refused(package: Path, data: bytes) -> None:
    (package / MANIFEST).write_bytes(data)
    with pytest.raises(StorageError):
        package_flaws(package)


def test_a_manifest_that_is_a_pipe_or_a_link_is_refused_without_waiting(package: Path) -> None:
    (package / MANIFEST).unlink()
    (package / MANIFEST).symlink_to("/dev/zero")
    with pytest.raises(StorageError):
        package_flaws(package)
    (package / MANIFEST).unlink()
    os.mkfifo(package / MANIFEST)
    with pytest.raises(StorageError):
        package_flaws(package)
