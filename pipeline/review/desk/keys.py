"""The keys of the desk, once: the help that F1 opens and the manual both hold this table. What they do stands in
``static/desk/``. No key is a single letter or figure: those belong to Telex and VNI."""

from __future__ import annotations

from collections.abc import Mapping

DESK: Mapping[str, str] = {
    "Enter": "nhận chữ trong ô và sang ô sau; ở ô cuối: lưu cả việc và sang việc sau",
    "Shift+Enter": "về ô trước để sửa",
    "Alt+1 … Alt+9": "lấy cách đọc thứ 1 … 9 vào ô",
    "↓ ↑": "chọn trong danh sách gợi ý (chỉ hiện khi đang gõ)",
    "Tab": "lấy gợi ý đang chọn, hoặc gợi ý đầu tiên",
    "Esc": "đóng gợi ý; nhấn lần nữa: trả ô về như lúc đầu, lần nữa: lấy lại chữ vừa gõ",
    "F2": "không đọc được",
    "F3": "trên giấy để trống",
    "F4": "bị gạch bỏ (giữ chữ đang có trong ô)",
    "F6": "bỏ qua việc này, có lý do",
    "F7": "hỏi người phụ trách",
    "F8": "xin quét lại trang",
    "F9": "hoàn tác việc vừa lưu",
    "Ctrl+↑ Ctrl+↓": "phóng to, thu nhỏ trang",
    "Alt+← ↑ → ↓": "dời trang",
    "Alt+Home": "đưa trang về chỗ ô đang làm",
    "Alt+End": "xem cả trang",
    "F1": "mở bảng phím này",
}

COLUMN: Mapping[str, str] = {
    "← ↑ → ↓": "sang ảnh khác",
    "Enter": "nhận cả hàng giống nhau (trừ những ảnh đã đánh dấu); ô có chữ vừa gõ: nhận chữ ấy cho ảnh này",
    "Phím cách": "đánh dấu hoặc bỏ dấu ảnh khác với hàng",
    "gõ chữ": "ghi cách đọc riêng của ảnh này",
    "F2": "không đọc được",
    "F3": "trên giấy để trống",
    "Esc": "xóa chữ vừa gõ",
    "F9": "hoàn tác lần lưu trước",
    "F1": "mở bảng phím này",
}
