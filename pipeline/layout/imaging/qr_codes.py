"""QR codes on pages, read and drawn by zxing-cpp.

The library reads codes that are skewed up to about 10°, upside down, or JPEG-compressed.
"""

from __future__ import annotations

import numpy as np
import zxingcpp

from pipeline.base.model import Pixels

QR = zxingcpp.BarcodeFormat.QRCode
QR_ALONE = zxingcpp.barcode_formats_from_str("QRCode")


def read_qr_codes(grey: Pixels) -> tuple[str, ...]:
    """Return the texts of all QR codes on a page, each once, in order of detection.

    Incompletely read codes are left out.
    """
    codes = zxingcpp.read_barcodes(
        np.ascontiguousarray(grey), formats=QR_ALONE, text_mode=zxingcpp.TextMode.Plain
    )
    return tuple(dict.fromkeys(code.text for code in codes))


def qr_path(text: str) -> tuple[int, str]:
    """Return the side of a text's QR code in modules, with its quiet zone, and its ink as an SVG path."""
    quiet = 4
    modules = draw_qr_code(text)
    ink = "".join(f"M{x + quiet} {y + quiet}h1v1h-1z" for y, x in np.argwhere(modules == 0))
    return len(modules) + 2 * quiet, ink


def draw_qr_code(text: str) -> Pixels:
    """Return the QR code of a text: one pixel a module, 0 for ink, without the quiet zone.

    It stays readable if a quarter of it is lost.
    """
    code = zxingcpp.create_barcode(text, QR, ec_level="Q")
    return np.array(zxingcpp.write_barcode_to_image(code, add_quiet_zones=False))
