"""The lines of ink that people decided on: each as the reader of handwriting sees it, with the text that is on it.

A decision teaches only what it saw. Values without ink of their own are left out: typed entries, ditto marks, values
that share a blank, struck and amended ones, noted acts, what waits again. The text of the others is aligned to the
ink, and a line that it does not fit is left out too, so that a spelling put right, a value taken from elsewhere and a
slip of the keyboard become no label of ink that says something else.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.base.errors import ScanError, SetupError
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
"""Why a decision teaches nothing: its state has no text; its field has no ink; its entry was typed; it is a ditto mark;
other fields share its blank; a part was struck out; an amendment overrules it; it waits again; the scan cannot be read;
its ink may go on where it was cut; its text cannot be split over its lines; its text does not fit the ink."""


def entry_key(book_id: int, ref: PageRef, row: int) -> str:
    """Return the name of an entry by its place: unique over all books, and the same in every run."""
    return f"{book_id}/{ref.scan_sha256}/{ref.page_no}/{row}"


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One line of ink with the text that people confirmed.

    Attributes:
        pixels: Grey (h, w), as a reader of handwriting gets it.
        text: What stands on it, NFC; case and signs are as people typed them, not surely as on paper.
        book_id: The book in the registry.
        ref: The page.
        row: The row of the entry on the page.
        field: The field.
        number: Which of the field's lines it is, from 0.
        kind: Kind of the field's value.
        form: The form of the book.
        deciders: Logins of all whose words led to the decision.
        decided_at: When, UTC.
        cost: What the text costs beyond the best path of the networks, in nats a letter.
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
        """The entry, unique over all books and the same in every run."""
        return entry_key(self.book_id, self.ref, self.row)

    @property
    def key(self) -> str:
        """The line, unique over all books."""
        return f"{self.entry}/{self.field}/{self.number}"

    @property
    def writer(self) -> str:
        """Who wrote it, as far as is known: a book is mostly written by one or two people."""
        return f"book-{self.book_id}"


@dataclass(frozen=True)
class DecidedLines:
    """What a book teaches.

    Attributes:
        lines: The lines, in the order of the book.
        left_out: How many decisions teach nothing, by why.
        mark: 16 hex digits that change with the decisions and with where their ink lies.
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


def decided_lines(
    registry: Registry, context: RunContext, book_id: int, hand: HandwritingReader
) -> DecidedLines:
    """Return the lines of a book that people decided on and that their texts fit.

    Withdrawn entries, pages and books have none. Every page with such a line is decoded again from the stored scan.

    Args:
        registry: Where the decisions are.
        context: Where the scans are, and what is declared.
        book_id: The book.
        hand: The networks that texts are aligned with: those that ship, so that what was learnt does not choose what is
            learnt next.

    Raises:
        NotThere: There is no such book.
        SetupError: A network is missing or damaged.
    """
    found = decided_lines_since("", registry, context, book_id, hand)
    assert found is not None
    return found


def decided_lines_since(
    mark: str, registry: Registry, context: RunContext, book_id: int, hand: HandwritingReader
) -> DecidedLines | None:
    """Return what ``decided_lines`` does; None where nothing has changed since that mark.

    Args:
        mark: ``DecidedLines.mark`` of what is kept of the book already.
        registry: As for ``decided_lines``, likewise the others.
        context: Likewise.
        book_id: Likewise.
        hand: Likewise.
    """
    book = registry.book(book_id)
    form = context.schemas.form(book.ledger.form)
    record = context.schemas.record(book.record)
    left_out: Counter[str] = Counter()
    values = list(_values(registry, book_id, form, record, left_out))
    now = _mark(values, hand)
    if now == mark:
        return None
    names = registry.keyed_by([one for value in values for one in value.decision.keyings])
    by_page: dict[PageRef, list[_Value]] = {}
    for value in values:
        by_page.setdefault(value.entry.ref, []).append(value)
    lines: list[DecidedLine] = []
    for ref, on_page in by_page.items():
        pictures = _pictures(registry, context, book_id, ref, on_page, form)
        if pictures is None:
            left_out[NO_SCAN] += len(on_page)
            continue
        seen = _seen(hand, pictures)
        for value, its_pictures, its_lines in zip(on_page, pictures, seen, strict=True):
            found = _lines_of(value, its_pictures, its_lines, form, names)
            if isinstance(found, str):
                left_out[found] += 1
            else:
                lines += found
    _logger.info("book %d: %d decided lines, left out %s", book_id, len(lines), dict(left_out))
    return DecidedLines(tuple(lines), dict(left_out), now)


