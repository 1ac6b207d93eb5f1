"""Separator sheets, ledgers of folders, and scans that are nobody's."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pdf2image import convert_from_bytes
from PIL import Image

from benchmarks.intake.made_scans import add_page, full_page, image_stream
from pipeline.base.errors import LedgerError, SetupError
from pipeline.base.localtime import iso_date
from pipeline.base.model import Ledger, Pixels
from pipeline.declarations.ledger import ledger_text, load_ledger
from pipeline.layout.imaging.qr_codes import read_qr_codes
from pipeline.scans.inbox.assignment import Assigner
from pipeline.scans.inbox.separator_sheet import (
    PREFIX,
    SeparatorSheet,
    separator_sheet_on,
    separator_sheets_pdf,
    separator_text,
)
from pipeline.scans.intake import list_scans, page_count
from tests.scans.inbox.desk import Desk, scan

BOOK_A = SeparatorSheet(
    "KS.2010.01", Ledger("birth-2006", "UBND xã Thử, huyện Thử", "00001", "01/2010", "04.01.2010")
)
BOOK_B = SeparatorSheet("KS.2011.02", Ledger("birth-2006", "UBND xã Thử, huyện Thử", "00001", "02/2011"))


def sheet_pixels(sheet: SeparatorSheet, dpi: int = 100) -> Pixels:
    """The printed sheet, grey."""
    (page,) = convert_from_bytes(separator_sheets_pdf([sheet]), dpi=dpi)
    return np.asarray(page.convert("L"))


def pile(path: Path, *pages: Pixels | int) -> Path:
    """A PDF as a feeder makes it: pictures, or plain pages that differ by a number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pikepdf.new() as pdf:
        for page in pages:
            pixels = _plain(page) if isinstance(page, int) else np.stack([page] * 3, axis=2)
            add_page(pdf, image_stream(pdf, np.ascontiguousarray(pixels)), full_page())
        pdf.save(path)
    return path


def _plain(number: int) -> Pixels:
    noise = np.random.default_rng(number).integers(0, 255, (12, 9, 3), np.uint8)
    return np.asarray(Image.fromarray(noise).resize((90, 120), Image.Resampling.NEAREST))


def in_books(desk: Desk) -> dict[str, list[tuple[str, int]]]:
    """Files of each book with how many pages they have."""
    books = sorted(path for path in (desk.root / "books").iterdir())
    return {book.name: [(one.path.name, page_count(one)) for one in list_scans(book)] for book in books}


def reasons(desk: Desk) -> list[str]:
    known = desk.manifest().assignments.values()
    return [part.reason for one in known for part in one.parts if not part.book]


