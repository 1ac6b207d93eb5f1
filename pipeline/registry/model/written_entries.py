"""Stored entries as they stand on paper, and both layers of their values in the order of the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline.base.model import FIRST_TYPED_ROW, FieldStatus, Ledger, PageRef
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.schema import Schemas
from pipeline.delivery_rules import FieldLayers, LineAbove, WrittenEntry, WrittenField, entry_layers
from pipeline.registry.model.entries import StoredEntry


def written_entry(
    entry: StoredEntry,
    ledger: Ledger,
    schemas: Schemas,
    typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
) -> WrittenEntry:
    """Return an entry as it stands on paper: a person's decision before the machine's reading.

    Args:
        typed: Status and text of fields that a person is typing, whose values the entry has already.
    """
    readings = {reading.field: reading for reading in entry.readings}
    fields: dict[str, WrittenField] = {}
    for name in schemas.record(entry.record).by_name:
        word = entry.decisions.get(name) or readings.get(name)
        amendment = entry.amendments.get(name)
        value = entry.values.get(name)
        if typed and name in typed:
            status, text = typed[name]
            fields[name] = WrittenField(status, text, value, is_decided=True)
            continue
        amended = None if amendment is None else amendment.value
        if word is not None:
            is_decided = name in entry.decisions
            fields[name] = WrittenField(word.status, word.text, value, amended, is_decided)
        elif amended is not None:
            fields[name] = WrittenField(FieldStatus.NOT_ON_FORM, "", value, amended)
    return WrittenEntry(schemas.record(entry.record), ledger, fields, entry.confirmed)


class BookLayers:
    """Both layers of the entries of a book, which are asked for one after the other in its order.

    A typed entry is no line right below another: its row tells in what order people typed, not where it stands.
    """

    def __init__(self, ledger: Ledger, schemas: Schemas, policy: DeliveryPolicy) -> None:
        self._ledger, self._schemas, self._policy = ledger, schemas, policy
        self._before: tuple[PageRef, int, Mapping[str, FieldLayers]] | None = None

    def of(
        self,
        entry: StoredEntry,
        *,
        is_trusted: bool = True,
        typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
    ) -> Mapping[str, FieldLayers]:
        """Return the layers of the next entry.

        Args:
            is_trusted: Whether its rows are what the program wrote; else the next entry takes nothing from it.
            typed: As in ``written_entry``.
        """
        above = None
        if self._before is not None:
            ref, row, layers = self._before
            above = LineAbove(layers, ref == entry.ref and row + 1 == entry.row < FIRST_TYPED_ROW)
        found = self._layers(entry, above, typed)
        on_paper = self._layers(replace(entry, amendments={}), above, typed) if entry.amendments else found
        self._before = (entry.ref, entry.row, on_paper) if is_trusted else None
        return found

    def _layers(
        self,
        entry: StoredEntry,
        above: LineAbove | None,
        typed: Mapping[str, tuple[FieldStatus, str]] | None,
    ) -> Mapping[str, FieldLayers]:
        written = written_entry(entry, self._ledger, self._schemas, typed)
        return entry_layers(written, above, self._schemas, self._policy)
