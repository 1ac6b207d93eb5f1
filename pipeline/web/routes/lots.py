"""Lots of acceptance sampling: drawn, checked, accepted or reopened, by supervisors within their places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.declarations.sampling import SamplingPlan
from pipeline.delivery.printing.acceptance_paper import acceptance_paper
from pipeline.delivery.printing.service import Asker
from pipeline.registry import NotThere
from pipeline.registry.lots.stored_lots import Lot
from pipeline.reports import ReportCell, ReportFigure, ReportTable
from pipeline.reports.content import count_cell, percent_cell, share_cell, text_cell
from pipeline.reports.data import ReportData
from pipeline.reports.sections.accuracy import VERDICTS, lot_table
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.custody import issuing_offices
from pipeline.web.routes.printing import file_response

SHARES = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)
"""Shares of wrong entries for which the page shows the probability of acceptance."""


def lot_figures(lot: Lot) -> tuple[ReportFigure, ...]:
    """Return the figures of a lot: sample, findings and the proven error bound."""
    findings, plan = lot.findings, lot.plan
    rule = (
        "xem hết"
        if plan.is_whole
        else f"nhận khi có không quá {count_cell(plan.acceptance).text} sự kiện sai"
    )
    return (
        ReportFigure("Sự kiện trong lô", count_cell(plan.lot)),
        ReportFigure("Lấy mẫu", count_cell(plan.sample), rule),
        ReportFigure(
            "Đã kiểm tra xong",
            count_cell(findings.checked),
            f"{share_cell(findings.checked, plan.sample).text} của mẫu",
        ),
        ReportFigure(
            "Sự kiện sai",
            count_cell(findings.wrong),
            f"{count_cell(findings.fields_wrong).text} ô trong {count_cell(findings.fields_checked).text} ô",
        ),
        ReportFigure(
            "Tỉ lệ sự kiện sai chắc không quá", _bound(lot), "của cả lô lúc lấy mẫu, với độ tin cậy 95\u00a0%"
        ),
        ReportFigure("Người kiểm tra được", count_cell(lot.checkers), "tài khoản chưa xem gì của các sổ này"),
    )


def characteristic_table(plan: SamplingPlan) -> ReportTable:
    """Return the operating characteristic: the plan's probability of acceptance at several error rates."""
    rows = tuple(
        (
            percent_cell(wrong),
            count_cell(round(wrong * plan.lot)),
            percent_cell(plan.passes(round(wrong * plan.lot))),
        )
        for wrong in SHARES
    )
    columns = (
        ("Nếu tỉ lệ sự kiện sai là", False),
        ("tức là số sự kiện", True),
        ("thì lô được nhận với xác suất", True),
    )
    quality = plan.quality
    quality_levels = (
        f"chấp nhận {percent_cell(quality.acceptable).text}, "
        f"không chấp nhận {percent_cell(quality.rejectable).text}"
    )
    risks = (
        f"lô tốt bị trả oan {percent_cell(plan.producer_risk).text}, "
        f"lô xấu lọt {percent_cell(plan.consumer_risk).text}"
    )
    note = f"Cơ quan đặt: {quality_levels}. Với cỡ mẫu này: {risks}."
    return ReportTable("characteristic", "Phép lấy mẫu này phân biệt được gì", columns, rows, note=note)


def _bound(lot: Lot) -> ReportCell:
    return percent_cell(lot.bound) if lot.findings.checked else text_cell("")


router = APIRouter(prefix="/lots")


@router.get("")
def show_lots(visit: VisitDep) -> Response:
    return _lots(visit)


@router.post("")
def draw_lot(visit: VisitDep, books: Annotated[list[RowId], Form()]) -> Response:
    with visit.refusing(lambda refused: _lots(visit, refused), RegistryError, NotThere):
        lot = visit.site.lots.draw(visit.person, books)
    return RedirectResponse(f"/lots/{lot.lot_id}", status_code=303)


@router.get("/{lot_id}")
def show_lot(visit: VisitDep, lot_id: int) -> Response:
    return _lot(visit, lot_id)


@router.get("/{lot_id}/bien-ban.pdf")
def print_acceptance(visit: VisitDep, lot_id: int) -> Response:
    """Print the minutes of acceptance."""
    site, person = visit.site, visit.person
    lot = site.lots.lot(person, lot_id)
    characters = site.lots.character_errors(person, lot_id)
    paper = acceptance_paper(
        visit.registry, lot, characters, site.policies.contract, issuing_offices(site), Asker.of(person)
    )
    return file_response(paper)


@router.post("/{lot_id}/close")
def close_lot(visit: VisitDep, lot_id: int) -> Response:
    """Reopen the rest of the sample if any is left, else close the lot."""
    with visit.refusing(lambda refused: _lot(visit, lot_id, refused)):
        if visit.site.lots.lot(visit.person, lot_id).left:
            visit.site.lots.carry_on(visit.person, lot_id)
        else:
            visit.site.lots.close(visit.person, lot_id)
    return RedirectResponse(f"/lots/{lot_id}", status_code=303)


@router.post("/{lot_id}/cancel")
def cancel_lot(visit: VisitDep, lot_id: int, reason: Annotated[str, Form()] = "") -> Response:
    with visit.refusing(lambda refused: _lot(visit, lot_id, refused)):
        visit.site.lots.cancel(visit.person, lot_id, reason)
    return RedirectResponse(f"/lots/{lot_id}", status_code=303)


def _lots(visit: Visit, refused: str = "") -> Response:
    tallies = visit.registry.statistics(visit.person.places, now=visit.site.now).books()
    data = ReportData(tallies, visit.site.plan, visit.schemas)
    return visit.page(
        "lots.html",
        table=lot_table(data, visit.site.lots.lots(visit.person)),
        held=visit.site.lots.held(visit.person),
        books=[book for book in tallies.books if book.done],
        refused=refused,
    )


def _lot(visit: Visit, lot_id: int, refused: str = "") -> Response:
    lot = visit.site.lots.lot(visit.person, lot_id)
    return visit.page(
        "lot.html",
        lot=lot,
        figures=lot_figures(lot),
        table=characteristic_table(lot.plan),
        verdicts=VERDICTS,
        refused=refused,
    )
