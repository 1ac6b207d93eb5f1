"""The tables of review tasks, decisions, keyed values, tickets and leases.

Decisions name what they decide by the content of the scan, not by row ids, so that they outlive everything else. Keyed
values (``keying``) are no decisions: they wait until enough of them agree. ``account_id`` and ``login`` say whose act a
row is.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    METADATA,
    REMOVABLE,
    UtcTime,
    count_column,
    flag_column,
    id_column,
    json_column,
    many_id_column,
    reference_to,
    text_column,
    time_column,
    uncovered,
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


WITHDRAWN = "withdrawn"
"""The ``status`` of a row of ``keying`` that takes another one back."""


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _of(name: str, table: str) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{table}.id"), nullable=False, index=True)


def _by() -> tuple[Column[int], Column[str]]:
    return Column("account_id", Integer, nullable=False), _text("login")


keying = Table(
    "keying",
    METADATA,
    _id(),
    _of("task_id", "review_task"),
    Column("entry_id", Integer, ForeignKey("entry.id")),
    Column("page_id", Integer, ForeignKey("page.id"), nullable=False),
    _text("field"),
    _text("stage"),
    _text("way"),
    _text("status"),
    _text("text"),
    _text("canonical"),
    *_by(),
    Column("keyed_at", UtcTime, nullable=False),
    Column("seconds", Float, nullable=False),
    _text("mode"),
    _text("token"),
    Column("after_decision_id", Integer, ForeignKey("decision.id")),
    Column("takes_back_id", Integer, ForeignKey("keying.id")),
    Column("compared", Text),
    UniqueConstraint("token", "task_id", "field"),
    UniqueConstraint("takes_back_id"),
    Index(None, "account_id", "id"),
    Index(None, "keyed_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A person's word on one field. ``stage``, ``way``: where the field stood then and how it is settled; ``seconds`` that
the submission took, ``mode`` desk or column; ``after_decision_id``: the decision that was in force then, and as long as
it is, the word is live. ``takes_back_id``: the word that this row withdraws. ``compared``: the form in which it is
compared with others, by the office's policy of that moment; NULL in rows of before there was one."""

submission = Table(
    "submission",
    METADATA,
    _id(),
    _text("token"),
    _of("task_id", "review_task"),
    *_by(),
    Column("submitted_at", UtcTime, nullable=False),
    _text("stage"),
    Column("settled", JSON(none_as_null=True), nullable=False),
    Column("waiting", JSON(none_as_null=True), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("token", "task_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""The outcome of one submission on one task, so that the same submission again gets the same answer."""

aside = Table(
    "aside",
    METADATA,
    _id(),
    _of("task_id", "review_task"),
    *_by(),
    _text("kind"),
    _text("words"),
    Column("said_at", UtcTime, nullable=False),
    Index(None, "account_id", "task_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""Why a task was laid aside: skipped, asked about, answered."""

ticket = Table(
    "ticket",
    METADATA,
    _id(),
    _of("page_id", "page"),
    Column("book_id", Integer, ForeignKey("book.id"), nullable=False),
    _text("place_code"),
    _text("reason"),
    *_by(),
    Column("opened_at", UtcTime, nullable=False),
    Column("code", Text),
    Index(None, "place_code"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A page that must be scanned again; open until it has a closing. ``code``: of the finding for which the machine itself
asks; what waits for people goes on all the same. Empty where a person asked."""

ticket_closing = Table(
    "ticket_closing",
    METADATA,
    _id(),
    Column("ticket_id", Integer, ForeignKey("ticket.id"), nullable=False),
    _text("note"),
    *_by(),
    Column("closed_at", UtcTime, nullable=False),
    UniqueConstraint("ticket_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

lease = Table(
    "lease",
    METADATA,
    Column("task_id", Integer, ForeignKey("review_task.id"), primary_key=True, autoincrement=False),
    *_by(),
    _text("mode"),
    Column("taken_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Index(None, "account_id"),
    info=uncovered(REMOVABLE, "lasts for minutes; whoever takes, is shown or hands back a task is told of"),
)
"""Who has a task in hand, until when. At most one a task; after ``until`` anybody may take it over."""


teaching_entry = Table(
    "teaching_entry",
    METADATA,
    id_column(),
    count_column("book_id"),
    count_column("plan"),
    count_column("place"),
    reference_to("entry", index=True),
    time_column("planned_at"),
    Index(None, "book_id", "plan"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``plan``: its number in the book, of which the last counts; ``place``: of the entry in it, from 0."""
