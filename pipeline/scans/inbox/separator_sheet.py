"""Separator sheets: which book the pages after a sheet belong to, as a QR code, and the PDF to print them from.

The code holds the folder of the book and what its ``ledger.toml`` says, so that a sheet printed elsewhere works too.
Anybody can print one: what it says is bounded before it is parsed, and a bad one costs no other page.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from pipeline.base.errors import LedgerError
from pipeline.base.files import FileRefused, parse_json
from pipeline.base.model import BookSeries, Ledger
from pipeline.declarations.ledger import SERIES_NAMES, ledger_from, ledger_table
from pipeline.layout.imaging.qr_codes import draw_qr_code
from pipeline.scans.inbox.intake_folders import safe_name
from pipeline.training.synthetic_pages.pen_fonts import print_font

PREFIX = "HOTICH1 "
"""Codes of others (identity cards bear one) begin otherwise."""

LONGEST_CODE = 1_500
"""Letters; a sheet with the longest names that a ledger may have has 800."""


@dataclass(frozen=True, slots=True)
class SeparatorSheet:
    """The book that a sheet names: ``folder`` below the folder of books, and its ledger."""

    folder: str
    ledger: Ledger


def separator_text(sheet: SeparatorSheet) -> str:
    """Return the text in the QR code of a sheet.

    Raises:
        LedgerError: The folder has a name that no sheet can carry.
    """
    if not is_folder_name(sheet.folder):
        raise LedgerError(
            f"Tên thư mục sổ «{sheet.folder}» không in lên tờ phân cách được. "
            "Hãy chỉ dùng chữ, số và các dấu . - _ ( )."
        )
    said = {"folder": sheet.folder, **ledger_table(sheet.ledger)}
    return PREFIX + json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def separator_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Those that are of separator sheets."""
    return tuple(code for code in codes if code.startswith(PREFIX))


def separator_sheet_on(codes: Iterable[str]) -> SeparatorSheet | None:
    """Return the separator sheet that a page with those codes is; ``None`` for any other page.

    Raises:
        LedgerError: The sheet says what no ledger can, or names two books.
    """
    sheets = {_read(code) for code in separator_codes(codes)}
    if len(sheets) > 1:
        raise LedgerError("Tờ phân cách nói hai quyển sổ khác nhau. Hãy gán sổ bằng tay.")
    return next(iter(sheets), None)


def _read(code: str) -> SeparatorSheet:
    try:
        if len(code) > LONGEST_CODE:
            raise ValueError(len(code))
        said = parse_json(code.removeprefix(PREFIX), deepest=1)
        folder = said.pop("folder")
    except (FileRefused, ValueError, KeyError, AttributeError, TypeError):
        raise LedgerError("Mã trên tờ phân cách không đọc được. Hãy in lại tờ phân cách.") from None
    if not isinstance(folder, str) or not is_folder_name(folder):
        raise LedgerError("Tờ phân cách nêu tên thư mục không dùng được. Hãy in lại tờ phân cách.")
    return SeparatorSheet(folder, ledger_from(said, "tờ phân cách"))


def is_folder_name(name: str) -> bool:
    """Whether a folder of a book may have that name: it leads nowhere, hides nothing and fits on a sheet."""
    return safe_name(name) == name and not name.startswith("-")


DPI = 300
PAPER = (2480, 3508)
CODE_MM, EDGE_MM = 70.0, 15.0
LARGE_MM, SMALL_MM = 16.0, 7.0
"""Heights of the letters: of the folder's name, which is read from afar, and of all else."""


def separator_sheets_pdf(sheets: Sequence[SeparatorSheet]) -> bytes:
    """Return a PDF with one page for each sheet.

    Raises:
        LedgerError: A sheet cannot name its book.
        SetupError: The font is missing.
    """
    pages = [_page(sheet) for sheet in sheets]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, title="Tờ phân cách")
    return file.getvalue()


def _page(sheet: SeparatorSheet) -> Image.Image:
    page = Image.new("1", PAPER, 1)
    code = Image.fromarray(draw_qr_code(separator_text(sheet)))
    side, edge = _pixels(CODE_MM), _pixels(EDGE_MM)
    side -= side % code.width
    code = code.resize((side, side), Image.Resampling.NEAREST)
    page.paste(code, (edge, edge))
    page.paste(code, (PAPER[0] - edge - side, PAPER[1] - edge - side))
    draw, top = ImageDraw.Draw(page), edge + side + _pixels(20)
    for text, height, style in _words(sheet):
        top = _written(draw, text, top, height, style)
    return page


def _words(sheet: SeparatorSheet) -> list[tuple[str, float, str]]:
    ledger = sheet.ledger
    return [
        ("TỜ PHÂN CÁCH", SMALL_MM, "bold"),
        (sheet.folder, LARGE_MM, "bold"),
        (f"Quyển số {ledger.volume}{_series(ledger)}", LARGE_MM * 0.7, "bold"),
        (ledger.place, SMALL_MM, "regular"),
        (f"Mã nơi đăng ký {ledger.place_code} · mẫu sổ {ledger.form}", SMALL_MM, "regular"),
        ("Đặt tờ này trước trang đầu của quyển sổ rồi quét.", SMALL_MM, "italic"),
    ]


def _series(ledger: Ledger) -> str:
    return "" if ledger.series is BookSeries.ORDINARY else f" ({SERIES_NAMES[ledger.series]})"


def _written(draw: ImageDraw.ImageDraw, text: str, top: int, height: float, style: str) -> int:
    """Write a line in the middle, as large as the paper allows; where the next one begins."""
    size = _pixels(height)
    font = print_font(style, size)
    widest = PAPER[0] - 2 * _pixels(EDGE_MM)
    if font.getlength(text) > widest:
        font = print_font(style, max(1, int(size * widest / font.getlength(text))))
    draw.text((PAPER[0] / 2, top), text, font=font, fill=0, anchor="ma")
    return top + round(size * 1.5)


def _pixels(mm: float) -> int:
    return round(mm / 25.4 * DPI)
