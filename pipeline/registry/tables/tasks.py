"""The tables of review tasks and of decisions.

Decisions name what they decide by the content of the scan, not by row ids, so that they outlive everything else.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    CHANGING,
    METADATA,
    count_column,
    flag_column,
    id_column,
    json_column,
    many_id_column,
    reference_to,
    text_column,
    time_column,
)

PAGE_ITSELF = -1
"""The ``row`` of tasks and decisions that speak of a page and not of one of its entries."""


review_task = Table(
    "review_task",
    METADATA,
    id_column(),
    reference_to("page"),
    count_column("row"),
    reference_to("entry", nullable=True, index=True),
    text_column("state"),
    json_column("reasons"),
    json_column("fields"),
    flag_column("reopened"),
    count_column("version"),
    time_column("opened_at"),
    time_column("closed_at", nullable=True),
    text_column("stage"),
    count_column("book_id"),
    text_column("place_code"),
    text_column("question"),
    count_column("first_keyer", nullable=True),
    count_column("second_keyer", nullable=True),
    Column("kept_from", Text),
    UniqueConstraint("page_id", "row"),
    Index(None, "state"),
    Index(None, "closed_at"),
    Index(
        "ix_review_task_next",
        "stage",
        "place_code",
        "book_id",
        "page_id",
        "row",
        "first_keyer",
        "second_keyer",
        "kept_from",
    ),
    info=CHANGING,
)
"""What waits for people. ``stage``, ``question``: where it stands at the reviewers' desk; ``book_id``, ``place_code``:
here once more, so that one index finds the next task; ``first_keyer``, ``second_keyer``: accounts that have said all
they may at this stage, and in ``kept_from`` those beyond two (``,7,12,``)."""


decision = Table(
    "decision",
    METADATA,
    many_id_column(),
    reference_to("book"),
    text_column("scan_sha256"),
    count_column("page_no"),
    count_column("row"),
    text_column("field"),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    text_column("author"),
    time_column("decided_at"),
    text_column("reason"),
    text_column("seen_fingerprint"),
    Column("seen_status", Text),
    Column("seen_text", Text),
    Column("seen_canonical", Text),
    json_column("keyings", nullable=True),
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    Index(None, "decided_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
