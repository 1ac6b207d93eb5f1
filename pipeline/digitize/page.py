"""One page in, one result out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from statistics import median

from pipeline import extract, routing, rules
from pipeline.digitize.blanks import InkedRow, inked_rows
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.reading import line_readings
from pipeline.digitize.recognise import Seen, dpi_of, ink_share, recognised
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.digitize.straight import Straight, area_box, straightened
from pipeline.imaging import ink as ink_of
from pipeline.imaging import quality, straighten
from pipeline.locate import fit as fitting
from pipeline.model import (
    Box,
    Crop,
    EntryResult,
    FieldReading,
    Finding,
    Ledger,
    PageImage,
    PageKind,
    PageResult,
    Severity,
    Writing,
)
from pipeline.ocr import Engines
from pipeline.schema import Form, RecordSpec, Schemas


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
        dpi = dpi_of(page, form)
        measured = quality.quality_of(straighten.small_grey(page.pixels, min(1.0, 100 / dpi)), dpi)
    seen = recognised(page, form, schemas, engines, options, dpi, watch)
    size = (page.pixels.shape[1], page.pixels.shape[0])
    level = seen.level
    result = PageResult(
        page.ref, PageKind.UNKNOWN, form.id, size, level.matrix, level.turn, level.skew, measured,
        None, (), (), (), watch.seconds,
    )  # fmt: skip
    if seen.form is None or seen.fit is None:
        return _unknown(result, seen, options)
    if seen.form.layout == "cover":
        labels = fitting.placed_labels(seen.form, seen.fit)
        return replace(result, kind=PageKind.COVER, form=seen.form.id, labels=labels)
    with watch.stage("straighten"):
        straight = straightened(page, form, seen, dpi, options)
    with watch.stage("fields"):
        rows = inked_rows(straight, form)
    with watch.stage("recognise"):
        rows = _read(rows, straight, engines, schemas.record(form.record))
    with watch.stage("rules"):
        entries = tuple(_entry(row, straight, form, ledger, schemas, options) for row in rows)
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


def _unknown(result: PageResult, seen: Seen, options: DigitizeOptions) -> PageResult:
    """A page that is no page of the form: an empty one, or one that a person has to look at."""
    share = ink_share(seen.level.ink)
    if share < options.blank_ink:
        finding = Finding("PAGE-BLANK", Severity.INFO, (), {"ink": f"{share:.5f}"})
        return replace(result, kind=PageKind.BLANK, findings=(finding,))
    return replace(
        result,
        findings=(Finding("PAGE-FORM", Severity.REVIEW, (), {"words": str(seen.words), "form": seen.other}),),
    )


def _read(
    rows: Sequence[InkedRow], straight: Straight, engines: Engines, record: RecordSpec
) -> tuple[InkedRow, ...]:
    """All crops of the page in one batch an engine."""
    crops: list[Crop] = []
    for row in rows:
        for slot in row.slots:
            kind = slot.slot.kind or record.by_name[slot.slot.field_names[0]].kind
            for line in slot.lines:
                layer = (
                    (straight.red, straight.red_ink, row.stamps)
                    if line.red
                    else (straight.even, straight.all_ink, row.marks)
                )
                crops.append(
                    Crop(
                        ink_of.cut(*layer, line.marks, line.box, round(straight.dpi / MARGIN)),
                        straight.dpi,
                        kind,
                    )
                )
    readings = iter(line_readings(crops, engines))
    typed = iter(_typed(crops, engines))
    margin = straight.dpi / MARGIN
    done = []
    for row in rows:
        inks = []
        for slot in row.slots:
            lines = tuple(next(readings) for _ in slot.lines)
            looks = [
                1.0 if line.red else look
                for line, look in zip(slot.lines, islice(typed, len(slot.lines)), strict=True)
            ]
            lines_typed = [look >= MAYBE_TYPED for look in looks]
            names = all(record.by_name[name].kind == "name" for name in slot.slot.field_names)
            if slot.slot.stamped and names and 1.0 in looks:
                # a name stamp or a typed name: what is written across or beside it is a signature
                lines = tuple(
                    line if look == 1.0 else replace(line, text="", confidence=1.0)
                    for line, look in zip(lines, looks, strict=True)
                )
                lines_typed = [True] * len(lines)
            inks.append(
                extract.SlotInk(
                    slot.slot,
                    tuple(line.box.grown(margin, margin) for line in slot.lines),
                    tuple(line.piece for line in slot.lines),
                    Writing.PRINT if all(lines_typed) or slot.slot.printed else Writing.HAND,
                    lines,
                    slot.place,
                    any(line.struck for line in slot.lines),
                )
            )
        done.append(replace(row, inks=tuple(inks)))
    return tuple(done)


def _typed(crops: Sequence[Crop], engines: Engines) -> list[float]:
    """For each crop 1 when it is type, 0 when it is not, ``MAYBE_TYPED`` when it is too short to say on a typed page.

    One line may look typed by chance: the page as a whole has to agree."""
    if engines.writing is None or not crops:
        return [0.0] * len(crops)
    chances = engines.writing.print_chances(crops)
    judged = [chance for chance in chances if chance > 0]
    if len(judged) < 3 or median(judged) < TYPED_PAGE:
        return [0.0] * len(crops)
    return [MAYBE_TYPED if chance == 0 else float(chance >= TYPED_LINE) for chance in chances]


MARGIN = 30.0
"""A line is cut 1/30 inch wider than its dark ink on every side: soft stroke edges, faint tips."""

TYPED_PAGE = 0.9
"""The median chance of a page's lines from which it counts as typed; the model's card says what pages have."""

MAYBE_TYPED = 0.5
"""What is said of a line with too few letters: it counts as the page it stands on."""

TYPED_LINE = 0.4
"""The chance from which a line of a typed page counts as typed."""


def _entry(
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
    findings = rules.findings_of(readings, record, schemas.vocabularies)
    readings, findings = routing.routed(readings, findings, record, options.routing)
    return EntryResult(row.number, readings, findings)


def _ticks(straight: Straight, form: Form, schemas: Schemas) -> Iterator[FieldReading]:
    record = schemas.record(form.record)
    groups: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    for box in form.boxes:
        place = area_box(straight.fit, box.box)
        share = ink_of.mark_share(straight.ink, place, 0.22 * place.height)
        groups.setdefault(box.field, {})[box.value] = share
        # a tick runs past its box
        place = place.grown(0.7 * place.width, 0.7 * place.height)
        places[box.field] = places[box.field].union(place) if box.field in places else place
    for name, ticked in groups.items():
        spec = record.by_name[name]
        vocab = schemas.vocabulary(spec)
        yield extract.tick_reading(name, ticked, places[name], vocab)
