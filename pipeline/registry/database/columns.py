"""What every table of the registry is made of: ``METADATA``, column types, and what may happen to its rows.

Column types are those that every SQL database has: text, numbers, booleans, times in UTC, JSON. Each table declares in
its ``info`` whether its rows may change and whether the audit covers them; triggers, the role on PostgreSQL and the
audit go by that. All tables are known once ``Registry`` is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import Enum, auto
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

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
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    TypeDecorator,
    inspect,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """A moment, always in UTC; SQLite forgets the zone: moments are stored in UTC and get it back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (its signature)
        return value if value is None or value.tzinfo is None else value.astimezone(UTC)

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
        proven: Whether a row that never changes has a signed last digest, too: values that leave the office rest on it.
        newest: Whether a row is also compared with the newest line of the audit about it, so that no older state of it
            comes back with the digest that it had then. A process keeps these digests: for tables of few rows.
        missed: Whether rows of such a table are also missed where they were deleted, by what the audit's lines about
            them are about.
        uncovered: Why the audit may leave the table out; empty if it covers the table.
    """

    life: RowLife
    end: str = ""
    proven: bool = False
    newest: bool = False
    missed: bool = False
    uncovered: str = ""


AUDIT = "audit"
"""Key of the ``AuditCover`` in the ``info`` of a table."""

APPEND_ONLY: dict[str, AuditCover] = {AUDIT: AuditCover(RowLife.KEPT)}
"""``info`` of a table whose rows are never changed or deleted."""

PROVEN: dict[str, AuditCover] = {AUDIT: AuditCover(RowLife.KEPT, proven=True)}
"""``info`` of an append-only table whose rows are proven one by one before what rests on them leaves the office."""

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


def newest_only(info: dict[str, AuditCover], *, missed: bool = False) -> dict[str, AuditCover]:
    """Return ``info`` for a table of which no older state of a row counts; ``missed``: nor that it is deleted."""
    return {AUDIT: replace(info[AUDIT], newest=True, missed=missed)}


MANY = BigInteger().with_variant(Integer, "sqlite")
"""Ids of tables that every run or every word adds to: two thousand million would not do. SQLite's are large anyway."""


@dataclass(frozen=True, slots=True)
class _ColumnSpec:
    """What the Python type of a field does not say of its column."""

    type: TypeEngine[Any] | None = None
    references: str = ""
    is_key: bool = False
    identity: bool = False
    serial: bool = False
    index: bool = False


def column(*, many: bool = False, big: bool = False, key: bool = False, index: bool = False) -> _ColumnSpec:
    """Return the mark of a column.

    Args:
        many: It holds ids beyond two thousand million.
        big: It holds numbers beyond two thousand million.
        key: It is part of the primary key, and its value is given.
    """
    return _ColumnSpec(MANY if many else BigInteger() if big else None, is_key=key, index=index)


def refers(table_name: str, *, many: bool = False, key: bool = False, index: bool = False) -> _ColumnSpec:
    """Return the mark of a column that refers to the ``id`` of a table; the options are those of ``column``."""
    return replace(column(many=many, key=key, index=index), references=table_name)


Id = Annotated[int, _ColumnSpec(is_key=True, identity=True)]
ManyId = Annotated[int, _ColumnSpec(MANY, is_key=True, identity=True)]
SerialId = Annotated[int, _ColumnSpec(is_key=True, serial=True)]
"""As ``Id``; PostgreSQL numbers the rows in another way."""

ValueT = TypeVar("ValueT")
Json = Annotated[ValueT, _ColumnSpec(JSON(none_as_null=True))]
"""A column that holds a value as JSON."""

_TYPES: dict[type, type[TypeEngine[Any]]] = {
    str: Text,
    int: Integer,
    float: Float,
    bool: Boolean,
    bytes: LargeBinary,
    datetime: UtcTime,
}

RowT = TypeVar("RowT")


def table(
    name: str, row: type[RowT], *rest: SchemaItem, info: dict[str, AuditCover], **options: Any
) -> Table:
    """Return the table whose columns are the fields of a row class.

    Args:
        row: A dataclass with a field for each column, in their order; ``| None`` makes a column nullable.
        rest: Constraints and indexes.
        info: What may happen to the rows.
        options: Those of ``Table``.
    """
    hints = get_type_hints(row, include_extras=True)
    return Table(
        name, METADATA, *(_column(key, hint) for key, hint in hints.items()), *rest, info=info, **options
    )


def rows_of(connection: Connection, row: type[RowT], query: Select[*tuple[Any, ...]]) -> list[RowT]:
    """Return the rows of a query that selects the fields of ``row`` in their order."""
    return [row(*values) for values in connection.execute(query)]


def first_row(connection: Connection, row: type[RowT], query: Select[*tuple[Any, ...]]) -> RowT | None:
    """Return the first row of a query as ``rows_of`` does; None if there is none."""
    values = connection.execute(query).first()
    return None if values is None else row(*values)


def values_of(row: Any) -> dict[str, Any]:
    """Return the values of a row by column, without its ``id``, to add one like it."""
    return {one.name: getattr(row, one.name) for one in fields(row) if one.name != "id"}


def _column(name: str, hint: Any) -> Column[Any]:
    spec, value = _ColumnSpec(), hint
    if get_origin(hint) is Annotated:
        value, spec = get_args(hint)
    parts = get_args(value) if get_origin(value) is UnionType else (value,)
    python = next(part for part in parts if part is not NoneType)
    return Column(
        name,
        spec.type or _TYPES[python],
        *([ForeignKey(f"{spec.references}.id")] if spec.references else []),
        *([Identity()] if spec.identity else []),
        primary_key=spec.is_key,
        nullable=NoneType in parts,
        index=spec.index or None,
        autoincrement="auto" if spec.identity or spec.serial else False,
    )


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


def keeps_digest(table_name: str) -> bool:
    """Return whether each row of a covered table has a signed last digest (``row_digest``)."""
    return may_change(table_name) or cover(METADATA.tables[table_name]).proven


def newest_names() -> tuple[str, ...]:
    """Return the tables whose rows are compared with the newest line of the audit about them, by name."""
    return tuple(name for name, table in sorted(METADATA.tables.items()) if cover(table).newest)


def missed_names() -> tuple[str, ...]:
    """Return the tables of which deleted rows are found, by name."""
    return tuple(name for name in newest_names() if cover(METADATA.tables[name]).missed)


def covered_names() -> tuple[str, ...]:
    """Return the fixed tables that the audit covers, by name."""
    return tuple(name for name, table in sorted(METADATA.tables.items()) if not cover(table).uncovered)


def covered_tables(connection: Connection) -> tuple[str, ...]:
    """Return the tables of this database that the audit covers, those of the records among them."""
    covered = set(covered_names())
    there = inspect(connection).get_table_names()
    return tuple(name for name in sorted(there) if name in covered or name.endswith("_record"))
