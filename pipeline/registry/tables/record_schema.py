"""What the declarations say about the registry: its tables, its fields, how a decided text is written."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import MetaData, Table

from pipeline.base.errors import RegistryError
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.values.kinds import KINDS, compared_form
from pipeline.values.predicates.keys import place_existed

ENTRY_NUMBER = "entry_number"
"""The kind (not the name) of the field that holds an entry's number."""

PLACE = "place"
"""The kind of the fields that hold a place."""

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
            return dict.fromkeys((f.name for f in spec.fields if f.kind == PLACE), *common)
        return days

    def number_field(self, record: str) -> str | None:
        """The field that holds the entry's number."""
        return next((f.name for f in self.schemas.record(record).fields if f.kind == ENTRY_NUMBER), None)

    def canonical(self, record: str, name: str, text: str) -> str:
        """How the kind of that field writes ``text``; ``""`` when it does not parse."""
        spec = self.field(record, name)
        return KINDS[spec.kind].parse(text, self.schemas.vocabulary(spec)).canonical

    def compared(self, record: str, name: str, text: str, *, case_counts: bool) -> str:
        """The form in which ``text`` is compared with other texts of that field."""
        spec = self.field(record, name)
        vocabulary = self.schemas.vocabulary(spec)
        return compared_form(KINDS[spec.kind], text, vocabulary, case_counts=case_counts)
