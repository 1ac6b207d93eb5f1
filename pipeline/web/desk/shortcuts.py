"""The keyboard shortcuts of all pages in one table, and the dialogs that ask for a sentence.

A key means the same on every page. The help on F1 and the manual both show this table; the scripts hold the
meanings of the keys as well (``static/desk/meanings.js``), and a test compares the two. No key is a single letter
or digit: those belong to the input methods Telex and VNI.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DESK, COLUMN, RECONCILIATION, DATA_ENTRY = "desk", "column", "reconcile", "data-entry"

PAGE_LABELS: Mapping[str, str] = {
    DESK: "màn hình rà soát",
    COLUMN: "theo cột",
    RECONCILIATION: "đối soát",
    DATA_ENTRY: "biên mục",
}
"""The pages that have shortcuts, by their Vietnamese names."""


class Shortcut(NamedTuple):
    """A key, or a few keys that belong together.

    Attributes:
        keys: The keys as people read them.
        meanings: The meaning of each key to the scripts.
        what: The effect, in Vietnamese that holds on all its pages.
        pages: The pages that have this shortcut.
        pointer: The equivalent for mouse and touch: the words of a button, or a gesture.
    """

    keys: str
    meanings: Mapping[str, str]
    what: str
    pages: tuple[str, ...]
    pointer: str


SHORTCUTS = (
    Shortcut(
        "Enter",
        {"Enter": "accept"},
        "nhận điều đang làm và sang chỗ sau: chữ trong ô (ở ô cuối: cả nhiệm vụ), hàng ảnh giống "
        "nhau, mọi ảnh đã chọn, "
        "khung vừa vẽ, phần đang điền",
        (DESK, COLUMN, RECONCILIATION, DATA_ENTRY),
        "Nhận, nút chính của phần đang điền",
    ),
    Shortcut(
        "Ctrl+Enter",
        {"Ctrl+Enter": "keep"},
        "giữ như giấy: nhận chữ không phải giá trị của ô, vì trên giấy đúng như vậy",
        (DESK, COLUMN),
        "Giữ như giấy",
    ),
    Shortcut("Shift+Enter", {"Shift+Enter": "back"}, "về ô trước để sửa", (DESK,), "Ô trước"),
    Shortcut(
        "Alt+1 … Alt+9",
        {f"Alt+{number}": "choose" for number in range(1, 10)},
        "lấy lựa chọn thứ 1 … 9: cách đọc của ô, lý do hay gặp, câu trả lời đối soát",
        (DESK, COLUMN, RECONCILIATION),
        "bấm vào lựa chọn",
    ),
    Shortcut(
        "Alt+0",
        {"Alt+0": "confirm"},
        "xác nhận giá trị bàn giao đề nghị dưới ô (chữ trên giấy giữ nguyên)",
        (DESK, COLUMN),
        "bấm vào giá trị đề nghị",
    ),
    Shortcut(
        "← ↑ → ↓",
        {"ArrowLeft": "left", "ArrowUp": "up", "ArrowRight": "right", "ArrowDown": "down"},
        "sang bên cạnh: gợi ý dưới ô (chưa có danh sách thì ↓ mở những giá trị hay gặp trong sổ này), dòng nhìn một "
        "lượt, ảnh của cột, cả khung đang vẽ",
        (DESK, COLUMN),
        "bấm vào gợi ý, vào ảnh; kéo khung",
    ),
    Shortcut(
        "Shift+← ↑ → ↓",
        {
            "Shift+ArrowLeft": "stretch-left",
            "Shift+ArrowUp": "stretch-up",
            "Shift+ArrowRight": "stretch-right",
            "Shift+ArrowDown": "stretch-down",
        },
        "nới ra bên cạnh: chọn thêm ảnh bên trái, bên phải; dời góc dưới bên phải của khung đang vẽ",
        (DESK, COLUMN),
        "Chọn; kéo góc khung",
    ),
    Shortcut("Tab", {"Tab": "take"}, "lấy gợi ý đang chọn, hoặc gợi ý đầu tiên", (DESK,), "bấm vào gợi ý"),
    Shortcut(
        "Phím cách",
        {" ": "mark"},
        "chọn hoặc bỏ chọn ảnh: ảnh đã chọn không theo hàng; gõ một lần, Enter ghi cho mọi ảnh đã chọn",
        (COLUMN,),
        "Chọn",
    ),
    Shortcut(
        "Ctrl+A",
        {"Ctrl+a": "pick-row"},
        "chọn cả hàng, nhấn lần nữa: mọi ảnh của cột; chữ gõ một lần được ghi cho mọi ảnh đã chọn",
        (COLUMN,),
        "Chọn cả hàng",
    ),
    Shortcut(
        "Esc",
        {"Escape": "drop"},
        "bỏ điều đang làm dở: gợi ý, chữ vừa gõ (nhấn lần nữa: lấy lại), khung đang vẽ",
        (DESK, COLUMN, DATA_ENTRY),
        "Bỏ chữ, Thôi, Hoàn tác",
    ),
    Shortcut("F1", {"F1": "help"}, "mở bảng phím này", (DESK, COLUMN, RECONCILIATION, DATA_ENTRY), "Phím"),
    Shortcut("Shift+F1", {"Shift+F1": "guide"}, "mở hướng dẫn của ô đang làm", (DESK,), "Hướng dẫn"),
    Shortcut("F2", {"F2": "illegible"}, "không đọc được", (DESK, COLUMN), "Không đọc được"),
    Shortcut(
        "F3",
        {"F3": "blank"},
        "trên giấy để trống; ô có chữ viết thì hỏi lại, nhấn lần nữa nếu đúng",
        (DESK, COLUMN),
        "Để trống",
    ),
    Shortcut("F4", {"F4": "strike"}, "bị gạch bỏ (giữ chữ đang có trong ô)", (DESK, COLUMN), "Gạch bỏ"),
    Shortcut(
        "F5", {"F5": "reload"}, "tải lại trang; đang gõ dở thì được nhắc", (DESK,), "nút của trình duyệt"
    ),
    Shortcut(
        "F6",
        {"F6": "skip"},
        "để lại nhiệm vụ này, sang nhiệm vụ sau",
        (DESK, COLUMN, RECONCILIATION),
        "Bỏ qua, Để sau",
    ),
    Shortcut("F7", {"F7": "ask"}, "hỏi người phụ trách", (DESK, COLUMN), "Hỏi"),
    Shortcut(
        "Shift+F7",
        {"Shift+F7": "comments"},
        "mở các ý kiến về nhiệm vụ ở thẻ mới, nêu ý kiến về một vùng của trang",
        (DESK,),
        "Ý kiến",
    ),
    Shortcut("F8", {"F8": "rescan"}, "xin quét lại trang", (DESK, COLUMN), "Quét lại"),
    Shortcut(
        "F9",
        {"F9": "undo"},
        "hoàn tác điều vừa làm: lưu, xác nhận giá trị bàn giao, vẽ lại khung, bỏ qua, hỏi, xin quét lại, vẽ vùng",
        (DESK, COLUMN, DATA_ENTRY),
        "Hoàn tác",
    ),
    Shortcut(
        "F10",
        {"F10": "redraw"},
        "vẽ lại khung của ô trên trang, máy đọc lại ngay trong khung mới",
        (DESK,),
        "Vẽ lại khung",
    ),
    Shortcut(
        "Ctrl+↑ Ctrl+↓",
        {"Ctrl+ArrowUp": "zoom-in", "Ctrl+ArrowDown": "zoom-out"},
        "phóng to, thu nhỏ trang quanh chỗ đang làm",
        (DESK, DATA_ENTRY),
        "+ −, lăn chuột",
    ),
    Shortcut(
        "Alt+← ↑ → ↓",
        {
            "Alt+ArrowLeft": "move-left",
            "Alt+ArrowUp": "move-up",
            "Alt+ArrowRight": "move-right",
            "Alt+ArrowDown": "move-down",
        },
        "dời trang",
        (DESK,),
        "kéo trang",
    ),
    Shortcut("Alt+Home", {"Alt+Home": "show-field"}, "đưa trang về chỗ ô đang làm", (DESK,), "Ô này"),
    Shortcut("Alt+End", {"Alt+End": "show-page"}, "xem cả trang", (DESK, RECONCILIATION), "Cả trang"),
    Shortcut(
        "Alt+PageUp Alt+PageDown",
        {"Alt+PageUp": "page-before", "Alt+PageDown": "page-after"},
        "xem trang trước, trang sau của sổ; chữ đang gõ còn nguyên",
        (DESK,),
        "Trang trước, Trang sau",
    ),
    Shortcut("Alt+Insert", {"Alt+Insert": "show-cover"}, "xem bìa sổ", (DESK,), "Bìa sổ"),
)
"""All shortcuts of all pages, in reading order."""


def shortcuts_of(page: str) -> tuple[Shortcut, ...]:
    """Return the shortcuts of a page, as its help lists them."""
    return tuple(shortcut for shortcut in SHORTCUTS if page in shortcut.pages)


class ReasonDialog(NamedTuple):
    """A dialog that asks for a sentence.

    Attributes:
        suggestions: Sentences on Alt+1, Alt+2 and so on.
    """

    name: str
    title: str
    label: str
    suggestions: tuple[str, ...] = ()


DIALOGS = (
    ReasonDialog(
        "skip",
        "Bỏ qua nhiệm vụ này",
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
"""For supervisors, who answer questions at the desk."""
