from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.intake.made_scans import encoded, multipage_tiff, picture, scanned_pdf
from pipeline.base.errors import StorageError, UnknownFileType
from pipeline.base.text.natural_order import natural_key
from pipeline.scans.intake import ScanLimits, folder_contents, list_scans, scan_file
from pipeline.scans.intake.filetype import shown


def _names(folder: Path) -> list[str]:
    return [scan.path.name for scan in list_scans(folder)]


def test_scans_come_in_the_order_a_person_counts(tmp_path: Path) -> None:
    names = ["Trang 1.png", "trang 2.png", "Trang 10.png", "Trang 10 (2).png", "Trang 100.png"]
    for name in reversed(names):
        (tmp_path / name).write_bytes(encoded(picture(), "PNG"))
    assert _names(tmp_path) == names


@given(st.lists(st.text(min_size=1), unique=True))
def test_any_names_have_one_order(names: list[str]) -> None:
    turned = names[::-1]
    assert sorted(names, key=natural_key) == sorted(turned, key=natural_key)


def test_a_scan_is_told_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "1.jpg")
    multipage_tiff(tmp_path / "2")
    (tmp_path / "3.pdf").write_bytes(encoded(picture(), "BMP"))
    (tmp_path / "4.xyz").write_bytes(encoded(picture(), "WEBP"))
    (tmp_path / "5.pdf").write_text("không phải bản quét")
    contents = folder_contents(tmp_path)
    assert [scan.path.name for scan in contents.scans] == ["1.jpg", "2", "3.pdf", "4.xyz"]
    assert [(file.path.name, file.code) for file in contents.foreign] == [("5.pdf", "unknown-type")]


def test_companions_litter_hidden_and_unfinished_files_are_passed_over(tmp_path: Path) -> None:
    ignored = (
        "ledger.toml",
        "truth.json",
        "Thumbs.db",
        ".DS_Store",
        ".an",
        "~$so.pdf",
        "a.tmp",
        "b.pdf.part",
        "desktop.ini",
    )
    for name in ignored:
        (tmp_path / name).write_bytes(encoded(picture(), "PNG"))
    contents = folder_contents(tmp_path)
    assert contents.scans == ()
    assert contents.foreign == ()


def test_what_is_no_scan_is_reported_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ghi chú")
    (tmp_path / "b.pdf").write_bytes(b"")
    (tmp_path / "c.pdf").mkdir()
    os.mkfifo(tmp_path / "d.pdf")
    (tmp_path / "e.pdf").symlink_to(tmp_path / "gone.pdf")
    (tmp_path / "f.pdf").symlink_to("/dev/zero")
    foreign = {file.path.name: file for file in folder_contents(tmp_path).foreign}
    assert {name: file.code for name, file in foreign.items()} == {
        "a.txt": "unknown-type",
        "b.pdf": "empty",
        "c.pdf": "unknown-type",
        "d.pdf": "unknown-type",
        "e.pdf": "unknown-type",
        "f.pdf": "unknown-type",
    }
    assert all(file.message.endswith(".") for file in foreign.values())
    assert foreign["a.txt"].sha256 == hashlib.sha256("ghi chú".encode()).hexdigest()
    assert foreign["d.pdf"].sha256 == ""


def test_a_link_is_refused_and_named_even_where_it_leads_to_a_scan(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "1.pdf")
    (tmp_path / "2.pdf").symlink_to(tmp_path / "1.pdf")
    contents = folder_contents(tmp_path)
    assert [scan.path.name for scan in contents.scans] == ["1.pdf"]
    (link,) = contents.foreign
    assert (link.path.name, link.code, link.sha256) == ("2.pdf", "unknown-type", "")
    assert "là một liên kết" in link.message


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "1.pdf")
    scan = scan_file(path)
    assert scan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert scan.size == path.stat().st_size


def test_a_file_over_the_limit_is_foreign_and_not_hashed(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "1.pdf")
    (file,) = folder_contents(tmp_path, ScanLimits(max_bytes=100)).foreign
    assert (file.code, file.sha256) == ("oversized", "")


def test_a_folder_that_is_gone_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Không mở được thư mục"):
        list_scans(tmp_path / "gone")


def test_a_name_that_is_no_text_can_be_reported(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/so\xff\n\x1b[31m.pdf"))
    path.write_text("không phải bản quét")
    (file,) = folder_contents(tmp_path).foreign
    assert file.message.encode().decode().isprintable()
    assert shown(path) == "so\\udcff\\x0a\\x1b[31m.pdf"


def test_a_text_asked_for_as_a_scan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_text("không phải bản quét")
    with pytest.raises(UnknownFileType, match="không phải PDF"):
        scan_file(tmp_path / "1.pdf")
