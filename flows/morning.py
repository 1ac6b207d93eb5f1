"""What a supervisor finds in Prefect's page in the morning: the state of each book, what failed, what to do.

In Vietnamese; counts and names of files only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.summary import Summary, overview
from pipeline.base.files import printable

TO_DO = {
    "stopped": "sổ bị dừng vì quá nhiều trang không đọc được: xem máy quét, ổ đĩa, rồi `hotich doctor`",
    "busy": "sổ đang được lượt chạy khác đọc: không cần làm gì, lượt ấy làm nốt",
    "ledger": "sổ thiếu hoặc sai `ledger.toml`",
    "schema": "sổ khai mẫu không có hoặc mẫu có lỗi trong tệp",
    "tampered": "có dòng bị sửa ngoài chương trình: chạy `hotich audit verify`, báo người quản trị",
    "timeout": "trang đọc quá giờ: xem và quét lại",
    "memory": "trang cần quá nhiều bộ nhớ: quét lại 300 dpi",
    "crash": "trang làm sập máy đọc: quét lại",
    "altered": "bản quét trong kho không còn đúng như khi nhận: lấy lại từ bản sao lưu, báo người quản trị",
    "broken": "tệp hoặc trang hỏng: quét lại",
    "fault": "lỗi của chương trình: báo người quản trị",
    "unknown-type": "tệp không phải bản quét: chuyển đi nơi khác",
    "empty": "tệp rỗng: chép lại",
    "encrypted": "PDF có mật khẩu: bỏ mật khẩu",
    "oversized": "ảnh quá lớn: quét lại 300 dpi",
    "scan": "tệp không mở được: kiểm tra quyền đọc, ổ mạng",
}
"""What each code of a failure asks of people."""

NAMED = 20
"""Failures of one kind that are named; of more only the number is told."""


def morning_report(
    summaries: Sequence[Summary],
    found: str,
    stopped: str = "",
    sealed: str = "",
    unconfirmed: Sequence[str] = (),
    hands: Sequence[str] = (),
    unused: Sequence[str] = (),
) -> str:
    """Return the morning report as Markdown.

    Args:
        summaries: A summary for each book.
        found: What the checks over all books found.
        stopped: Why the run ended early, if it did.
        sealed: The seal of the audit that was made this night, and what contradicts earlier ones.
        unconfirmed: Changes of privileged accounts that nobody else has confirmed.
        hands: What came of learning the hands of books.
        unused: Files of the office's declarations that are not used, and why.
    """
    lines = [f"## {overview(list(summaries))}", ""]
    if stopped:
        lines += [f"**Lượt chạy dừng sớm.** {stopped}", ""]
    if unused:
        lines += ["**Tệp khai báo của cơ quan có lỗi** (chỉ sổ cần tệp ấy chờ, sổ khác vẫn chạy):", ""]
        lines += [*(f"- {cell(one)}" for one in unused), ""]
    if unconfirmed:
        lines += [
            "**Tài khoản chưa có người thứ hai xác nhận** (trang Xác nhận tài khoản của màn hình rà soát):",
            "",
        ]
        lines += [*(f"- {cell(one)}" for one in unconfirmed), ""]
    lines += [
        "| Sổ | Trang | Đọc mới | Có sẵn | Sự kiện | Chờ xem | Không đọc được |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {cell(one['book'])} | {one['pages']} | {one['read']} | {one['known']} | {one['entries']} "
        f"| {one['review']} | {len(one['failures'])} |"
        for one in summaries
    ]
    lines += [
        "",
        *_to_do(summaries),
        "",
        *_missing(summaries),
        *_other_forms(summaries),
        *_unlike(summaries),
        *_hands(hands),
        found,
        *(["", sealed] if sealed else []),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _to_do(summaries: Sequence[Summary]) -> list[str]:
    failures = [(one["book"], *failure.split(": ", 1)) for one in summaries for failure in one["failures"]]
    if not failures:
        return ["**Cần làm:** không có trang nào hỏng; việc chờ xem ở màn hình rà soát."]
    lines = ["**Cần làm:**", ""]
    for code, times in Counter(code for _, code, _ in failures).most_common():
        places = [f"{cell(book)}/{cell(place)}" for book, found, place in failures if found == code]
        more = f" … và {times - NAMED} chỗ nữa" if times > NAMED else ""
        lines.append(f"- {times} × {TO_DO.get(code, code)}: {', '.join(places[:NAMED])}{more}")
    return lines


def _missing(summaries: Sequence[Summary]) -> list[str]:
    """Known scans that are no longer in the folders of their books, and what to do."""
    gone = [(one["book"], name) for one in summaries for name in one["missing"]]
    if not gone:
        return []
    named = ", ".join(f"{cell(book)}/{cell(name)}" for book, name in gone[:NAMED])
    more = f" … và {len(gone) - NAMED} tệp nữa" if len(gone) > NAMED else ""
    told = (
        f"**Tệp đã đọc, nay không còn trong thư mục sổ:** {named}{more}. Không có gì bị mất. Xóa nhầm thì chép lại; "
        "muốn bỏ thì thu hồi bản quét ấy (hotich withdraw scan)."
    )
    return [told, ""]


def _other_forms(summaries: Sequence[Summary]) -> list[str]:
    """Each book whose pages are of another form than it declares."""
    lines = [
        f"- {cell(one['book'])}: {cell(one['form_alarm'])}" for one in summaries if one.get("form_alarm")
    ]
    return ["**Sổ khai sai mẫu:**", "", *lines, ""] if lines else []


def _unlike(summaries: Sequence[Summary]) -> list[str]:
    """Each book whose handwriting is unlike that calibrated on, with what that puts in doubt and what to do."""
    lines = [f"- {cell(one['book'])}: {cell(' '.join(one['drift']))}" for one in summaries if one["drift"]]
    return ["**Sổ có chữ viết lạ:**", "", *lines, ""] if lines else []


def _hands(sentences: Sequence[str]) -> list[str]:
    """What was learnt of the hands of books."""
    lines = [f"- {cell(sentence)}" for sentence in sentences]
    return ["**Nét chữ của sổ:**", "", *lines, ""] if lines else []


def cell(name: str) -> str:
    """Return a name of a file or folder for a table: nothing in it is markup."""
    return "".join(f"\\{letter}" if letter in "\\|`*_[]<>#!" else letter for letter in printable(name))
