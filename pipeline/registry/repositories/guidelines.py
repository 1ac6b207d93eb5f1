"""Guidelines of fields: their rows as versions, with the examples that may be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, func, or_, select

from pipeline.base.model import PageRef
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.guidelines import GuidedField, Guideline, GuidelineExample
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.model.withdrawals import RegistryPart
from pipeline.registry.repositories.withdrawals import covering, withdrawals_in_force
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.guidelines import guideline
from pipeline.registry.tables.tasks import review_task


def rows_of(connection: Connection, guided: GuidedField) -> list[Mapping[str, Any]]:
    """Return the rows of every version, the oldest first."""
    rows = connection.execute(
        select(guideline)
        .where(
            guideline.c.record == guided.record,
            guideline.c.field == guided.field,
            guideline.c.form == guided.form,
        )
        .order_by(guideline.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def guided_fields(connection: Connection, record: str, form: str) -> frozenset[str]:
    """Return the fields that have a guideline for a form, or for every form."""
    last = (
        select(func.max(guideline.c.id))
        .where(guideline.c.record == record, or_(guideline.c.form == "", guideline.c.form == form))
        .group_by(guideline.c.field, guideline.c.form)
    )
    rows = connection.execute(
        select(guideline.c.field, guideline.c.text, guideline.c.examples).where(guideline.c.id.in_(last))
    )
    return frozenset(row.field for row in rows if row.text or row.examples)


def guideline_of(connection: Connection, row: Mapping[str, Any], version: int, person: Person) -> Guideline:
    """Return a row as a version, with the examples that a person may see."""
    return Guideline(
        row["id"],
        GuidedField(row["record"], row["field"], row["form"]),
        version,
        row["text"],
        visible_examples(connection, row["examples"], person),
        row["author"],
        row["written_at"],
    )


def visible_examples(
    connection: Connection, examples: list[Mapping[str, Any]], person: Person
) -> tuple[GuidelineExample, ...]:
    """Return the examples of books of a person's places whose page stands and waits for nobody.

    A page may wait again after an example was cut from it: then its caption would tell what is to be keyed.
    """
    if not examples:
        return ()
    ids = {one["book_id"] for one in examples}
    places = {
        row.id: row.place_code
        for row in connection.execute(select(book.c.id, book.c.place_code).where(book.c.id.in_(ids)))
    }
    gone = withdrawals_in_force(connection, sorted(ids))
    waiting = _waiting_pages(connection, {one["scan_sha256"] for one in examples})
    return tuple(
        GuidelineExample(
            number,
            one["book_id"],
            PageRef(one["scan_sha256"], one["page_no"]),
            tuple((x, y) for x, y in one["corners"]),
            one["caption"],
        )
        for number, one in enumerate(examples)
        if one["book_id"] in places
        and person.may_see(places[one["book_id"]])
        and covering(gone, RegistryPart(one["book_id"], one["scan_sha256"], one["page_no"])) is None
        and (one["book_id"], one["scan_sha256"], one["page_no"]) not in waiting
    )


def _waiting_pages(connection: Connection, scans: Collection[str]) -> frozenset[tuple[int, str, int]]:
    """Return book, scan and page number of the pages of these scans on which anything waits."""
    rows = connection.execute(
        select(scan.c.book_id, scan.c.sha256, page.c.page_no)
        .join_from(scan, page, page.c.scan_id == scan.c.id)
        .join(review_task, review_task.c.page_id == page.c.id)
        .where(scan.c.sha256.in_(scans), review_task.c.state == TaskState.OPEN)
    )
    return frozenset((row.book_id, row.sha256, row.page_no) for row in rows)
