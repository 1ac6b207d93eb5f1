"""Settled entries, for supervisors: what they hold, and reopening fields of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.base.model import COPIED, FieldReading, FieldStatus
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.schema import RecordSpec
from pipeline.delivery_rules import RULES_BY_NAME, FieldLayers
from pipeline.registry.clear_values.model import ClearField
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.tasks.model import NotYours
from pipeline.reports.content import row_label
from pipeline.web.context import Site, SiteDep
from pipeline.web.desk.field_view import STATUS_LABELS
from pipeline.web.security.authentication import SessionDep

MACHINE = "máy"


@dataclass(frozen=True, slots=True)
class SettledField:
    """A field that is settled.

    Attributes:
        written: The text on paper, as last decided or read.
        value: The value to be exported where it differs from ``written``, else ``""``.
        author: Who decided or read it.
        amended: The value of an amendment, else ``""``.
        asked: Whether the link that led here means this field.
        is_read: Whether it was read from the page, so that it can be keyed again.
        layers: Both layers where a delivery rule says what is delivered, else None.
        clear: On which entries it rests where it is clear by decisions on them, else None.
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


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with its settled fields.

    ``waiting``: how many fields are not settled; ``leaf``: where its page is looked at among those of the book;
    ``withdrawal``: the page where the entry is withdrawn; ``data_entry``: the page where fields are added to it.
    """

    entry_id: int
    title: str
    where: str
    rows: tuple[SettledField, ...]
    waiting: int
    page: str
    leaf: str
    withdrawal: str
    data_entry: str


def entry_view(
    entry: StoredEntry,
    waiting: Collection[str],
    record: RecordSpec,
    asked: str,
    layers: Mapping[str, FieldLayers],
    clear: Mapping[str, ClearField] = MappingProxyType({}),
) -> EntryView:
    """Return the settled fields of an entry.

    Fields that wait for people are left out, as the same person may have to key them blind; so are fields of which
    nothing is known, as there is nothing to reopen.

    Args:
        entry: The entry.
        waiting: The fields that wait for people.
        record: The declaration of its record.
        asked: The Ministry's column to be looked at; ``""``: none.
        layers: Both layers of its values.
        clear: Its values that are clear by decisions on other entries.
    """
    readings = {reading.field: reading for reading in entry.readings}
    rows = []
    for spec in record.fields:
        written, author = _last_text(entry, spec.name, readings.get(spec.name))
        value = entry.values.get(spec.name)
        amendment = entry.amendments.get(spec.name)
        if spec.name in waiting or (value is None and spec.name not in entry.decisions):
            continue
        other = value if value not in (None, "", written) else ""
        amended = amendment.value or "(trống)" if amendment else ""
        reading = readings.get(spec.name)
        both = layers.get(spec.name)
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
                layers=both if both is not None and both.delivered.rule else None,
                clear=None if spec.name in entry.decisions else clear.get(spec.name),
            )
        )
    number = "" if "entry_number" in waiting else entry.values.get("entry_number") or ""
    return EntryView(
        entry.entry_id,
        f"{record.title} số {number}" if number else record.title,
        ", ".join(filter(None, (f"{entry.scan} trang {entry.ref.page_no}", row_label(entry.row)))),
        tuple(rows),
        len(waiting),
        f"/pictures/entries/{entry.entry_id}/page",
        f"/books/{entry.book_id}/pages/{entry.ref.scan_sha256}/{entry.ref.page_no}",
        f"/withdrawals/{entry.book_id}?part=entry:{entry.ref.scan_sha256}:{entry.ref.page_no}:{entry.row}",
        f"/data-entry/{entry.book_id}/{entry.ref.scan_sha256}/{entry.ref.page_no}?entry={entry.entry_id}",
    )


def _last_text(entry: StoredEntry, field: str, reading: FieldReading | None) -> tuple[str, str]:
    """Return the last text of a field, and who wrote it."""
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


@router.get("/{entry_id}")
def show_entry(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: int,
    column: Annotated[str, Query(max_length=100)] = "",
    opened: Annotated[int, Query(ge=0, le=1000)] = 0,
    few: bool = False,
    confirmed: bool = False,
    recalled: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> Response:
    """Show an entry.

    Args:
        request: The request.
        entry_id: The number of the entry.
        session: The session of the person who asks.
        site: The services of the server.
        column: The Ministry's column to be looked at.
        opened: How many fields were reopened just now.
        few: Too few people are left who have not seen the fields.
        confirmed: What is delivered of a field was confirmed just now.
        recalled: How many clear values were called back just now.
    """
    return _shown(
        request,
        site,
        session,
        entry_id,
        column,
        opened=opened,
        few=few,
        confirmed=confirmed,
        recalled=recalled,
    )


@router.post("/{entry_id}/delivery")
def confirm_delivery(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: int,
    field: Annotated[str, Form(max_length=100)],
    shown: Annotated[str, Form(max_length=16)] = "",
    choice: Annotated[int, Form(ge=0, le=20)] = 0,
) -> Response:
    """Confirm one of the values that a delivery rule proposes; ``shown``: the mark of those that were shown."""
    site.desk.entry(session.person, entry_id)
    try:
        site.registry.confirm_delivery(
            entry_id, field, site.delivery, choice, author=session.person.login, shown=shown
        )
    except RegistryUnavailable:
        raise
    except RegistryError as refused:
        return _shown(request, site, session, entry_id, refused=refused.message)
    return RedirectResponse(f"/entries/{entry_id}?confirmed=true", status_code=303)


@router.post("/{entry_id}/reopen")
def reopen(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: int,
    fields: Annotated[list[str], Form()] = [],  # noqa: B006 (FastAPI copies it)
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        opened = site.desk.reopen(session.person, entry_id, fields, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _shown(request, site, session, entry_id, refused=refused.message, typed=reason)
    few = "" if opened.by_others else "&few=true"
    return RedirectResponse(f"/entries/{entry_id}?opened={len(opened.fields)}{few}", status_code=303)


def _shown(
    request: Request,
    site: Site,
    session: SessionDep,
    entry_id: int,
    column: str = "",
    *,
    opened: int = 0,
    few: bool = False,
    refused: str = "",
    typed: str = "",
    confirmed: bool = False,
    recalled: int | None = None,
) -> Response:
    entry, waiting = site.desk.entry(session.person, entry_id)
    layers = site.registry.delivery_layers(entry_id, site.delivery)
    of_book = site.desk.clear_book(session.person, entry.book_id)
    clear = {one.field: one for one in of_book.of_entry(entry_id)}
    view = entry_view(entry, waiting, site.schemas.record(entry.record), column, layers, clear)
    return site.renderer.render(
        request,
        "entry.html",
        status=422 if refused else 200,
        view=view,
        book_id=entry.book_id,
        opened=opened,
        few=few,
        refused=refused,
        typed=typed,
        confirmed=confirmed,
        recalled=recalled,
        resting=len(of_book.resting_on(entry_id)),
        rules=RULES_BY_NAME,
    )
