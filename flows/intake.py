"""The intake of scanners' deliveries, every few minutes, also during the nightly run: counts, no names.

The work is in ``pipeline.scans.inbox``. A run that meets another run, or is killed, leaves its files to the next.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from flows.summary import Summary
from flows.trying import TAKING_IN
from pipeline.base.errors import HotichError
from pipeline.base.localtime import iso_date
from pipeline.scans.inbox import (
    DayReport,
    IntakeOptions,
    IntakeOutcome,
    ScannerRound,
    day_reports,
    intake_round,
    read_options,
)
from pipeline.scans.intake import Inspector
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings


@flow(name="intake", log_prints=False, persist_result=False)
def intake(workspace: str | None = None) -> list[Summary]:
    """Take in the finished files in the inboxes of ``intake.toml``; return a summary of the day for each scanner."""
    summaries = take_in(workspace)
    line = overview(summaries)
    if any(summary["new"] or summary["problem"] for summary in summaries):
        create_table_artifact(key="intake-today", table=summaries, description=line)
    get_run_logger().info(line)
    return summaries


@task(name="take-in", **TAKING_IN)
def take_in(workspace: str | None) -> list[Summary]:
    """Look at every inbox twice, with enough time between for files to be still at the second look."""
    try:
        folder = Path(workspace) if workspace else read_settings().workspace
        place = Workspace(folder.expanduser().resolve())
        options = read_options(place.scanners, place.root)
        return summaries_of(options, place, _two_rounds(options, place))
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001  # its message can hold a name, and Prefect keeps it
        raise RuntimeError(f"{type(error).__name__}: see it with “hotich --verbose intake run”") from None


def _two_rounds(options: IntakeOptions, place: Workspace) -> tuple[ScannerRound, ...]:
    with Inspector(options.limits) as inspector:
        first = intake_round(options, place, inspector, time.time()) or ()
        if all(file.code for scanner in first for file in scanner.waiting):
            return first
        time.sleep(options.still_seconds + 1)
        return (*first, *(intake_round(options, place, inspector, time.time()) or ()))


def summaries_of(options: IntakeOptions, place: Workspace, rounds: Sequence[ScannerRound]) -> list[Summary]:
    """Return today's state of each scanner after rounds of intake."""
    today = iso_date(time.time())
    days = {report.scanner: report for report in day_reports(options, place) if report.day == today}
    return [
        {
            "scanner": scanner.name,
            "new": sum(len(report.rows) for report in rounds if report.scanner == scanner.name),
            **_counts(days.get(scanner.name)),
            "problem": any(report.problem for report in rounds if report.scanner == scanner.name),
        }
        for scanner in options.scanners
    ]


def _counts(day: DayReport | None) -> Summary:
    return {
        "delivered": day.delivered if day else 0,
        "stored": day.count(IntakeOutcome.STORED) if day else 0,
        "quarantined": day.count(IntakeOutcome.QUARANTINED) if day else 0,
        "waiting": len(day.waiting) if day else 0,
        "unassigned": len(day.unassigned) if day else 0,
        "balanced": day.balanced if day else True,
    }


def overview(summaries: list[Summary]) -> str:
    """Return a Vietnamese line about all scanners."""
    total = {
        key: sum(summary[key] for summary in summaries)
        for key in ("new", "delivered", "stored", "quarantined", "waiting", "unassigned")
    }
    away = [summary["scanner"] for summary in summaries if summary["problem"]]
    line = (
        f"Vừa nhận {total['new']}. Hôm nay đã giao {total['delivered']} = lưu {total['stored']} + cách ly "
        f"{total['quarantined']} + chờ {total['waiting']}; chưa gán sổ {total['unassigned']}."
    )
    return f"{line} Không mở được thư mục tiếp nhận của: {', '.join(away)}." if away else line
