"""A settled entry opened again by whoever answers for the place: some of its fields are read from paper once more."""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

from sqlalchemy import Connection, select

from pipeline.errors import RegistryError
from pipeline.registry.accounts.person import Person, Role
from pipeline.registry.audit import add, record
from pipeline.registry.desk.permits import check_place, check_words
from pipeline.registry.desk.questioning import put_into_question
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.tables import aside
from pipeline.registry.desk.values import NotYours
from pipeline.registry.readback import place_of
from pipeline.registry.tables import book, entry, review_task
from pipeline.registry.values import NotThere, TaskState
from pipeline.review_policy import Way
from pipeline.schema import FieldSpec

REOPENED = "reopened"
"""The kind of ``aside`` that holds why an entry was opened again."""


def check_entry(sitting: Sitting, person: Person, entry_id: int) -> str:
    """The name of the entry's book, of somebody who may open its entries again. Raises ``NotYours``, and
    ``NotThere`` when there is no such entry on paper."""
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mở lại được việc đã xong.")
    place = place_of(sitting.connection, entry_id)
    row = sitting.connection.execute(
        select(book.c.place_code, book.c.folder_name, entry.c.stands)
        .join_from(book, entry, entry.c.id == entry_id)
        .where(book.c.id == place["book_id"])
    ).one()
    check_place(person, row.place_code)
    if not row.stands:
        raise NotThere(
            f"Việc mã {entry_id} không còn trên trang của lần đọc sau cùng. Hãy tìm việc thay nó ở trang ấy."
        )
    return str(row.folder_name)


def waiting_fields(connection: Connection, entry_id: int) -> frozenset[str]:
    """The fields of an entry that wait for people now."""
    place = place_of(connection, entry_id)
    of_entry = (review_task.c.page_id == place["page_id"]) & (review_task.c.row == place["row"])
    found = connection.scalar(
        select(review_task.c.fields).where(of_entry, review_task.c.state == TaskState.OPEN)
    )
    return frozenset(found or ())


def reopen(
    sitting: Sitting, person: Person, entry_id: int, fields: Collection[str], reason: str
) -> tuple[str, ...]:
    """Put these fields into question: what stands is the first word on each, somebody says the next one from the paper,
    blind where the office keys blind; not this person, who saw what stands. Returns those that are in question now and
    were not before. Raises ``RegistryError`` when there is none."""
    book_name = check_entry(sitting, person, entry_id)
    reason = check_words(reason, "lý do mở lại")
    of_book = sitting.policy.of_book(book_name)

    def way_of(spec: FieldSpec) -> Way:
        return Way.BLIND if of_book.way(spec) is Way.BLIND else Way.CHECKED

    known = sitting.declared.fields(place_of(sitting.connection, entry_id)["record"])
    wanted = [spec for name, spec in known.items() if name in fields]
    token = f"reopened-{uuid4().hex}"
    made = put_into_question(sitting, entry_id, wanted, way_of, token, person.account_id)
    if not made.fields:
        raise RegistryError("Chưa mở lại ô nào: hãy chọn ô đã có giá trị và chưa chờ ai.")
    told = {
        "task_id": made.task_id,
        "account_id": person.account_id,
        "login": person.login,
        "kind": REOPENED,
        "words": reason,
        "said_at": sitting.now,
    }
    add(sitting.connection, aside, [told])
    record(
        sitting.connection, person.login, "entry-reopened", f"entry:{entry_id}", {"fields": list(made.fields)}
    )
    return made.fields
