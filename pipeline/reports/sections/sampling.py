"""What lots that were sampled told of what stands in the registry."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.localtime import local_date
from pipeline.registry.lots.values import Lot, LotVerdict
from pipeline.reports.basis import ReportData
from pipeline.reports.content import ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.wording import day, number, percent, share, words, wrong_of

LOTS = "/lots"
VERDICTS = {
    None: "đang kiểm tra",
    LotVerdict.ACCEPTED: "nhận",
    LotVerdict.REJECTED: "trả lại",
    LotVerdict.CANCELLED: "đã bỏ",
}
BOUND = "Chắc không quá"


def sampled(basis: ReportData) -> ReportSection:
    """Errors that sampling found, with what they do not exceed."""
    return ReportSection(
        "sampling",
        "Lấy mẫu",
        (wrong_entries(basis), wrong_fields(basis)),
        (),
        (lot_table(basis, basis.tallies.lots),),
        "Một việc là sai khi có ít nhất một ô sai. “Chắc không quá” là cận trên 95\u00a0%: của từng lô theo phân phối "
        "siêu bội, của các lô gộp lại theo Clopper–Pearson.",
    )


def wrong_entries(basis: ReportData) -> ReportFigure:
    checked = sum(one.findings.checked for one in basis.tallies.lots)
    wrong = sum(one.findings.wrong for one in basis.tallies.lots)
    return ReportFigure("Việc sai khi lấy mẫu", share(wrong, checked, LOTS), wrong_of(wrong, checked, "việc"))


def wrong_fields(basis: ReportData) -> ReportFigure:
    checked = sum(one.findings.fields_checked for one in basis.tallies.lots)
    wrong = sum(one.findings.fields_wrong for one in basis.tallies.lots)
    return ReportFigure("Ô sai khi lấy mẫu", share(wrong, checked, LOTS), wrong_of(wrong, checked, "ô"))


def lot_table(basis: ReportData, lots: Iterable[Lot]) -> ReportTable:
    """One row a lot, the last one first."""
    columns = (
        ("Lô", False),
        ("Nơi đăng ký", False),
        ("Sổ", False),
        ("Vòng", True),
        ("Việc trong lô", True),
        ("Lấy mẫu", True),
        ("Nhận khi sai không quá", True),
        ("Đã kiểm tra", True),
        ("Sai", True),
        (BOUND, True),
        ("Kết luận", False),
        ("Ngày lấy", False),
    )
    return ReportTable("lots", "Các lô", columns, tuple(_row(basis, one) for one in lots), href=LOTS)


def _row(basis: ReportData, one: Lot) -> tuple[ReportCell, ...]:
    return (
        words(f"Lô\u00a0{one.lot_id}", f"{LOTS}/{one.lot_id}"),
        words(basis.places.get(one.place_code, one.place_code)),
        words(", ".join(one.books)),
        number(one.turn),
        number(one.plan.lot),
        number(one.plan.sample),
        words("xem hết") if one.plan.is_whole else number(one.plan.acceptance),
        number(one.findings.checked),
        number(one.findings.wrong),
        percent(one.bound if one.findings.checked else None),
        words(VERDICTS[one.closing.verdict if one.closing else None]),
        day(local_date(one.drawn_at)),
    )
