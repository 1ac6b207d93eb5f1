"""``hotich queue``: open review tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.base.files import printable
from pipeline.base.model import Hypothesis
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.registry import CrossEntryFinding, ReadFailure, Registry, Task
from pipeline.reports.finding_sentences import (
    SHOWN,
    by_task,
    describe_details,
    format_hypotheses,
    format_reasons,
)


def queue(
    work: WorkspaceOption = HERE,
    book: Annotated[str | None, typer.Option("--book", "-b", help="Chỉ sổ có tên thư mục này.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu nhiệm vụ.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê các sự kiện và trang đang chờ người rà soát."""
    with work.open_registry() as registry:
        tasks = [task for task in registry.queue() if book is None or task.book == book]
        guesses = {task.task_id: _guesses(registry, task) for task in tasks[:limit]}
        beside = by_task(registry.cross_entry_findings())
        unread = [failure for failure in registry.read_failures() if book is None or failure.book == book]
    if as_json:
        shown = [plain(task) | {"hypotheses": plain(guesses[task.task_id])} for task in tasks[:limit]]
        print_json({"total": len(tasks), "tasks": shown, "unread": plain(unread)})
        return
    _show_unread(unread, limit)
    if not tasks:
        say("Không có nhiệm vụ nào chờ rà soát.")
        return
    show(
        tasks[:limit],
        {
            "Sổ": lambda task: printable(task.book),
            "Bản quét": lambda task: printable(task.scan),
            "Trang": lambda task: task.page_no,
            "Số": lambda task: task.entry_number or "–",
            "Ô cần xem": lambda task: _what(task, work.schemas),
            "Có thể đọc là": lambda task: _lines(
                guesses[task.task_id], work.schemas.records.get(task.record)
            ),
            "Lý do": lambda task: _why(task, beside.get((task.page_id, task.entry_id), [])),
        },
    )
    if len(tasks) > limit:
        say(f"… và {len(tasks) - limit} nhiệm vụ nữa (thêm --limit để xem).")
    counted = {code: sum(code in task.reasons for task in tasks) for task in tasks for code in task.reasons}
    for line in format_reasons(counted, work.schemas):
        say(line)


def _show_unread(unread: list[ReadFailure], limit: int) -> None:
    """Show pages and scans that could not be read, with the reason and advice."""
    if not unread:
        return
    say(f"Không đọc được, chờ người xem hay quét lại: {len(unread)}")
    for failure in unread[:limit]:
        scan = printable(failure.scan)
        place = scan if failure.page_no is None else f"{scan}, trang {failure.page_no}"
        tries = f" (đã thử {failure.tries} lần)" if failure.tries > 1 else ""
        say(f"  {printable(failure.book)}/{place} [{failure.code}]{tries}: {printable(failure.message)}")
    if len(unread) > limit:
        say(f"  … và {len(unread) - limit} trang nữa (thêm --limit để xem).")


SHOWN_FIELDS = 3
"""Number of fields shown of a task, the least certain first."""

Guesses = dict[str, tuple[Hypothesis, ...]]


def _guesses(registry: Registry, task: Task) -> Guesses:
    """Return the hypotheses of each waiting field with several of them, the least certain field first."""
    if task.entry_id is None:
        return {}
    hypotheses = {
        reading.field: reading.hypotheses[:SHOWN]
        for reading in registry.entry(task.entry_id).readings
        if reading.field in task.fields and reading.hypotheses
    }
    return dict(sorted(hypotheses.items(), key=lambda item: item[1][0].chance))


def _lines(guesses: Guesses, record: RecordSpec | None) -> str:
    """Return a line for each field: its label and the likeliest readings."""
    lines = []
    for field in list(guesses)[:SHOWN_FIELDS]:
        label = record.by_name[field].label if record and field in record.by_name else field
        lines.append(f"{label}: {format_hypotheses(guesses[field])}")
    more = len(guesses) - len(lines)
    return "\n".join([*lines, *([f"… và {more} ô nữa"] if more else [])])


def _why(task: Task, beside: list[CrossEntryFinding]) -> str:
    """Return the codes of the reasons, with details for checks of whole books."""
    details = {finding.finding.code: describe_details(finding) for finding in beside}
    return ", ".join(f"{code} ({details[code]})" if details.get(code) else code for code in task.reasons)


def _what(task: Task, schemas: Schemas) -> str:
    """Return the labels of the undecided fields, or their number if there are many."""
    record = schemas.records.get(task.record)
    fields = [field for field in task.fields if field]
    if not fields:
        return "cả trang" if task.entry_id is None else "cả sự kiện"
    if record is None or len(fields) > 3:
        return f"{len(fields)} ô"
    return ", ".join(record.by_name[field].label if field in record.by_name else field for field in fields)
