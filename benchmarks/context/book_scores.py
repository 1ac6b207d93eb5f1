"""What was read on books as offices keep them, beside their truth: the figures of ``bench-context``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks.figures import mean, share
from benchmarks.reading.box_coverage import HELD, covered_share, straightened
from pipeline.base.model import Box, FieldStatus, Matrix, Writing
from pipeline.declarations.schema import FieldSpec, Form, RecordSpec, Slot
from pipeline.training.evaluation import BookTruth, FieldOutcome, PredictedEntry, PredictedValue, TrueEntry
from pipeline.training.evaluation.field_scores import UNPREDICTED, loosened
from pipeline.values.kinds import SIGNER

OVERFLOW_HELD = 0.75
"""The share of what lies beyond a blank that its field's boxes must cover for the value to be whole."""

_BEHALF = re.compile(r"^\s*(?:TM|KT)\s*\.?\s*(?:UBND(?:\s+xã)?)?\s*[-,:.]?\s*", re.IGNORECASE)
"""On whose behalf somebody signs: may stand before a title or be left out of it."""


@dataclass(frozen=True)
class ReadValue:
    """The reading of a field, with the boxes of its ink on the straightened page."""

    value: PredictedValue
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class ReadPage:
    """The readings of a page by row and field; ``seconds`` is the time of all its processors."""

    matrix: Matrix
    seconds: float
    entries: Mapping[int, Mapping[str, ReadValue]]


@dataclass(frozen=True)
class ScoredBook:
    """A drawn book and its readings.

    Attributes:
        name: Name of its folder.
        pages: The readings, by page of ``truth.pages``; ``None`` for a page that failed.
        reprinted: Whether its sheets come from another printer.
    """

    name: str
    form: Form
    record: RecordSpec
    truth: BookTruth
    pages: Sequence[ReadPage | None]
    reprinted: bool

    @cached_property
    def entries(self) -> Sequence[ScoredEntry]:
        return [ScoredEntry(self, entry) for entry in self.truth.entries]


@dataclass(frozen=True)
class ScoredEntry:
    """One entry on paper and as read."""

    book: ScoredBook
    truth: TrueEntry

    @cached_property
    def read(self) -> Mapping[str, ReadValue]:
        page = self.book.pages[self.truth.page or 0]
        return page.entries.get(self.truth.row or 0, {}) if page else {}

    def boxes(self, names: Sequence[str]) -> tuple[Box, ...]:
        return tuple(box for name in names if name in self.read for box in self.read[name].boxes)

    def outcome(self, spec: FieldSpec) -> FieldOutcome | None:
        """Return how a field was read; ``None`` where the truth has no value."""
        truth = self.truth.values.get(spec.column)
        if truth is None:
            return None
        value = self.read[spec.name].value if spec.name in self.read else UNPREDICTED
        if spec.value_kind.is_entry_number and value.text and "/" not in value.text:
            value = _with_text(value, f"{value.text}/{self.book.truth.year}")
        whole = PredictedEntry({}, self.truth.page, self.truth.row)
        return FieldOutcome(spec.column, truth, value, spec, whole, self.book.name, self.book.form.id)

    @property
    def outcomes(self) -> Iterator[FieldOutcome]:
        for spec in self.book.record.fields:
            outcome = self.outcome(spec) if spec.column else None
            if outcome is not None:
                yield outcome


def _with_text(value: PredictedValue, text: str) -> PredictedValue:
    return PredictedValue(text, value.status, value.confidence, value.accepted, value.writing)


def read_pages(written: Sequence[Mapping[str, Any]]) -> list[ReadPage | None]:
    """Return the pages of a book as ``read_books.py`` wrote them."""
    return [None if "failed" in page else _page(page) for page in written]


def _page(written: Mapping[str, Any]) -> ReadPage:
    entries = {
        entry["row"]: {reading["field"]: _value(reading) for reading in entry["readings"]}
        for entry in written["entries"]
    }
    return ReadPage(np.asarray(written["matrix"], np.float64), written["seconds"], entries)


