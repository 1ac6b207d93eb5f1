"""What every table of the registry is made of: the one ``METADATA``, moments in UTC, columns by what they hold.

Only types that every SQL database has: text, numbers, booleans, times in UTC, JSON.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
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
