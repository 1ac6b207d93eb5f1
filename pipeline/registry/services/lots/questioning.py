"""The entries of a lot put into question, and which fields of them were."""

from __future__ import annotations

from pipeline.registry.database.audit import add
from pipeline.registry.model.lots import Part
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.entries import place_of
from pipeline.registry.services.desk.letting_back import let_back
from pipeline.registry.services.desk.questioning import WaysOf, put_into_question
from pipeline.registry.tables.lots import lot_entry


def question(sitting: Sitting, lot_id: int, entry_id: int, part: Part, fields: str, way_of: WaysOf) -> None:
    """Put the ``critical`` fields of an entry, or ``all``, into question; ``way_of``: how each is to be said again."""
    declared = sitting.declared.fields(place_of(sitting.connection, entry_id)["record"])
    wanted = [spec for spec in declared.values() if fields == "all" or spec.critical]
    made = put_into_question(sitting, entry_id, wanted, way_of, f"lot-{lot_id}")
    questioned = {"lot_id": lot_id, "entry_id": entry_id, "task_id": made.task_id, "part": part}
    add(sitting.connection, lot_entry, [questioned | {"fields": list(made.fields)}])
    let_back(sitting.connection, sitting.declared, sitting.now, made.task_id)
