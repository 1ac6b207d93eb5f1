"""One page in, one result out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.digitize import parse, route, validate
from pipeline.digitize.blanks import InkedRow, inked_rows
from pipeline.digitize.facing import joined
from pipeline.digitize.lines import read_rows
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.recognise import Seen, dpi_of, ink_share
from pipeline.digitize.spread import Look, two_pages
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.digitize.straight import Straight, area_box, straightened
from pipeline.digitize.teaching import lesson
from pipeline.digitize.usable import flaws_of, with_form
from pipeline.imaging import perceptual_hash, scan_quality
from pipeline.imaging.ink import cleanup as ink_of
from pipeline.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.locate import form_fit as fitting
from pipeline.model import (
    Box,
    EntryResult,
    FieldReading,
    Finding,
    Ledger,
    PageImage,
    PageKind,
    PageResult,
    Severity,
)
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas

MORE_PAGES = "PAGE-HALF"
"""The finding of a picture that seems to show more pages than were read."""

OUTLINE = 0.05
"""The least share of a check box and what is close around it that is ink where the box is printed."""


def digitize_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions = DigitizeOptions(),
) -> PageResult:
    """Everything that can be known of one page. Raises ``ScanError`` kinds for what the machine cannot do."""
    options = replace(options, routing=options.routing.for_reader(engines.hand_fingerprint))
    watch = Stopwatch()
    with watch.stage("spread"):
        layers = split_colour_layers(page.pixels)
    look = two_pages(page, layers, form, schemas, engines, options, watch)
    reading = _Reading(form, ledger, schemas, engines, options, watch)
    doubts = (Finding(MORE_PAGES, Severity.REVIEW),) if look.doubtful else ()
    if look.halves:
        return _of_two_pages(page, look, reading, doubts)
    assert look.whole is not None
    return _read(page, layers, look.whole, dpi_of(page, form), reading, doubts)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all pages of a picture are read with."""

    form: Form
    ledger: Ledger
    schemas: Schemas
    engines: Engines
    options: DigitizeOptions
    watch: Stopwatch


def _of_two_pages(page: PageImage, look: Look, reading: _Reading, doubts: tuple[Finding, ...]) -> PageResult:
    sides = []
    for half in look.halves:
        assert half.frame is not None
        own = replace(reading, watch=Stopwatch())
        result = _read(half.page, half.layers, half.seen, half.dpi, own, doubts)
        sides.append((result, half.matrix, half.frame))
    size = (page.pixels.shape[1], page.pixels.shape[0])
    result = joined(page.ref, size, sides, reading.form.id, look.turn)
    looking = Counter(reading.watch.seconds)
    return replace(result, timings=dict(looking + Counter(result.timings)))


def _read(
    page: PageImage,
    layers: ColourLayers,
    seen: Seen,
    dpi: float,
    reading: _Reading,
    doubts: tuple[Finding, ...] = (),
) -> PageResult:
    """All of one page that was ``seen``; ``doubts``: what is found of the picture as a whole."""
    form, schemas, engines, options = reading.form, reading.schemas, reading.engines, reading.options
    watch = reading.watch
    with watch.stage("quality"):
        measured = with_form(scan_quality.measure_quality(page.pixels, layers, dpi), seen, page)
    flaws = (*flaws_of(measured, engines, schemas), *doubts)
    size = (page.pixels.shape[1], page.pixels.shape[0])
    level = seen.level
    result = PageResult(
        page.ref, PageKind.UNKNOWN, form.id, size, level.matrix, level.turn, level.skew, measured,
        None, (), (), tuple(replace(flaw, severity=Severity.INFO) for flaw in flaws), watch.seconds,
        engines.hand_fingerprint,
    )  # fmt: skip
    if seen.form is None or seen.fit is None:
        return _unknown(result, seen, options)
    if seen.form.layout == "cover":
        labels = fitting.place_labels(seen.form, seen.fit)
        told = (*doubts, *(flaw for flaw in result.findings if flaw.code != MORE_PAGES))
        return replace(result, kind=PageKind.COVER, form=seen.form.id, labels=labels, findings=told)
    with watch.stage("straighten"):
        straight = straightened(layers, form, seen, dpi, options)
    with watch.stage("fields"):
        rows = inked_rows(straight, form, schemas.record(form.record))
    rows = read_rows(
        rows, straight, engines, schemas.record(form.record), schemas, watch, reading.ledger.year
    )
    with watch.stage("rules"):
        entries = tuple(_entry(row, straight, form, reading.ledger, schemas, options, flaws) for row in rows)
    return replace(
        result,
        kind=PageKind.ENTRIES,
        size=(straight.normalized.shape[1], straight.normalized.shape[0]),
        matrix=straight.matrix,
        frame=straight.frame,
        labels=straight.labels,
        entries=entries,
        timings=dict(watch.seconds),
        ink_print=_ink_print(straight),
        stamps=straight.stamps,
        view=lesson(straight, form) if options.teach and form.layout == "page" else None,
    )


