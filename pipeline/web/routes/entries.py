"""Settled entries for supervisors: their fields, and reopening of fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.model import COPIED, FieldReading, FieldStatus
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.office.delivery_rules import RULES_BY_NAME
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery_rules import FieldLayers
from pipeline.registry.clear_values.model import ClearField
from pipeline.registry.entries.model import StoredEntry
from pipeline.reports.content import row_label
from pipeline.web.context import Visit, VisitDep
from pipeline.web.desk.field_view import STATUS_LABELS

MACHINE = "máy"


@dataclass(frozen=True, slots=True)
class SettledField:
    """A settled field.

    Attributes:
        written: The text on paper, as last decided or read.
        value: The exported value where it differs from ``written``, else ``""``.
        author: Who decided or read the text.
        amended: The value of an amendment, else ``""``.
        asked: Whether the link to this page asks for this field.
        is_read: Whether the field was read from the page, so that it can be keyed again.
        layers: Both layers where a delivery rule changes the delivered value, else None.
        clear: The supporting entries of a clear value, else None.
        terms: The labels of its code list, by code; empty without a list.
    """

    name: str
    column: str
    label: str
    written: str
    value: str
    author: str
    amended: str
    asked: bool
    is_read: bool
    layers: FieldLayers | None = None
    clear: ClearField | None = None
    terms: Mapping[str, str] = field(default_factory=dict)


def settled_fields(
    entry: StoredEntry,
    waiting: Collection[str],
    record: RecordSpec,
    asked: str,
    layers: Mapping[str, FieldLayers],
    clear: Mapping[str, ClearField],
    schemas: Schemas,
) -> list[SettledField]:
    """Return the settled fields of an entry.

    Waiting fields are left out, as the same person may have to key them blind; fields without value or decision are
    left out, as they have nothing to reopen.

    Args:
        asked: The Ministry's column to highlight; ``""``: none.
        clear: The entry's values that are clear by decisions on other entries.
    """
    readings = {reading.field: reading for reading in entry.readings}
    rows = []
    for spec in record.fields:
        written, author = _last_text(entry, spec.name, readings.get(spec.name))
        value = entry.values.get(spec.name)
        amendment = entry.amendments.get(spec.name)
        field_layers = layers.get(spec.name)
        asked_for = field_layers is not None and field_layers.delivered.rule
        if spec.name in waiting or (value is None and spec.name not in entry.decisions and not asked_for):
            continue
        other = value if value not in (None, "", written) else ""
        amended = amendment.value or "(trống)" if amendment else ""
        reading = readings.get(spec.name)
        rows.append(
            SettledField(
                name=spec.name,
                column=spec.column,
                label=spec.label,
                written=visible_text(written),
                value=visible_text(other or ""),
                author=author,
                amended=visible_text(amended),
                asked=spec.column == asked,
                is_read=spec.name in entry.decisions or (reading is not None and reading.box is not None),
                layers=field_layers if asked_for else None,
                clear=None if spec.name in entry.decisions else clear.get(spec.name),
                terms=vocabulary.labels if (vocabulary := schemas.vocabulary(spec)) else {},
            )
        )
    return rows


def _last_text(entry: StoredEntry, field: str, reading: FieldReading | None) -> tuple[str, str]:
    decision = entry.decisions.get(field)
    if decision is not None:
        return _text_or_status(decision.status, decision.text), decision.author
    if reading is None:
        return "", ""
    if reading.engine == COPIED:
        return "(máy không đọc ô này)", MACHINE
    return _text_or_status(reading.status, reading.text), MACHINE


def _text_or_status(status: FieldStatus, text: str) -> str:
    return text or f"({STATUS_LABELS[status]})"


router = APIRouter(prefix="/entries")


class EntryQuery(BaseModel):
    """Query of the page of an entry.

    Attributes:
        column: The Ministry's column to highlight; ``""``: none.
        opened: Number of fields just reopened.
        few: Whether too few people are left who have not seen the fields.
        confirmed: Whether a delivered value was just confirmed.
        alike: Number of entries in which it was confirmed.
        recalled: Number of clear values just recalled; None: no recall.
    """

    column: str = Field(default="", max_length=100)
    opened: int = Field(default=0, ge=0, le=1000)
    few: bool = False
    confirmed: bool = False
    alike: int = Field(default=1, ge=0, le=1_000_000)
    recalled: int | None = Field(default=None, ge=0, le=100_000)


@router.get("/{entry_id}")
def show_entry(visit: VisitDep, entry_id: int, query: Annotated[EntryQuery, Query()]) -> Response:
    return _shown(visit, entry_id, query)


@router.post("/{entry_id}/delivery")
def confirm_delivery(
    visit: VisitDep,
    entry_id: int,
    field: Annotated[str, Form(max_length=100)],
    shown: Annotated[str, Form(max_length=16)] = "",
    choice: Annotated[int, Form(ge=0, le=20)] = 0,
    alike: Annotated[bool, Form()] = False,
) -> Response:
    """Confirm a value that a delivery rule proposes; ``shown``: the digest of the shown proposals.

    ``alike``: in all entries of the book that wait with the same text and proposals.
    """
    visit.desk.entry(visit.person, entry_id)
    policy, author, count = visit.site.policies.delivery, visit.person.login, 1
    with visit.refusing(lambda refused: _shown(visit, entry_id, refused=refused)):
        if alike:
            count = visit.registry.confirm_alike(entry_id, field, policy, choice, author=author, shown=shown)
        else:
            visit.registry.confirm_delivery(entry_id, field, policy, choice, author=author, shown=shown)
    others = f"&alike={count}" if count > 1 else ""
    return RedirectResponse(f"/entries/{entry_id}?confirmed=true{others}", status_code=303)


@router.post("/{entry_id}/reopen")
def reopen(
    visit: VisitDep,
    entry_id: int,
    fields: Annotated[list[str], Form()] = [],  # noqa: B006 (FastAPI copies it)
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    with visit.refusing(lambda refused: _shown(visit, entry_id, refused=refused, typed=reason)):
        opened = visit.desk.reopen(visit.person, entry_id, fields, reason)
    few = "" if opened.by_others else "&few=true"
    return RedirectResponse(f"/entries/{entry_id}?opened={len(opened.fields)}{few}", status_code=303)


def _shown(
    visit: Visit, entry_id: int, query: EntryQuery = EntryQuery(), *, refused: str = "", typed: str = ""
) -> Response:
    entry, waiting = visit.desk.entry(visit.person, entry_id)
    layers = visit.registry.delivery_layers(entry_id, visit.site.policies.delivery)
    of_book = visit.desk.clear_book(visit.person, entry.book_id)
    clear = {field.field: field for field in of_book.of_entry(entry_id)}
    record = visit.schemas.record(entry.record)
    number_field = record.key_fields.number
    number = "" if number_field in waiting else entry.values.get(number_field) or ""
    return visit.page(
        "entry.html",
        entry=entry,
        title=f"{record.title} số {number}" if number else record.title,
        where=", ".join(filter(None, (f"{entry.scan} trang {entry.ref.page_no}", row_label(entry.row)))),
        rows=settled_fields(entry, waiting, record, query.column, layers, clear, visit.schemas),
        waiting=len(waiting),
        waiting_labels=[spec.label for spec in record.fields if spec.name in waiting],
        asked=query,
        refused=refused,
        typed=typed,
        resting=len(of_book.resting_on(entry_id)),
        rules=RULES_BY_NAME,
        altered=visit.registry.altered_tables(entry.book_id, entry_id),
    )
