"""A lot as its page shows it."""

from __future__ import annotations

from pipeline.registry.lots.values import Lot
from pipeline.reports import ReportCell, ReportFigure, ReportTable
from pipeline.reports.content import number, percent, share, words
from pipeline.sampling import Plan

SHARES = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)
"""Shares of wrong entries of which the page tells how likely the lot passes."""


def lot_figures(lot: Lot) -> tuple[ReportFigure, ...]:
    """What was drawn, what was found, what that proves."""
    found, plan = lot.findings, lot.plan
    rule = "xem hết" if plan.is_whole else f"nhận khi có không quá {number(plan.acceptance).text} việc sai"
    return (
        ReportFigure("Việc trong lô", number(plan.lot)),
        ReportFigure("Lấy mẫu", number(plan.sample), rule),
        ReportFigure(
            "Đã kiểm tra xong", number(found.checked), f"{share(found.checked, plan.sample).text} của mẫu"
        ),
        ReportFigure(
            "Việc sai",
            number(found.wrong),
            f"{number(found.fields_wrong).text} ô trong {number(found.fields_checked).text} ô",
        ),
        ReportFigure(
            "Tỉ lệ việc sai chắc không quá", _bound(lot), "của cả lô lúc lấy mẫu, với độ tin cậy 95\u00a0%"
        ),
        ReportFigure("Người kiểm tra được", number(lot.checkers), "tài khoản chưa xem gì của các sổ này"),
    )


def characteristic_table(plan: Plan) -> ReportTable:
    """How likely the plan accepts lots of several qualities."""
    rows = tuple(
        (percent(wrong), number(round(wrong * plan.lot)), percent(plan.passes(round(wrong * plan.lot))))
        for wrong in SHARES
    )
    columns = (
        ("Nếu tỉ lệ việc sai là", False),
        ("tức là số việc", True),
        ("thì lô được nhận với xác suất", True),
    )
    quality = plan.quality
    wanted = (
        f"chấp nhận {percent(quality.acceptable).text}, không chấp nhận {percent(quality.rejectable).text}"
    )
    risks = (
        f"lô tốt bị trả oan {percent(plan.producer_risk).text}, lô xấu lọt {percent(plan.consumer_risk).text}"
    )
    note = f"Cơ quan đặt: {wanted}. Với cỡ mẫu này: {risks}."
    return ReportTable("characteristic", "Phép lấy mẫu này phân biệt được gì", columns, rows, note=note)


def _bound(lot: Lot) -> ReportCell:
    return percent(lot.bound) if lot.findings.checked else words("")
