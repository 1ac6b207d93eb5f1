"""A store that machines share: a folder here, and the same through another file system of fsspec."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from pipeline.base.errors import AlteredScan, SchemaError, StorageError
from pipeline.scans.shared_store import SharedStore
from pipeline.scans.workspace import Workspace

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 50
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path}/kho"
    else:
        name = f"memory://{uuid4()}"
        yield name
        fsspec.filesystem("memory").rm(name, recursive=True)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "1.pdf"
    path.write_bytes(CONTENT)
    return path


def office(root: Path, url: str) -> Workspace:
    root.mkdir(parents=True)
    (root / "store.toml").write_text(f'url = "{url}"\n', encoding="utf-8")
    return Workspace(root)


def test_what_one_machine_stores_another_one_has(url: str, scan: Path, tmp_path: Path) -> None:
    here, there = office(tmp_path / "a", url), office(tmp_path / "b", url)
    assert here.store(scan).sha256 == SHA256
    found = there.stored(SHA256)
    assert found == there.objects / SHA256[:2] / f"{SHA256}.pdf"
    assert found.read_bytes() == CONTENT
    assert found.stat().st_mode & 0o222 == 0
    assert there.stored("0" * 64) is None
    assert [path.name for path in there.objects.rglob("*") if path.is_file()] == [found.name]


def test_a_scan_is_put_there_once(url: str, scan: Path, tmp_path: Path) -> None:
    here = office(tmp_path / "a", url)
    here.store(scan)
    here.store(scan)
    files, root = fsspec.core.url_to_fs(url)
    assert len(files.find(root)) == 1


def test_a_half_written_copy_is_replaced(url: str, scan: Path, tmp_path: Path) -> None:
    files, root = fsspec.core.url_to_fs(url)
    files.makedirs(f"{root}/{SHA256[:2]}", exist_ok=True)
    files.pipe_file(f"{root}/{SHA256[:2]}/{SHA256}.pdf", CONTENT[:99])
    office(tmp_path / "a", url).store(scan)
    found = office(tmp_path / "b", url).stored(SHA256)
    assert found is not None
    assert found.read_bytes() == CONTENT


def test_a_copy_that_rotted_is_refused_and_leaves_nothing_behind(
    url: str, scan: Path, tmp_path: Path
) -> None:
    office(tmp_path / "a", url).store(scan)
    files, root = fsspec.core.url_to_fs(url)
    (path,) = files.find(root)
    files.pipe_file(path, CONTENT[:-1] + b"x")
    there = office(tmp_path / "b", url)
    with pytest.raises(AlteredScan, match="bị sửa hoặc hỏng"):
        there.stored(SHA256)
    assert not [path for path in there.objects.rglob("*") if path.is_file()]


def test_a_copy_that_was_altered_gives_way_to_the_true_one_and_is_kept(
    url: str, scan: Path, tmp_path: Path
) -> None:
    here = office(tmp_path / "a", url)
    here.store(scan)
    files, root = fsspec.core.url_to_fs(url)
    (path,) = files.find(root)
    files.pipe_file(path, CONTENT[:-1] + b"x")
    assert here.store(scan, prove=False).sha256 == SHA256  # believed by its length
    assert SharedStore(url).digest_of(SHA256) != SHA256

    here.store(scan)

    assert SharedStore(url).digest_of(SHA256) == SHA256
    (aside,) = files.find(f"{root}/altered")
    assert files.cat_file(aside) == CONTENT[:-1] + b"x"
    assert SharedStore(url).digest_of("0" * 64) is None


def test_a_store_that_is_away_is_told_and_the_scan_is_still_where_it_was(scan: Path, tmp_path: Path) -> None:
    (tmp_path / "kho").write_text("no folder")
    here = office(tmp_path / "a", f"file://{tmp_path}/kho/sâu")
    with pytest.raises(StorageError, match=r"Kho chung .* không dùng được"):
        here.store(scan)
    assert scan.read_bytes() == CONTENT


def test_small_files_come_and_go(url: str) -> None:
    store = SharedStore(url)
    assert store.read("mark") is None
    store.write("mark", b"1")
    assert store.read("mark") == b"1"
    store.remove("mark")
    assert store.read("mark") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "phải có “url”"),
        ('url = "nowhere://x"', "không biết loại kho “nowhere”"),
        ('url = "file:///x"\noptions = 3', "phải là một bảng"),
        ('url = "file:///x"\nkey = "bí mật"', "không có mục “key”"),
    ],
)
def test_every_flaw_of_the_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "store.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=told):
        _ = Workspace(tmp_path).shared
