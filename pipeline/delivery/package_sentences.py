"""Reports of packages in Vietnamese: exported entries, refusals, flaws of a package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.base.files import printable
from pipeline.declarations.office.delivery_rules import RULES_BY_NAME
from pipeline.declarations.schema.shared_software import LoadingRule
from pipeline.delivery.export.package_folder import PackageFlaw
from pipeline.delivery.export.package_values import WorkbookFault
from pipeline.delivery.package import PackageReport

CHECKS = {
    "U1": "thiếu số",
    "U2": "ngày đăng ký trống hoặc không phải dd.mm.yyyy",
    "U3": "số hoặc quyển số không có dạng NN/YYYY",
    "U4": "năm của số khác năm đăng ký",
    "U5": "trang số không phải số",
    "U6": "ngày không phải dd.mm.yyyy, yyyy hoặc tuổi",
    "U7": "trùng nơi đăng ký, quyển số và số",
    "U8": "sự kiện chưa xong nằm trong tệp, hoặc thiếu sự kiện",
    "LIST": "giá trị không có trong danh mục",
    "HEADER": "tiêu đề cột sai",
    "CELL": "ô không phải dạng chữ, hoặc không như sổ dữ liệu",
    "LOAD": "phần mềm dùng chung sẽ từ chối",
    "READ": "phần mềm dùng chung sẽ đọc khác",
    "PDF": "không có đúng một PDF cho mỗi dòng",
}

EVIDENCE = {"seen": "đã thấy", "inferred": "suy ra", "assumed": "giả định"}
"""Words for the evidence of a rule of the shared software."""

WHY = {
    "confirm": "giá trị bàn giao chờ một người xác nhận",
    "fault": "không qua được kiểm tra trước khi tải lên",
    "task": "còn chờ rà soát",
    "value": "chưa có giá trị",
    "finding": "còn lỗi chặn",
    "failure": "trang không đọc được",
    "scan": "bản quét trong kho thiếu hoặc không còn đúng như khi nhận; hãy lấy lại từ bản sao lưu",
    "signature": "cải chính, bổ sung chờ người thứ hai ký xác nhận",
    "tampered": "dữ liệu bị sửa ngoài chương trình; hãy báo người quản trị chạy hotich audit verify",
}

_REFUSED = {
    "unsettled": (
        "KHÔNG xuất: còn {held} chỗ chưa xong. Hãy rà soát nốt, hoặc thêm --partial để chỉ "
        "xuất sự kiện đã xong."
    ),
    "faults": "KHÔNG xuất: kiểm tra trước khi tải lên thấy {blocking} lỗi. Hãy sửa các sự kiện dưới đây rồi chạy lại.",
    "empty": "KHÔNG xuất: chưa có sự kiện nào xong.",
    "copy": "KHÔNG xuất: sổ này là bản lưu kép, chỉ để đối chiếu. Bàn giao quyển mà nó là bản lưu.",
    "unapproved": (
        "KHÔNG xuất: sổ chưa được phê duyệt, hay đã thay đổi từ lần phê duyệt trước. Người phụ trách phê duyệt ở trang "
        "“phê duyệt” của sổ; cơ quan đặt điều này ở [approval] của office.toml."
    ),
}

_FLAWS = {
    "missing": "{file}: thiếu tệp.",
    "changed": "{file}: đã bị đổi sau khi ký.",
    "extra": "{file}: tệp lạ, không có trong bản kê.",
    "unsigned": "{file}: chữ ký thiếu hoặc sai, bản kê đã bị sửa.",
    "foreign": "{file}: ký bằng một khóa khác.",
    "pdf-missing": "{file}: không có chữ ký số của cơ quan.",
    "pdf-broken": "{file}: chữ ký số sai, hoặc tệp đã bị đổi sau khi ký.",
    "pdf-untrusted": "{file}: chứng thư của chữ ký số không do nơi cấp đã nêu cấp.",
    "office-missing": "{file}: không có chữ ký số của cơ quan.",
    "office-broken": "{file}: chữ ký số của cơ quan sai, hoặc tệp đã bị đổi sau khi ký.",
    "office-untrusted": "{file}: chứng thư ký số không do nơi cấp đã nêu cấp.",
    "office-foreign": "{file}: ký số bằng một chứng thư khác chứng thư ghi trong tệp.",
    "pdf-foreign": "{file}: ký số bằng một chứng thư khác chứng thư ghi trong bản kê.",
}


def format_package_report(report: PackageReport) -> Iterator[str]:
    """Yield the report of an export."""
    if report.withdrawn:
        numbers = ", ".join(delivery.number or "(không rõ số)" for delivery in report.withdrawn[:10])
        more = f" và {len(report.withdrawn) - 10} sự kiện nữa" if len(report.withdrawn) > 10 else ""
        yield (
            f"{printable(report.book)}: GÓI TRƯỚC CÓ {len(report.withdrawn)} VIỆC NAY ĐÃ THU HỒI: số {numbers}{more}. "
            "Hãy báo nơi nhận gỡ các sự kiện ấy; gói mới ghi rõ trong bản kê."
        )
    if report.refused:
        blocking = sum(fault.blocking for fault in report.faults)
        why = _REFUSED[report.refused].format(held=len(report.blockers), blocking=blocking)
        yield f"{printable(report.book)}: {why}"
        return
    if report.despite:
        yield f"{printable(report.book)}: xuất dù phần mềm dùng chung sẽ từ chối một số ô; lý do đã ghi vào bản kê."
    size = report.pdf_bytes / max(1, report.entries) / 1000
    yield f"{printable(report.book)}: đã xuất {report.entries} sự kiện vào {report.folder} ({size:.0f} kB một sự kiện)."
    yield f"  Ô có chữ: {report.filled.short} ô dưới 16 ký tự, {report.filled.long} ô từ 16 ký tự."
    if report.note:
        yield f"  {report.note}"
    if report.layered:
        total = sum(report.layered.values())
        rules = ", ".join(f"{RULES_BY_NAME[rule].title}: {count}" for rule, count in report.layered.items())
        yield f"  Bàn giao theo quy tắc: {total} ô khác chữ trên sổ ({rules}); đủ hai lớp trong tệp .layers.json."
    if report.blockers:
        yield f"  CHƯA ĐỦ: {len(report.blockers)} chỗ chưa xong không có trong gói, đã ghi vào bản kê."
    if report.dropped:
        columns = ", ".join(f"{column} ({entries} sự kiện)" for column, entries in report.dropped.items())
        yield f"  MẪU NÀY KHÔNG CÓ CỘT cho {columns}: các giá trị ấy không có trong tệp Excel."
        yield '  Muốn giao đủ thì chọn mẫu có đủ cột: khai sinh đặt birth_template = "KS70" trong package.toml;'
        yield "  mẫu do cơ quan đặt cột thì thêm cột ấy ở [[export]] của office.toml."
    if report.empty:
        yield f"  {len(report.empty)} cột trống ở mọi sự kiện của quyển: {', '.join(report.empty)}."
        yield "  Mẫu sổ không có chỗ ghi mà vẫn phải giao thì thêm trường ấy cho cả quyển ở Biên mục."
    if report.loose:
        pages = ", ".join(f"{scan} trang {page}" for scan, page in report.loose[:5])
        more = f" và {len(report.loose) - 5} trang nữa" if len(report.loose) > 5 else ""
        yield f"  {len(report.loose)} trang không thuộc sự kiện nào: {pages}{more}."
        yield "  Hãy xem các trang ấy, trang tiếp hoặc trang cải chính thì khai trong package.toml."


def fault_sentence(fault: WorkbookFault, rules: Mapping[str, LoadingRule]) -> str:
    """Return what is wrong: the check, and the rule of the shared software with its evidence."""
    rule = rules.get(fault.rule)
    if rule is None:
        return f"{fault.check}: {CHECKS[fault.check]}"
    return f"{rule.code}: {rule.says} ({EVIDENCE[rule.evidence]})"


def entry_of(report: PackageReport, fault: WorkbookFault) -> str:
    """Return the id of the entry with a fault."""
    at = fault.row - 2
    return str(report.entry_ids[at]) if 0 <= at < len(report.entry_ids) else "–"


def format_package_flaw(flaw: PackageFlaw) -> str:
    return _FLAWS[flaw.what].format(file=flaw.file)
