"""The tables of acceptance sampling. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.registry.tables import METADATA, UtcTime


def _id() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _json(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=False)


def _of(name: str, table: str) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{table}.id"), nullable=False)


lot = Table(
    "lot",
    METADATA,
    _id(),
    _text("place_code"),
    _json("book_ids"),
    _text("preset"),
    _count("turn"),
    _json("entries"),
    _count("size"),
    _json("sample"),
    _count("acceptance"),
    _json("quality"),
    _text("fields"),
    _text("seed"),
    _count("account_id"),
    _text("login"),
    Column("drawn_at", UtcTime, nullable=False),
    Index(None, "place_code"),
    sqlite_autoincrement=True,
)
"""A lot as it was drawn: the books it is of, all ``entries`` that were settled then (runs of ids, ``size`` in all), the
ids of the ``sample`` that ``seed`` drew, and the plan that it is judged by. ``turn``: 1 for the first lot of these
books."""

lot_entry = Table(
    "lot_entry",
    METADATA,
    _id(),
    _of("lot_id", "lot"),
    _of("entry_id", "entry"),
    _of("task_id", "review_task"),
    _text("part"),
    _json("fields"),
    UniqueConstraint("lot_id", "entry_id"),
    Index(None, "task_id"),
    Index(None, "entry_id"),
    sqlite_autoincrement=True,
)
"""An entry whose ``fields`` were put into question: as ``part`` of the ``sample``, or of the ``rest`` that was opened
again when the lot was rejected."""

lot_witness = Table(
    "lot_witness",
    METADATA,
    _id(),
    _of("lot_id", "lot"),
    _count("account_id"),
    UniqueConstraint("lot_id", "account_id"),
    sqlite_autoincrement=True,
)
"""Who had seen or keyed anything of the books before the lot was drawn: they get nothing of its sample."""

lot_closing = Table(
    "lot_closing",
    METADATA,
    _id(),
    _of("lot_id", "lot"),
    _text("verdict"),
    _count("checked"),
    _count("wrong"),
    _count("fields_checked"),
    _count("fields_wrong"),
    Column("bound", Float, nullable=False),
    _text("reason"),
    _count("account_id"),
    _text("login"),
    Column("closed_at", UtcTime, nullable=False),
    UniqueConstraint("lot_id"),
    sqlite_autoincrement=True,
)
"""How a lot ended: ``accepted``, ``rejected`` or ``cancelled``, with what was found until then; ``bound``: the share of
wrong entries in the lot that is not exceeded."""

LOTS_APPEND_ONLY = (lot, lot_entry, lot_witness, lot_closing)
"""No row of these is ever changed or deleted."""
