"""The declared records as the registry needs them: a table each, their fields, and how a decided text is written.

A record table derives from ``schemas/records``: one text column a field.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from pipeline.base.errors import RegistryError
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.registry.database.columns import METADATA, REMOVABLE
from pipeline.values.kinds import KINDS, compared_form
from pipeline.values.predicates.keys import place_existed

PLACE_RULE = place_existed.name
"""The predicate that asks about a place and the day on which it counts."""


@dataclass(frozen=True)
class RecordSchema:
    """The declarations with the tables that derive from them."""

    schemas: Schemas
    metadata: MetaData
    records: Mapping[str, Table]

    def fields(self, record: str) -> Mapping[str, FieldSpec]:
        return self.schemas.record(record).by_name

    def field(self, record: str, name: str) -> FieldSpec:
        """The field of that name; ``RegistryError`` names the nearest one."""
        known = self.fields(record)
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f" Có phải là “{close[0]}”?" if close else ""
            raise RegistryError(f"Loại sự kiện “{record}” không có trường “{name}”.{hint}")
        return known[name]

    def dated_places(self, record: str) -> Mapping[str, str]:
        """Every field of an entry that holds a place, with the field of the day on which it counts.

        The one that the record's rules of places ask about.
        """
        spec = self.schemas.record(record)
        days = {rule.fields[0]: rule.fields[1] for rule in spec.rules if rule.predicate == PLACE_RULE}
        common = set(days.values())
        if len(common) == 1:
            return dict.fromkeys((f.name for f in spec.fields if f.value_kind.is_place), *common)
        return days

    def number_field(self, record: str) -> str | None:
        """The field that holds the entry's number."""
        return self.schemas.record(record).key_fields.number or None

    def canonical(self, record: str, name: str, text: str) -> str:
        """How the kind of that field writes ``text``; ``""`` when it does not parse."""
        spec = self.field(record, name)
        return KINDS[spec.kind].parse(text, self.schemas.vocabulary(spec)).canonical

    def compared(self, record: str, name: str, text: str, *, case_counts: bool, year: int) -> str:
        """The form in which ``text`` is compared with other texts of that field; ``year``: that of the book."""
        spec = self.field(record, name)
        vocabulary = self.schemas.vocabulary(spec)
        return compared_form(KINDS[spec.kind], text, vocabulary, case_counts=case_counts, year=year)


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
    """The tables of the declared records; who asks for another one is told why it is not declared."""

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
