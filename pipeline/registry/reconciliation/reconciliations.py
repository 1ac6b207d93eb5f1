"""Differences of reconciliations: stored, shown one after the other, and answered.

Every function with a ``person`` raises ``NotYours`` for what that person may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place
from pipeline.registry.amendments import amendments
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.books.rows import book
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.database.transactions import ConnectionFacade, reading, writing, writing_declared
from pipeline.registry.entries.current_readings import written_boxes
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere
from pipeline.registry.reconciliation.model import (
    Answer,
    FoundDifference,
    Reconciliation,
    StoredDifference,
    difference,
    difference_answer,
    reconciliation,
)
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import (
    book_of_stands,
    entry_stands,
    part_of,
    refuse_withdrawn,
)

AT_ONCE = 2000
"""Rows that one statement adds."""


def save(
    connection: Connection,
    of_record: str,
    file_name: str,
    file_sha256: str,
    found: Iterable[FoundDifference],
    counts: Mapping[str, int],
    *,
    author: str,
) -> int:
    """Store the differences of a file and return the number of the reconciliation."""
    made = {
        "record": of_record,
        "file_name": file_name,
        "file_sha256": file_sha256,
        "counts": dict(counts),
        "author": author,
        "made_at": clock.now(connection),
    }
    (reconciliation_id,) = add(connection, reconciliation, [made])
    total = 0
    of_file = {"reconciliation_id": reconciliation_id}
    differences = iter(found)
    while rows := [of_file | asdict(one) for one in islice(differences, AT_ONCE)]:
        total += len(rows)
        add(connection, difference, rows)
    details = {"differences": total, "file": file_sha256}
    record(connection, author, "reconciled", f"reconciliation:{reconciliation_id}", details)
    return reconciliation_id


def all_for(connection: Connection, person: Person) -> tuple[Reconciliation, ...]:
    """Return the reconciliations with differences that this person may see, newest first."""
    last = _last_answers()
    query = (
        select(
            reconciliation.c.id,
            reconciliation.c.record,
            reconciliation.c.file_name,
            reconciliation.c.author,
            reconciliation.c.made_at,
            func.count(difference.c.id),
            func.count(difference.c.id).filter(last.c.answer.is_(None)),
            func.count(difference.c.id).filter(last.c.answer == Answer.UNCLEAR),
        )
        .join(difference, difference.c.reconciliation_id == reconciliation.c.id)
        .outerjoin(last, last.c.difference_id == difference.c.id)
        .where(_in_sight(person), _stands)
        .group_by(*(reconciliation.c[name] for name in ("id", "record", "file_name", "author", "made_at")))
        .order_by(reconciliation.c.id.desc())
    )
    return tuple(rows_of(connection, Reconciliation, query))


def with_file(connection: Connection, person: Person, file_sha256: str) -> int | None:
    """Return the last reconciliation of a file with a difference that this person may see."""
    last: int | None = connection.scalar(
        select(func.max(reconciliation.c.id))
        .join(difference, difference.c.reconciliation_id == reconciliation.c.id)
        .where(reconciliation.c.file_sha256 == file_sha256, _in_sight(person), _stands)
    )
    return last


def next_for(
    connection: Connection, person: Person, reconciliation_id: int, after: int = 0, *, unclear: bool = False
) -> StoredDifference | None:
    """Return the first difference without an answer after the difference with the id ``after``.

    After the last difference the search begins again. With ``unclear`` it looks for differences with the answer
    "unclear". The audit records the view.

    Raises:
        NotThere: There is no such reconciliation.
    """
    _check_there(connection, reconciliation_id)
    last = _last_answers()
    wanted = last.c.answer == Answer.UNCLEAR if unclear else last.c.answer.is_(None)
    query = (
        select(difference.c.id)
        .outerjoin(last, last.c.difference_id == difference.c.id)
        .where(difference.c.reconciliation_id == reconciliation_id, _in_sight(person), _stands, wanted)
        .order_by(difference.c.id)
        .limit(1)
    )
    difference_id = connection.scalar(query.where(difference.c.id > after))
    difference_id = connection.scalar(query) if difference_id is None else difference_id
    if difference_id is None:
        return None
    record(connection, person.login, "difference-shown", f"difference:{difference_id}")
    return asked(connection, person, difference_id)


def asked(connection: Connection, person: Person, difference_id: int) -> StoredDifference:
    """Return a difference.

    Raises:
        NotYours: It belongs to another place.
        NotThere: There is no such difference.
    """
    rows = rows_of(connection, StoredDifference, _with_answer().where(difference.c.id == difference_id))
    if not rows:
        raise NotThere(f"Không có khác biệt số {difference_id}. Hãy tải lại danh sách.")
    check_place(person, rows[0].place_code)
    return _with_ink(connection, rows[0])


def listed(
    connection: Connection, person: Person | None, reconciliation_id: int, answer: Answer | None
) -> tuple[StoredDifference, ...]:
    """Return the differences of a reconciliation with that last answer; None: those without an answer.

    Without a ``person`` the differences of all places are returned.

    Raises:
        NotThere: There is no such reconciliation.
    """
    _check_there(connection, reconciliation_id)
    query = _with_answer().where(difference.c.reconciliation_id == reconciliation_id, _stands)
    return tuple(
        _with_ink(connection, row)
        for row in rows_of(connection, StoredDifference, query.order_by(difference.c.id))
        if row.answer == answer and (person is None or person.may_see(row.place_code))
    )


def answer(
    connection: Connection, person: Person, difference_id: int, answer: Answer, note: str = ""
) -> None:
    """Record an answer; ``note`` is required with ``Answer.UNCLEAR``. The last answer counts."""
    if answer is Answer.AMENDED:
        raise ValueError("an amendment is noted by amend()")
    refuse_hidden_characters(note, "ghi chú")
    if answer is Answer.UNCLEAR and not note.strip():
        raise RegistryError("Hãy ghi điều chưa rõ trên giấy để người sau xem.")
    _add_answer(connection, asked(connection, person, difference_id), answer, person.login, note=note)


def amend(
    connection: Connection,
    declared: RecordSchema,
    person: Person,
    difference_id: int,
    text: str,
    order: AmendmentOrder,
) -> int:
    """Record an amendment of the field to ``text``, and the answer ``Answer.AMENDED``.

    Returns:
        The number of the amendment.
    """
    row = asked(connection, person, difference_id)
    if row.entry_id is None or not row.field:
        raise RegistryError("Khác biệt này không ở một ô nên không cải chính được.")
    amendment_id = amendments.amend(
        connection, declared, row.entry_id, row.field, text, order, author=person.login
    )
    _add_answer(connection, row, Answer.AMENDED, person.login, amendment_id=amendment_id)
    return amendment_id


def _add_answer(
    connection: Connection,
    row: StoredDifference,
    answer: Answer,
    author: str,
    *,
    note: str = "",
    amendment_id: int | None = None,
) -> None:
    if row.entry_id is not None:
        refuse_withdrawn(connection, part_of(place_of(connection, row.entry_id)))
    answered = {
        "difference_id": row.id,
        "answer": answer,
        "note": note.strip(),
        "amendment_id": amendment_id,
        "author": author,
        "answered_at": clock.now(connection),
    }
    add(connection, difference_answer, [answered])
    record(connection, author, "difference-answered", f"difference:{row.id}", {"answer": answer})


# --- rows ---------------------------------------------------------------------------------------------------------


_stands = entry_stands(difference.c.entry_id) & book_of_stands(difference.c.book_id)
"""The condition on ``difference`` that neither its entry nor its book is withdrawn."""


def _last_answers() -> Any:
    newest = (
        select(func.max(difference_answer.c.id).label("id"))
        .group_by(difference_answer.c.difference_id)
        .subquery()
    )
    return (
        select(difference_answer).join(newest, newest.c.id == difference_answer.c.id).subquery("last_answer")
    )


def _with_answer() -> Select[Any]:
    last = _last_answers()
    place_now = func.coalesce(book.c.place_code, difference.c.place_code)
    columns: list[ColumnElement[Any]] = [
        place_now if column.name == "place_code" else column for column in difference.c
    ]
    return (
        select(
            *columns,
            reconciliation.c.record,
            func.coalesce(book.c.folder_name, ""),
            last.c.answer,
            func.coalesce(last.c.note, ""),
            func.coalesce(last.c.author, ""),
            last.c.answered_at,
        )
        .select_from(difference)
        .join(reconciliation, reconciliation.c.id == difference.c.reconciliation_id)
        .outerjoin(book, book.c.id == difference.c.book_id)
        .outerjoin(last, last.c.difference_id == difference.c.id)
    )


def _with_ink(connection: Connection, row: StoredDifference) -> StoredDifference:
    if row.entry_id is None:
        return row
    place = place_of(connection, row.entry_id)
    box = next(iter(written_boxes(connection, row.entry_id).get(row.field, ())), None)
    return replace(row, ref=PageRef(place.sha256, place.page_no), box=box)


def _check_there(connection: Connection, reconciliation_id: int) -> None:
    if connection.scalar(select(reconciliation.c.id).where(reconciliation.c.id == reconciliation_id)) is None:
        raise NotThere(f"Không có lần đối chiếu số {reconciliation_id}. Hãy tải lại danh sách.")


def _in_sight(person: Person) -> ColumnElement[bool]:
    now = select(book.c.place_code).where(book.c.id == difference.c.book_id).scalar_subquery()
    place_code = func.coalesce(now, difference.c.place_code)
    return true() if person.places is None else place_code.in_(sorted(person.places))


class Reconciliations(ConnectionFacade):
    """The reconciliations of one registry: the functions of this module, each in a transaction of its own."""

    save = writing(save)
    all_for = reading(all_for)
    with_file = reading(with_file)
    next_for = writing(next_for)
    asked = reading(asked)
    listed = reading(listed)
    answer = writing(answer)
    amend = writing_declared(amend)
