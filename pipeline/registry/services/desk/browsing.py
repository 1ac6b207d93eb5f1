"""Looking through a book: for supervisors, of the books of their places alone."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.base.model import PageRef
from pipeline.base.stages import Stage
from pipeline.registry.database.audit import record
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.browsing import ListedEntry
from pipeline.registry.model.page_positions import PagePosition
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.effective_values import select_values
from pipeline.registry.repositories.entries import amendments_in
from pipeline.registry.repositories.page_order import places_of_moved
from pipeline.registry.repositories.permissions import check_supervises
from pipeline.registry.tables.books import page, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.tasks import review_task

WHAT = "xem các sự kiện của sổ"
SUBJECT = "subject-"
"""Prefix of the columns with the names of those whom an entry is about."""


def entries_of_book(context: DeskContext, person: Person, book_id: int) -> tuple[ListedEntry, ...]:
    """Return the entries of a book that stand, in the order of the book, for a supervisor of its place.

    The audit records the view.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such book.
    """
    check_supervises(context.connection, person, book_id, WHAT)
    record(context.connection, person.login, "entries-listed", f"book:{book_id}")
    return listed_entries(context.connection, context.declared, book_id)


def listed_entries(connection: Connection, declared: RecordSchema, book_id: int) -> tuple[ListedEntry, ...]:
    """Return the entries of a book that stand, in the order of the book, without what waits for people."""
    in_book = scan.c.book_id == book_id
    amended, moved = amendments_in(connection, [book_id]), places_of_moved(connection, book_id)
    records = connection.scalars(
        select(entry.c.record)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(in_book, entry.c.stands)
        .distinct()
    ).all()
    found = []
    for name in records:
        spec = declared.schemas.record(name)
        number = declared.number_field(name)
        asked = {} if number is None else {"number": number}
        if spec.book is not None:
            asked |= {"registered_on": spec.book.registered_on, "page_number": spec.book.page}
        asked |= {f"{SUBJECT}{at}": one.name for at, one in enumerate(spec.people) if one.event != "other"}
        query = (
            select_values(
                declared,
                name,
                asked,
                scan.c.sha256,
                scan.c.name,
                page.c.page_no,
                entry.c.row,
                review_task.c.state,
                review_task.c.stage,
                review_task.c.fields,
            )
            .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
            .where(in_book)
        )
        for row in connection.execute(query).mappings():
            opened = row["state"] == TaskState.OPEN
            waiting = frozenset(row["fields"] or ()) if opened else frozenset()
            ref = PageRef(row["sha256"], row["page_no"])
            changed = amended.get((book_id, ref.scan_sha256, ref.page_no, row["row"]), {})
            shown = {
                key: "" if field in waiting else changed[field].value if field in changed else row[key] or ""
                for key, field in asked.items()
            }
            names = [shown[key] for key in asked if key.startswith(SUBJECT)]
            listed = ListedEntry(
                entry_id=row["entry_id"],
                ref=ref,
                scan=row["name"],
                place=moved.get(ref) or PagePosition(row["name"], ref.page_no),
                row=row["row"],
                record=name,
                number=shown.get("number", ""),
                registered_on=shown.get("registered_on", ""),
                page_number=shown.get("page_number", ""),
                stage=Stage(row["stage"]) if opened else Stage.SETTLED,
                waiting=len(waiting),
                amended=len(changed),
                subject=", ".join(filter(None, names)),
            )
            found.append(listed)
    return tuple(sorted(found, key=lambda one: (one.place.order, one.ref.scan_sha256, one.row)))
