"""Decided lines: lines of ink as given to the handwriting reader, with their confirmed texts.

A decision teaches only ink that it saw. Values without ink of their own are left out: typed entries, ditto marks,
values that share a blank, struck and amended values, noted acts, values that wait again. The other texts are aligned to
the ink, and lines that do not fit are left out too, so that corrected spellings, values from elsewhere and typing
errors do not become wrong labels.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.base.errors import ScanError
from pipeline.base.model import (
    CUT_SHORT,
    FIRST_TYPED_ROW,
    NO_ENGINES,
    FieldReading,
    FieldStatus,
    PageRef,
    Pixels,
    Writing,
)
from pipeline.declarations.schema import Form, RecordSpec, Slot
from pipeline.digitize.drawn_region import line_pictures
from pipeline.digitize.validate import STRUCK_THROUGH
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.registry import Registry, StoredEntry
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Decision
from pipeline.run_context import RunContext
from pipeline.scans.intake import page_of_isolated, scan_file
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.label_texts import label_texts, line_texts
from pipeline.training.office_reader.line_fit import SeenLine
from pipeline.values.kinds import is_ditto

_logger = logging.getLogger(__name__)

OTHER_STATE, NO_INK, TYPED_IN = "other-state", "no-ink", "typed"
DITTO, SHARED, STRUCK = "ditto", "shared-blank", "struck"
AMENDED, WAITING, NO_SCAN = "amended", "waiting", "no-scan"
CUT, UNSURE_SPLIT, NO_FIT = "cut-short", "unsure-split", "no-fit"
"""Reasons why a decision teaches nothing: its state has no text; its field has no ink; its entry was typed; it is a
ditto mark; other fields share its blank; a part was struck out; an amendment overrules it; it waits again; the scan
cannot be read; its ink may be cut short; its text cannot be split over its lines; its text does not fit the ink."""


def entry_key(book_id: int, ref: PageRef, row: int) -> str:
    """Return the key of an entry: unique over all books, and the same in every run."""
    return f"{book_id}/{ref.scan_sha256}/{ref.page_no}/{row}"


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A line of ink with its confirmed text.

    Attributes:
        pixels: Grey (h, w), as given to a handwriting reader.
        text: Its text, NFC, with case and punctuation as typed, which may differ from the paper.
        number: Index among the field's lines, from 0.
        deciders: Logins of all people whose values led to the decision.
        decided_at: Time, UTC.
        cost: Cost of the text beyond the best path of the networks, in nats per letter.
    """

    pixels: Pixels = field(repr=False)
    text: str = field(repr=False)
    book_id: int
    ref: PageRef
    row: int
    field: str
    number: int
    kind: str
    form: str
    deciders: tuple[str, ...]
    decided_at: datetime
    cost: float

    @property
    def entry(self) -> str:
        """The key of the entry."""
        return entry_key(self.book_id, self.ref, self.row)

    @property
    def key(self) -> str:
        """The key of the line, unique over all books."""
        return f"{self.entry}/{self.field}/{self.number}"

    @property
    def writer(self) -> str:
        """The assumed writer: most books are written by one or two people."""
        return f"book-{self.book_id}"


