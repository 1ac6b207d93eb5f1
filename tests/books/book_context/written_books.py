"""Books whose lines are emissions made from texts, read as the first pass reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from pipeline.base.model import (
    Box,
    FieldReading,
    Ledger,
    LineReading,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Writing,
)
from pipeline.books.book_context.second_pass import FieldKey, SecondPass, Settled, second_pass
from pipeline.declarations import schema
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.regions import (
    EntryRegion,
    FieldRegion,
    RecognizedEntry,
    RecognizedField,
    RecognizedLine,
    TextLine,
)
from pipeline.digitize.route import RoutingOptions
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.recognition.decoding import Language, decode_field, pack_emissions, prior_for
from pipeline.recognition.decoding.field_shares import read_shares
from pipeline.recognition.ocr.models import default_folder
from tests.recognition.decoding.written import written

SCHEMAS = schema.load()
FORM = SCHEMAS.form("birth-2006")
RECORD = SCHEMAS.record("birth")
LEDGER = Ledger("birth-2006", "UBND xã Tân Lợi", "93611", "01/2010")
YEAR = 2010
SHARES = Language({}, shares=read_shares(default_folder() / "field-priors"))
SLOTS = {slot.name: slot for slot in FORM.slots}
SIGNER, REGISTRAR, PLACE, RELATION, NUMBER = (
    "signer_name+signer_title", "registrar_name", "child_native_place", "declarant_relation", "entry_number",
)  # fmt: skip


@dataclass(frozen=True)
class Ink:
    """What the networks see of one line: a text, and for some of its letters the chances of others.

    Attributes:
        doubts: By place in the text.
    """

    text: str
    doubts: tuple[tuple[int, tuple[tuple[str, float], ...]], ...] = ()
    seed: int = 0


def ink(text: str, seed: int = 0) -> Ink:
    """The clear ink of a text."""
    return Ink(text, (), seed)


def doubted(text: str, letter: str, other: str, chance: float, seed: int = 0) -> Ink:
    """The ink of a text in which the one letter may be another with that chance."""
    assert text.count(letter) == 1
    return Ink(text, ((text.index(letter), ((other, chance),)),), seed)


def line_reading(line: Ink, slot: str) -> LineReading:
    """What the first pass reads on a line of a slot."""
    emissions = [
        written(line.text, {at: dict(others) for at, others in line.doubts}, seed=line.seed + number)
        for number in range(2)
    ]
    spec = RECORD.by_name[SLOTS[slot].field_names[0]]
    kind = SLOTS[slot].kind or spec.kind
    found = decode_field(emissions, prior_for(kind, language=SHARES, year=YEAR, expects=spec.expects), kind)
    best = found.hypotheses[0]
    return LineReading(
        best.text,
        best.chance,
        "hand",
        hypotheses=found.hypotheses,
        evidence=None if found.proposed else found.evidence,
        emissions=pack_emissions(emissions),
    )


def page_ref(number: int) -> PageRef:
    return PageRef(f"{number:064x}", 1)


def page(ref: PageRef, lines: Mapping[str, Sequence[Ink | LineReading]]) -> PageResult:
    """A page with those lines in its slots, of handwriting or as print was read; a slot without lines is blank."""
    fields = []
    for at, (name, some) in enumerate(lines.items()):
        boxes = [
            Box(0, 100 * at + 30 * number, 400, 100 * at + 30 * number + 25) for number in range(len(some))
        ]
        texts = [TextLine(number, box, np.empty(0, np.int64)) for number, box in enumerate(boxes)]
        region = FieldRegion(SLOTS[name], tuple(texts), Box(0, 100 * at, 400, 100 * at + 90))
        read = (
            RecognizedLine(line, line.box, one if isinstance(one, LineReading) else line_reading(one, name))
            for line, one in zip(texts, some, strict=True)
        )
        is_print = any(isinstance(one, LineReading) for one in some)
        fields.append(RecognizedField(region, Writing.PRINT if is_print else Writing.HAND, tuple(read)))
    nothing = cast("ConnectedComponents", None)
    recognized = RecognizedEntry(
        EntryRegion(0, tuple(one.region for one in fields), nothing, nothing), tuple(fields)
    )
    entry = EntryJudge(FORM, LEDGER, SCHEMAS, RoutingOptions()).entry(recognized, ())
    return PageResult(
        ref, PageKind.ENTRIES, FORM.id, (400, 1000), np.eye(3), 0, 0.0, Quality(1.0, 1.0, 0.0, 300.0), None, (),
        (entry,), (), {"hand": 0.5}, "hand-1",
    )  # fmt: skip


def book(*pages: Mapping[str, Sequence[Ink | LineReading]]) -> list[PageResult]:
    """The pages of a book, in its order."""
    return [page(page_ref(number), lines) for number, lines in enumerate(pages)]


def passed(pages: Sequence[PageResult], settled: Mapping[FieldKey, Settled] | None = None) -> SecondPass:
    return second_pass(pages, settled or {}, FORM, LEDGER, SCHEMAS, DigitizeOptions())


def reading(result: PageResult, field: str) -> FieldReading:
    """What a page says in a field."""
    return next(one for one in result.entries[0].readings if one.field == field)