@pytest.mark.parametrize("angle", [0.0, 2.5, -6.0, 90.0, 180.0, 183.0])
def test_a_sheet_is_read_skewed_turned_faded_and_after_jpeg(angle: float) -> None:
    page = Image.fromarray(sheet_pixels(BOOK_A, 150)).rotate(angle, expand=True, fillcolor=235)
    noise = np.random.default_rng(1).normal(0, 12, (page.height, page.width))
    dirty = np.clip(np.asarray(page) * 0.7 + 40 + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(dirty).save(file, "JPEG", quality=35)
    assert separator_sheet_on(read_qr_codes(np.asarray(Image.open(file)))) == BOOK_A


def test_half_a_sheet_is_enough() -> None:
    page = sheet_pixels(BOOK_A, 150)
    assert separator_sheet_on(read_qr_codes(page[: len(page) // 2])) == BOOK_A
    assert separator_sheet_on(read_qr_codes(page[len(page) // 2 :])) == BOOK_A


def test_codes_of_others_are_no_sheets_and_crooked_ones_are_told() -> None:
    assert separator_sheet_on(["https://example.invalid", "012345678901||Ai|01011990"]) is None
    for said in ("{", "[]", '{"folder":"a"}', '{"folder":"../a","form":"x"}'):
        with pytest.raises(LedgerError):
            separator_sheet_on([PREFIX + said])
    with pytest.raises(LedgerError, match="hai quyển"):
        separator_sheet_on([separator_text(BOOK_A), separator_text(BOOK_B)])
    with pytest.raises(LedgerError, match="không in lên"):
        separator_text(SeparatorSheet("../etc", BOOK_A.ledger))


def test_pages_after_a_sheet_go_to_its_book_within_a_scan_and_over_scans(desk: Desk) -> None:
    a, b = sheet_pixels(BOOK_A), sheet_pixels(BOOK_B)
    pile(desk.inbox() / "1.pdf", a, 1, 2, b, 3)
    pile(desk.inbox() / "2.pdf", 4, 5)
    desk.settled()
    day = iso_date(desk.now)
    assert in_books(desk) == {
        "KS.2010.01": [(f"{day}-may-1-00001-0002.pdf", 2)],
        "KS.2011.02": [(f"{day}-may-1-00001-0005.pdf", 1), (f"{day}-may-1-00002.pdf", 2)],
    }
    assert load_ledger(desk.root / "books" / "KS.2010.01") == BOOK_A.ledger
    before = in_books(desk)
    desk.settled()
    assert in_books(desk) == before


def test_a_multipage_tiff_is_divided_too(desk: Desk) -> None:
    frames = [Image.fromarray(sheet_pixels(BOOK_A)), *(Image.fromarray(_plain(n)) for n in (1, 2))]
    frames[0].save(desk.inbox() / "1.tif", save_all=True, append_images=frames[1:], dpi=(100, 100))
    desk.settled()
    ((_, pages),) = in_books(desk)["KS.2010.01"]
    assert pages == 2


def test_without_a_sheet_the_ledger_of_the_folder_says_it_and_without_one_nobody(desk: Desk) -> None:
    folder = desk.inbox() / "KS.2012.03"
    folder.mkdir()
    (folder / "ledger.toml").write_text(ledger_text(BOOK_B.ledger), encoding="utf-8")
    pile(folder / "1.pdf", 1)
    pile(desk.inbox() / "2.pdf", 2)
    desk.settled()
    assert list(in_books(desk)) == ["KS.2012.03"]
    assert reasons(desk) == ["chưa có tờ phân cách và thư mục không có ledger.toml"]
    (desk.inbox() / "ledger.toml").write_text(ledger_text(BOOK_A.ledger), encoding="utf-8")
    desk.round(1)
    assert list(in_books(desk)) == ["KS.2012.03", "birth-2006.2010.00001.01"]
    assert reasons(desk) == []


def test_a_sheet_holds_for_its_day_only(desk: Desk) -> None:
    pile(desk.inbox() / "1.pdf", sheet_pixels(BOOK_A), 1)
    desk.settled()
    desk.now += 24 * 3600
    pile(desk.inbox() / "2.pdf", 2)
    desk.settled()
    assert len(reasons(desk)) == 1


def test_what_could_have_been_a_sheet_and_cannot_be_read_ends_the_book(desk: Desk) -> None:
    pile(desk.inbox() / "1.pdf", sheet_pixels(BOOK_A), 1)
    desk.settled()
    (desk.inbox() / "2.pdf").write_bytes(b"")
    (desk.inbox() / "3.txt").write_text("không phải bản quét")
    desk.round(1)
    pile(desk.inbox() / "4.pdf", 2)
    desk.round(1)
    desk.round(20)
    assert len(in_books(desk)["KS.2010.01"]) == 1
    assert [one.name for one in desk.round(1).waiting] == ["2.pdf", "3.txt"]
    assert reasons(desk) == []  # 4.pdf is stored; whose it is depends on what 2.pdf turns out to be
    desk.round(100)
    assert ["có thể là tờ phân cách" in reason for reason in reasons(desk)] == [True]
    pile(desk.inbox() / "5.pdf", sheet_pixels(BOOK_B), 3)
    desk.settled()
    assert len(in_books(desk)["KS.2011.02"]) == 1


def test_a_sheet_of_another_book_than_the_folder_has_waits(desk: Desk) -> None:
    folder = desk.root / "books" / "KS.2010.01"
    folder.mkdir(parents=True)
    (folder / "ledger.toml").write_text(ledger_text(BOOK_B.ledger), encoding="utf-8")
    pile(desk.inbox() / "1.pdf", sheet_pixels(BOOK_A), 1)
    desk.settled()
    assert in_books(desk)["KS.2010.01"] == []
    assert ["quyển khác" in reason for reason in reasons(desk)] == [True]


def test_a_page_scanned_again_goes_on_and_is_marked(desk: Desk) -> None:
    pages = [np.asarray(Image.fromarray(_plain(number)).convert("L")) for number in range(4)]
    again = np.clip(pages[2] * 0.9 + 8, 0, 255).astype(np.uint8)
    pile(desk.inbox() / "1.pdf", sheet_pixels(BOOK_A), *pages[:3])
    desk.settled()
    pile(desk.inbox() / "2.pdf", again, pages[3])
    desk.settled()
    (part,) = desk.manifest().assignments[2].parts
    assert part.book == "KS.2010.01"
    assert [(page, other) for page, _, other in part.like] == [(1, 3)]
    assert len(in_books(desk)["KS.2010.01"]) == 2


def test_the_same_bytes_for_another_book_wait_for_a_person(desk: Desk) -> None:
    first = pile(desk.inbox() / "2.pdf", 1, 2)
    data = first.read_bytes()
    first.unlink()
    pile(desk.inbox() / "1.pdf", sheet_pixels(BOOK_A))
    desk.round()
    first.write_bytes(data)
    desk.settled()
    pile(desk.inbox() / "3.pdf", sheet_pixels(BOOK_B))
    desk.round()
    (desk.inbox() / "4.pdf").write_bytes(data)
    desk.settled()
    assert reasons(desk) == ["giống hệt một bản quét đã vào sổ «KS.2010.01»"]


def test_a_person_assigns_what_waits_and_no_round_takes_it_back(desk: Desk) -> None:
    scan(desk.inbox() / "1.jpg")
    desk.settled()
    folder = desk.root / "books" / "KS.2010.01"
    folder.mkdir(parents=True)
    (folder / "ledger.toml").write_text(ledger_text(BOOK_A.ledger), encoding="utf-8")
    assigner = Assigner(
        desk.options.scanners[0], iso_date(desk.now), desk.options, desk.workspace, desk.inspector
    )
    known = desk.manifest()
    assigner.assign_to(known.rows[1], known.assignments[1], "KS.2010.01", "thu", desk.now)
    desk.round(1)
    assert len(in_books(desk)["KS.2010.01"]) == 1
    assert desk.manifest().assignments[1].by == "thu"
    known = desk.manifest()
    with pytest.raises(SetupError, match="không có trang nào chờ"):
        assigner.assign_to(known.rows[1], known.assignments[1], "KS.2010.01", "thu", desk.now)


def test_a_whole_scan_shares_its_bytes_with_the_store(desk: Desk) -> None:
    pile(desk.inbox() / "1.pdf", sheet_pixels(BOOK_A))
    desk.round()
    pile(desk.inbox() / "2.pdf", 1)
    desk.settled()
    (file,) = list_scans(desk.root / "books" / "KS.2010.01")
    stored = desk.workspace.stored(file.sha256)
    assert stored is not None
    assert stored.samefile(file.path)
