"""The manifest of a package: what it holds, made of what, and its signature beside it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipeline.errors import StorageError
from pipeline.export.signing import SigningKey, fingerprint, is_signed

FORMAT = "hotich package 1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
_BLOCK = 1 << 20


def sha256_of(file: IO[bytes]) -> str:
    """Of the rest of an open file, in lower-case hex."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def sha256_of_path(path: Path) -> str:
    with path.open("rb") as file:
        return sha256_of(file)


def write_manifest(folder: Path, content: Mapping[str, Any], key: SigningKey) -> None:
    """Write the manifest and its signature into the folder of a package."""
    told = {"format": FORMAT, **content, "public_key": key.public, "key_fingerprint": fingerprint(key.public)}
    data = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    (folder / MANIFEST).write_bytes(data)
    (folder / SIGNATURE).write_text(key.sign(data) + "\n", "ascii")


@dataclass(frozen=True, slots=True)
class PackageFlaw:
    """What is wrong with a package. ``what``: ``missing``, ``changed``, ``extra``, ``unsigned`` or ``foreign`` (signed
    with another key than was asked for); ``file``: which one, one in the archive as ``archive.zip/name.pdf``."""

    what: str
    file: str


def package_flaws(folder: Path, public: str | None = None) -> tuple[PackageFlaw, ...]:
    """Whether a package is whole and as it was signed: by the holder of ``public`` where that is told, else of the key
    that the manifest itself names. Raises ``StorageError`` when there is no manifest to go by."""
    data, told = read_manifest(folder)
    try:
        signature = (folder / SIGNATURE).read_text("ascii").strip()
    except (OSError, ValueError):
        signature = ""
    flaws = []
    if public is not None and public != told.get("public_key"):
        flaws.append(PackageFlaw("foreign", MANIFEST))
    elif not is_signed(data, signature, str(told.get("public_key"))):
        flaws.append(PackageFlaw("unsigned", MANIFEST))
    return (*flaws, *_file_flaws(folder, told["files"]))


def read_manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The manifest of a package, as bytes and as what it says."""
    try:
        data = (folder / MANIFEST).read_bytes()
        told = json.loads(data)
        if told["format"] != FORMAT or not isinstance(told["files"], dict):
            raise ValueError(folder)
    except (OSError, ValueError, KeyError, TypeError):
        raise StorageError(
            f"{folder} không phải thư mục của một gói: không có {MANIFEST} dùng được."
        ) from None
    return data, told


def _file_flaws(folder: Path, files: Mapping[str, str]) -> Iterator[PackageFlaw]:
    there = {path.name for path in folder.iterdir()} - {MANIFEST, SIGNATURE}
    yield from (PackageFlaw("extra", name) for name in sorted(there - {name.split("/")[0] for name in files}))
    for name in sorted(name for name in files if "/" not in name):
        if name not in there:
            yield PackageFlaw("missing", name)
            continue
        if sha256_of_path(folder / name) != files[name]:
            yield PackageFlaw("changed", name)
        if name.endswith(".zip"):
            yield from _archive_flaws(folder / name, files)


def _archive_flaws(path: Path, files: Mapping[str, str]) -> Iterator[PackageFlaw]:
    wanted = {name.split("/", 1)[1] for name in files if name.startswith(f"{path.name}/")}
    try:
        with zipfile.ZipFile(path) as archive:
            held = set(archive.namelist())
            for name in sorted(wanted & held):
                with archive.open(name) as file:
                    if sha256_of(file) != files[f"{path.name}/{name}"]:
                        yield PackageFlaw("changed", f"{path.name}/{name}")
    except (OSError, zipfile.BadZipFile):
        yield PackageFlaw("changed", path.name)
        return
    yield from (PackageFlaw("missing", f"{path.name}/{name}") for name in sorted(wanted - held))
    yield from (PackageFlaw("extra", f"{path.name}/{name}") for name in sorted(held - wanted))
