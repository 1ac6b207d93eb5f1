"""The report: one function computes every figure, for the web page, the workbook and the PDF alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.registry import Registry
from pipeline.reports.content import ManagementReport, ReportSection
from pipeline.reports.data import SPAN, ReportData
from pipeline.reports.plan import WorkPlan
from pipeline.reports.sections import accuracy, backlog, progress
from pipeline.schema import Schemas


def report(
    registry: Registry,
    schemas: Schemas,
    plan: WorkPlan = WorkPlan(),
    *,
    places: frozenset[str] | None = None,
    days: int = SPAN,
    people: bool = False,
    now: Callable[[], datetime] | None = None,
) -> ManagementReport:
    """The report over the books of ``places`` (None = all), with what happened in the last ``days`` days. ``people``:
    by person too. ``now``: the time in UTC (by default that of the database)."""
    tallies = registry.counting(places, now=now).tallies(days, people=people)
    return of_basis(ReportData(tallies, plan.of(places), schemas, days), places)


def of_basis(basis: ReportData, places: frozenset[str] | None) -> ManagementReport:
    """The report of counts that were taken before."""
    sections = (_summary(basis), *_sections(basis))
    return ManagementReport(basis.tallies.at, basis.since, basis.span, _scope(basis, places), sections)


def _sections(basis: ReportData) -> tuple[ReportSection, ...]:
    return (
        progress.progress(basis),
        progress.pace(basis),
        progress.ending(basis),
        backlog.queue(basis),
        accuracy.quality(basis),
        accuracy.sampled(basis),
        accuracy.readings(basis),
        backlog.scanning(basis),
    )


def _summary(basis: ReportData) -> ReportSection:
    figures = (
        progress.done(basis),
        progress.straight_through(basis),
        backlog.waits(basis),
        backlog.oldest(basis),
        progress.end(basis),
        accuracy.overturned(basis),
        accuracy.wrong_entries(basis),
        backlog.rescanned(basis),
        backlog.missing(basis),
        *accuracy.unlike(basis),
    )
    return ReportSection("summary", "Tóm tắt", figures)


def _scope(basis: ReportData, places: frozenset[str] | None) -> str:
    if places is None:
        return "mọi nơi đăng ký"
    return ", ".join(basis.places.get(code, code) for code in sorted(places)) or "không nơi nào"
