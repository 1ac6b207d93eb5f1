"""Rounds and days of the intake in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.base.files import printable
from pipeline.scans.inbox import (
    BookAssignment,
    DayReport,
    IntakeOutcome,
    ScannerRound,
)
from pipeline.scans.inbox.pending_files import PendingFile

MOST_LINES = 40


def format_round(done: ScannerRound) -> Iterator[str]:
    """What a round did for one scanner."""
    if done.problem:
        yield f"{done.scanner}: {done.problem}"
        return
    counts = {outcome: sum(row.outcome is outcome for row in done.rows) for outcome in IntakeOutcome}
    nobodys = sum(any(not part.book for part in one.parts) for one in done.assigned)
    yield (
        f"{done.scanner}: vừa lưu {counts[IntakeOutcome.STORED]}, cách ly {counts[IntakeOutcome.QUARANTINED]}, "
        f"đang chờ {len(done.waiting)}, chưa gán sổ {nobodys}."
    )
    for row in done.rows:
        if row.outcome is IntakeOutcome.QUARANTINED:
            yield f"  cách ly «{printable(row.name)}» [{row.code}]: {row.message}"
    for name in done.left:
        yield (
            f"  đã lưu nhưng không xóa được khỏi thư mục tiếp nhận: «{printable(name)}». Hãy cấp "
            "quyền ghi cho thư mục tiếp nhận."
        )
    for outsider in done.outsiders:
        yield f"  không nhận: {outsider.message}"


def format_day(day: DayReport) -> Iterator[str]:
    """Why deliveries of a day were refused or wait, and which pages are unsound."""
    lines = [*_reasons(day)]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… và {len(lines) - MOST_LINES} dòng nữa; xem tất cả bằng --json."


def _reasons(day: DayReport) -> Iterator[str]:
    for row in day.rows:
        what = f"{day.scanner} {day.day} số {row.serial} «{printable(row.name)}»"
        if row.outcome is IntakeOutcome.QUARANTINED:
            yield f"{what}: cách ly [{row.code}]: {row.message}"
        elif row.outcome is IntakeOutcome.WITHDRAWN:
            yield f"{what}: biến mất khỏi thư mục tiếp nhận trước khi nhận (đổi chỗ hoặc xóa bởi người khác)."
        elif row.again:
            yield f"{what}: giống hệt một tệp đã giao."
        yield from _format_assignment(what, day.assignments.get(row.serial))
        faults = [page for page in row.pages if page.fault]
        if faults:
            numbers = ", ".join(str(page.page_no) for page in faults)
            yield f"{what}: đã lưu, nhưng không mở được trang {numbers}. {faults[0].message}"
    for one in day.waiting:
        yield f"{day.scanner} {day.day} số {one.serial} «{printable(one.name)}»: đang chờ, {waiting_reason(one)}"


def _format_assignment(what: str, assignment: BookAssignment | None) -> Iterator[str]:
    """Pages that wait for a book, and those that may be in their book twice."""
    for part in assignment.parts if assignment else ():
        if not part.book:
            yield f"{what}: chưa gán sổ trang {format_page_numbers(part.pages)}: {part.reason}"
        for page, file, other in part.like:
            yield (
                f"{what}: trang {page} của «{part.file}» trông giống trang {other} của «{file}» trong sổ "
                f"«{printable(part.book)}»; có thể quét hai lần."
            )


def format_page_numbers(pages: Sequence[int]) -> str:
    """Numbers of pages, runs of them as ``2–20``."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][-1] == page - 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    return ", ".join("–".join(map(str, run)) for run in runs)


def waiting_reason(one: PendingFile) -> str:
    """Why a delivery waits."""
    if one.missing_since is not None:
        return "vừa không thấy đâu nữa."
    if one.unfinished:
        return "tên tệp cho biết máy quét còn đang ghi. Nếu đã ghi xong thì hãy đổi tên tệp."
    if one.message:
        return one.message
    return "chờ xem máy quét đã ghi xong chưa."