def hand_of(context: RunContext) -> HandwritingReader:
    """Return the reader of handwriting of a run.

    Raises:
        SetupError: None is installed.
    """
    hand = context.make_engines().hand
    if not isinstance(hand, HandwritingReader):
        raise SetupError("Chưa cài bộ đọc chữ viết tay nên không có gì để dạy thêm. Hãy cài lại phần mềm.")
    return hand


def _mark(values: Sequence[_Value], hand: HandwritingReader) -> str:
    told = [
        (
            value.entry.ref.scan_sha256,
            value.entry.ref.page_no,
            value.entry.row,
            value.decision.decision_id,
            *(round(edge) for box in value.reading.lines for edge in (*box.centre, box.width, box.height)),
        )
        for value in values
    ]
    return hashlib.sha256(repr((hand.fingerprint, told)).encode()).hexdigest()[:16]


def _values(
    registry: Registry, book_id: int, form: Form, record: RecordSpec, left_out: Counter[str]
) -> Iterator[_Value]:
    """Yield the decided values that have ink of their own, and count the others."""
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
    """Return why a decision says nothing of a line of ink, ``""`` where it may."""
    if entry.row >= FIRST_TYPED_ROW or (reading is not None and reading.engine in NO_ENGINES):
        return TYPED_IN
    found = {finding.code for finding in entry.findings if name in finding.fields}
    if decision.status is FieldStatus.STRUCK_THROUGH or STRUCK_THROUGH in found:
        return STRUCK
    if CUT_SHORT in found:
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
    registry: Registry,
    context: RunContext,
    book_id: int,
    ref: PageRef,
    values: Sequence[_Value],
    form: Form,
) -> list[tuple[Pixels | None, ...]] | None:
    """Return the pictures of the lines of each value on a page; None where the page cannot be decoded."""
    shown = registry.rectification(book_id, ref)
    try:
        path = Workspace(context.workspace).stored(ref.scan_sha256)
        if path is None or shown is None:
            return None
        page = page_of_isolated(scan_file(path), ref.page_no, context.limits)
    except ScanError as error:
        _logger.warning("a page of book %d is left out: %s", book_id, error.code)
        return None
    return [
        line_pictures(page, shown.matrix, shown.size, value.reading.lines, form, context.options)
        for value in values
    ]


def _seen(
    hand: HandwritingReader, pictures: Sequence[Sequence[Pixels | None]]
) -> list[tuple[SeenLine | None, ...]]:
    """Return each line as the networks see it; all lines of a page go to them together."""
    known = [picture for of_value in pictures for picture in of_value if picture is not None]
    answers = iter(hand.emissions(known))
    looks = len(hand.networks)
    found = []
    for of_value in pictures:
        emissions = [() if picture is None else next(answers)[:looks] for picture in of_value]
        found.append(tuple(SeenLine(one) if one else None for one in emissions))
    return found


def _lines_of(
    value: _Value,
    pictures: Sequence[Pixels | None],
    seen: Sequence[SeenLine | None],
    form: Form,
    names: Mapping[int, str],
) -> list[DecidedLine] | str:
    """Return the lines of a value with their texts, or why there are none."""
    entry, decision = value.entry, value.decision
    known = [one for one in seen if one is not None]
    if len(known) != len(seen):
        return NO_INK
    texts = line_texts(known, label_texts(decision, value.reading, value.slot, value.kind, len(seen)))
    if texts is None:
        return UNSURE_SPLIT
    fits = [line.fit(text) for line, text in zip(known, texts, strict=True)]
    if not all(fit is not None and fit.fits for fit in fits):
        return NO_FIT
    deciders = {decision.author, *(names[one] for one in decision.keyings if one in names)}
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
