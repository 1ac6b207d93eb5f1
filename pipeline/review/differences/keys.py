"""The keys of the page of a reconciliation; what they do stands in ``static/reconcile.js``."""

from __future__ import annotations

from collections.abc import Mapping

RECONCILING: Mapping[str, str] = {
    "Alt+1": "sổ dữ liệu sai so với quyết định: đến ô ghi cải chính, bổ sung",
    "Alt+2": "phần mềm kia sai: ghi vào danh sách phải sửa ở bên ấy, sang điều sau",
    "Alt+3": "giấy không rõ: đến ô ghi điều cần hỏi",
    "Enter": "gửi phần đang điền",
    "F6": "để sau, sang điều sau",
    "F8": "mở cả trang ở thẻ mới",
    "F1": "mở bảng phím này",
}