def _value(written: Mapping[str, Any]) -> ReadValue:
    value = PredictedValue(
        written["text"],
        FieldStatus(written["status"]),
        written["confidence"],
        written["accepted"],
        Writing(written["writing"]),
    )
    boxes = written["lines"] or ([written["box"]] if written["box"] else [])
    return ReadValue(value, tuple(Box(*sides) for sides in boxes))


@dataclass
class Tally:
    """True and false answers to one question."""

    answers: list[bool] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return {"of": len(self.answers), "share": mean(self.answers)}


def figures_of(books: Sequence[ScoredBook]) -> dict[str, Any]:
    """Return the figures of books, as JSON can hold them; shares are 0..1."""
    outcomes = [outcome for book in books for entry in book.entries for outcome in entry.outcomes]
    accepted = [outcome for outcome in outcomes if outcome.predicted.accepted]
    wrong = [outcome for outcome in accepted if not is_right(outcome)]
    read = [page for book in books for page in book.pages]
    return {
        "pages": len(read),
        "failed": sum(page is None for page in read),
        "fields": len(outcomes),
        "places": _exact(outcomes, lambda spec: spec.value_kind.is_place),
        "signers": _signers(books),
        "entry_numbers": _exact(outcomes, lambda spec: spec.value_kind.is_entry_number),
        "registration_dates": _exact(
            outcomes, lambda spec: spec.value_kind.is_date and "ngày đăng ký" in spec.label.lower()
        ),
        "names": _exact(outcomes, lambda spec: spec.value_kind.is_name),
        "right": mean([is_right(outcome) for outcome in outcomes if outcome.truth]),
        "accepted": share(len(accepted), len(outcomes)),
        "wrong_accepted": len(wrong),
        "wrong_share": share(len(wrong), len(accepted)),
        "wrong_fields": _counted(outcome.spec.name for outcome in wrong if outcome.spec),
        "overflow": _overflows(books),
        "boxes": {
            "declared": _held([book for book in books if not book.reprinted]),
            "reprinted": _held([book for book in books if book.reprinted]),
        },
        "notes": _notes(books),
        "seconds_a_page": share(sum(page.seconds for page in read if page), sum(page is not None for page in read)),
    }  # fmt: skip


def is_right(outcome: FieldOutcome) -> bool:
    """Return whether the value is what is on paper; a title may lack, or have, on whose behalf it is signed."""
    if outcome.right or outcome.spec is None or "chức vụ" not in outcome.spec.label.lower():
        return outcome.right
    predicted = outcome.predicted.text
    return bool(outcome.truth) and loosened(_BEHALF.sub("", predicted)) == loosened(
        _BEHALF.sub("", outcome.truth)
    )


def _exact(outcomes: Sequence[FieldOutcome], chosen: Any) -> dict[str, Any]:
    chosen_outcomes = [
        outcome for outcome in outcomes if outcome.truth and outcome.spec and chosen(outcome.spec)
    ]
    return {
        "of": len(chosen_outcomes),
        "share": mean([outcome.right for outcome in chosen_outcomes]),
        "alike": mean([outcome.alike for outcome in chosen_outcomes]),
        "accepted": mean([outcome.predicted.accepted for outcome in chosen_outcomes]),
    }


def _signers(books: Sequence[ScoredBook]) -> dict[str, Any]:
    """Return how often the signer's name, title and both are right; letters alone count, not case or signs."""
    names, titles, both = Tally(), Tally(), Tally()
    for book in books:
        for slot in book.form.slots:
            if slot.kind != SIGNER.name:
                continue
            name, title = (book.record.by_name[slot.roles[role]] for role in ("name", "title"))
            for entry in book.entries:
                of_name, of_title = entry.outcome(name), entry.outcome(title)
                if of_name is None or of_title is None or not of_name.truth or not of_title.truth:
                    continue
                names.answers.append(of_name.alike)
                titles.answers.append(of_title.alike or is_right(of_title))
                both.answers.append(names.answers[-1] and titles.answers[-1])
    return {**both.told(), "name": mean(names.answers), "title": mean(titles.answers)}


