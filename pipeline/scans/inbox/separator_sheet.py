"""Separator sheets, which assign the pages after them to a book by a QR code, and their PDF for printing.

The code holds the book's folder and the contents of its ``ledger.toml``, so that a sheet printed elsewhere works too.
Anybody can print a sheet: its content is bounded before parsing, and a bad sheet costs no other page.
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
from pipeline.base.print_fonts import print_font
from pipeline.declarations.ledger import SERIES_NAMES, ledger_from, ledger_table
from pipeline.layout.imaging.qr_codes import draw_qr_code
from pipeline.scans.inbox.intake_folders import safe_name

PREFIX = "HOTICH1 "
"""Prefix of our codes; other codes (identity cards have QR codes) begin differently."""

LONGEST_CODE = 1_500
"""Length limit in letters; a sheet with the longest possible names of a ledger has 800."""


@dataclass(frozen=True, slots=True)
class SeparatorSheet:
    """The book of a sheet: ``folder`` below the folder of books, and its ledger."""

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
    content = {"folder": sheet.folder, **ledger_table(sheet.ledger)}
    return PREFIX + json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def separator_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of separator sheets."""
    return tuple(code for code in codes if code.startswith(PREFIX))


def separator_sheet_on(codes: Iterable[str]) -> SeparatorSheet | None:
    """Return the separator sheet on a page with these codes; ``None`` for any other page.

    Raises:
        LedgerError: The sheet holds an invalid ledger, or names two books.
    """
    sheets = {_read(code) for code in separator_codes(codes)}
    if len(sheets) > 1:
        raise LedgerError("Tờ phân cách nói hai quyển sổ khác nhau. Hãy gán sổ bằng tay.")
    return next(iter(sheets), None)


def _read(code: str) -> SeparatorSheet:
    try:
        if len(code) > LONGEST_CODE:
            raise ValueError(len(code))
        content = parse_json(code.removeprefix(PREFIX), deepest=1)
        folder = content.pop("folder")
    except (FileRefused, ValueError, KeyError, AttributeError, TypeError):
        raise LedgerError("Mã trên tờ phân cách không đọc được. Hãy in lại tờ phân cách.") from None
    if not isinstance(folder, str) or not is_folder_name(folder):
        raise LedgerError("Tờ phân cách nêu tên thư mục không dùng được. Hãy in lại tờ phân cách.")
    return SeparatorSheet(folder, ledger_from(content, "tờ phân cách"))


def is_folder_name(name: str) -> bool:
    """Return whether a book's folder may have a name: no path, not hidden, and short enough for a sheet."""
    return safe_name(name) == name and not name.startswith("-")


DPI = 300
PAPER = (2480, 3508)
CODE_MM, EDGE_MM = 70.0, 15.0
LARGE_MM, SMALL_MM = 16.0, 7.0
"""Letter heights: of the folder's name, for reading from afar, and of all other text."""


def separator_sheets_pdf(sheets: Sequence[SeparatorSheet]) -> bytes:
    """Return a PDF with a page for each sheet.

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
    """Write a centred line, as large as the paper allows; return the top of the next line."""
    size = _pixels(height)
    font = print_font(style, size)
    widest = PAPER[0] - 2 * _pixels(EDGE_MM)
    if font.getlength(text) > widest:
        font = print_font(style, max(1, int(size * widest / font.getlength(text))))
    draw.text((PAPER[0] / 2, top), text, font=font, fill=0, anchor="ma")
    return top + round(size * 1.5)


def _pixels(mm: float) -> int:
    return round(mm / 25.4 * DPI)
