"""QR codes on pages, read and drawn by zxing-cpp.

The library reads codes skewed up to about 10°, upside down, and after JPEG.
"""

from __future__ import annotations

import numpy as np
import zxingcpp

from pipeline.base.model import Pixels

QR = zxingcpp.BarcodeFormat.QRCode
QR_ALONE = zxingcpp.barcode_formats_from_str("QRCode")


def read_qr_codes(grey: Pixels) -> tuple[str, ...]:
    """Return the texts of all QR codes on a page, each once, in the order they are found.

    Codes that cannot be read whole are left out.
    """
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(grey), formats=QR_ALONE, text_mode=zxingcpp.TextMode.Plain
    )
    return tuple(dict.fromkeys(code.text for code in found))


def draw_qr_code(text: str) -> Pixels:
    """Return the QR code of a text: one pixel a module, 0 for ink, without the quiet zone.

    It stays readable when a quarter of it is lost.
    """
    code = zxingcpp.create_barcode(text, QR, ec_level="Q")
    return np.array(zxingcpp.write_barcode_to_image(code, add_quiet_zones=False))
