"""The two layers of the values of an entry: what stands on paper, and what is delivered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.schema import RecordSpec
from pipeline.delivery_rules.proposals import DeliveredValue


@dataclass(frozen=True, slots=True)
class WrittenField:
    """The paper layer of a field.

    Attributes:
        status: Its state according to people or machines.
        text: Its text, verbatim.
        value: Its effective value; ``""``: blank; None: not settled, or not valid.
        amended: The value of an amendment, None without an amendment.
    """

    status: FieldStatus
    text: str = ""
    value: str | None = None
    amended: str | None = None
    is_decided: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmedDelivery:
    """A proposal confirmed by a person.

    Attributes:
        value: The delivered value.
        note: The text appended to the margin note.
    """

    written: str
    value: str
    note: str
    rule: str
    author: str


@dataclass(frozen=True, slots=True)
class FieldLayers:
    """Both layers of a field.

    Attributes:
        delivered: The delivered value; while it is not ``certain``, the first proposal.
        proposals: The values that a person may confirm.
    """

    written: str
    delivered: DeliveredValue
    proposals: tuple[DeliveredValue, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a person must confirm a proposal."""
        return not self.delivered.certain

    @property
    def mark(self) -> str:
        """Hash of the text and its proposals: a confirmation holds only for the values that were shown."""
        shown = [
            self.written,
            *((proposal.value, proposal.note, proposal.rule) for proposal in self.proposals),
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]

    def unless_of_others(self, author: str) -> FieldLayers:
        """Return the layers without confirmations by anybody but ``author``, for blind keying."""
        if self.delivered.confirmed_by in ("", author):
            return self
        return replace(self, delivered=self.proposals[0])


@dataclass(frozen=True)
class WrittenEntry:
    """The paper layer of an entry.

    Attributes:
        fields: Its fields, by name.
        confirmed: Confirmed deliveries, by field.
    """

    record: RecordSpec
    ledger: Ledger
    fields: Mapping[str, WrittenField]
    confirmed: Mapping[str, ConfirmedDelivery] = field(default_factory=dict)


@dataclass(frozen=True)
class LineAbove:
    """The preceding entry of the book: its layers, and whether it is the line directly above on the same page.

    Only its paper layer counts, without amendments: a ditto mark is older than amendments.

    Attributes:
        page_year: The year of the last settled registration above on the page: years are often written once, at the
            head of a page; None without one.
    """

    layers: Mapping[str, FieldLayers]
    is_next_to: bool
    page_year: int | None = None


@dataclass(frozen=True, slots=True)
class EntryBelow:
    """What is known of the following entry of the book: its number and day of registration; ``""``: not known."""

    number: str = ""
    registered_on: str = ""


def notes_with(notes: str, layers: Mapping[str, FieldLayers]) -> str:
    """Return the margin note with the notes of the delivered values.

    Args:
        notes: The delivered margin note.
        layers: Both layers of the entry.
    """
    left = (field_layers.delivered.note for field_layers in layers.values())
    return "; ".join(dict.fromkeys(filter(None, (notes, *left))))
