"""The tables of the reviewers' desk. ``account_id`` and ``login`` say whose act a row is.

Keyed values (``keying``) are no decisions: they wait here until enough of them agree.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from pipeline.registry.tables.metadata import APPEND_ONLY, METADATA, REMOVABLE, UtcTime, uncovered

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