def _overflows(books: Sequence[ScoredBook]) -> dict[str, Any]:
    """Return how many values that run on beyond their blank are whole, by what they run over."""
    tallies = {"rule": (Tally(), Tally()), "label": (Tally(), Tally())}
    for book in books:
        slots = {name: slot for slot in book.form.slots for name in slot.field_names}
        for entry in book.entries:
            for slot in dict.fromkeys(slots[name].name for name in entry.truth.overflow):
                whole, alike = _overflow(book, entry, next(s for s in book.form.slots if s.name == slot))
                over = "rule" if _ends_at_rule(book.form, slots[slot.split("+")[0]]) else "label"
                tallies[over][0].answers.append(whole)
                tallies[over][1].answers.append(alike)
    every = [answer for whole, _ in tallies.values() for answer in whole.answers]
    return {
        "of": len(every),
        "whole": mean(every),
        **{
            over: {"of": len(whole.answers), "whole": mean(whole.answers), "alike": mean(alike.answers)}
            for over, (whole, alike) in tallies.items()
        },
    }


def _ends_at_rule(form: Form, slot: Slot) -> bool:
    return any(piece.u1 > form.right - 0.02 for piece in slot.pieces)


def _overflow(book: ScoredBook, entry: ScoredEntry, slot: Slot) -> tuple[bool, bool]:
    """Return whether the boxes of a blank hold what lies beyond it, and whether all its values are read alike."""
    page = book.pages[entry.truth.page or 0]
    name = slot.field_names[0]
    boxes = entry.boxes(slot.field_names)
    beyond = entry.truth.overflow.get(name, ())
    lines = entry.truth.ink.get(name, ())
    whole = page is not None and all(
        covered_share(straightened(quad, page.matrix), boxes) >= least
        for quads, least in ((beyond, OVERFLOW_HELD), (lines, HELD))
        for quad in quads
    )
    outcomes = [entry.outcome(book.record.by_name[field]) for field in slot.field_names]
    return whole, all(
        outcome.alike or is_right(outcome) for outcome in outcomes if outcome is not None and outcome.truth
    )


def _held(books: Sequence[ScoredBook]) -> dict[str, Any]:
    """Return the share of fields all of whose lines of ink lie in the boxes of their blank."""
    held, blanks = Tally(), 0
    by_form: dict[str, Tally] = {}
    for book in books:
        slots = {name: slot for slot in book.form.slots for name in slot.field_names}
        for entry in book.entries:
            page = book.pages[entry.truth.page or 0]
            done = set()
            for name, quads in entry.truth.ink.items():
                names = slots[name].field_names if name in slots else (name,)
                if names in done:
                    continue
                done.add(names)
                boxes = entry.boxes(names)
                answer = page is not None and all(
                    covered_share(straightened(quad, page.matrix), boxes) >= HELD for quad in quads
                )
                held.answers.append(answer)
                by_form.setdefault(book.name, Tally()).answers.append(answer)
                values = [entry.read[other].value for other in names if other in entry.read]
                blanks += any(
                    value.status is FieldStatus.BLANK and value.accepted for value in values
                ) and all(value.status is FieldStatus.BLANK for value in values)
    return {
        **held.told(), "inked_accepted_as_blank": blanks,
        "books": {name: tally.told() for name, tally in by_form.items()},
    }  # fmt: skip


def _notes(books: Sequence[ScoredBook]) -> dict[str, Any]:
    """Return how many empty notes beside half a seal are accepted as blank, and how many written ones are lost."""
    sealed, plain, lost, lost_accepted, read = Tally(), Tally(), 0, 0, Tally()
    for book in books:
        for spec in book.record.fields:
            if not spec.value_kind.takes_remarks or "ghi chú" not in spec.label.lower():
                continue
            for entry in book.entries:
                outcome = entry.outcome(spec)
                if outcome is None:
                    continue
                blank = outcome.predicted.status is FieldStatus.BLANK
                if outcome.truth:
                    lost += blank
                    lost_accepted += blank and outcome.predicted.accepted
                    read.answers.append(outcome.alike)
                else:
                    seals = book.truth.pages[entry.truth.page or 0].seals
                    (sealed if seals else plain).answers.append(blank and outcome.predicted.accepted)
    return {
        "sealed_blank_accepted": sealed.told(), "plain_blank_accepted": plain.told(),
        "written": len(read.answers), "lost": lost, "lost_accepted": lost_accepted, "alike": mean(read.answers),
    }  # fmt: skip


def _counted(names: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
