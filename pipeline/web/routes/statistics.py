"""Forms of statistics and the list of identity data, over the places of a supervisor."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from pipeline.base.localtime import local_date
from pipeline.registry.statistics.countable_entries import RegistrationPeriod
from pipeline.reports.content import ManagementReport
from pipeline.reports.statistics.asked import IDENTITY_LIST, asked_report
from pipeline.reports.statistics.counting import CountingScope, ScopedBooks
from pipeline.web.context import Visit, VisitDep
from pipeline.web.routes.reports import report_file

router = APIRouter(prefix="/statistics")


class StatisticsQuery(BaseModel):
    """What is asked; without days the year so far."""

    form: str = Field(default="13a", max_length=40)
    first: date | None = None
    last: date | None = None
    unit: str = Field(default="", max_length=40)


Asked = Annotated[StatisticsQuery, Query()]


@router.get("")
def show_statistics(visit: VisitDep, asked: Asked) -> Response:
    report, found, scope = _report(visit, asked)
    forms = [
        (form.statistic, f"{form.statistic}: {form.title}") for form in visit.schemas.statistics.values()
    ]
    return visit.page(
        "reports/statistics.html",
        report=report,
        form=asked.form,
        forms=[*forms, (IDENTITY_LIST, "C06: số sai quy tắc, ngày chưa đủ")],
        units=[(one.units[0].id, one.title) for one in found.units],
        unit=asked.unit,
        period=scope.period,
    )


@router.get("/bieu.xlsx")
def download_workbook(visit: VisitDep, asked: Asked) -> Response:
    return report_file(_report(visit, asked)[0], ".xlsx")


@router.get("/bieu.pdf")
def download_document(visit: VisitDep, asked: Asked) -> Response:
    return report_file(_report(visit, asked)[0], ".pdf")


def _report(visit: Visit, asked: StatisticsQuery) -> tuple[ManagementReport, ScopedBooks, CountingScope]:
    """Return the report that is asked for; taking the list of identity data is recorded.

    Raises:
        HTTPException: 404 if there is no such form.
        NotThere: The unit answers for no book in the person's places.
    """
    if asked.form != IDENTITY_LIST and asked.form not in visit.schemas.statistics:
        raise HTTPException(404)
    at = visit.site.now()
    last = asked.last or local_date(at)
    period = RegistrationPeriod(asked.first or date(last.year, 1, 1), last)
    signed = visit.site.policies.approval.amendments
    scope = CountingScope(period, asked.unit, visit.person.places, signed)
    report, found = asked_report(visit.registry, visit.schemas, asked.form, scope, visit.person, at)
    return report, found, scope
