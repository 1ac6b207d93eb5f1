"""The morning report for supervisors in Prefect's page: the state of each book, failures, what to do.

In Vietnamese; counts and file names only.
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
"""The action for each failure code."""

NAMED = 20
"""Number of failures of a kind that are named; the others are only counted."""


MOST_HELD_BACK = 20


def morning_report(
    summaries: Sequence[Summary],
    findings: str,
    stopped: str = "",
    sealed: str = "",
    unconfirmed: Sequence[str] = (),
    hands: Sequence[str] = (),
    unused: Sequence[str] = (),
    held_back: Sequence[str] = (),
    loosened: Sequence[str] = (),
) -> str:
    """Return the morning report as Markdown.

    Args:
        findings: Findings of the checks over all books, as Markdown.
        stopped: Why the run ended early; ``""``: it did not.
        sealed: The audit seal of the night, and contradictions with earlier seals.
        unconfirmed: Changes of privileged accounts without a second confirmation.
        hands: The outcomes of learning books' hands.
        unused: Unusable files of the office's declarations, with the reasons.
        held_back: Entries and notices with a row that the program did not write.
        loosened: Loosened settings that nobody else has seen.
    """
    lines = [f"## {overview(list(summaries))}", ""]
    if held_back:
        lines += [
            "**Sự kiện bị giữ lại, tin báo có dòng không do chương trình ghi** (hãy chạy `hotich audit verify`):",
            "",
            *(f"- {cell(line)}" for line in held_back[:MOST_HELD_BACK]),
            *([f"- và {len(held_back) - MOST_HELD_BACK} chỗ nữa"] if len(held_back) > MOST_HELD_BACK else []),
            "",
        ]
    if stopped:
        lines += [f"**Lượt chạy dừng sớm.** {stopped}", ""]
    if unused:
        lines += ["**Tệp khai báo của cơ quan có lỗi** (chỉ sổ cần tệp ấy chờ, sổ khác vẫn chạy):", ""]
        lines += [*(f"- {cell(line)}" for line in unused), ""]
    if loosened:
        lines += ["**Thiết lập được nới lỏng** (trang Xác nhận của màn hình rà soát):", ""]
        lines += [*(f"- {cell(line)}" for line in loosened), ""]
    if unconfirmed:
        lines += [
            "**Tài khoản chưa có người thứ hai xác nhận** (trang Xác nhận tài khoản của màn hình rà soát):",
            "",
        ]
        lines += [*(f"- {cell(line)}" for line in unconfirmed), ""]
    lines += [
        "| Sổ | Trang | Đọc mới | Có sẵn | Sự kiện | Chờ xem | Không đọc được |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {cell(summary['book'])} | {summary['pages']} | {summary['read']} | {summary['known']} "
        f"| {summary['entries']} | {summary['review']} | {len(summary['failures'])} |"
        for summary in summaries
    ]
    lines += [
        "",
        *_to_do(summaries),
        "",
        *_missing(summaries),
        *_other_forms(summaries),
        *_unusual_hands(summaries),
        *_hands(hands),
        findings,
        *(["", sealed] if sealed else []),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _to_do(summaries: Sequence[Summary]) -> list[str]:
    failures = [
        (summary["book"], *failure.split(": ", 1)) for summary in summaries for failure in summary["failures"]
    ]
    if not failures:
        return ["**Cần làm:** không có trang nào hỏng; việc chờ xem ở màn hình rà soát."]
    lines = ["**Cần làm:**", ""]
    for code, times in Counter(code for _, code, _ in failures).most_common():
        places = [
            f"{cell(book)}/{cell(place)}" for book, failure_code, place in failures if failure_code == code
        ]
        more = f" … và {times - NAMED} chỗ nữa" if times > NAMED else ""
        lines.append(f"- {times} × {TO_DO.get(code, code)}: {', '.join(places[:NAMED])}{more}")
    return lines


def _missing(summaries: Sequence[Summary]) -> list[str]:
    """Return the lines about known scans missing from the folders of their books."""
    gone = [(summary["book"], name) for summary in summaries for name in summary["missing"]]
    if not gone:
        return []
    named = ", ".join(f"{cell(book)}/{cell(name)}" for book, name in gone[:NAMED])
    more = f" … và {len(gone) - NAMED} tệp nữa" if len(gone) > NAMED else ""
    line = (
        f"**Tệp đã đọc, nay không còn trong thư mục sổ:** {named}{more}. Không có gì bị mất. Xóa nhầm thì chép lại; "
        "muốn bỏ thì thu hồi bản quét ấy (hotich withdraw scan)."
    )
    return [line, ""]


def _other_forms(summaries: Sequence[Summary]) -> list[str]:
    """Return the lines about books with pages of another form than declared."""
    lines = [
        f"- {cell(summary['book'])}: {cell(summary['form_alarm'])}"
        for summary in summaries
        if summary.get("form_alarm")
    ]
    return ["**Sổ khai sai mẫu:**", "", *lines, ""] if lines else []


def _unusual_hands(summaries: Sequence[Summary]) -> list[str]:
    """Return the lines about books with unusual handwriting: affected values and action."""
    lines = [
        f"- {cell(summary['book'])}: {cell(' '.join(summary['drift']))}"
        for summary in summaries
        if summary["drift"]
    ]
    return ["**Sổ có chữ viết lạ:**", "", *lines, ""] if lines else []


def _hands(sentences: Sequence[str]) -> list[str]:
    """Return the lines about the learnt hands of books."""
    lines = [f"- {cell(sentence)}" for sentence in sentences]
    return ["**Nét chữ của sổ:**", "", *lines, ""] if lines else []


def cell(name: str) -> str:
    """Return a file or folder name for a table, with markup characters escaped."""
    return "".join(f"\\{letter}" if letter in "\\|`*_[]<>#!" else letter for letter in printable(name))
