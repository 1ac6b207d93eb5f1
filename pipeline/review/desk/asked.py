"""The dialogs of the desk that ask for a sentence, with sentences that are often wanted."""

from __future__ import annotations

from typing import NamedTuple


class Asked(NamedTuple):
    """``name`` of the dialog; ``usual``: sentences on Alt+1, Alt+2, …"""

    name: str
    title: str
    label: str
    usual: tuple[str, ...] = ()


ASKED = (
    Asked(
        "skip",
        "Bỏ qua việc này",
        "Lý do",
        (
            "Chữ quá khó, để người khác đọc",
            "Cần đối chiếu với sổ giấy",
            "Nội dung không quen, để người có kinh nghiệm",
        ),
    ),
    Asked("ask", "Hỏi người phụ trách", "Câu hỏi"),
    Asked(
        "rescan",
        "Xin quét lại trang này",
        "Vì sao phải quét lại",
        ("Ảnh mờ, nhòe", "Trang bị cắt mất mép", "Trang bị gập hoặc bị tờ khác che", "Quá tối hoặc quá sáng"),
    ),
)
ANSWERING = (Asked("answer", "Trả lời câu hỏi", "Câu trả lời"),)
"""For supervisors, who have the questions of others on the desk."""
