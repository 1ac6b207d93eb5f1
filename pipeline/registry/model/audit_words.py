"""What the audit says, in words: the actions, and each flaw as a sentence that names the row."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.registry.model.audit import Flaw, FlawKind, Verification

ACTIONS = {
    "audit-begun": "bắt đầu nhật ký",
    "found-at-begin": "ghi nhận dữ liệu có từ trước",
    "key-renewed": "đổi khóa ký nhật ký",
    "tampering-found": "thấy một dòng bị sửa ngoài chương trình",
    "flaw-settled": "xử lý một chỗ sai của nhật ký",
    "book-noted": "ghi nhận quyển sổ",
    "book-added": "ghi nhận rằng đây là một quyển sổ khác",
    "book-corrected": "sửa những gì sổ dữ liệu ghi về một quyển sổ",
    "scan-noted": "ghi nhận bản quét",
    "scan-sent": "gửi bản quét từ trình duyệt",
    "form-begun": "bắt đầu một bản nháp mẫu sổ",
    "form-shown": "mở bản nháp mẫu sổ với các trang mẫu",
    "form-page-sent": "gửi trang mẫu cho một bản nháp mẫu sổ",
    "form-page-removed": "bỏ một trang mẫu khỏi bản nháp mẫu sổ",
    "form-work": "cho máy đề nghị hoặc đọc thử một bản nháp mẫu sổ",
    "form-saved": "lưu một bản của mẫu sổ riêng",
    "form-dropped": "bỏ một bản nháp mẫu sổ",
    "form-taken": "lấy tệp của một mẫu sổ",
    "scans-assigned": "gán bản quét đã nhận vào sổ",
    "run-asked": "yêu cầu đọc sổ ngay",
    "page-saved": "lưu kết quả đọc một trang",
    "page-failed": "ghi nhận trang hỏng",
    "run-taken-over": "đọc tiếp quyển sổ của một lượt chạy đã chết",
    "places-resolved": "đối chiếu lại nơi",
    "registry-copied": "chép sang cơ sở dữ liệu này",
    "checks-saved": "kiểm tra cả quyển",
    "book-held": "giữ lại ô quan trọng của một sổ lạ",
    "book-released": "thôi giữ ô quan trọng của một sổ lạ",
    "links-saved": "gợi ý cùng một người",
    "link-decided": "xác nhận hoặc bác một gợi ý",
    "decided": "quyết định",
    "page-seen": "xác nhận đã xem trang",
    "task-shown": "được cho xem một việc",
    "entries-listed": "xem danh sách sự kiện của một quyển sổ",
    "entry-shown": "được cho xem một việc đã xong",
    "entry-reopened": "mở lại ô của một việc đã xong",
    "witnesses-let-back": "giao lại ô vừa mở cho cả người đã gõ, đã xem",
    "column-shown": "được cho xem một cột",
    "page-shown": "được cho xem ảnh một trang",
    "fields-listed": "mở danh sách ô sai",
    "people-compared": "mở bảng từng người",
    "entries-added": "thêm sự kiện hộ tịch vào một trang, để nhập",
    "fields-added": "thêm trường cho một việc, để nhập",
    "column-added": "thêm một trường cho mọi việc của một quyển sổ",
    "withdrawn": "thu hồi",
    "reinstated": "hủy thu hồi",
    "book-assigned": "giao sổ cho một người",
    "book-assignment-ended": "thôi giao sổ cho một người",
    "share-assigned": "giao một quyển hay một phần sổ cho một người, một tổ",
    "share-ended": "thôi giao một phần sổ",
    "team-joined": "thêm một người vào tổ",
    "team-left": "đưa một người ra khỏi tổ",
    "delivery-confirmed": "xác nhận giá trị bàn giao",
    "region-redrawn": "vẽ lại khung của một ô để máy đọc lại",
    "teaching-planned": "chọn những mục phát trước của một sổ",
    "value-clear": "nhận ô đã rõ nhờ các mục đã đối chiếu",
    "value-recalled": "gọi lại ô đã rõ",
    "values-recalled": "gọi lại các ô đã rõ của một mục",
    "clear-values-stopped": "thôi nhận ô đã rõ của một sổ",
    "page-replaced": "thay trang bằng bản quét lại",
    "lot-drawn": "lấy mẫu một lô",
    "lot-questioned": "đưa việc của lô ra kiểm tra",
    "lot-accepted": "nhận một lô",
    "lot-rejected": "trả lại một lô",
    "lot-cancelled": "bỏ một lô",
    "searched": "tìm trong sổ",
    "keyed": "ghi chữ của mình",
    "undone": "hoàn tác điều vừa làm",
    "task-skipped": "bỏ qua một việc",
    "task-asked": "hỏi người phụ trách",
    "task-answered": "trả lời câu hỏi",
    "comment-opened": "nêu ý kiến về một nhiệm vụ",
    "comment-answered": "trả lời một ý kiến",
    "comment-closed": "đóng một ý kiến",
    "comments-shown": "xem các ý kiến về một nhiệm vụ",
    "comments-listed": "xem danh sách ý kiến đang mở",
    "guideline-written": "viết hoặc sửa hướng dẫn của một ô",
    "example-shown": "xem ảnh ví dụ của một hướng dẫn",
    "lease-taken-over": "nhận việc người khác đã quá giờ giữ",
    "lease-ended": "trả lại một việc",
    "rescan-asked": "yêu cầu quét lại",
    "rescan-closed": "đóng yêu cầu quét lại",
    "account-created": "tạo tài khoản",
    "account-renamed": "sửa họ tên của một tài khoản",
    "duties-set": "giao vai trò, nơi",
    "password-changed": "đổi mật khẩu",
    "password-reset": "cấp lại mật khẩu",
    "account-deactivated": "ngừng tài khoản",
    "account-activated": "cho dùng lại tài khoản",
    "api-token-created": "tạo mã truy cập cho hệ thống khác",
    "api-token-revoked": "thu hồi mã truy cập của hệ thống khác",
    "api-read": "hệ thống khác đọc dữ liệu",
    "book-event-noted": "ghi nhận một sổ đủ điều kiện, hay không còn đủ, để báo cho hệ thống khác",
    "book-event-sent": "báo cho hệ thống khác về một sổ",
    "login-tried": "thử đăng nhập",
    "sessions-cleared": "dọn phiên đăng nhập đã hết",
    "confirmation-asked": "thay đổi tài khoản phải có người thứ hai xác nhận",
    "account-confirmed": "xác nhận thay đổi tài khoản",
    "account-refused": "bác thay đổi tài khoản",
    "logged-in": "đăng nhập",
    "logged-out": "đăng xuất",
    "signed-in": "đăng nhập bằng tài khoản chung",
    "sign-in-refused": "từ chối một lần đăng nhập bằng tài khoản chung",
    "identity-linked": "gắn một tài khoản với người ở nơi cấp tài khoản chung",
    "package-written": "xuất gói dữ liệu của quyển sổ",
    "package-asked": "yêu cầu xuất gói dữ liệu",
    "package-taken": "tải một tệp của gói dữ liệu",
    "entry-printed": "in một mục đăng ký bên cạnh ảnh trang",
    "extract-drafted": "in bản dự thảo trích lục",
    "extract-issued": "cấp trích lục",
    "extract-taken": "tải tệp của một trích lục đã cấp",
    "extract-voided": "hủy một trích lục đã cấp",
    "extracts-listed": "xem sổ cấp trích lục",
    "list-printed": "in danh sách sự kiện của một quyển sổ",
    "handover-printed": "in biên bản bàn giao",
    "template-accepted": "nhận mẫu in của cơ quan",
    "template-dropped": "thôi dùng mẫu in của cơ quan",
    "amendments-listed": "xem các cải chính, bổ sung của một quyển sổ",
    "amendment-signed": "ký xác nhận một cải chính, bổ sung",
    "book-approved": "phê duyệt một quyển sổ",
    "approval-withdrawn": "rút phê duyệt một quyển sổ",
    "amended": "ghi hoặc rút một cải chính, bổ sung",
    "hand-learnt": "máy học nét chữ của sổ từ các dòng đã có người xác nhận",
    "hand-forgotten": "bỏ những gì đã học của nét chữ sổ",
    "hand-taken-back": "máy đọc lại như chưa học các trang dựa vào bản học nét chữ không còn",
    "reader-learnt": "dạy thêm bộ đọc theo các dòng đã có người xác nhận",
    "reader-shown": "xem bản đề nghị của bộ đọc dạy thêm",
    "reader-promoted": "đồng ý dùng bộ đọc dạy thêm",
    "reader-declined": "không dùng bộ đọc dạy thêm",
    "reader-rolled-back": "quay về bộ đọc trước",
    "lines-forgotten": "gỡ dòng khỏi những gì bộ đọc được học",
    "settings-changed": "đổi thiết lập của cơ quan",
    "offices-changed": "đổi cơ quan cấp trích lục",
    "plan-changed": "sửa kế hoạch",
    "backup-asked": "sao lưu, hoặc kiểm tra bản sao lưu",
    "audit-check-asked": "xem lại toàn bộ nhật ký",
    "audit-sealed": "niêm phong nhật ký",
    "reconcile-asked": "gửi một tệp để đối soát",
    "reconciled": "đối soát một tệp",
    "difference-shown": "được cho xem một khác biệt",
    "difference-answered": "trả lời một khác biệt",
}

_SENTENCES = {
    FlawKind.ROW_ALTERED: "Bảng {table}, dòng {row}: đã bị sửa (nhật ký dòng {audit} ghi khác).",
    FlawKind.ROW_GONE: "Bảng {table}, dòng {row}: đã bị xóa (có ở nhật ký dòng {audit}).",
    FlawKind.ROW_UNKNOWN: "Bảng {table}, dòng {row}: có người chen vào, nhật ký không biết.",
    FlawKind.ROW_OVERWRITTEN: "Bảng {table}, dòng {row}: bị sửa ngoài chương trình, rồi chương trình mới ghi lên.",
    FlawKind.TAMPERING_FOUND: "Bảng {table}, dòng {row}: bị sửa, chương trình không ghi lên (nhật ký dòng {audit}).",
    FlawKind.DIGEST_ALTERED: "Bảng {table}{of_row}: dấu giữ ở bảng row_digest không khớp nhật ký.",
    FlawKind.ACCOUNT_DIFFERS: "Bảng account, dòng {row}: “{name}” khác với những gì nhật ký đã ghi về tài khoản này.",
    FlawKind.SESSION_AHEAD: "Bảng login_session, dòng {row}: phiên đăng nhập có giờ ở tương lai.",
    FlawKind.GUARD_ALTERED: "Bảng {table}: khóa chống sửa “{name}” đã bị thay bằng khóa khác.",
    FlawKind.OBJECT_UNKNOWN: "Cơ sở dữ liệu có “{name}” (trigger, view hay quy tắc) mà chương trình không tạo ra.",
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


def format_audit_flaw(flaw: Flaw) -> str:
    """One flaw as a sentence that names the row."""
    return _SENTENCES[flaw.kind].format(
        table=flaw.table,
        of_row="" if flaw.row_id is None else f", dòng {flaw.row_id}",
        row=flaw.row_id,
        rows=_rows(flaw),
        audit=flaw.audit_id,
        name=flaw.name,
    )


def unproven_parts(found: Verification, *, sealed: bool) -> Iterator[str]:
    """What a look without flaws still leaves open."""
    if found.unproven_end:
        yield (
            f"{found.unproven_end} dòng cuối không có khóa nào chứng minh được là do chương trình ghi; "
            "hãy đặt lại tệp audit.key."
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
