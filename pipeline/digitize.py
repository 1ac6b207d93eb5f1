"""One page in, one result out: the product. Everything else calls this function.

decode (intake) -> upright, level -> labels -> frame -> straight page -> blanks -> ink or blank -> reading -> fields ->
findings -> accept or review.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline import extract, routing, rules
from pipeline.imaging import ink as ink_of
from pipeline.imaging import quality, straighten, warp
from pipeline.imaging.rules import without_rules
from pipeline.kinds import Vocabulary
from pipeline.locate import fit as fitting
from pipeline.locate import strips as placing
from pipeline.locate.fit import Fit
from pipeline.locate.labels import Candidate, candidates
from pipeline.model import (
    Box,
    Crop,
    EntryResult,
    Finding,
    Frame,
    Ledger,
    Matrix,
    PageImage,
    PageKind,
    PageResult,
    Pixels,
    PlacedLabel,
    Severity,
    Writing,
)
from pipeline.ocr import Engines
from pipeline.routing import RoutingOptions
from pipeline.schema import Form, Schemas, Slot

MAX_DPI = 300.0
LABEL_DPI = 200.0
VERSION = "1"
"""Raise it whenever the same page could come out otherwise than before."""


@dataclass(frozen=True)
class DigitizeOptions:
    """``min_print``: the least share (0..1, by letters) of a form's printed text that must be found for a page to be
    taken for that form; ``blank_ink``: the most ink (share of a page's pixels) a blank page may show."""

    min_print: float = 0.28
    blank_ink: float = 0.0012
    routing: RoutingOptions = field(default_factory=RoutingOptions)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{VERSION}{self!r}".encode()).hexdigest()[:16]


class Stopwatch:
    """CPU seconds a stage, children (Tesseract) included."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        before = _cpu_seconds()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + _cpu_seconds() - before


def _cpu_seconds() -> float:
    import os

    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a page in one orientation gave: which form it is (``None``: none that is known) and how it lies."""

    level: straighten.Level
    form: Form | None
    fit: Fit | None
    candidates: tuple[Candidate, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Straight:
    """The page set straight: ``matrix`` (3, 3) from the original; ``ink`` without frame and rules."""

    even: Pixels
    ink: Pixels
    matrix: Matrix
    fit: Fit
    frame: Frame
    labels: tuple[PlacedLabel, ...]
    leaders: np.ndarray
    dots: Pixels
    dpi: float


def digitize_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions = DigitizeOptions(),
) -> PageResult:
    """Everything that can be known of one page. Raises ``ScanError`` kinds for what the machine cannot do."""
    watch = Stopwatch()
    with watch.stage("quality"):
        dpi = _dpi(page, form)
        measured = quality.quality_of(straighten.small_grey(page.pixels, min(1.0, 100 / dpi)), dpi)
    seen = _recognised(page, form, schemas, engines, options, dpi, watch)
    size = (page.pixels.shape[1], page.pixels.shape[0])
    level = seen.level
    result = PageResult(
        page.ref, PageKind.UNKNOWN, form.id, size, level.matrix, level.turn, level.skew, measured,
        None, (), (), (), watch.seconds,
    )  # fmt: skip
    if seen.form is None or seen.fit is None:
        return replace(result, **_unknown(seen, options))
    if seen.form.layout == "cover":
        labels = fitting.placed_labels(seen.form, seen.fit)
        return replace(result, kind=PageKind.COVER, form=seen.form.id, labels=labels)
    with watch.stage("straighten"):
        straight = _straightened(page, form, seen, dpi)
    with watch.stage("fields"):
        rows = tuple(_inked(straight, form))
    with watch.stage("recognise"):
        rows = _read(rows, straight, engines)
    with watch.stage("rules"):
        entries = tuple(_entry(number, row, straight, form, ledger, schemas, options) for number, row in enumerate(rows))
    return replace(
        result,
        kind=PageKind.ENTRIES,
        size=(straight.even.shape[1], straight.even.shape[0]),
        matrix=straight.matrix,
        frame=straight.frame,
        labels=straight.labels,
        entries=entries,
        timings=dict(watch.seconds),
    )


def _dpi(page: PageImage, form: Form) -> float:
    """Pixels an inch, from the paper's size: what the file says of itself is often wrong."""
    long_side = max(page.pixels.shape[:2])
    return float(long_side / (max(form.paper_mm) / 25.4))


def _recognised(
    page: PageImage,
    form: Form,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
    dpi: float,
    watch: Stopwatch,
) -> Seen:
    """The page looked at in the likeliest orientations until its printed labels are found."""
    scale = min(1.0, LABEL_DPI / dpi)
    small_dpi = dpi * scale
    with watch.stage("quality"):
        grey = straighten.small_grey(page.pixels, scale)
    left, top, right, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * small_dpi
    covers = [other for other in schemas.forms.values() if other.layout == "cover"]
    lies = (page.pixels.shape[1] > page.pixels.shape[0]) == (form.paper_mm[0] > form.paper_mm[1])
    best: Seen | None = None
    for turn in (0, 180, 90, 270) if lies else (90, 270, 0, 180):
        with watch.stage("deskew"):
            level = straighten.levelled(grey, scale, turn, letter, small_dpi)
        if (level.ink > 0).mean() < options.blank_ink / 4:
            return Seen(level, None, None, (), 0)
        with watch.stage("labels"):
            words = engines.labels.words(level.print_only, small_dpi)
            seen = _best_form(level, [form, *covers], words, options)
        if seen.form is not None:
            return seen
        if best is None or seen.words > best.words:
            best = seen
    assert best is not None
    return best


def _best_form(level: straighten.Level, forms: Sequence[Form], words: Sequence, options: DigitizeOptions) -> Seen:
    best = Seen(level, None, None, (), len(words))
    share = options.min_print
    for form in forms:
        found = candidates(form.labels, words)
        fit = fitting.fitted(form, found, level.size)
        if fit is not None and fit.share > share:
            best, share = Seen(level, form, fit, found, len(words)), fit.share
            if share > 0.6:
                break
    return best


def _unknown(seen: Seen, options: DigitizeOptions) -> dict[str, object]:
    share = float((seen.level.ink > 0).mean())
    if share < options.blank_ink:
        return {
            "kind": PageKind.BLANK,
            "findings": (Finding("PAGE-BLANK", Severity.INFO, (), {"ink": f"{share:.5f}"}),),
        }
    return {"findings": (Finding("PAGE-FORM", Severity.REVIEW, (), {"words": str(seen.words)}),)}


def _straightened(page: PageImage, form: Form, seen: Seen, dpi: float) -> Straight:
    """The page warped once so that its frame is square, and the form fitted to it again at full detail."""
    assert seen.fit is not None
    level, fit = seen.level, seen.fit
    letter = form.text_size * fit.height
    frame = straighten.frame_of(level.even, fit.matrix, form.rules, letter)
    expected = np.array([fit.at(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
    corners = frame.corners if frame is not None else expected
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    if frame is not None:
        through = fitting.refitted(form, seen.candidates, warp.perspective(unit, corners))
        if through.share < 0.9 * fit.share or fitting.spread(form, through) > 2.5 * fitting.spread(form, fit) + 0.004:
            frame, corners = None, expected
    back = np.linalg.inv(level.matrix)
    size = (page.pixels.shape[1], page.pixels.shape[0])
    limit = round(max(form.paper_mm) / 25.4 * MAX_DPI * 1.1)
    scale = min(1.0, MAX_DPI / dpi)
    matrix, canvas, square = straighten.squared(warp.moved(back, corners), size, min(limit, round(max(size) * 1.2 * scale)))
    grey = warp.warped(straighten.colour.ink_grey(page.pixels), matrix, canvas)
    even = straighten.light.evened(grey)
    ink = straighten.light.ink_mask(even)
    found = fitting.moved_candidates(seen.candidates, matrix @ back)
    fitted = fitting.refitted(form, found, warp.perspective(unit, square))
    letter = form.text_size * fitted.height
    dots = straighten.leaders_of(ink, letter)
    inner = frame.rules if frame is not None else ()
    lines = _frame_lines(square, form.rules)
    thick = max(2.0, 0.07 * letter)
    clean = without_rules(np.where(dots.mask > 0, 0, ink).astype(np.uint8), lines, thick)
    return Straight(
        even, clean, matrix, fitted, Frame(square, inner), fitting.placed_labels(form, fitted),
        dots.boxes, dots.mask, MAX_DPI if scale < 1 else dpi,
    )  # fmt: skip


def _frame_lines(corners: Matrix, inner: Sequence[float]) -> list[Matrix]:
    tl, tr, br, bl = corners
    lines = [np.array(ends) for ends in ((tl, tr), (tr, br), (br, bl), (bl, tl))]
    lines += [np.array([tl + u * (tr - tl), bl + u * (br - bl)]) for u in inner]
    return lines


def _area(fit: Fit, area: tuple[float, float, float, float]) -> Box:
    left, top = fit.at(area[0], area[1])
    right, bottom = fit.at(area[2], area[3])
    return Box(left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class InkedSlot:
    """A blank and the marks that stand in it, line by line: boxes and the numbers of the marks."""

    slot: Slot
    lines: tuple[tuple[int, Box, np.ndarray], ...]
    place: Box


@dataclass(frozen=True, slots=True)
class InkedRow:
    marks: ink_of.Marks
    slots: tuple[InkedSlot, ...]
    inks: tuple[extract.SlotInk, ...] = ()


def _inked(straight: Straight, form: Form) -> Iterator[InkedRow]:
    """The one entry of a page form: for every blank the marks that stand in it."""
    fit = straight.fit
    letter = form.text_size * fit.height
    erased = ink_of.without_boxes(straight.ink, [label.box for label in straight.labels])
    marks = ink_of.marks_of(erased)
    strips = placing.strips_of(form, fit, straight.leaders)
    areas = [(slot, _area(fit, slot.area)) for slot in form.slots if slot.area]
    owner = placing.owners(strips, marks.boxes, marks.area, [box for _, box in areas])
    slots = []
    for slot in form.slots:
        lines, place = [], None
        if slot.area:
            place = _area(fit, slot.area)
            if not slot.signature and slot.roles:
                free = np.where(owner < 0)[0]
                lines = list(placing.lines_in(place, marks.boxes, marks.area, free, letter))
        else:
            for number, strip in enumerate(strips):
                if strip.piece.slot != slot.name:
                    continue
                place = strip.piece.box if place is None else place.union(strip.piece.box)
                box, numbers = placing.inked_box(marks.boxes, marks.area, np.where(owner == number)[0], strip.pitch)
                if box is not None:
                    lines.append((strip.piece.line, box, numbers))
        assert place is not None
        if slot.roles:
            slots.append(InkedSlot(slot, tuple(lines), place))
    yield InkedRow(marks, tuple(slots))


def _read(rows: Sequence[InkedRow], straight: Straight, engines: Engines) -> tuple[InkedRow, ...]:
    """All crops of the page in one batch an engine."""
    crops: list[Crop] = []
    for row in rows:
        for slot in row.slots:
            for _, box, numbers in slot.lines:
                picture = ink_of.cut(straight.even, row.marks, numbers, box, pad=round(straight.dpi / 30))
                crops.append(Crop(picture, straight.dpi, slot.slot.kind))
    readings = iter(engines.print.read(crops))
    done = []
    for row in rows:
        inks = []
        for slot in row.slots:
            lines = tuple(next(readings) for _ in slot.lines)
            writing = Writing.PRINT if slot.slot.printed else Writing.HAND
            inks.append(
                extract.SlotInk(
                    slot.slot,
                    tuple(box for _, box, _ in slot.lines),
                    tuple(line for line, _, _ in slot.lines),
                    writing,
                    lines,
                    slot.place,
                )
            )
        done.append(InkedRow(row.marks, row.slots, tuple(inks)))
    return tuple(done)


def _entry(
    number: int,
    row: InkedRow,
    straight: Straight,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    options: DigitizeOptions,
) -> EntryResult:
    record = schemas.record(form.record)
    readings = extract.readings_of(row.inks, record, schemas, ledger)
    readings = (*readings, *_ticks(straight, form, schemas))
    vocabs = {name: Vocabulary.of(vocab.terms) for name, vocab in schemas.vocabs.items()}
    findings = rules.findings_of(readings, record, vocabs)
    readings, findings = routing.routed(readings, findings, record, options.routing)
    return EntryResult(number, readings, findings)


def _ticks(straight: Straight, form: Form, schemas: Schemas) -> Iterator:
    record = schemas.record(form.record)
    groups: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    for box in form.boxes:
        place = _area(straight.fit, box.box)
        share = ink_of.mark_share(straight.ink, place, 0.22 * place.height)
        groups.setdefault(box.field, {})[box.value] = share
        places[box.field] = places[box.field].union(place) if box.field in places else place
    for name, ticked in groups.items():
        spec = record.by_name[name]
        vocab = Vocabulary.of(schemas.vocabs[spec.vocab].terms) if spec.vocab else None
        yield extract.tick_reading(name, ticked, places[name], vocab)
