"""The tables of acceptance sampling. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    UtcTime,
    count_column,
    id_column,
    json_column,
    reference_to,
    text_column,
)

lot = Table(
    "lot",
    METADATA,
    id_column(),
    text_column("place_code"),
    json_column("book_ids"),
    text_column("preset"),
    count_column("turn"),
    json_column("entries"),
    count_column("size"),
    json_column("sample"),
    count_column("acceptance"),
    json_column("quality"),
    text_column("fields"),
    text_column("seed"),
    count_column("account_id"),
    text_column("login"),
    Column("drawn_at", UtcTime, nullable=False),
    Index(None, "place_code"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A lot as it was drawn: the books it is of, all ``entries`` that were settled then (runs of ids, ``size`` in all), the
ids of the ``sample`` that ``seed`` drew, and the plan that it is judged by. ``turn``: 1 for the first lot of these
books."""

lot_entry = Table(
    "lot_entry",
    METADATA,
    id_column(),
    reference_to("lot"),
    reference_to("entry"),
    Column("task_id", Integer, ForeignKey("review_task.id"), nullable=False),
    text_column("part"),
    json_column("fields"),
    UniqueConstraint("lot_id", "entry_id"),
    Index(None, "task_id"),
    Index(None, "entry_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""An entry whose ``fields`` were put into question: as ``part`` of the ``sample``, or of the ``rest`` that was opened
again when the lot was rejected."""

lot_witness = Table(
    "lot_witness",
    METADATA,
    id_column(),
    reference_to("lot"),
    count_column("account_id"),
    UniqueConstraint("lot_id", "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""Who had seen or keyed anything of the books before the lot was drawn: they get nothing of its sample."""

lot_closing = Table(
    "lot_closing",
    METADATA,
    id_column(),
    reference_to("lot"),
    text_column("verdict"),
    count_column("checked"),
    count_column("wrong"),
    count_column("fields_checked"),
    count_column("fields_wrong"),
    Column("bound", Float, nullable=False),
    text_column("reason"),
    count_column("account_id"),
    text_column("login"),
    Column("closed_at", UtcTime, nullable=False),
    UniqueConstraint("lot_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""How a lot ended: ``accepted``, ``rejected`` or ``cancelled``, with what was found until then; ``bound``: the share of
wrong entries in the lot that is not exceeded."""
