"""Fields of the acts that a margin note tells of: they are opened beside the note as soon as somebody keys it.

They wait as fields that a person added do, in the place of the note's ink; what follows from the note is offered there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import RecordSpec
from pipeline.registry.database.audit import add
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.data_entry import corners_of
from pipeline.registry.model.decisions import Verdict
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.entries import machine_view
from pipeline.registry.repositories.pages import rectification_of
from pipeline.registry.services.desk.task_loading import LoadedTask
from pipeline.registry.tables.data_entry import added_field
from pipeline.values.derivations import OF_NOTES, DerivationContext, derived
from pipeline.values.kinds.note import NotedActKind, noted_acts
from pipeline.values.predicates import Value

ALWAYS = frozenset({"noted_kind", "noted_number", "noted_day", "noted_authority"})
"""Derivations of the fields that are asked for whatever of them is clear in the text: the ink may say more."""


def open_noted_fields(
    context: DeskContext, person: Person, case: LoadedTask, words: Sequence[Verdict]
) -> LoadedTask:
    """Open the fields of the acts that a keyed note tells of, and return the task with them.

    Fields that wait, were read or were decided stay as they are; so does the task of a note that tells of no act.
    """
    record, entry_id = context.declared.schemas.record(case.row["record"]), case.row["entry_id"]
    note = next((one for one in words if record.book is not None and one.field == record.book.notes), None)
    if note is None or entry_id is None or note.status is not FieldStatus.READ:
        return case
    taken = {one.field for one in case.readings.values() if one.status is not FieldStatus.NOT_ON_FORM}
    fields = [name for name in _fields_of(record, note) if name not in taken | case.decisions.keys()]
    if not fields:
        return case
    shown = rectification_of(context.connection, case.row["book_id"], case.ref)
    reading = case.readings.get(note.field)
    box = reading.box if reading else None
    corners = None if box is None else corners_of(box, None if shown is None else shown.matrix)
    add(
        context.connection,
        added_field,
        [
            {
                "entry_id": entry_id,
                "field": name,
                "text": "",
                "canonical": "",
                "corners": None if corners is None else [list(point) for point in corners],
                "account_id": person.account_id,
                "login": person.login,
                "added_at": context.now,
            }
            for name in fields
        ],
    )
    machine = machine_view(context.connection, case.row["page_id"], entry_id)
    return replace(case, machine=machine, readings={one.field: one for one in machine.readings})


def _fields_of(record: RecordSpec, note: Verdict) -> list[str]:
    """Return the fields that a note with acts asks for, in the record's order."""
    acts = noted_acts(note.text)
    if not any(one.kind is not NotedActKind.RE_REGISTRATION or one.number for one in acts):
        return []  # a stamp that says nothing but the kind of registration, which has a field of its own
    value = Value(note.text, note.text, FieldStatus.READ)
    wanted = {
        one.field
        for one in record.derivations
        if one.rule in ALWAYS
        or (one.rule in OF_NOTES and derived(one.rule, [value], one.limits, DerivationContext()) is not None)
    }
    return [spec.name for spec in record.fields if spec.name in wanted]
