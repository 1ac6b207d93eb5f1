"""What an export came to, in words."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from pipeline.batch import PackageReport
from pipeline.export.package_folder import PackageFlaw
from pipeline.export.package_values import ExportBlocker, WorkbookFault

CHECKS = {
    "U1": "thiếu số",
    "U2": "ngày đăng ký trống hoặc không phải dd.mm.yyyy",
    "U3": "số hoặc quyển số không có dạng NN/YYYY",
    "U4": "năm của số khác năm đăng ký",
    "U5": "trang số không phải số",
    "U6": "ngày không phải dd.mm.yyyy, yyyy hoặc tuổi",
    "U7": "trùng nơi đăng ký, quyển số và số",
    "U8": "việc chưa xong nằm trong tệp, hoặc thiếu việc",
    "LIST": "giá trị không có trong danh mục",
    "HEADER": "tiêu đề cột sai",
    "CELL": "ô không phải dạng chữ, hoặc không như sổ dữ liệu",
}

WHY = {
    "task": "còn chờ rà soát",
    "value": "chưa có giá trị",
    "finding": "còn lỗi chặn",
    "failure": "trang không đọc được",
}

_REFUSED = {
    "unsettled": "KHÔNG xuất: còn {held} chỗ chưa xong. Hãy rà soát nốt, hoặc thêm --partial để chỉ xuất việc đã xong.",
    "faults": "KHÔNG xuất: kiểm tra trước khi tải lên thấy {blocking} lỗi. Hãy sửa các việc dưới đây rồi chạy lại.",
    "empty": "KHÔNG xuất: chưa có việc nào xong.",
}

_FLAWS = {
    "missing": "{file}: thiếu tệp.",
    "changed": "{file}: đã bị đổi sau khi ký.",
    "extra": "{file}: tệp lạ, không có trong bản kê.",
    "unsigned": "{file}: chữ ký thiếu hoặc sai, bản kê đã bị sửa.",
    "foreign": "{file}: ký bằng một khóa khác.",
}


def report_told(report: PackageReport) -> Iterator[str]:
    """What became of a book."""
    if report.refused:
        blocking = sum(fault.blocking for fault in report.faults)
        yield f"{report.book}: {_REFUSED[report.refused].format(held=len(report.blockers), blocking=blocking)}"
        return
    size = report.pdf_bytes / max(1, report.entries) / 1000
    yield f"{report.book}: đã xuất {report.entries} việc vào {report.folder} ({size:.0f} kB một việc)."
    yield f"  Ô có chữ: {report.filled.short} ô dưới 16 ký tự, {report.filled.long} ô từ 16 ký tự."
    if report.blockers:
        yield f"  CHƯA ĐỦ: {len(report.blockers)} chỗ chưa xong không có trong gói, đã ghi vào bản kê."
    if report.dropped:
        columns = ", ".join(f"{column} ({entries} việc)" for column, entries in report.dropped.items())
        yield f"  MẪU NÀY KHÔNG CÓ CỘT cho {columns}: các giá trị ấy không có trong tệp Excel."
        yield '  Muốn giao đủ thì bỏ --template, hoặc đặt birth_template = "KS70" trong package.toml.'
    if report.loose:
        pages = ", ".join(f"{scan} trang {page}" for scan, page in report.loose[:5])
        more = f" và {len(report.loose) - 5} trang nữa" if len(report.loose) > 5 else ""
        yield f"  {len(report.loose)} trang không thuộc việc nào: {pages}{more}."
        yield "  Hãy xem các trang ấy, trang tiếp hoặc trang cải chính thì khai trong package.toml."


def held_table(report: PackageReport, limit: int) -> Table:
    """What is not settled, and where to look."""
    table = Table("Sổ", "Bản quét", "Trang", "Số", "Lý do", "Chi tiết")
    for one in report.blockers[:limit]:
        page = str(one.page_no) if one.page_no else "–"
        table.add_row(
            escape(report.book),
            escape(one.scan),
            page,
            escape(one.number) or "–",
            WHY[one.why],
            _detail(one),
        )
    if len(report.blockers) > limit:
        table.add_row(f"… và {len(report.blockers) - limit} chỗ nữa", "", "", "", "", "")
    return table


def _detail(one: ExportBlocker) -> str:
    named = [*one.codes, *one.fields]
    return escape(", ".join(named[:6])) + (f" … (+{len(named) - 6})" if len(named) > 6 else "")


def fault_table(report: PackageReport, limit: int) -> Table:
    """What the check before the upload found, by entry."""
    table = Table("Sổ", "Dòng", "Số", "Mã việc", "Cột", "Kiểm tra", "Mức")
    for fault in report.faults[:limit]:
        table.add_row(
            escape(report.book),
            str(fault.row or "–"),
            escape(fault.number) or "–",
            entry_of(report, fault),
            escape(fault.column) or "–",
            f"{fault.check}: {CHECKS[fault.check]}",
            "chặn" if fault.blocking else "để biết",
        )
    if len(report.faults) > limit:
        table.add_row(f"… và {len(report.faults) - limit} lỗi nữa", "", "", "", "", "", "")
    return table


def entry_of(report: PackageReport, fault: WorkbookFault) -> str:
    """The id of the entry that a fault is about."""
    at = fault.row - 2
    return str(report.entry_ids[at]) if 0 <= at < len(report.entry_ids) else "–"


def package_flaw_told(flaw: PackageFlaw) -> str:
    return _FLAWS[flaw.what].format(file=flaw.file)
