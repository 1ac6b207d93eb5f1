"""The PDF of separator sheets: A4, the code twice in opposite corners, and in plain words what it says."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from pipeline.imaging.qr_codes import draw_qr_code
from pipeline.inbox.sheet import Sheet, text_of
from pipeline.synth.pen_fonts import print_font

DPI = 300
PAPER = (2480, 3508)
CODE_MM, EDGE_MM = 70.0, 15.0
LARGE_MM, SMALL_MM = 16.0, 7.0
"""Heights of the letters: of the folder's name, which is read from afar, and of all else."""


def sheets_pdf(sheets: Sequence[Sheet]) -> bytes:
    """One page a sheet. Raises ``LedgerError`` for a book that no sheet can name, ``SetupError`` without its font."""
    pages = [_page(sheet) for sheet in sheets]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, title="Tờ phân cách")
    return file.getvalue()


def _page(sheet: Sheet) -> Image.Image:
    page = Image.new("1", PAPER, 1)
    code = Image.fromarray(draw_qr_code(text_of(sheet)))
    side, edge = _pixels(CODE_MM), _pixels(EDGE_MM)
    side -= side % code.width
    code = code.resize((side, side), Image.Resampling.NEAREST)
    page.paste(code, (edge, edge))
    page.paste(code, (PAPER[0] - edge - side, PAPER[1] - edge - side))
    draw, top = ImageDraw.Draw(page), edge + side + _pixels(20)
    for text, height, style in _words(sheet):
        top = _written(draw, text, top, height, style)
    return page


def _words(sheet: Sheet) -> list[tuple[str, float, str]]:
    ledger = sheet.ledger
    return [
        ("TỜ PHÂN CÁCH", SMALL_MM, "bold"),
        (sheet.folder, LARGE_MM, "bold"),
        (f"Quyển số {ledger.volume}", LARGE_MM * 0.7, "bold"),
        (ledger.place, SMALL_MM, "regular"),
        (f"Mã nơi đăng ký {ledger.place_code} · mẫu sổ {ledger.form}", SMALL_MM, "regular"),
        ("Đặt tờ này trước trang đầu của quyển sổ rồi quét.", SMALL_MM, "italic"),
    ]


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
