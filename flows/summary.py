"""Summaries of books for Prefect: counts, codes and file names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from prefect import get_run_logger
from prefect.runtime import task_run

from pipeline.base.errors import HotichError
from pipeline.base.files import printable
from pipeline.recognition.calibration import describe_drift
from pipeline.runs.book_run import BookReport
from pipeline.runs.form_alarm import form_alarm_sentence

T = TypeVar("T")
Summary = dict[str, Any]
"""Counts, file names and warnings of a book, without persons' names and images."""


def guarded(read: Callable[[], T], folder: str) -> T:
    """Return the result of ``read``; hide the message of an unforeseen error.

    Such a message can hold a person's name, and Prefect keeps it; the error becomes a ``RuntimeError`` with only its
    type.
    """
    try:
        return read()
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001
        raise RuntimeError(
            f"{type(error).__name__}: see this book with “hotich --verbose run {printable(folder)}”"
        ) from None


def summary_of(report: BookReport, folder: str = "", workspace: Path | None = None) -> Summary:
    """Return the content of a report that Prefect may keep: counts, codes and file names.

    ``drift`` reports unusual handwriting, with the command for ``folder``; it is empty for other books. ``form_alarm``
    reports pages of another form.
    """
    return {
        "book": printable(report.folder),
        "pages": report.pages,
        "read": report.read,
        "known": report.known,
        "entries": report.entries,
        "accepted": report.accepted,
        "review": report.review,
        "beside": report.book_findings,
        "pages_a_minute": round(report.pages_a_minute, 1),
        "failures": [
            f"{failure.code}: {_place(failure.scan, failure.page_no)}" for failure in report.failures
        ],
        "missing": [printable(name) for name in report.missing],
        "drift": [
            printable(sentence)
            for sentence in describe_drift(report.drift, folder or report.folder, workspace)
        ]
        if report.drift
        else [],
        "form_alarm": printable(form_alarm_sentence(report.form_alarm)) if report.form_alarm else "",
    }


def warned(summary: Summary) -> Summary:
    """Return the summary after logging warnings about unusual handwriting and a wrong form."""
    if summary["drift"]:
        get_run_logger().warning("%s: %s", summary["book"], " ".join(summary["drift"]))
    if summary["form_alarm"]:
        get_run_logger().warning("%s: %s", summary["book"], summary["form_alarm"])
    return summary


def overview(summaries: list[Summary]) -> str:
    """Return a Vietnamese line about all books."""
    total = {
        key: sum(summary[key] for summary in summaries) for key in ("read", "known", "entries", "review")
    }
    failures = sum(len(summary["failures"]) for summary in summaries)
    unlike = sum(bool(summary["drift"]) for summary in summaries)
    return (
        f"{len(summaries)} sổ: đọc mới {total['read']} trang, đã đọc từ trước {total['known']} trang, "
        f"{total['entries']} sự kiện, {total['review']} sự kiện cần rà soát, {failures} lỗi"
        f"{f', {unlike} sổ có chữ viết lạ' if unlike else ''}."
    )


def _place(scan: str, page_no: int | None) -> str:
    return printable(scan) if page_no is None else f"{printable(scan)} trang {page_no}"


def book_run_name() -> str:
    """Return the name of the Prefect task that reads the book ``folder``."""
    return f"read-book-{printable(str(task_run.parameters['folder']))}"
