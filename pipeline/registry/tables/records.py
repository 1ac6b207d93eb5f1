"""The tables of the records. They derive from ``schemas/records``: one text column a field."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from pipeline.registry.tables.metadata import METADATA
from pipeline.schema import Schemas


def all_tables(schemas: Schemas) -> MetaData:
    """The fixed tables and one ``<record>_record`` table a declared record, in a ``MetaData`` of their own."""
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    for spec in schemas.records.values():
        Table(
            record_table_name(spec.record),
            metadata,
            Column("entry_id", Integer, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
            *(Column(field.name, Text) for field in spec.fields),
        )
    return metadata


def record_tables(metadata: MetaData, schemas: Schemas) -> Mapping[str, Table]:
    """The record tables of ``metadata`` by record."""
    return {name: metadata.tables[record_table_name(name)] for name in schemas.records}


def record_table_name(record: str) -> str:
    return f"{record}_record"
