"""The report: one function computes every figure, for the web page, the workbook and the PDF alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.registry import Registry
from pipeline.reports.basis import SPAN, Basis
from pipeline.reports.content import Report, Section
from pipeline.reports.plan import Plan
from pipeline.reports.sections import drift, pace, progress, quality, queue, readings, sampling, scanning
from pipeline.schema import Schemas


def report(
    registry: Registry,
    schemas: Schemas,
    plan: Plan = Plan(),
    *,
    places: frozenset[str] | None = None,
    days: int = SPAN,
    people: bool = False,
    now: Callable[[], datetime] | None = None,
) -> Report:
    """The report over the books of ``places`` (None = all), with what happened in the last ``days`` days. ``people``:
    by person too. ``now``: the time in UTC (by default that of the database)."""
    tallies = registry.counting(places, now=now).tallies(days, people=people)
    return of_basis(Basis(tallies, plan.of(places), schemas, days), places)


def of_basis(basis: Basis, places: frozenset[str] | None) -> Report:
    """The report of counts that were taken before."""
    sections = (_summary(basis), *_sections(basis))
    return Report(basis.tallies.at, basis.since, basis.span, _scope(basis, places), sections)


def _sections(basis: Basis) -> tuple[Section, ...]:
    return (
        progress.progress(basis),
        pace.pace(basis),
        pace.ending(basis),
        queue.queue(basis),
        quality.quality(basis),
        sampling.sampled(basis),
        readings.readings(basis),
        scanning.scanning(basis),
    )


def _summary(basis: Basis) -> Section:
    figures = (
        progress.done(basis),
        progress.straight_through(basis),
        queue.waits(basis),
        queue.oldest(basis),
        pace.end(basis),
        quality.overturned(basis),
        sampling.wrong_entries(basis),
        scanning.rescanned(basis),
        scanning.missing(basis),
        *drift.unlike(basis),
    )
    return Section("summary", "Tóm tắt", figures)


def _scope(basis: Basis, places: frozenset[str] | None) -> str:
    if places is None:
        return "mọi nơi đăng ký"
    return ", ".join(basis.places.get(code, code) for code in sorted(places)) or "không nơi nào"
