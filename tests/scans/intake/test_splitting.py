from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from benchmarks.intake.made_scans import (
    add_page,
    full_page,
    image_stream,
    multipage_tiff,
    picture,
    scanned_pdf,
)
from pipeline.base.errors import BrokenScan
from pipeline.base.model import Pixels
from pipeline.scans.intake import Inspector, ScanLimits, page_count, page_of, scan_file
from pipeline.scans.intake.pages import split

LIMITS = ScanLimits()


def _pages(path: Path) -> list[Pixels]:
    scan = scan_file(path)
    return [page_of(scan, number).pixels for number in range(1, page_count(scan) + 1)]


@pytest.mark.parametrize("ending", ["pdf", "tif"])
def test_the_pages_are_those_of_the_scan_to_the_pixel(tmp_path: Path, ending: str) -> None:
    make = scanned_pdf if ending == "pdf" else multipage_tiff
    source, parts = make(tmp_path / f"a.{ending}", 4), (tmp_path / "b", tmp_path / "c")
    for part in parts:
        split(scan_file(source), [2, 4], part, LIMITS)
    whole, some = _pages(source), _pages(parts[0])
    assert len(some) == 2
    assert np.array_equal(some[0], whole[1])
    assert np.array_equal(some[1], whole[3])
    assert parts[0].read_bytes() == parts[1].read_bytes()


def test_a_page_keeps_its_turn_and_what_it_inherits(tmp_path: Path) -> None:
    source, part = tmp_path / "a.pdf", tmp_path / "b.pdf"
    with pikepdf.new() as pdf:
        for turn in (0, 90):
            add_page(pdf, image_stream(pdf, picture()), full_page(), rotate=turn)
        pdf.save(source)
    split(scan_file(source), [2], part, LIMITS)
    assert np.array_equal(_pages(part)[0], _pages(source)[1])


def test_behind_a_lost_page_the_others_keep_their_numbers(tmp_path: Path) -> None:
    source, part = tmp_path / "a.pdf", tmp_path / "b.pdf"
    with pikepdf.new() as pdf:
        for number in range(3):
            add_page(pdf, image_stream(pdf, picture(60 + number)), full_page())
        pdf.Root.Pages.Kids[1] = pikepdf.Dictionary()
        pdf.save(source)
    split(scan_file(source), [3], part, LIMITS)
    assert _pages(part)[0].shape == picture(62).shape


def test_a_turned_tiff_is_seen_as_before(tmp_path: Path) -> None:
    source, part = tmp_path / "a.tif", tmp_path / "b.tif"
    frames = [Image.fromarray(picture(60 + number)) for number in range(2)]
    frames[0].save(source, save_all=True, append_images=frames[1:], tiffinfo={274: 6})
    split(scan_file(source), [1], part, LIMITS)
    assert np.array_equal(_pages(part)[0], _pages(source)[0])


def test_the_process_of_the_inspector_divides_too(tmp_path: Path) -> None:
    source, part = scanned_pdf(tmp_path / "a.pdf", 3), tmp_path / "b.pdf"
    scan = scan_file(source)
    with Inspector() as inspector:
        inspector.split(scan, [1, 3], part)
        assert len(_pages(part)) == 2
        with pytest.raises(BrokenScan):
            inspector.split(scan, [9], tmp_path / "c.pdf")
