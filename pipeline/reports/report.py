"""The report on progress and quality: every figure is computed here, for web page, workbook and PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry
from pipeline.reports.content import ManagementReport, ReportSection
from pipeline.reports.data import SPAN, ReportData, StoreCheck, wrong_scans_of
from pipeline.reports.plan import WorkPlan
from pipeline.reports.sections import (
    accuracy,
    appendix,
    backlog,
    effort,
    learning,
    progress,
    stored_scans,
    unseen,
)


def build_report(
    registry: Registry,
    schemas: Schemas,
    plan: WorkPlan = WorkPlan(),
    *,
    places: frozenset[str] | None = None,
    days: int = SPAN,
    people: bool = False,
    now: Callable[[], datetime] | None = None,
    store: StoreCheck = StoreCheck(),
    review: ReviewPolicy = ReviewPolicy(),
) -> ManagementReport:
    """Return the report on the books of an office.

    Args:
        places: Codes of registration places; ``None``: all.
        days: Number of last days in which events are counted.
        people: Whether persons are counted individually.
        now: Returns the time in UTC; by default the database's.
        review: What the office allows to be wrong.
    """
    counting = registry.statistics(places, now=now)
    data = ReportData(
        counting.all(days, people=people),
        plan.restricted_to(places),
        schemas,
        days,
        store,
        wrong_scans_of(counting, store, places),
        tuple(act.sentence for act in registry.accounts().open_acts()),
        tuple(change.sentence for change in registry.open_policy_changes()),
        tuple(one.sentence for one in registry.publishing().forged_notices()),
        review,
    )
    return report_of_data(data, places)


def report_of_data(data: ReportData, places: frozenset[str] | None) -> ManagementReport:
    """Return the report on earlier counts."""
    sections = (_summary(data), *_sections(data))
    return ManagementReport(
        at=data.tallies.at,
        since=data.since,
        days=data.span,
        scope=scope_of(data, places),
        sections=sections,
        alerts=(*stored_scans.alerts(data), *unseen.alerts(data)),
    )


def _sections(data: ReportData) -> tuple[ReportSection, ...]:
    return (
        progress.progress(data),
        progress.pace(data),
        progress.ending(data),
        effort.effort(data),
        backlog.queue(data),
        accuracy.quality(data),
        accuracy.sampled(data),
        unseen.unseen(data),
        accuracy.readings(data),
        learning.learning(data.tallies.learning, data.tallies.sampled),
        backlog.scanning(data),
        stored_scans.stored_scans(data),
        appendix.appendix(data),
    )


def _summary(data: ReportData) -> ReportSection:
    figures = (
        progress.done(data),
        progress.straight_through(data),
        backlog.waits(data),
        backlog.oldest(data),
        progress.end(data),
        accuracy.overturned(data),
        accuracy.wrong_entries(data),
        backlog.rescanned(data),
        backlog.missing(data),
        *accuracy.unlike(data),
        *([stored_scans.wrong(data)] if data.wrong_scans else []),
    )
    return ReportSection("summary", "Tóm tắt", figures)


def scope_of(data: ReportData, places: frozenset[str] | None) -> str:
    """Return the places of a report, in words."""
    if places is None:
        return "mọi nơi đăng ký"
    return ", ".join(data.places.get(code, code) for code in sorted(places)) or "không nơi nào"