@dataclass(frozen=True)
class DecidedLines:
    """The decided lines of a book.

    Attributes:
        lines: The lines, in the order of the book.
        left_out: Number of unusable decisions by reason.
        mark: 16 hex digits that change with the decisions and with the places of their ink.
    """

    lines: tuple[DecidedLine, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Value:
    """A decided value with ink of its own."""

    entry: StoredEntry
    slot: Slot
    kind: str
    reading: FieldReading
    decision: Decision


def decided_lines_since(
    mark: str, registry: Registry, context: RunContext, book_id: int, hand: HandwritingReader
) -> DecidedLines | None:
    """Return the decided lines of a book whose texts fit the ink.

    Withdrawn entries, pages and books have none. Every page with a decided value is decoded again from the stored scan.

    Args:
        mark: ``DecidedLines.mark`` of the stored lines of the book, ``""`` for none; the result is ``None`` if nothing
            has changed.
        hand: The networks for the alignment: the shipped networks, so that learnt weights do not choose the next lines.

    Raises:
        NotThere: There is no such book.
        SetupError: A network is missing or damaged.
    """
    book = registry.book(book_id)
    form = context.schemas.form(book.ledger.form)
    record = context.schemas.record(book.record)
    left_out: Counter[str] = Counter()
    values = list(_values(registry, book_id, form, record, left_out))
    new_mark = _mark(values, hand)
    if new_mark == mark:
        return None
    names = registry.keyed_by([keying for value in values for keying in value.decision.keyings])
    by_page: dict[PageRef, list[_Value]] = {}
    for value in values:
        by_page.setdefault(value.entry.ref, []).append(value)
    lines: list[DecidedLine] = []
    for ref, on_page in by_page.items():
        pictures = _pictures(registry, context, book_id, ref, on_page, form)
        if pictures is None:
            left_out[NO_SCAN] += len(on_page)
            continue
        emissions = _line_emissions(hand, pictures)
        for value, line_images, line_emissions in zip(on_page, pictures, emissions, strict=True):
            labelled = _lines_of(value, line_images, line_emissions, form, names)
            if isinstance(labelled, str):
                left_out[labelled] += 1
            else:
                lines += labelled
    _logger.info("book %d: %d decided lines, left out %s", book_id, len(lines), dict(left_out))
    return DecidedLines(tuple(lines), dict(left_out), new_mark)


def _mark(values: Sequence[_Value], hand: HandwritingReader) -> str:
    parts = [
        (
            value.entry.ref.scan_sha256,
            value.entry.ref.page_no,
            value.entry.row,
            value.decision.decision_id,
            *(round(edge) for box in value.reading.lines for edge in (*box.centre, box.width, box.height)),
        )
        for value in values
    ]
    return hashlib.sha256(repr((hand.fingerprint, parts)).encode()).hexdigest()[:16]


def _values(
    registry: Registry, book_id: int, form: Form, record: RecordSpec, left_out: Counter[str]
) -> Iterator[_Value]:
    """Yield the decided values with ink of their own, and count the others."""
    slots = {name: slot for slot in form.slots for name in slot.field_names}
    waiting = {row.entry_id: row.unsettled for row in registry.record_rows(record.record, [book_id])}
    for entry in registry.stored_entries(book_id):
        readings = {reading.field: reading for reading in entry.readings}
        for name, decision in entry.decisions.items():
            if name == WHOLE_ENTRY:
                continue
            reading, slot = readings.get(name), slots.get(name)
            why = _why_not(entry, name, decision, reading, slot)
            if not why and name in waiting.get(entry.entry_id, ()):
                why = WAITING
            if why:
                left_out[why] += 1
                continue
            assert reading is not None
            assert slot is not None
            kind = slot.kind or record.by_name[name].kind
            yield _Value(entry, slot, kind, reading, decision)


def _why_not(
    entry: StoredEntry, name: str, decision: Decision, reading: FieldReading | None, slot: Slot | None
) -> str:
    """Return why a decision teaches no line of ink; ``""`` if it may."""
    if entry.row >= FIRST_TYPED_ROW or (reading is not None and reading.engine in NO_ENGINES):
        return TYPED_IN
    codes = {finding.code for finding in entry.findings if name in finding.fields}
    if decision.status is FieldStatus.STRUCK_THROUGH or STRUCK_THROUGH in codes:
        return STRUCK
    if CUT_SHORT in codes:
        return CUT
    if decision.status is not FieldStatus.READ:
        return OTHER_STATE
    if reading is None or slot is None or not reading.lines or reading.writing is not Writing.HAND:
        return NO_INK
    if not reading.inked or reading.status is FieldStatus.STRUCK_THROUGH:
        return NO_INK
    if len(slot.field_names) > 1:
        return SHARED
    if name in entry.amendments:
        return AMENDED
    if is_ditto(decision.text) or is_ditto(reading.text):
        return DITTO
    return ""


def _pictures(
    registry: Registry, context: RunContext, book_id: int, ref: PageRef, values: Sequence[_Value], form: Form
) -> list[tuple[Pixels | None, ...]] | None:
    """Return the pictures of the lines of each value on a page; ``None`` if the page cannot be decoded."""
    rectification = registry.rectification(book_id, ref)
    try:
        path = Workspace(context.workspace).stored(ref.scan_sha256)
        if path is None or rectification is None:
            return None
        page = page_of_isolated(scan_file(path), ref.page_no, context.limits)
    except ScanError as error:
        _logger.warning("a page of book %d is left out: %s", book_id, error.code)
        return None
    return [
        line_pictures(
            page, rectification.matrix, rectification.size, value.reading.lines, form, context.options
        )
        for value in values
    ]


def _line_emissions(
    hand: HandwritingReader, pictures: Sequence[Sequence[Pixels | None]]
) -> list[tuple[SeenLine | None, ...]]:
    """Return the emissions of each line; the lines of a page are read in a batch."""
    known = [picture for of_value in pictures for picture in of_value if picture is not None]
    answers = iter(hand.emissions(known))
    networks = len(hand.networks)
    by_value = []
    for of_value in pictures:
        emissions = [() if picture is None else next(answers)[:networks] for picture in of_value]
        by_value.append(
            tuple(SeenLine(looks_of_line) if looks_of_line else None for looks_of_line in emissions)
        )
    return by_value


def _lines_of(
    value: _Value,
    pictures: Sequence[Pixels | None],
    seen: Sequence[SeenLine | None],
    form: Form,
    names: Mapping[int, str],
) -> list[DecidedLine] | str:
    """Return the lines of a value with their texts, or the reason why there are none."""
    entry, decision = value.entry, value.decision
    known = [item for item in seen if item is not None]
    if len(known) != len(seen):
        return NO_INK
    texts = line_texts(known, label_texts(decision, value.reading, value.slot, value.kind, len(seen)))
    if texts is None:
        return UNSURE_SPLIT
    fits = [line.fit(text) for line, text in zip(known, texts, strict=True)]
    if not all(fit is not None and fit.fits for fit in fits):
        return NO_FIT
    deciders = {decision.author, *(names[item] for item in decision.keyings if item in names)}
    return [
        DecidedLine(
            pixels=picture,
            text=text,
            book_id=entry.book_id,
            ref=entry.ref,
            row=entry.row,
            field=decision.field,
            number=number,
            kind=value.kind,
            form=form.id,
            deciders=tuple(sorted(deciders)),
            decided_at=decision.decided_at,
            cost=fit.cost,
        )
        for number, (picture, text, fit) in enumerate(zip(pictures, texts, fits, strict=True))
        if picture is not None and fit is not None
    ]
