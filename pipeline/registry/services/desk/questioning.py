"""Putting what is settled into question, so that people say it again: nothing is taken away, a word is added.

What stands becomes the first word on the field, said by whoever settled it, in mode ``lot``; the desk then asks for a
second one as it does of any field, and for a third where they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from pipeline.model import FieldReading, FieldStatus
from pipeline.registry.database.audit import MACHINE, add
from pipeline.registry.database.locks import hold_page_of
from pipeline.registry.model.decisions import Decision
from pipeline.registry.model.desk import Stage
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.entries import decisions_of, machine_view, place_of
from pipeline.registry.repositories.keyings import APART, add_words, live_standings
from pipeline.registry.repositories.leases import Mode
from pipeline.registry.repositories.projections import refresh_projections
from pipeline.registry.tables.books import book
from pipeline.registry.tables.desk import aside
from pipeline.registry.tables.tasks import review_task
from pipeline.review_policy import Way
from pipeline.schema import FieldSpec

NOBODY = 0
"""The account of the first word of a field that is put into question; no person has it."""

Witness = tuple[int, str]
"""Account and login of somebody who knew what stood."""

WaysOf = Callable[[FieldSpec], Way]


@dataclass(frozen=True, slots=True)
class Questioned:
    """The task of an entry, and those of its fields that are in question now and were not before."""

    task_id: int
    fields: tuple[str, ...]


def put_into_question(
    sitting: Sitting,
    entry_id: int,
    specs: Iterable[FieldSpec],
    way_of: WaysOf,
    token: str,
    account_id: int = NOBODY,
    apart: Iterable[Witness] = (),
) -> Questioned:
    """Put these fields of an entry into question: each is to be said again in the way that ``way_of`` tells. Fields
    that wait for people anyway, and such as nothing is known of, are left alone. ``token``: of the words;
    ``account_id``: who saw what stands when asking and so must not say the next word; ``apart``: others who must not
    either."""
    connection, declared = sitting.connection, sitting.declared
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    task_id = _task_of(sitting, place, entry_id)
    decisions = decisions_of(connection, place["page_id"], place["row"])
    machine = machine_view(connection, place["page_id"], entry_id)
    readings = {reading.field: reading for reading in machine.readings}
    waiting = live_standings(connection, {task_id: decisions})[task_id]
    words = []
    for spec in specs:
        said = _stands(decisions.get(spec.name), readings.get(spec.name))
        if said is not None and spec.name not in waiting:
            words.append(
                {
                    "task_id": task_id,
                    "entry_id": entry_id,
                    "page_id": place["page_id"],
                    "field": spec.name,
                    "stage": Stage.REVIEW,
                    "way": way_of(spec),
                    **said,
                    "account_id": account_id,
                    "keyed_at": sitting.now,
                    "seconds": 0.0,
                    "mode": Mode.LOT,
                    "token": token,
                    "takes_back_id": None,
                }
            )
    add_words(connection, words)
    if words:
        add(connection, aside, [_apart(sitting, task_id, token, *witness) for witness in apart])
    subject = place["page_id"], entry_id
    refresh_projections(connection, declared, [subject], {subject: machine})
    return Questioned(task_id, tuple(word["field"] for word in words))


def _apart(sitting: Sitting, task_id: int, token: str, account_id: int, login: str) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "account_id": account_id,
        "login": login,
        "kind": APART,
        "words": token,
        "said_at": sitting.now,
    }


def _stands(decided: Decision | None, reading: FieldReading | None) -> dict[str, Any] | None:
    """The word that stands for a field, and whose it is; None where nothing is known."""
    if decided is not None:
        return {
            "status": decided.status,
            "text": decided.text,
            "canonical": decided.canonical,
            "login": decided.author,
            "after_decision_id": decided.decision_id,
        }
    if reading is None or not reading.accepted or reading.status not in (FieldStatus.READ, FieldStatus.BLANK):
        return None
    return {
        "status": reading.status,
        "text": reading.text,
        "canonical": reading.canonical,
        "login": MACHINE,
        "after_decision_id": None,
    }


def _task_of(sitting: Sitting, place: Any, entry_id: int) -> int:
    """The task of an entry, made settled where there is none: ``follow`` opens it."""
    connection: Connection = sitting.connection
    mine = (review_task.c.page_id == place["page_id"]) & (review_task.c.row == place["row"])
    found = connection.scalar(select(review_task.c.id).where(mine))
    if found is not None:
        return int(found)
    made = insert(review_task).values(
        page_id=place["page_id"],
        row=place["row"],
        entry_id=entry_id,
        state=TaskState.DONE,
        reasons=[],
        fields=[],
        reopened=False,
        version=1,
        opened_at=sitting.now,
        closed_at=sitting.now,
        stage=Stage.SETTLED,
        book_id=place["book_id"],
        place_code=select(book.c.place_code).where(book.c.id == place["book_id"]).scalar_subquery(),
        question="",
    )
    return int(connection.execute(made.returning(review_task.c.id)).scalar_one())
