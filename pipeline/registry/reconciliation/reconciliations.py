"""What reconciliations found: differences stored, asked about one after the other, and answered.

Every function that a person calls raises ``NotYours`` for what is not theirs to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place
from pipeline.registry.amendments import amendments
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.books.rows import book
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.database.transactions import ConnectionFacade, reading, writing, writing_declared
from pipeline.registry.entries.current_readings import written_boxes
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere
from pipeline.registry.reconciliation.model import (
    Answer,
    Asked,
    FoundDifference,
    Reconciliation,
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
    counts: Mapping[str, Any],
    *,
    author: str,
) -> int:
    """Store what a reconciliation found, all or nothing, and return its number. Nothing else changes."""
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
    waiting = iter(found)
    while rows := [_row(reconciliation_id, one) for one in islice(waiting, AT_ONCE)]:
        total += len(rows)
        add(connection, difference, rows)
    told = {"differences": total, "file": file_sha256}
    record(connection, author, "reconciled", f"reconciliation:{reconciliation_id}", told)
    return reconciliation_id


def all_for(connection: Connection, person: Person) -> tuple[Reconciliation, ...]:
    """Every reconciliation with the differences that this person may see, the newest first.

    Those of which there is none for them are left out.
    """
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
    return tuple(Reconciliation(*row) for row in connection.execute(query))


def with_file(connection: Connection, person: Person, file_sha256: str) -> int | None:
    """Return the number of the last reconciliation of a file of which this person may see a difference; else None."""
    found: int | None = connection.scalar(
        select(func.max(reconciliation.c.id))
        .join(difference, difference.c.reconciliation_id == reconciliation.c.id)
        .where(reconciliation.c.file_sha256 == file_sha256, _in_sight(person), _stands)
    )
    return found


def next_for(
    connection: Connection, person: Person, reconciliation_id: int, after: int = 0, *, unclear: bool = False
) -> Asked | None:
    """Return the next difference without an answer behind the one numbered ``after``; None when there is none.

    At the end the search begins again. With ``unclear`` it returns those that were called unclear instead. The audit
    records that this person was shown it.

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
    found = connection.scalar(query.where(difference.c.id > after))
    found = connection.scalar(query) if found is None else found
    if found is None:
        return None
    record(connection, person.login, "difference-shown", f"difference:{found}")
    return asked(connection, person, found)


def asked(connection: Connection, person: Person, difference_id: int) -> Asked:
    """Return one difference.

    Raises:
        NotYours: It belongs to another place.
        NotThere: There is no such difference.
    """
    row = connection.execute(_with_answer().where(difference.c.id == difference_id)).mappings().first()
    if row is None:
        raise NotThere(f"Không có khác biệt số {difference_id}. Hãy tải lại danh sách.")
    check_place(person, row["place_now"])
    return _asked(connection, row)


def listed(
    connection: Connection, person: Person | None, reconciliation_id: int, answer: Answer | None
) -> tuple[Asked, ...]:
    """Return the differences of a reconciliation with that last answer (None: without one).

    Without a ``person`` those of all places are returned.

    Raises:
        NotThere: There is no such reconciliation.
    """
    _check_there(connection, reconciliation_id)
    query = _with_answer().where(difference.c.reconciliation_id == reconciliation_id, _stands)
    return tuple(
        _asked(connection, row)
        for row in connection.execute(query.order_by(difference.c.id)).mappings().all()
        if row["answer"] == answer and (person is None or person.may_see(row["place_now"]))
    )


def answer(
    connection: Connection, person: Person, difference_id: int, answer: Answer, note: str = ""
) -> None:
    """Record who is wrong, or that the paper does not decide it (then with a question). The last answer counts."""
    if answer is Answer.AMENDED:
        raise ValueError("an amendment is noted by amend()")
    refuse_hidden_characters(note, "ghi chú")
    if answer is Answer.UNCLEAR and not note.strip():
        raise RegistryError("Hãy ghi điều chưa rõ trên giấy để người sau xem.")
    found = asked(connection, person, difference_id)
    _add_answer(connection, found, answer, note=note, author=person.login)


def amend(
    connection: Connection,
    declared: RecordSchema,
    person: Person,
    difference_id: int,
    text: str,
    order: AmendmentOrder,
) -> int:
    """Record an amendment that gives the field ``text``, as the registry is wrong, together with the answer.

    Returns:
        The number of the amendment.
    """
    found = asked(connection, person, difference_id)
    entry_id, field = found.found.entry_id, found.found.field
    if entry_id is None or not field:
        raise RegistryError("Khác biệt này không ở một ô nên không cải chính được.")
    amendment_id = amendments.amend(connection, declared, entry_id, field, text, order, author=person.login)
    _add_answer(connection, found, Answer.AMENDED, note="", author=person.login, amendment_id=amendment_id)
    return amendment_id


def _add_answer(
    connection: Connection,
    asked_of: Asked,
    answer: Answer,
    *,
    note: str,
    author: str,
    amendment_id: int | None = None,
) -> None:
    entry_id = asked_of.found.entry_id
    if entry_id is not None:
        refuse_withdrawn(connection, part_of(place_of(connection, entry_id)))
    word = {
        "difference_id": asked_of.difference_id,
        "answer": answer,
        "note": note.strip(),
        "amendment_id": amendment_id,
        "author": author,
        "answered_at": clock.now(connection),
    }
    add(connection, difference_answer, [word])
    told = {"answer": answer}
    record(connection, author, "difference-answered", f"difference:{asked_of.difference_id}", told)


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
    return (
        select(
            difference,
            reconciliation.c.record,
            book.c.folder_name,
            func.coalesce(book.c.place_code, difference.c.place_code).label("place_now"),
            last.c.answer,
            last.c.note,
            last.c.author,
            last.c.answered_at,
        )
        .join(reconciliation, reconciliation.c.id == difference.c.reconciliation_id)
        .outerjoin(book, book.c.id == difference.c.book_id)
        .outerjoin(last, last.c.difference_id == difference.c.id)
    )


def _asked(connection: Connection, row: RowMapping) -> Asked:
    found = FoundDifference(
        row["kind"],
        row["place_now"],
        row["book_id"],
        row["entry_id"],
        row["number"],
        row["volume"],
        row["file_row"],
        row["of_row"],
        row["field"],
        row["field_kind"],
        row["ours"],
        row["theirs"],
        row["likeness"],
    )
    ref = box = None
    if found.entry_id is not None:
        place = place_of(connection, found.entry_id)
        ref = PageRef(place.sha256, place.page_no)
        box = next(iter(written_boxes(connection, found.entry_id).get(found.field, ())), None)
    return Asked(
        row["id"],
        row["reconciliation_id"],
        row["record"],
        found,
        row["folder_name"] or "",
        ref,
        box,
        None if row["answer"] is None else Answer(row["answer"]),
        row["note"] or "",
        row["author"] or "",
        row["answered_at"],
    )


def _row(reconciliation_id: int, one: FoundDifference) -> dict[str, Any]:
    return {
        "reconciliation_id": reconciliation_id,
        "place_code": one.place_code,
        "book_id": one.book_id,
        "entry_id": one.entry_id,
        "kind": one.kind,
        "number": one.number,
        "volume": one.volume,
        "file_row": one.file_row,
        "of_row": one.of_row,
        "field": one.field,
        "field_kind": one.field_kind,
        "ours": one.ours,
        "theirs": one.theirs,
        "likeness": one.likeness,
    }


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