def _unknown(result: PageResult, seen: Seen, options: DigitizeOptions) -> PageResult:
    """A page that is no page of the form: an empty one, or one that a person has to look at."""
    share = ink_share(seen.level)
    if share < options.blank_ink:
        finding = Finding("PAGE-BLANK", Severity.INFO, (), {"ink": f"{share:.5f}"})
        return replace(result, kind=PageKind.BLANK, findings=(finding,))
    finding = Finding("PAGE-FORM", Severity.REVIEW, (), {"words": str(seen.words), "form": seen.other})
    # pixels an inch are told by the form's paper, and this is the paper of another one
    told = (flaw for flaw in result.findings if flaw.code != "SCAN-COARSE")
    return replace(result, findings=(finding, *told))


def _entry(
    row: InkedRow,
    straight: Straight,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    options: DigitizeOptions,
    flaws: tuple[Finding, ...],
) -> EntryResult:
    """One entry; what is wrong with the page is said of each, so that none is delivered unseen."""
    record = schemas.record(form.record)
    readings = parse.parse_entry(row.inks, record, schemas, ledger)
    readings = (*readings, *_ticks(straight, form, schemas))
    context = validate.context_of(form, ledger, places=schemas.places)
    findings = (
        *flaws,
        *_left_over(row),
        *_with_struck(validate.rules_of(record, schemas).findings_of(readings, context), readings),
    )
    readings, findings = route.routed(readings, findings, record, options.routing)
    return EntryResult(row.number, readings, findings)


def _left_over(row: InkedRow) -> Iterator[Finding]:
    """A doubt of every value beside whose lines a stamp is left over, or that ink of another one touches; a doubtful
    blank counts as unreadable anyway."""
    for one in row.slots:
        if one.doubtful and one.lines:
            yield Finding("INK-LEFT", Severity.REVIEW, one.slot.field_names)
        if one.touched:
            yield Finding("INK-TOUCHES", Severity.REVIEW, one.slot.field_names)


def _with_struck(findings: Sequence[Finding], readings: Sequence[FieldReading]) -> tuple[Finding, ...]:
    """The findings; those of a value that was rewritten tell what was struck out for it."""
    struck = {reading.field: reading.struck for reading in readings if reading.struck}
    return tuple(
        replace(one, details={**one.details, "struck": struck[one.fields[0]]})
        if one.code == validate.STRUCK_THROUGH and one.fields and one.fields[0] in struck
        else one
        for one in findings
    )


def _ink_print(straight: Straight) -> str:
    left, top = straight.frame.corners.min(axis=0)
    right, bottom = straight.frame.corners.max(axis=0)
    frame = Box(float(left), float(top), float(right), float(bottom))
    return perceptual_hash.ink_print(straight.ink, frame, [label.box for label in straight.labels])


def _ticks(straight: Straight, form: Form, schemas: Schemas) -> Iterator[FieldReading]:
    record = schemas.record(form.record)
    groups: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    unseen: set[str] = set()
    for box in form.boxes:
        place = area_box(straight.fit, box.box)
        share = ink_of.filled_share(straight.ink, place, 0.22 * place.height)
        groups.setdefault(box.field, {})[box.value] = share
        if ink_of.filled_share(straight.all_ink, place, -0.25 * place.height) < OUTLINE:
            unseen.add(box.field)
        # a tick runs past its box
        place = place.grown(0.7 * place.width, 0.7 * place.height)
        places[box.field] = places[box.field].union(place) if box.field in places else place
    for name, ticked in groups.items():
        spec = record.by_name[name]
        vocab = schemas.vocabulary(spec)
        yield parse.parse_check_boxes(name, ticked, places[name], vocab, seen=name not in unseen)
