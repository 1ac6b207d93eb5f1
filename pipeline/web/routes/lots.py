"""Lots: drawn, checked, accepted or reopened. Only for supervisors, only of their places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.declarations.sampling import SamplingPlan
from pipeline.registry.accounts.model import Person
from pipeline.registry.lots.stored_lots import Lot
from pipeline.registry.tasks.model import NotYours
from pipeline.reports import ReportCell, ReportFigure, ReportTable
from pipeline.reports.content import count_cell, percent_cell, share_cell, text_cell
from pipeline.reports.data import ReportData
from pipeline.reports.sections.accuracy import VERDICTS, lot_table
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.security.authentication import SessionDep

SHARES = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)
"""Shares of wrong entries for which the page shows how likely the lot passes."""


def lot_figures(lot: Lot) -> tuple[ReportFigure, ...]:
    """Return the figures of a lot: what was drawn, what was found, what that proves."""
    found, plan = lot.findings, lot.plan
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
            count_cell(found.checked),
            f"{share_cell(found.checked, plan.sample).text} của mẫu",
        ),
        ReportFigure(
            "Sự kiện sai",
            count_cell(found.wrong),
            f"{count_cell(found.fields_wrong).text} ô trong {count_cell(found.fields_checked).text} ô",
        ),
        ReportFigure(
            "Tỉ lệ sự kiện sai chắc không quá", _bound(lot), "của cả lô lúc lấy mẫu, với độ tin cậy 95\u00a0%"
        ),
        ReportFigure("Người kiểm tra được", count_cell(lot.checkers), "tài khoản chưa xem gì của các sổ này"),
    )


def characteristic_table(plan: SamplingPlan) -> ReportTable:
    """Return the operating characteristic: how likely the plan accepts lots of several qualities."""
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
    wanted = (
        f"chấp nhận {percent_cell(quality.acceptable).text}, "
        f"không chấp nhận {percent_cell(quality.rejectable).text}"
    )
    risks = (
        f"lô tốt bị trả oan {percent_cell(plan.producer_risk).text}, "
        f"lô xấu lọt {percent_cell(plan.consumer_risk).text}"
    )
    note = f"Cơ quan đặt: {wanted}. Với cỡ mẫu này: {risks}."
    return ReportTable("characteristic", "Phép lấy mẫu này phân biệt được gì", columns, rows, note=note)


def _bound(lot: Lot) -> ReportCell:
    return percent_cell(lot.bound) if lot.findings.checked else text_cell("")


router = APIRouter(prefix="/lots")


@router.get("")
def show_lots(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return _lots(request, site, session.person)


@router.post("")
def draw_lot(
    request: Request, site: SiteDep, session: SessionDep, books: Annotated[list[RowId], Form()]
) -> Response:
    try:
        lot = site.lots.draw(session.person, books)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _lots(request, site, session.person, refused.message)
    return RedirectResponse(f"/lots/{lot.lot_id}", status_code=303)


@router.get("/{lot_id}")
def show_lot(request: Request, site: SiteDep, session: SessionDep, lot_id: int) -> Response:
    return _lot(request, site, session.person, lot_id)


@router.post("/{lot_id}/close")
def close_lot(request: Request, site: SiteDep, session: SessionDep, lot_id: int) -> Response:
    """Reopen what is left of the sample, if anything is; else close the lot."""
    try:
        if site.lots.lot(session.person, lot_id).left:
            site.lots.carry_on(session.person, lot_id)
        else:
            site.lots.close(session.person, lot_id)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _lot(request, site, session.person, lot_id, refused.message)
    return RedirectResponse(f"/lots/{lot_id}", status_code=303)


@router.post("/{lot_id}/cancel")
def cancel_lot(
    request: Request, site: SiteDep, session: SessionDep, lot_id: int, reason: Annotated[str, Form()] = ""
) -> Response:
    try:
        site.lots.cancel(session.person, lot_id, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _lot(request, site, session.person, lot_id, refused.message)
    return RedirectResponse(f"/lots/{lot_id}", status_code=303)


def _lots(request: Request, site: Site, person: Person, refused: str = "") -> Response:
    tallies = site.registry.statistics(person.places, now=site.now).books()
    data = ReportData(tallies, site.plan, site.schemas)
    return site.renderer.render(
        request,
        "lots.html",
        status=422 if refused else 200,
        table=lot_table(data, site.lots.lots(person)),
        books=[book for book in tallies.books if book.done],
        refused=refused,
    )


def _lot(request: Request, site: Site, person: Person, lot_id: int, refused: str = "") -> Response:
    lot = site.lots.lot(person, lot_id)
    return site.renderer.render(
        request,
        "lot.html",
        status=422 if refused else 200,
        lot=lot,
        figures=lot_figures(lot),
        table=characteristic_table(lot.plan),
        verdicts=VERDICTS,
        refused=refused,
    )
