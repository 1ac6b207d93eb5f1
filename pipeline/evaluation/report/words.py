"""What kinds, ways of writing and states of fields are called in a report."""

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
