"""What kinds of differences and refusals are called."""

from __future__ import annotations

from pipeline.reconcile.values import DifferenceKind, FieldDifferenceKind

KINDS = {
    DifferenceKind.MISSING: "phần mềm kia không có",
    DifferenceKind.EXTRA: "sổ không có",
    DifferenceKind.DUPLICATE: "trùng dòng",
    DifferenceKind.FIELDS: "khác ô",
}

FIELDS = {
    FieldDifferenceKind.CHANGED: "khác giá trị",
    FieldDifferenceKind.DIGITS: "hai chữ số đổi chỗ",
    FieldDifferenceKind.SWAPPED: "hai cột đổi chỗ cho nhau",
    FieldDifferenceKind.ONLY_OURS: "bên kia để trống",
    FieldDifferenceKind.ONLY_THEIRS: "trên giấy để trống",
    FieldDifferenceKind.SPELLING: "chỉ khác cách viết",
    FieldDifferenceKind.BEYOND: "sổ dữ liệu không có giá trị",
}

REFUSED = {
    "error": "ô báo lỗi của Excel",
    "formula": "công thức chưa tính; hãy mở bằng Excel rồi lưu lại",
    "bool": "ô kiểu đúng/sai",
    "long-number": "số quá dài, Excel đã làm mất các chữ số cuối",
    "no-date": "số không phải một ngày",
    "no-year": "ngày không hiện năm",
    "date-elsewhere": "ngày nằm ở cột không phải cột ngày",
}

SHEETS = {
    FieldDifferenceKind.CHANGED: "Khác giá trị",
    FieldDifferenceKind.DIGITS: "Hai chữ số đổi chỗ",
    FieldDifferenceKind.SWAPPED: "Hai cột đổi chỗ",
    FieldDifferenceKind.ONLY_OURS: "Bên kia để trống",
    FieldDifferenceKind.ONLY_THEIRS: "Trên giấy để trống",
    FieldDifferenceKind.SPELLING: "Chỉ khác cách viết",
    FieldDifferenceKind.BEYOND: "Sổ không có giá trị",
    DifferenceKind.MISSING: "Phần mềm kia không có",
    DifferenceKind.EXTRA: "Sổ không có",
    DifferenceKind.DUPLICATE: "Trùng dòng",
}
"""The sheet of each kind in the workbook of a reconciliation."""

UNREAD_SHEET = "Ô không đọc được"
