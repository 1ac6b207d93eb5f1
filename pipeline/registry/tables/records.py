"""The tables of the records. They derive from ``schemas/records``: one text column a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from pipeline.registry.tables.metadata import METADATA, REMOVABLE
from pipeline.schema import Schemas


def all_tables(schemas: Schemas) -> MetaData:
    """The fixed tables and one ``<record>_record`` table a declared record, in a ``MetaData`` of their own.

    Registries with the same declared fields share it; nobody adds to it.
    """
    return _tables(
        tuple((spec.record, tuple(field.name for field in spec.fields)) for spec in schemas.records.values())
    )


@lru_cache(maxsize=8)
def _tables(declared: tuple[tuple[str, tuple[str, ...]], ...]) -> MetaData:
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    for record, fields in declared:
        Table(
            record_table_name(record),
            metadata,
            Column("entry_id", Integer, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
            *(Column(name, Text) for name in fields),
            info=REMOVABLE,
        )
    return metadata


class RecordTables(Mapping[str, Table]):
    """The tables of the declared records; who asks for another one is told why it is not declared.

    Args:
        metadata: Holds the tables.
        schemas: The declarations.
    """

    def __init__(self, metadata: MetaData, schemas: Schemas) -> None:
        self._schemas = schemas
        self._tables = {name: metadata.tables[record_table_name(name)] for name in schemas.records}

    def __getitem__(self, record: str) -> Table:
        if record not in self._tables:
            self._schemas.record(record)
        return self._tables[record]

    def __contains__(self, record: object) -> bool:
        return record in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def record_tables(metadata: MetaData, schemas: Schemas) -> Mapping[str, Table]:
    """The record tables of ``metadata`` by record."""
    return RecordTables(metadata, schemas)


def record_table_name(record: str) -> str:
    return f"{record}_record"
