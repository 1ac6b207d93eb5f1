"""The report by the communes of today, and the list of books that a unit takes over. For supervisors."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from pipeline.base.localtime import local_date
from pipeline.reports.communes import EVERYWHERE, commune_report
from pipeline.reports.content import ManagementReport
from pipeline.reports.takeover import takeover_report
from pipeline.values.places import AnsweringUnits
from pipeline.web.context import Visit, VisitDep
from pipeline.web.routes.reports import report_file

router = APIRouter(prefix="/communes")

FIRST_DAY = date(2004, 1, 1)
"""The day of the first list of units."""


class CommuneQuery(BaseModel):
    """What is asked.

    Attributes:
        on: The day as of which units answer; ``None``: today.
        unit: The id of a unit, for the list of books that it takes over; ``""``: all units.
    """

    on: date | None = Field(default=None, ge=FIRST_DAY)
    unit: str = Field(default="", max_length=40)


@router.get("")
def show_communes(visit: VisitDep, asked: Annotated[CommuneQuery, Query()]) -> Response:
    """Show all units, or the books of one."""
    report = _report(visit, asked)
    return visit.page("reports/communes.html", report=report, unit=asked.unit, on=report.since)


@router.get("/theo-xa.xlsx")
def download_workbook(visit: VisitDep, asked: Annotated[CommuneQuery, Query()]) -> Response:
    return report_file(_report(visit, asked), ".xlsx")


@router.get("/theo-xa.pdf")
def download_document(visit: VisitDep, asked: Annotated[CommuneQuery, Query()]) -> Response:
    return report_file(_report(visit, asked), ".pdf")


def _report(visit: Visit, asked: CommuneQuery) -> ManagementReport:
    """Return the report that is asked for.

    Raises:
        HTTPException: 404 if the unit answers for no book in the person's places.
    """
    places = visit.person.places
    counts = visit.registry.statistics(places, now=visit.site.now).communes()
    units = AnsweringUnits(visit.schemas.places.gazetteer, asked.on or local_date(visit.site.now()))
    scope = EVERYWHERE if places is None else "những nơi của tài khoản này"
    if not asked.unit:
        plan = visit.site.plan.restricted_to(places)
        return commune_report(counts, visit.schemas, units, plan=plan, scope=scope)
    report = takeover_report(counts, visit.schemas, units, asked.unit, scope=scope)
    if report is None:
        raise HTTPException(404)
    return report
