"""What would stand in a book, without drawing it: for checks of values by the hundred thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.model import Ledger
from pipeline.declarations.schema import Form, Schemas, Slot
from pipeline.training.synthetic_pages.blank_contents import compose_blank
from pipeline.training.synthetic_pages.book import plan_book, random_stream
from pipeline.training.synthetic_pages.cases import SyntheticCase, ticked_boxes
from pipeline.training.synthetic_pages.clerk import Clerk
from pipeline.training.synthetic_pages.synthesis_options import SynthOptions

PART_ORDER = ("hour", "minute", "day", "month", "year")

FAULTLESS = SynthOptions(blank=0, struck=0, ditto=0, stamped=0, notes=0)
"""Books whose clerks left nothing out, struck nothing through and noted nothing."""


@dataclass(frozen=True)
class UndrawnBook:
    """``entries`` in the order of the book: field to text (``""`` = left blank), for the fields on the form."""

    ledger: Ledger
    entries: Sequence[Mapping[str, str]]


def compose_book(form: Form, schemas: Schemas, options: SynthOptions = FAULTLESS) -> UndrawnBook:
    """A book of that form as it would be written. Nobody abbreviates. The same form, schemas and options tell the same
    book; it is another one than ``write_book`` draws."""
    plan = plan_book(form, schemas, options)
    clerk = Clerk(form, plan.record, schemas, replace(plan.habits, abbreviates=0.0), options)
    numbered = enumerate(facts for cases in plan.cases for facts in cases)
    entries = tuple(
        dict(_entry_texts(random_stream(options, form, 9, number), clerk, facts))
        for number, facts in numbered
    )
    return UndrawnBook(plan.ledger, entries)


def _entry_texts(rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase) -> Iterator[tuple[str, str]]:
    for slot in clerk.form.slots:
        if not slot.signature:
            yield from _values(rng, clerk, facts, slot)
    for name, box in ticked_boxes(rng, clerk.form.boxes, clerk.record, facts).items():
        yield name, box.value if box else ""


def _values(
    rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, slot: Slot
) -> Iterator[tuple[str, str]]:
    value = compose_blank(rng, clerk, facts, slot)
    if value.parts is not None:
        parts = [value.parts[part] for part in PART_ORDER if value.parts.get(part)]
        yield slot.field_names[0], (":" if "hour" in value.parts else "/").join(parts)
        return
    texts = dict(value.alternatives[0]) if value.alternatives else {}
    for role, name in slot.roles.items():
        yield name, texts.get(role, "")
