"""The tables of physical books, handover notes, and what people did with a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import UniqueConstraint

from pipeline.registry.database.columns import PROVEN, Id, Json, column, refers, table


@dataclass(frozen=True, slots=True)
class PhysicalBookRow:
    """A description of a physical book; the last row of a folder name counts.

    ``folder_name``: the folder that its scans have or will have; ``pages``: the pages to scan, counted by a person
    before scanning, without covers.
    """

    id: Id
    folder_name: Annotated[str, column(index=True)]
    place_code: str
    record: str
    volume: str
    shelf: str
    box: str
    condition: str
    pages: int | None
    author: str
    described_at: datetime


physical_book = table("physical_book", PhysicalBookRow, sqlite_autoincrement=True, info=PROVEN)


@dataclass(frozen=True, slots=True)
class CustodyNoteRow:
    """A handover note; ``books``: each as ``NotedBook``; ``handed_on``, ``due_on``: days in ISO 8601, ``""``: none."""

    id: Id
    place_code: str
    direction: str
    books: Json[list[dict[str, Any]]]
    giver: Json[dict[str, str]]
    receiver: Json[dict[str, str]]
    handed_on: str
    due_on: str
    remark: str
    author: str
    made_at: datetime


custody_note = table("custody_note", CustodyNoteRow, sqlite_autoincrement=True, info=PROVEN)


@dataclass(frozen=True, slots=True)
class CustodyActRow:
    """A signature under a note, or its cancellation (``act``: ``CustodyAct``); ``on_paper``: signed on paper only."""

    id: Id
    note_id: Annotated[int, refers("custody_note")]
    act: str
    name: str
    on_paper: bool
    reason: str
    author: str
    acted_at: datetime


custody_act = table(
    "custody_act",
    CustodyActRow,
    UniqueConstraint("note_id", "act"),
    sqlite_autoincrement=True,
    info=PROVEN,
)
