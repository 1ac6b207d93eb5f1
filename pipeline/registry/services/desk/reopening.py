"""A settled entry opened again by whoever answers for the place: some of its fields are read from paper once more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, or_, select

from pipeline.errors import RegistryError
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.desk import NotYours
from pipeline.registry.model.errors import NotThere
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.entries import decisions_of, place_of
from pipeline.registry.repositories.permits import check_place, check_words
from pipeline.registry.services.desk.checkers import checkers
from pipeline.registry.services.desk.letting_back import let_back
from pipeline.registry.services.desk.questioning import Witness, put_into_question
from pipeline.registry.services.desk.seeing import Seen, seen_of
from pipeline.registry.tables.accounts import account
from pipeline.registry.tables.books import book
from pipeline.registry.tables.desk import aside, keying
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import review_task
from pipeline.review_policy import Way
from pipeline.schema import FieldSpec

REOPENED = "reopened"
"""The kind of ``aside`` that holds why an entry was opened again."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The ``fields`` that are in question now and were not before, or that more people may say now; ``by_others``:
    whoever had keyed them or seen the entry says no word on them, for there are enough others."""

    fields: tuple[str, ...]
    by_others: bool


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


def seen_so_far(sitting: Sitting, person: Person, entry_id: int) -> Seen:
    """Who has seen what an entry says, for ``reopen``: the whole audit is looked through, while nobody waits. Raises
    as ``check_entry`` does."""
    check_entry(sitting, person, entry_id)
    return seen_of(sitting.connection, place_of(sitting.connection, entry_id))


def reopen(
    sitting: Sitting, person: Person, entry_id: int, fields: Collection[str], reason: str, seen: Seen
) -> Reopened:
    """Put these fields into question: what stands is the first word on each, somebody says the next one from the paper,
    blind where the office keys blind; not this person, who saw what stands, nor anybody else who keyed it or saw it, as
    long as the place has enough others. ``seen``: who saw it until just now. Of a field that waits already this is
    looked at anew. Raises ``RegistryError`` when nothing comes into question."""
    hold(sitting.connection, Whole.ACCOUNTS)
    book_name = check_entry(sitting, person, entry_id)
    reason = check_words(reason, "lý do mở lại")
    of_book = sitting.policy.of_book(book_name)

    def way_of(spec: FieldSpec) -> Way:
        return Way.BLIND if of_book.way(spec) is Way.BLIND else Way.CHECKED

    place = place_of(sitting.connection, entry_id)
    wanted = [spec for name, spec in sitting.declared.fields(place["record"]).items() if name in fields]
    token = f"reopened-{uuid4().hex}"
    seen = seen_of(sitting.connection, place, seen)
    apart = _witnesses(sitting.connection, place, [spec.name for spec in wanted], seen.logins)
    made = put_into_question(sitting, entry_id, wanted, way_of, token, person.account_id, apart)
    freed = let_back(sitting.connection, sitting.declared, sitting.now, made.task_id)
    shared = freed.get(made.task_id, frozenset()).intersection(fields)
    opened = (*made.fields, *sorted(shared.difference(made.fields)))
    if not opened:
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
    record(sitting.connection, person.login, "entry-reopened", f"entry:{entry_id}", {"fields": list(opened)})
    place_code = (
        sitting.connection.scalar(select(book.c.place_code).where(book.c.id == place["book_id"])) or ""
    )
    others = checkers(sitting.connection, place_code) - {person.account_id}
    return Reopened(opened, by_others=bool(others) and not shared)


def _witnesses(
    connection: Connection, place: Any, fields: Sequence[str], seen: Collection[str]
) -> Sequence[Witness]:
    """Who has keyed or decided these fields of an entry, and whose login is among those who have ``seen`` it."""
    decisions = decisions_of(connection, place["page_id"], place["row"])
    authors = [decisions[field].author for field in fields if field in decisions]
    logins = {login.strip() for together in authors for login in together.split(",")}.union(seen)
    of_entry = (review_task.c.page_id == place["page_id"]) & (review_task.c.row == place["row"])
    keyed = (
        select(keying.c.account_id)
        .join(review_task, keying.c.task_id == review_task.c.id)
        .where(of_entry, keying.c.field.in_(fields))
    )
    known = or_(account.c.login.in_(logins), account.c.id.in_(keyed))
    return [tuple(row) for row in connection.execute(select(account.c.id, account.c.login).where(known))]
