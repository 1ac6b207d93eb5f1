"""A workbook from a browser is refused before it is unpacked when it is too large."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from pipeline.base.errors import ReconcileError
from pipeline.delivery.workbook_reading import upload_bounds
from pipeline.delivery.workbook_reading.upload_bounds import check_sent_workbook
from tests.delivery.reconcile.files import birth, write


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


def test_a_workbook_is_taken(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", [birth(1)])
    check_sent_workbook(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "rỗng"),
        (b"so,quyenSo", ".xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), ".xls"),
        (b"PK\x05\x06", ".xlsx"),
    ],
)
def test_what_is_no_workbook_is_told_in_words(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(ReconcileError, match=told):
        check_sent_workbook(path)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReconcileError, match="bảng tính"):
        check_sent_workbook(archive(tmp_path / "a.xlsx", {"word/document.xml": b"<w/>"}))


def test_parts_that_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_bounds, "MOST_UNPACKED", 1 << 20)
    path = archive(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<w/>", "xl/sheet.xml": bytes((1 << 20) + 1)})
    assert path.stat().st_size < 10_000
    with pytest.raises(ReconcileError, match="giải nén"):
        check_sent_workbook(path)


@pytest.mark.parametrize("comment", [b"", b"PK\x05\x06" + bytes(18) + b"x"])
def test_a_list_of_too_many_parts_is_not_read(tmp_path: Path, comment: bytes) -> None:
    path = archive(tmp_path / "a.xlsx", {f"xl/{number}": b"" for number in range(1001)})
    with zipfile.ZipFile(path, "a") as made:
        made.comment = comment
    with pytest.raises(ReconcileError):
        check_sent_workbook(path)


def test_a_list_that_claims_to_be_long_is_not_read(tmp_path: Path) -> None:
    content = bytearray(archive(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<w/>"}).read_bytes())
    at = content.rfind(b"PK\x05\x06")
    struct.pack_into("<L", content, at + 12, (1 << 20) + 1)
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(ReconcileError, match="quá nhiều phần"):
        check_sent_workbook(tmp_path / "b.xlsx")
