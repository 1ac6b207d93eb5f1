"""Names and numbers as a Vietnamese reader expects them."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import FieldStatus, Writing

KINDS: Mapping[str, str] = {
    "text": "Chữ tự do",
    "name": "Họ tên",
    "date": "Ngày",
    "date_words": "Ngày bằng chữ",
    "time": "Giờ",
    "entry_number": "Số đăng ký",
    "volume": "Quyển số",
    "number": "Con số",
    "id_number": "Số giấy tờ",
    "choice": "Danh mục",
    "place": "Địa danh, địa chỉ",
    "": "Cột ngoài khai báo",
}
WRITINGS: Mapping[str, str] = {
    Writing.HAND.value: "Chữ viết tay",
    Writing.PRINT.value: "Chữ in, chữ máy",
    Writing.MARK.value: "Dấu đánh trong ô",
    Writing.NONE.value: "Không thấy mực, hoặc chưa đọc được",
}
STATUSES: Mapping[FieldStatus, str] = {
    FieldStatus.BLANK: "máy coi là để trống",
    FieldStatus.UNREADABLE: "máy chưa đọc được",
    FieldStatus.ILLEGIBLE: "máy coi là mờ, không đọc được",
    FieldStatus.STRUCK_THROUGH: "máy coi là bị gạch",
    FieldStatus.NOT_ON_FORM: "máy coi là mẫu không có",
    FieldStatus.READ: "máy đọc ra không chữ nào",
}


def percent(share: float | None, digits: int = 1) -> str:
    """A share as ``12,3 %``; ``–`` of nothing."""
    return "–" if share is None else f"{100 * share:.{digits}f}".replace(".", ",") + "\u00a0%"


def fine_percent(share: float | None) -> str:
    """A share of errors, with the digits that small ones need."""
    if share is None:
        return "–"
    return percent(share, 2 if 0 < share < 0.1 else 1)


def thousandth(share: float) -> str:
    """A share as ``4 ‰``."""
    return f"{1000 * share:.3g}".replace(".", ",") + "\u00a0‰"


def count(number: int) -> str:
    """A number with its thousands parted: ``12.345``."""
    return f"{number:,}".replace(",", ".")


def chance(confidence: float) -> str:
    """A confidence with the digits that tell sure ones apart: ``0,62``, ``0,9987``. None is rounded up to 1."""
    if confidence >= 1:
        return "1"
    digits = 2 if confidence < 0.9 else 3 if confidence < 0.99 else 4
    text = f"{min(confidence, 1 - 10**-digits):.{digits}f}"
    return (text[:4] + text[4:].rstrip("0")).replace(".", ",")
