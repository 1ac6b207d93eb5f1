"""Parse, validate and route the entries of a page, when they are read and when their lines are weighed again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from pipeline.base.model import (
    CUT_SHORT,
    LABEL_UNREAD,
    Confirmed,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    KeptLine,
    KeptRegion,
    Ledger,
    Severity,
)
from pipeline.declarations.schema import Form, Schemas, Slot
from pipeline.digitize.check_boxes import parse_check_boxes
from pipeline.digitize.parse import parse_entry, parse_text, put_text, weigh_parsed
from pipeline.digitize.regions import (
    FieldRegion,
    RecognizedEntry,
    RecognizedField,
    RecognizedLine,
    TextLine,
)
from pipeline.digitize.route import RoutingOptions, route
from pipeline.digitize.validate import STRUCK_THROUGH, EntryRules, context_of, rules_of
from pipeline.values.kinds import KINDS, Parsed, taken_literally
from pipeline.values.predicates import RuleContext

log = logging.getLogger(__name__)


class EntryJudge:
    """Parses, validates and routes the entries of the pages of one book.

    Args:
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
        routing: By what readings are accepted.
    """

    def __init__(self, form: Form, ledger: Ledger, schemas: Schemas, routing: RoutingOptions) -> None:
        self._ledger, self._schemas, self._routing = ledger, schemas, routing
        self._record = schemas.record(form.record)
        self._slots = {slot.name: slot for slot in form.slots}
        self._literal = form.literal_fields
        self._rules: EntryRules = rules_of(self._record, schemas)
        self._book: RuleContext = context_of(form, ledger, places=schemas.places)

    def entry(self, recognized: RecognizedEntry, flaws: Sequence[Finding]) -> EntryResult:
        """Return the entry; every flaw of the page is a finding of each entry, so that none is delivered unseen."""
        record, schemas = self._record, self._schemas
        readings = (
            *parse_entry(recognized.fields, record, schemas, self._ledger),
            *(
                parse_check_boxes(group, schemas.vocabulary(record.by_name[group.field]))
                for group in recognized.region.check_boxes
            ),
        )
        regions = tuple(map(_kept, recognized.fields))
        return self._judged(recognized.region.row, readings, regions, tuple(flaws))

    def again(
        self,
        entry: EntryResult,
        regions: Sequence[KeptRegion],
        hypotheses: Mapping[str, Sequence[Hypothesis]],
        settled: Mapping[str, FieldReading],
        doubts: Sequence[Finding] = (),
        confirm: Callable[[Sequence[FieldReading]], Confirmed] | None = None,
        stamped: Mapping[str, str] = MappingProxyType({}),
    ) -> EntryResult:
        """Return an entry whose lines or hypotheses were weighed again; where its ink lies stays as it was.

        Args:
            entry: The entry as it was read.
            regions: Its regions with the lines as they are weighed now.
            hypotheses: The hypotheses of fields that are weighed as a whole, best first.
            settled: What fields that people decided were last read as; they keep it whatever the lines say.
            doubts: What the book finds doubtful about its fields.
            confirm: Tells what the book bears out of its readings; without it nothing.
            stamped: The texts of stamps whose letters are those of a value that people decided.
        """
        parsed = parse_entry(
            [
                _recognized(region, self._slots[region.slot])
                for region in regions
                if region.slot in self._slots
            ],
            self._record,
            self._schemas,
            self._ledger,
        )
        now = {reading.field: reading for reading in parsed}
        for name, weighed in hypotheses.items():
            if name in now:
                now[name] = weigh_parsed(now[name], weighed, self._record, self._schemas, self._ledger)
        for name, text in stamped.items():
            if name in now:
                now[name] = put_text(now[name], text, self._record, self._schemas, self._ledger)
        readings = tuple(
            self._settled(before, settled[before.field])
            if before.field in settled
            else before
            if before.field not in now or before.engine == "ledger"
            else replace(now[before.field], box=before.box, lines=before.lines)
            for before in entry.readings
        )
        confirmed = confirm(readings) if confirm else Confirmed()
        return self._judged(entry.row, readings, tuple(entry.regions), entry.flaws, doubts, confirmed)

    def _settled(self, before: FieldReading, last: FieldReading) -> FieldReading:
        """Return a stored reading with what is not stored of it."""
        problems: tuple[str, ...] = ()
        if last.status is FieldStatus.READ:
            problems = parse_text(last.text, last.field, self._record, self._schemas, self._ledger).problems
        return replace(last, struck=before.struck, is_cut_short=before.is_cut_short, problems=problems)

    def _taken_literally(self, reading: FieldReading) -> FieldReading:
        """Return a reading whose ditto mark stands for nothing above it; such a mark is no value, so a person looks."""
        kind = KINDS[self._record.by_name[reading.field].kind]
        parsed = taken_literally(kind, Parsed(reading.canonical, reading.problems))
        return replace(reading, problems=parsed.problems)

    def _judged(
        self,
        row: int,
        readings: Sequence[FieldReading],
        regions: tuple[KeptRegion, ...],
        flaws: tuple[Finding, ...],
        doubts: Sequence[Finding] = (),
        confirmed: Confirmed = Confirmed(),
    ) -> EntryResult:
        readings = [self._taken_literally(one) if one.field in self._literal else one for one in readings]
        found = self._rules.findings_of(readings, self._book)
        of_regions = _region_findings(regions, self._slots, confirmed.inks)
        findings = (*flaws, *of_regions, *doubts, *_with_struck(found, readings))
        readings, findings = route(readings, findings, self._record, self._routing, confirmed)
        log.info(
            "row %d: %d of %d fields accepted, findings %s",
            row,
            sum(reading.accepted for reading in readings),
            len(readings),
            sorted({finding.code for finding in findings}),
        )
        return EntryResult(row, tuple(readings), findings, regions, flaws)


def _kept(field: RecognizedField) -> KeptRegion:
    region = field.region
    lines = tuple(
        KeptLine(one.line.piece, one.box, one.reading, one.line.is_red, one.line.is_struck)
        for one in field.lines
    )
    return KeptRegion(
        slot=region.slot.name,
        writing=field.writing,
        box=region.box,
        lines=lines,
        is_doubtful=region.is_doubtful,
        is_touched=region.is_touched,
        is_cut_short=region.is_cut_short,
        is_labelled=region.is_labelled,
    )


def _recognized(region: KeptRegion, slot: Slot) -> RecognizedField:
    nothing = np.empty(0, np.int64)
    lines = [
        TextLine(line.piece, line.box, nothing, is_red=line.is_red, is_struck=line.is_struck)
        for line in region.lines
    ]
    place = FieldRegion(
        slot,
        tuple(lines),
        region.box,
        is_doubtful=region.is_doubtful,
        is_touched=region.is_touched,
        is_cut_short=region.is_cut_short,
        is_labelled=region.is_labelled,
    )
    recognized = (
        RecognizedLine(line, kept.box, kept.reading) for line, kept in zip(lines, region.lines, strict=True)
    )
    return RecognizedField(place, region.writing, tuple(recognized))


def _region_findings(
    regions: Sequence[KeptRegion], slots: Mapping[str, Slot], confirmed: Set[str]
) -> Iterator[Finding]:
    """Yield a finding for every value that is not surely whole, and for every blank that is not surely in its place.

    A stamp is left over near a value's lines, other ink touches them, or they may be cut short. A doubtful region
    without a line counts as unreadable anyway. That ink touches a value which the book confirms is told, and no doubt.
    """
    for region in regions:
        names = slots[region.slot].field_names if region.slot in slots else ()
        if region.is_doubtful and region.lines:
            yield Finding("INK-LEFT", Severity.REVIEW, names)
        if region.is_touched:
            for severity, some in (
                (Severity.REVIEW, tuple(name for name in names if name not in confirmed)),
                (Severity.INFO, tuple(name for name in names if name in confirmed)),
            ):
                if some or not names:
                    yield Finding("INK-TOUCHES", severity, some)
        if region.is_cut_short:
            yield Finding(CUT_SHORT, Severity.REVIEW, names)
        if not (region.lines or region.is_doubtful or region.is_labelled):
            yield Finding(LABEL_UNREAD, Severity.REVIEW, names)


def _with_struck(findings: Sequence[Finding], readings: Sequence[FieldReading]) -> tuple[Finding, ...]:
    """Return the findings; those of a value that was rewritten carry what was struck out for it."""
    struck = {reading.field: reading.struck for reading in readings if reading.struck}
    return tuple(
        replace(finding, details={**finding.details, "struck": struck[finding.fields[0]]})
        if finding.code == STRUCK_THROUGH and finding.fields and finding.fields[0] in struck
        else finding
        for finding in findings
    )
