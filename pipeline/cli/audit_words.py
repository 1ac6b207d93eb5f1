"""What the audit says, in words."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.registry.model.audit import Flaw, FlawKind, Verification

ACTIONS = {
    "audit-begun": "bắt đầu nhật ký",
    "found-at-begin": "ghi nhận dữ liệu có từ trước",
    "key-renewed": "đổi khóa ký nhật ký",
    "book-noted": "ghi nhận quyển sổ",
    "scan-noted": "ghi nhận bản quét",
    "page-saved": "lưu kết quả đọc một trang",
    "page-failed": "ghi nhận trang hỏng",
    "run-taken-over": "đọc tiếp quyển sổ của một lượt chạy đã chết",
    "places-resolved": "đối chiếu lại nơi",
    "registry-copied": "chép sang cơ sở dữ liệu này",
    "checks-saved": "kiểm tra cả quyển",
    "links-saved": "gợi ý cùng một người",
    "link-decided": "xác nhận hoặc bác một gợi ý",
    "decided": "quyết định",
    "page-seen": "xác nhận đã xem trang",
    "task-shown": "được cho xem một việc",
    "entry-shown": "được cho xem một việc đã xong",
    "entry-reopened": "mở lại ô của một việc đã xong",
    "witnesses-let-back": "giao lại ô vừa mở cho cả người đã gõ, đã xem",
    "column-shown": "được cho xem một cột",
    "page-shown": "được cho xem ảnh một trang",
    "fields-listed": "mở danh sách ô sai",
    "people-compared": "mở bảng từng người",
    "lot-drawn": "lấy mẫu một lô",
    "lot-questioned": "đưa việc của lô ra kiểm tra",
    "lot-accepted": "nhận một lô",
    "lot-rejected": "trả lại một lô",
    "lot-cancelled": "bỏ một lô",
    "searched": "tìm trong sổ",
    "keyed": "ghi chữ của mình",
    "undone": "hoàn tác chữ của mình",
    "task-skipped": "bỏ qua một việc",
    "task-asked": "hỏi người phụ trách",
    "task-answered": "trả lời câu hỏi",
    "lease-taken-over": "nhận việc người khác đã quá giờ giữ",
    "lease-ended": "trả lại một việc",
    "rescan-asked": "yêu cầu quét lại",
    "rescan-closed": "đóng yêu cầu quét lại",
    "account-created": "tạo tài khoản",
    "duties-set": "giao vai trò, nơi",
    "password-changed": "đổi mật khẩu",
    "password-reset": "cấp lại mật khẩu",
    "account-deactivated": "ngừng tài khoản",
    "account-activated": "cho dùng lại tài khoản",
    "logged-in": "đăng nhập",
    "logged-out": "đăng xuất",
    "package-written": "xuất gói dữ liệu của quyển sổ",
    "package-asked": "yêu cầu xuất gói dữ liệu",
    "package-taken": "tải một tệp của gói dữ liệu",
    "amended": "ghi hoặc rút một cải chính, bổ sung",
    "reconciled": "đối soát một tệp",
    "difference-shown": "được cho xem một khác biệt",
    "difference-answered": "trả lời một khác biệt",
}

_SENTENCES = {
    FlawKind.ROW_ALTERED: "Bảng {table}, dòng {row}: đã bị sửa (nhật ký dòng {audit} ghi khác).",
    FlawKind.ROW_GONE: "Bảng {table}, dòng {row}: đã bị xóa (có ở nhật ký dòng {audit}).",
    FlawKind.ROW_UNKNOWN: "Bảng {table}, dòng {row}: có người chen vào, nhật ký không biết.",
    FlawKind.TABLE_GONE: "Bảng {table}: cả bảng đã bị xóa.",
    FlawKind.GUARD_GONE: "Bảng {table}: khóa chống sửa “{name}” đã bị gỡ.",
    FlawKind.AUDIT_EMPTY: "Nhật ký trống không: đã bị xóa sạch.",
    FlawKind.AUDIT_ALTERED: "Nhật ký, dòng {row}: đã bị sửa.",
    FlawKind.AUDIT_GONE: "Nhật ký: thiếu {rows}.",
    FlawKind.AUDIT_BROKEN: "Nhật ký, dòng {row}: không nối tiếp dòng trước nó.",
    FlawKind.AUDIT_UNSIGNED: "Nhật ký, {rows}: thiếu chữ ký, tuy đã có khóa.",
    FlawKind.AUDIT_FORGED: "Nhật ký, dòng {row}: chữ ký giả.",
    FlawKind.AUDIT_OTHER_KEY: "Nhật ký, dòng {row}: ký bằng một khóa lạ.",
    FlawKind.AUDIT_RESTARTED: "Nhật ký này không phải nhật ký đầu tiên của khóa đang có: nhật ký cũ đã bị bỏ đi.",
    FlawKind.SEAL_CUT: "So với niêm phong: phần cuối nhật ký, {rows}, đã bị cắt; hoặc đây là một bản cũ.",
    FlawKind.SEAL_DIFFERS: "So với niêm phong: nhật ký dòng {row} nay đã khác.",
    FlawKind.SEAL_FORGED: "Tệp niêm phong (dòng {row}) không phải do khóa đang có ký: đã bị sửa.",
}


def flaw_told(flaw: Flaw) -> str:
    """One flaw as a sentence that names the row."""
    return _SENTENCES[flaw.kind].format(
        table=flaw.table,
        row=flaw.row_id,
        rows=_rows(flaw),
        audit=flaw.audit_id,
        name=flaw.name,
    )


def what_is_not_proven(found: Verification, *, sealed: bool) -> Iterator[str]:
    """What a look without flaws still leaves open."""
    if found.proven == 0 and found.audit_rows:
        yield (
            "không có tệp khóa nên chỉ xem được nhật ký có liền mạch không, "
            "chưa chứng minh được là do chương trình ghi."
        )
    elif found.unsigned:
        yield f"{found.unsigned} dòng đầu ghi từ khi chưa có khóa, không chứng minh được là do chương trình ghi."
    if found.other_keys and found.proven:
        yield f"{found.other_keys} dòng ký bằng khóa không còn, không chứng minh được là do chương trình ghi."
    if found.key_is_private is False:
        yield "tệp khóa đang cho người khác đọc; hãy chạy: chmod 600 audit.key"
    if not sealed:
        yield "không có niêm phong thì không biết được phần cuối có bị cắt không (hotich audit seal)."


def _rows(flaw: Flaw) -> str:
    if flaw.last_id is None or flaw.last_id == flaw.row_id:
        return f"dòng {flaw.row_id}"
    return f"các dòng {flaw.row_id}–{flaw.last_id}"
