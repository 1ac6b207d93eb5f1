"""What scanners delivered, taken in every few minutes, also while the nightly run reads: counts out, never names.

The work is ``pipeline.scans.inbox``. A run that finds another one at it, or is killed, leaves everything to the next.
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
    """Take in what lies still in the inboxes of ``intake.toml``; return today's state, one summary a scanner."""
    summaries = take_in(workspace)
    told = overview(summaries)
    if any(one["new"] or one["problem"] for one in summaries):
        create_table_artifact(key="intake-today", table=summaries, description=told)
    get_run_logger().info(told)
    return summaries


@task(name="take-in", **TAKING_IN)
def take_in(workspace: str | None) -> list[Summary]:
    """Look at every inbox twice, far enough apart that what the first one sees can be still at the second."""
    try:
        folder = Path(workspace) if workspace else read_settings().workspace
        place = Workspace(folder.expanduser().resolve())
        options = read_options(place.scanners, place.root)
        return summaries_of(options, place, _two_rounds(options, place))
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001  # what an unforeseen error says can hold a name, and Prefect keeps it
        raise RuntimeError(f"{type(error).__name__}: see it with “hotich --verbose intake run”") from None


def _two_rounds(options: IntakeOptions, place: Workspace) -> tuple[ScannerRound, ...]:
    with Inspector(options.limits) as inspector:
        first = intake_round(options, place, inspector, time.time()) or ()
        if all(one.code for each in first for one in each.waiting):
            return first
        time.sleep(options.still_seconds + 1)
        return (*first, *(intake_round(options, place, inspector, time.time()) or ()))


def summaries_of(options: IntakeOptions, place: Workspace, rounds: Sequence[ScannerRound]) -> list[Summary]:
    """Return today's state at each scanner, after those rounds."""
    today = iso_date(time.time())
    days = {one.scanner: one for one in day_reports(options, place) if one.day == today}
    return [
        {
            "scanner": scanner.name,
            "new": sum(len(one.rows) for one in rounds if one.scanner == scanner.name),
            **_counts(days.get(scanner.name)),
            "problem": any(one.problem for one in rounds if one.scanner == scanner.name),
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
    """One Vietnamese line about all scanners."""
    total = {
        key: sum(one[key] for one in summaries)
        for key in ("new", "delivered", "stored", "quarantined", "waiting", "unassigned")
    }
    away = [one["scanner"] for one in summaries if one["problem"]]
    told = (
        f"Vừa nhận {total['new']}. Hôm nay đã giao {total['delivered']} = lưu {total['stored']} + cách ly "
        f"{total['quarantined']} + chờ {total['waiting']}; chưa gán sổ {total['unassigned']}."
    )
    return f"{told} Không mở được thư mục tiếp nhận của: {', '.join(away)}." if away else told
