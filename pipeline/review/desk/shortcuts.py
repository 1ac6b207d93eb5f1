"""The keyboard shortcuts of the desk, of column mode and of reconciliations, and the dialogs that ask for a sentence.

The help that F1 opens and the manual both hold these tables; what the keys do is in ``static/desk/`` and
``static/reconcile.js``. No key is a single letter or figure: those belong to Telex and VNI.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DESK_KEYS: Mapping[str, str] = {
    "Enter": "nhận chữ trong ô và sang ô sau; ở ô cuối: lưu cả việc và sang việc sau",
    "Ctrl+Enter": "giữ như giấy: nhận chữ không phải giá trị của ô, vì trên giấy đúng như vậy",
    "Shift+Enter": "về ô trước để sửa",
    "Alt+1 … Alt+9": "lấy cách đọc thứ 1 … 9 vào ô",
    "Alt+0": "xác nhận giá trị bàn giao đề nghị dưới ô (chữ trên giấy giữ nguyên)",
    "↓ ↑": "chọn trong danh sách gợi ý; chưa có danh sách thì ↓ mở những giá trị hay gặp trong sổ này",
    "Tab": "lấy gợi ý đang chọn, hoặc gợi ý đầu tiên",
    "Esc": "đóng gợi ý; nhấn lần nữa: trả ô về như lúc đầu, lần nữa: lấy lại chữ vừa gõ",
    "F2": "không đọc được",
    "F3": "trên giấy để trống",
    "F4": "bị gạch bỏ (giữ chữ đang có trong ô)",
    "F6": "bỏ qua việc này, có lý do",
    "F7": "hỏi người phụ trách",
    "Shift+F7": "mở các ý kiến về nhiệm vụ ở thẻ mới, nêu ý kiến về một vùng của trang",
    "F8": "xin quét lại trang",
    "F9": "hoàn tác điều vừa làm: lưu, xác nhận giá trị bàn giao, bỏ qua, hỏi, xin quét lại",
    "Ctrl+↑ Ctrl+↓": "phóng to, thu nhỏ trang",
    "Alt+← ↑ → ↓": "dời trang",
    "Alt+Home": "đưa trang về chỗ ô đang làm",
    "Alt+End": "xem cả trang",
    "Shift+F1": "mở hướng dẫn của ô đang làm",
    "F1": "mở bảng phím này",
}

COLUMN_KEYS: Mapping[str, str] = {
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


RECONCILIATION_KEYS: Mapping[str, str] = {
    "Alt+1": "sổ dữ liệu sai so với quyết định: đến ô ghi cải chính, bổ sung",
    "Alt+2": "phần mềm kia sai: ghi vào danh sách phải sửa ở bên ấy, sang điều sau",
    "Alt+3": "giấy không rõ: đến ô ghi điều cần hỏi",
    "Enter": "gửi phần đang điền",
    "F6": "để sau, sang điều sau",
    "Alt+End": "mở cả trang ở thẻ mới",
    "F1": "mở bảng phím này",
}


class ReasonDialog(NamedTuple):
    """A dialog that asks for a sentence.

    Attributes:
        name: The dialog's name.
        title: Its title on screen.
        label: The label of its input.
        suggestions: Sentences on Alt+1, Alt+2 and so on.
    """

    name: str
    title: str
    label: str
    suggestions: tuple[str, ...] = ()


DIALOGS = (
    ReasonDialog(
        "skip",
        "Bỏ qua việc này",
        "Lý do",
        (
            "Chữ quá khó, để người khác đọc",
            "Cần đối chiếu với sổ giấy",
            "Nội dung không quen, để người có kinh nghiệm",
        ),
    ),
    ReasonDialog("ask", "Hỏi người phụ trách", "Câu hỏi"),
    ReasonDialog(
        "rescan",
        "Xin quét lại trang này",
        "Vì sao phải quét lại",
        ("Ảnh mờ, nhòe", "Trang bị cắt mất mép", "Trang bị gập hoặc bị tờ khác che", "Quá tối hoặc quá sáng"),
    ),
)
SUPERVISOR_DIALOGS = (ReasonDialog("answer", "Trả lời câu hỏi", "Câu trả lời"),)
"""For supervisors, who answer the questions of others at the desk."""
