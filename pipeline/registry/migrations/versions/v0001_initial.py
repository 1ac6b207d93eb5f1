"""All tables of the registry, with their indexes and the triggers that guard what must stay.

Frozen. A column is written as ``name type``, with ``?`` where it may be empty and ``-> table`` where it refers to one.
The columns of the record tables are listed in ``v0001_records.json`` beside this file, as ``schemas/records`` declares
them at this step.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only, only_ends

revision = "0001"
down_revision = None

_TYPES: dict[str, Any] = {
    "text": sa.Text,
    "int": sa.Integer,
    "many": sa.BigInteger().with_variant(sa.Integer, "sqlite"),
    "float": sa.Float,
    "flag": sa.Boolean,
    "json": sa.JSON(none_as_null=True),
    "time": sa.DateTime(timezone=True),
    "serial": sa.Integer,
    "identity": sa.Integer,
    "many-identity": sa.BigInteger().with_variant(sa.Integer, "sqlite"),
}
"""``serial`` and ``identity``: the two ways in which PostgreSQL numbers rows; ``many``: beyond two thousand million."""

_GROWING: dict[str, tuple[Sequence[str], ...]] = {
    "reading": (("id",), ("page_run_id", "entry_id", "field")),
    "finding": (("id",),),
    "decision": (("id",),),
    "resolved_place": (("id",),),
    "keying": (("id",), ("token", "task_id", "field"), ("takes_back_id",)),
    "submission": (("id",), ("token", "task_id")),
    "aside": (("id",),),
    "ticket": (("id",),),
    "ticket_closing": (("id",), ("ticket_id",)),
    "audit": (("id",),),
    "link_decision": (("id",),),
    "amendment": (("id",),),
    "reconciliation": (("id",),),
    "difference": (("id",),),
    "difference_answer": (("id",),),
    "lot": (("id",),),
    "lot_entry": (("id",), ("lot_id", "entry_id")),
    "lot_witness": (("id",), ("lot_id", "account_id")),
    "lot_closing": (("id",), ("lot_id",)),
}
"""The tables that only grow, with what makes a new row take the place of one they have."""

_ENDING = {"book_finding": "cleared_at", "link": "withdrawn_at"}
"""The one column of each table that may be written later, once."""


def upgrade() -> None:
    _books()
    _entries()
    _checks()
    _accounts()
    _desk()
    _amendments()
    _lots()
    _records()
    for table, keys in _GROWING.items():
        append_only(table, *keys)
    for table, end in _ENDING.items():
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        only_ends(table, end, columns)


def _books() -> None:
    _create(
        "book",
        """
        id identity, folder_name text, record text, form text, place text, place_code text, volume
        text, opened_on text, closed_on text, entries int?, pages int?
        """,
        unique=["record place_code volume folder_name"],
    )
    _create(
        "scan",
        """
        id identity, book_id int -> book, sha256 text, name text, size int, pages int
        """,
        unique=["book_id sha256"],
        indexed=["sha256"],
    )
    _create(
        "page",
        """
        id identity, scan_id int -> scan, page_no int
        """,
        unique=["scan_id page_no"],
    )
    _create(
        "page_run",
        """
        id identity, page_id int -> page, fingerprint text, latest flag, saved_at time, kind text,
        form text, size json, matrix json, turn int, skew float, quality json, timings json,
        hand_reader text?, ink_print text?
        """,
        indexed=["page_id", "saved_at"],
    )
    latest = sa.text("latest")
    op.create_index(
        "uq_page_run_latest",
        "page_run",
        ["page_id"],
        unique=True,
        sqlite_where=latest,
        postgresql_where=latest,
    )
    _create(
        "page_failure",
        """
        id identity, book_id int -> book, scan_sha256 text, scan_name text, page_no int?, code text,
        message text, failed_at time, fingerprint text?, tries int?
        """,
        indexed=["book_id"],
    )
    _create(
        "book_run",
        """
        book_id int -> book, token text, host text, machine text, pid int, process text, begun_at
        time, lasts_until time
        """,
    )


def _entries() -> None:
    _create(
        "entry",
        """
        id identity, page_id int -> page, row int, record text, found flag, stands flag, accepted
        flag, number text?, year int?, number_text text, unaccepted json?
        """,
        unique=["page_id row"],
    )
    _create(
        "reading",
        """
        id many-identity, page_run_id int -> page_run, entry_id int -> entry, field text, status
        text, text text, canonical text, confidence float, writing text, engine text, box json?,
        lines json, accepted flag, hypotheses json?, evidence json?
        """,
        unique=["page_run_id entry_id field"],
        indexed=["entry_id"],
        autoincrement=True,
    )
    _create(
        "finding",
        """
        id many-identity, page_run_id int -> page_run, entry_id int? -> entry, code text, severity
        text, fields json, details json
        """,
        indexed=["entry_id", "page_run_id"],
        autoincrement=True,
    )
    _create(
        "resolved_place",
        """
        id many-identity, entry_id int -> entry, field text, text text?, as_of text, state text,
        unit text, standing text, spelled flag, province text, district text, commune text,
        candidates json, gazetteer text, resolved_at time
        """,
        indexed=["entry_id field"],
        autoincrement=True,
    )
    _create(
        "review_task",
        """
        id identity, page_id int -> page, row int, entry_id int? -> entry, state text, reasons json,
        fields json, reopened flag, version int, opened_at time, closed_at time?, stage text = '',
        book_id int = 0, place_code text = '', question text = '', first_keyer int?, second_keyer
        int?, kept_from text?
        """,
        unique=["page_id row"],
        indexed=["closed_at", "entry_id", "state"],
    )
    op.create_index(
        "ix_review_task_next",
        "review_task",
        ["stage", "place_code", "book_id", "page_id", "row", "first_keyer", "second_keyer", "kept_from"],
    )
    _create(
        "decision",
        """
        id many-identity, book_id int -> book, scan_sha256 text, page_no int, row int, field text,
        status text, text text, canonical text, author text, decided_at time, reason text,
        seen_fingerprint text, seen_status text?, seen_text text?, seen_canonical text?, keyings
        json?
        """,
        indexed=["book_id scan_sha256 page_no row", "decided_at"],
        autoincrement=True,
    )


def _checks() -> None:
    _create(
        "book_finding",
        """
        id many-identity, book_id int -> book, page_id int -> page, entry_id int? -> entry, code
        text, severity text, fields json, details json, raised_at time, cleared_at time?
        """,
        indexed=["book_id", "entry_id", "page_id"],
        autoincrement=True,
    )
    _create(
        "link",
        """
        id many-identity, kind text, first_entry_id int -> entry, first_role text, second_entry_id
        int -> entry, second_role text, probability float, evidence json, suggested_at time,
        withdrawn_at time?
        """,
        indexed=["first_entry_id", "second_entry_id"],
        autoincrement=True,
    )
    _create(
        "link_decision",
        """
        id many-identity, link_id many -> link, verdict text, reason text, author text, decided_at
        time
        """,
        indexed=["link_id"],
        autoincrement=True,
    )


def _accounts() -> None:
    _create(
        "account",
        """
        id identity, login text, name text, role text, places json?, active flag, password_hash
        text, must_change flag, password_set_at time, created_at time, created_by text, changed_at
        time, changed_by text, last_login_at time?
        """,
        unique=["login"],
    )
    _create(
        "login_session",
        """
        id identity, token_digest text, account_id int -> account, started_at time, seen_at time
        """,
        unique=["token_digest"],
        indexed=["account_id"],
    )
    _create(
        "login_failure",
        """
        id identity, login_digest text, address text, failed_at time
        """,
        indexed=["address failed_at", "login_digest failed_at"],
    )
    _create(
        "audit",
        """
        id many, at time, actor text, action text, subject text, detail text, rows text, previous
        text, key text?, hash text, signature text?
        """,
    )


def _desk() -> None:
    _create(
        "keying",
        """
        id serial, task_id int -> review_task, entry_id int? -> entry, page_id int -> page, field
        text, stage text, way text, status text, text text, canonical text, account_id int, login
        text, keyed_at time, seconds float, mode text, token text, after_decision_id int? ->
        decision, takes_back_id int? -> keying
        """,
        unique=["token task_id field", "takes_back_id"],
        indexed=["account_id id", "keyed_at", "task_id"],
        autoincrement=True,
    )
    _create(
        "submission",
        """
        id serial, task_id int -> review_task, token text, account_id int, login text, submitted_at
        time, stage text, settled json, waiting json, version int
        """,
        unique=["token task_id"],
        indexed=["task_id"],
        autoincrement=True,
    )
    _create(
        "aside",
        """
        id serial, task_id int -> review_task, account_id int, login text, kind text, words text,
        said_at time
        """,
        indexed=["account_id task_id", "task_id"],
        autoincrement=True,
    )
    _create(
        "ticket",
        """
        id serial, page_id int -> page, book_id int -> book, place_code text, reason text,
        account_id int, login text, opened_at time, code text?
        """,
        indexed=["page_id", "place_code"],
        autoincrement=True,
    )
    _create(
        "ticket_closing",
        """
        id serial, ticket_id int -> ticket, note text, account_id int, login text, closed_at time
        """,
        unique=["ticket_id"],
        autoincrement=True,
    )
    _create(
        "lease",
        """
        task_id int -> review_task, account_id int, login text, mode text, taken_at time, until time
        """,
        indexed=["account_id"],
    )


def _amendments() -> None:
    _create(
        "amendment",
        """
        id many-identity, book_id int -> book, scan_sha256 text, page_no int, row int, field text,
        kind text, old text, text text, canonical text, decision_number text, decided_on text,
        authority text, legal_basis text, paper_sha256 text?, paper_page_no int?, reason text,
        author text, noted_at time, withdraws_id many? -> amendment
        """,
        indexed=["book_id scan_sha256 page_no row"],
        autoincrement=True,
    )
    _create(
        "reconciliation",
        """
        id many-identity, record text, file_name text, file_sha256 text, counts json, author text,
        made_at time
        """,
        autoincrement=True,
    )
    _create(
        "difference",
        """
        id many-identity, reconciliation_id many -> reconciliation, place_code text, book_id int? ->
        book, entry_id int? -> entry, kind text, number text, volume text, file_row int, of_row int,
        field text, field_kind text, ours text, theirs text, likeness float
        """,
        indexed=["entry_id", "reconciliation_id place_code"],
        autoincrement=True,
    )
    _create(
        "difference_answer",
        """
        id many-identity, difference_id many -> difference, answer text, note text, amendment_id
        many? -> amendment, author text, answered_at time
        """,
        indexed=["difference_id"],
        autoincrement=True,
    )


def _lots() -> None:
    _create(
        "lot",
        """
        id identity, place_code text, book_ids json, preset text, turn int, entries json, size int,
        sample json, acceptance int, quality json, fields text, seed text, account_id int, login
        text, drawn_at time
        """,
        indexed=["place_code"],
        autoincrement=True,
    )
    _create(
        "lot_entry",
        """
        id identity, lot_id int -> lot, entry_id int -> entry, task_id int -> review_task, part
        text, fields json
        """,
        unique=["lot_id entry_id"],
        indexed=["entry_id", "task_id"],
        autoincrement=True,
    )
    _create(
        "lot_witness",
        """
        id identity, lot_id int -> lot, account_id int
        """,
        unique=["lot_id account_id"],
        autoincrement=True,
    )
    _create(
        "lot_closing",
        """
        id identity, lot_id int -> lot, verdict text, checked int, wrong int, fields_checked int,
        fields_wrong int, bound float, reason text, account_id int, login text, closed_at time
        """,
        unique=["lot_id"],
        autoincrement=True,
    )


def _records() -> None:
    columns = json.loads((Path(__file__).parent / "v0001_records.json").read_text(encoding="utf-8"))
    for table, fields in columns.items():
        _create(table, ", ".join(["entry_id int -> entry", *(f"{field} text?" for field in fields)]))


def _create(
    table: str,
    columns: str,
    *,
    unique: Sequence[str] = (),
    indexed: Sequence[str] = (),
    autoincrement: bool = False,
) -> None:
    """Create a table. Its first column is its key; ``unique`` and ``indexed`` name columns, several with spaces."""
    written = [column.split() for column in columns.split(",")]
    op.create_table(
        table,
        *(_column(words, is_key=not at) for at, words in enumerate(written)),
        sa.PrimaryKeyConstraint(written[0][0], name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([words[0]], [f"{words[-1]}.id"], name=f"fk_{table}_{words[0]}")
            for words in written
            if "->" in words
        ),
        *(
            sa.UniqueConstraint(*names.split(), name=f"uq_{table}_{names.replace(' ', '_')}")
            for names in unique
        ),
        sqlite_autoincrement=autoincrement,
    )
    for names in indexed:
        op.create_index(f"ix_{table}_{names.replace(' ', '_')}", table, names.split())


def _column(words: Sequence[str], *, is_key: bool) -> sa.Column[Any]:
    name, kind = words[0], words[1].removesuffix("?")
    default = words[3].strip("'") if words[2:3] == ["="] else None
    return sa.Column(
        name,
        _TYPES[kind],
        *([sa.Identity()] if kind.endswith("identity") else []),
        nullable=words[1].endswith("?"),
        server_default=default,
        autoincrement=False if is_key and kind in ("int", "many") else "auto",
    )
