"""What every table of the registry is made of: ``METADATA``, column types, and what may happen to its rows.

Column types are those that every SQL database has: text, numbers, booleans, times in UTC, JSON. Each table declares in
its ``info`` whether its rows may change and whether the audit covers them; triggers, the role on PostgreSQL and the
audit go by that. All tables are known once ``Registry`` is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    inspect,
)


class UtcTime(TypeDecorator[datetime]):
    """A moment, always in UTC; SQLite forgets the zone, so it is put back on reading, and a server may tell another."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (its signature)
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class RowLife(Enum):
    """What may happen to a row after it was added."""

    KEPT = auto()
    ENDS_ONCE = auto()
    CHANGES = auto()
    REMOVABLE = auto()


@dataclass(frozen=True, slots=True)
class AuditCover:
    """What may happen to the rows of a table, and whether the audit covers them.

    Attributes:
        end: Column that ends a row of ``ENDS_ONCE``; nothing else of the row ever changes.
        uncovered: Why the audit may leave the table out; empty if it covers the table.
    """

    life: RowLife
    end: str = ""
    uncovered: str = ""


AUDIT = "audit"
"""Key of the ``AuditCover`` in the ``info`` of a table."""

APPEND_ONLY: dict[str, AuditCover] = {AUDIT: AuditCover(RowLife.KEPT)}
"""``info`` of a table whose rows are never changed or deleted."""

CHANGING: dict[str, AuditCover] = {AUDIT: AuditCover(RowLife.CHANGES)}
"""``info`` of a table whose rows are changed and never deleted."""

REMOVABLE: dict[str, AuditCover] = {AUDIT: AuditCover(RowLife.REMOVABLE)}
"""``info`` of a table whose rows are changed, and deleted when they are over."""


def only_ends(column: str) -> dict[str, AuditCover]:
    """Return the ``info`` of a table whose rows end once, by that column, and do not change otherwise."""
    return {AUDIT: AuditCover(RowLife.ENDS_ONCE, end=column)}


def uncovered(info: dict[str, AuditCover], reason: str) -> dict[str, AuditCover]:
    """Return ``info`` for a table that the audit leaves out."""
    return {AUDIT: replace(info[AUDIT], uncovered=reason)}


MANY = BigInteger().with_variant(Integer, "sqlite")
"""Ids of tables that every run or every word adds to: two thousand million would not do. SQLite's are large anyway."""


def id_column() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


def many_id_column() -> Column[int]:
    return Column("id", MANY, Identity(), primary_key=True)


def text_column(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def count_column(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable)


def share_column(name: str) -> Column[float]:
    return Column(name, Float, nullable=False)


def flag_column(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def json_column(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=nullable)


def time_column(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, nullable=nullable)


def reference_to(table: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(f"{table}_id", Integer, ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def cover(table: Table) -> AuditCover:
    """Return what a table declares.

    Raises:
        KeyError: It declares nothing.
    """
    found: AuditCover = table.info[AUDIT]
    return found


def tables_of(*lives: RowLife) -> tuple[Table, ...]:
    """Return the fixed tables whose rows live so, by name."""
    return tuple(table for _, table in sorted(METADATA.tables.items()) if cover(table).life in lives)


def may_change(table_name: str) -> bool:
    """Return whether rows of a covered table may change, so that each is compared before that happens."""
    return table_name not in METADATA.tables or cover(METADATA.tables[table_name]).life is not RowLife.KEPT


def covered_names() -> tuple[str, ...]:
    """Return the fixed tables that the audit covers, by name."""
    return tuple(name for name, table in sorted(METADATA.tables.items()) if not cover(table).uncovered)


def covered_tables(connection: Connection) -> tuple[str, ...]:
    """Return the tables of this database that the audit covers, those of the records among them."""
    covered = set(covered_names())
    there = inspect(connection).get_table_names()
    return tuple(name for name in sorted(there) if name in covered or name.endswith("_record"))
