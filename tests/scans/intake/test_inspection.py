from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from benchmarks.intake import made_scans
from pipeline.base.errors import BrokenScan, EncryptedScan, ScanTimeout, UnknownFileType
from pipeline.base.files import sha256_of_file
from pipeline.scans.intake import Inspector, ScanFile, ScanLimits
from pipeline.scans.intake.isolated import START_SECONDS


def _scan(path: Path) -> ScanFile:
    return ScanFile(path, sha256_of_file(path), path.stat().st_size)


def test_every_page_is_seen_and_a_scan_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    good, bad = made_scans.scanned_pdf(tmp_path / "a.pdf", 3), tmp_path / "b.pdf"
    made_scans.cut_pdf(bad)
    told: list[tuple[int, int]] = []
    with Inspector(on_page=lambda done, total: told.append((done, total))) as inspector:
        pages = inspector.pages(_scan(good))
        assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
        assert [(page.page_no, page.fault, len(page.likeness)) for page in pages] == [
            (1, "", 64), (2, "", 64), (3, "", 64),
        ]  # fmt: skip
        with pytest.raises(BrokenScan, match="thiếu phần cuối"):
            inspector.pages(_scan(bad))
        assert [page.fault for page in inspector.pages(_scan(good))] == [""] * 3


def test_a_broken_page_is_named_beside_sound_ones(tmp_path: Path) -> None:
    path = made_scans.multipage_tiff(tmp_path / "a.tif", 3)
    path.write_bytes(path.read_bytes()[:-400])
    with Inspector() as inspector:
        pages = inspector.pages(_scan(path))
    assert pages[0].fault == ""
    assert pages[-1].fault == "broken"
    assert "Trang" in pages[-1].message


def test_a_process_that_gives_no_answer_in_time_is_ended(tmp_path: Path) -> None:
    good = made_scans.scanned_pdf(tmp_path / "a.pdf", 2)
    with Inspector(ScanLimits(seconds=-START_SECONDS)) as inspector, pytest.raises(ScanTimeout):
        inspector.pages(_scan(good))


def test_a_jpeg_whose_end_is_not_written_yet_is_not_whole(tmp_path: Path) -> None:
    data = made_scans.encoded(made_scans.picture(600, 900), "JPEG")
    path = tmp_path / "a.jpg"
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    with Inspector() as inspector, pytest.raises(BrokenScan, match="thiếu phần cuối"):
        inspector.pages(_scan(path))


def test_what_is_no_scan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"MZ\x90\0 this is a program")
    with Inspector() as inspector, pytest.raises(UnknownFileType):
        inspector.pages(_scan(path))


def test_a_pdf_with_a_password_says_so(tmp_path: Path) -> None:
    path = made_scans.scanned_pdf(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    with Inspector() as inspector, pytest.raises(EncryptedScan):
        inspector.pages(_scan(path))
