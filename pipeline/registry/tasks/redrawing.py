"""A wrong region of a field, redrawn by the person who has the task in hand, and what was read there.

The region and its reading are added; those before stay on record. The reading takes the place of the machine's wherever
it is asked for, and is never accepted by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, FieldStatus, Writing
from pipeline.registry.accounts.model import Person
from pipeline.registry.books.pages import rectification_of
from pipeline.registry.books.stored_books import book_row
from pipeline.registry.database.audit import record
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.added_readings import add_region, regions_in_force, take_back_region
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import RedrawnRegionRow
from pipeline.registry.errors import StaleTask
from pipeline.registry.tasks.consensus import WHOLE_ENTRY
from pipeline.registry.tasks.keying import check_version
from pipeline.registry.tasks.leases import KeyingMode, held
from pipeline.registry.tasks.loading import LoadedTask, load_held_task, task_rows
from pipeline.registry.tasks.model import CannotUndo, DeskTask, DrawnRegion, RegionReading, RegionToRead
from pipeline.registry.tasks.visibility import show

LEAST_SIDE = 8.0
"""Smallest side of a region in pixels."""

LARGEST_SHARE = 0.35
"""Largest share of a page that a region may cover."""

SAME = 1.0
"""Largest distance in pixels between the sides of two regions that count as the same."""


def region_to_read(context: DeskContext, person: Person, task_id: int, drawn: DrawnRegion) -> RegionToRead:
    """Return the input for reading a region that a person drew for a field of a task they hold.

    Raises:
        NotYours: They do not hold the task.
        StaleTask: The task or its page has changed since it was shown.
        RegistryError: The field does not wait for them, or the region is none of a field.
    """
    case = load_held_task(context, person, task_id)
    return _checked(context, person, case, drawn)


def redraw_region(
    context: DeskContext, person: Person, task_id: int, drawn: DrawnRegion, read: RegionReading
) -> DeskTask:
    """Add a region that a person drew for a field of a task they hold, with its reading.

    Returns:
        The task as it is now.

    Raises:
        NotYours: They hold the task no longer.
        StaleTask: The task or its page has changed since it was shown.
        RegistryError: The field does not wait for them, or the region is none of a field.
    """
    case = load_held_task(context, person, task_id)
    asked = _checked(context, person, case, drawn)
    connection, entry_id = context.connection, case.row.entry_id or 0
    if not asked.is_kept:
        reading = replace(read.reading, field=drawn.field, accepted=False)
        add_region(
            connection,
            entry_id,
            asked.drawn.box,
            asked.shown,
            reading,
            reader=read.reader,
            person=person,
            at=context.now,
        )
        refresh_projections(connection, context.declared, [(case.row.page_id, entry_id)])
        details = {"entry": entry_id, "field": drawn.field, "reader": read.reader, "status": reading.status}
        record(connection, person.login, "region-redrawn", f"task:{task_id}", details)
    return show(context, task_id, person)


def last_redrawn(context: DeskContext, person: Person) -> tuple[int, RedrawnRegionRow] | None:
    """Return the last region in force that a person drew on a leased task, and the task."""
    rows = task_rows(context.connection, held(context, person, KeyingMode.DESK))
    tasks = {row.entry_id: task_id for task_id, row in rows.items() if row.entry_id is not None}
    mine = [
        row
        for row in regions_in_force(context.connection, list(tasks))
        if row.account_id == person.account_id
    ]
    return (tasks[mine[-1].entry_id], mine[-1]) if mine else None


def undo_region(context: DeskContext, person: Person, task_id: int, last: RedrawnRegionRow) -> None:
    """Withdraw a region that a person drew on a leased task; the region before it is in force again.

    Raises:
        CannotUndo: It counts no longer.
    """
    case = load_held_task(context, person, task_id)
    in_force = regions_in_force(context.connection, [last.entry_id], last.field)
    if last.id not in {row.id for row in in_force}:
        raise CannotUndo("Không hoàn tác được: khung này đã được lấy lại rồi.")
    take_back_region(context.connection, last, person, context.now)
    subject = (case.row.page_id, case.row.entry_id)
    refresh_projections(context.connection, context.declared, [subject])
    record(
        context.connection,
        person.login,
        "undone",
        f"task:{task_id}",
        {"of": "region", "field": last.field},
    )


def _checked(context: DeskContext, person: Person, case: LoadedTask, drawn: DrawnRegion) -> RegionToRead:
    check_version(case, drawn.version)
    row = case.row
    if (
        drawn.field == WHOLE_ENTRY
        or row.entry_id is None
        or drawn.field not in case.keyable_by(person.account_id)
        or case.is_asked_again(drawn.field)
    ):
        raise RegistryError("Ô này không chờ bạn nên không vẽ lại khung được. Hãy tải lại việc này.")
    shown = rectification_of(context.connection, row.book_id, case.ref)
    if shown is None:
        raise RegistryError("Máy chưa đọc trang này nên chưa có chỗ để vẽ khung. Hãy gõ chữ trên giấy.")
    if shown.mark != drawn.mark:
        raise StaleTask("Trang này vừa được đọc lại. Hãy tải lại việc này rồi vẽ khung.")
    box = _within(drawn.box, shown.size)
    before = case.readings.get(drawn.field)
    in_force = regions_in_force(context.connection, [row.entry_id], drawn.field)
    is_kept = bool(in_force and before and before.box and _is_same(before.box, box))
    return RegionToRead(
        drawn=replace(drawn, box=box),
        ref=case.ref,
        shown=shown,
        record=row.record,
        form=row.form,
        ledger=book_row(context.connection, row.book_id).ledger,
        writing=_writing(case, drawn.field),
        is_kept=is_kept,
    )


def _within(box: Box, size: tuple[int, int]) -> Box:
    """Return the part of a region that lies on the page.

    Raises:
        RegistryError: It is too small or too large for a field.
    """
    inside = box.within(*size)
    if inside.width < LEAST_SIDE or inside.height < LEAST_SIDE:
        raise RegistryError("Khung quá nhỏ. Hãy kéo khung trùm hết chữ của ô này.")
    if inside.area > LARGEST_SHARE * size[0] * size[1]:
        raise RegistryError("Khung quá lớn. Hãy chỉ khoanh chữ của ô này, không khoanh cả trang.")
    return inside


def _is_same(one: Box, other: Box) -> bool:
    sides = zip(
        (one.left, one.top, one.right, one.bottom),
        (other.left, other.top, other.right, other.bottom),
        strict=True,
    )
    return all(abs(a - b) <= SAME for a, b in sides)


def _writing(case: LoadedTask, field: str) -> Writing:
    """Return whether the field was read as print or handwriting, else the commonest kind in the entry."""
    known = (Writing.PRINT, Writing.HAND)
    before = case.readings.get(field)
    if before is not None and before.status is FieldStatus.READ and before.writing in known:
        return before.writing
    counts = Counter(one.writing for one in case.readings.values() if one.box and one.writing in known)
    return counts.most_common(1)[0][0] if counts else Writing.HAND
