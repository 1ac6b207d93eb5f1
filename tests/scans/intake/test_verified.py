"""No page is decoded from bytes that are not those of the scan it is asked from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.intake.made_scans import encoded, multipage_tiff, picture, scanned_pdf
from pipeline.base.errors import AlteredScan, OversizedScan
from pipeline.scans.intake import (
    Inspector,
    ScanFile,
    ScanLimits,
    page_count,
    page_count_isolated,
    page_of,
    page_of_isolated,
    scan_file,
)
from pipeline.scans.intake.pages import split
from pipeline.scans.intake.verified import verified_copy

LIMITS = ScanLimits()


@pytest.fixture(params=["jpg", "tif", "pdf"])
def exchanged(request: pytest.FixtureRequest, tmp_path: Path) -> ScanFile:
    """A scan in whose place another sound one was put."""
    path = tmp_path / f"a.{request.param}"
    one, other = picture(60), picture(90)
    if request.param == "jpg":
        path.write_bytes(encoded(one, "JPEG"))
        scan = scan_file(path)
        path.write_bytes(encoded(other, "JPEG"))
        return scan
    make = multipage_tiff if request.param == "tif" else scanned_pdf
    scan = scan_file(make(path, 2))
    make(path, 3)
    return scan


def test_what_was_exchanged_is_refused_by_every_way_to_a_page(exchanged: ScanFile, tmp_path: Path) -> None:
    with pytest.raises(AlteredScan, match="bản sao lưu"):
        page_of(exchanged, 1)
    with pytest.raises(AlteredScan):
        page_count(exchanged)
    with pytest.raises(AlteredScan):
        split(exchanged, [1], tmp_path / "part", LIMITS)
    assert not (tmp_path / "part").exists()


def test_the_refusal_crosses_the_border_of_processes(exchanged: ScanFile) -> None:
    with pytest.raises(AlteredScan):
        page_of_isolated(exchanged, 1)
    with pytest.raises(AlteredScan):
        page_count_isolated(exchanged)
    with Inspector() as inspector, pytest.raises(AlteredScan):
        inspector.pages(exchanged)


def test_one_altered_bit_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(picture(), "JPEG"))
    scan = scan_file(path)
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)

    with pytest.raises(AlteredScan):
        page_of(scan, 1)


def test_bytes_that_were_proven_are_decoded_whatever_happens_on_disk(tmp_path: Path) -> None:
    """The next page of the same scan comes from the same bytes; what was put in its place meanwhile is never seen."""
    path = multipage_tiff(tmp_path / "a.tif", 2)
    scan = scan_file(path)
    first = page_of(scan, 1).pixels
    path.write_bytes(multipage_tiff(tmp_path / "b.tif", 5).read_bytes())

    assert page_count(scan) == 2
    np.testing.assert_array_equal(page_of(scan, 1).pixels, first)


def test_the_proven_bytes_cannot_be_written(tmp_path: Path) -> None:
    scan = scan_file(scanned_pdf(tmp_path / "a.pdf", 1))

    with verified_copy(scan, LIMITS) as path:
        assert path.name == "a.pdf"
        assert path.read_bytes() == scan.path.read_bytes()
        with pytest.raises(PermissionError):
            path.write_bytes(b"x")


def test_a_scan_over_the_bound_is_not_taken_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(picture(), "JPEG"))

    with pytest.raises(OversizedScan), verified_copy(scan_file(path), ScanLimits(max_bytes=1_000)):
        pass
