"""Parse, validate and route the entries of a page, after recognition and when the book is weighed again."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType

from pipeline.base.model import (
    AGAINST_BOOK,
    COPY_AGREES,
    COPY_DIFFERS,
    CUT_SHORT,
    INK_LEFT,
    INK_TOUCHES,
    LABEL_UNREAD,
    Confirmed,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    KeptRegion,
    Ledger,
    Severity,
    Writing,
)
from pipeline.declarations.schema import Form, Schemas, Slot
from pipeline.digitize.entry_weighing import EntryInk, EntryWeighing
from pipeline.digitize.parse import (
    EntryParser,
    parse_check_boxes,
    parse_entry,
    parse_text,
    put_text,
    weigh_parsed,
)
from pipeline.digitize.regions import RecognizedEntry
from pipeline.digitize.route import RoutingOptions, route
from pipeline.digitize.validate import STRUCK_THROUGH, EntryRules, context_of, rules_of
from pipeline.recognition.decoding.priors import ALLOWED, OVERRULED
from pipeline.values.kinds import KINDS, Parsed, taken_literally
from pipeline.values.predicates import RuleContext

log = logging.getLogger(__name__)


class EntryJudge:
    """Parses, weighs, validates and routes the entries of the pages of one book.

    Args:
        joint: Whether the fields of an entry are weighed together.
    """

    def __init__(
        self, form: Form, ledger: Ledger, schemas: Schemas, routing: RoutingOptions, *, joint: bool = True
    ) -> None:
        self._ledger, self._schemas, self._routing = ledger, schemas, routing
        self._record = schemas.record(form.record)
        self._slots = {slot.name: slot for slot in form.slots}
        self._literal = form.literal_fields
        self._rules: EntryRules = rules_of(self._record, schemas)
        self._book: RuleContext = context_of(form, ledger, places=schemas.places)
        self._weighing = EntryWeighing(self._record, schemas, ledger, self._book) if joint else None

    def entry(self, recognized: RecognizedEntry, flaws: Sequence[Finding]) -> EntryResult:
        """Return the judged entry; every flaw of the page becomes a finding of each entry, so that none goes unseen."""
        record, schemas = self._record, self._schemas
        read = [field.read for field in recognized.fields]
        readings = (
            *parse_entry(read, record, schemas, self._ledger),
            *(
                parse_check_boxes(group, schemas.vocabulary(record.by_name[group.field]))
                for group in recognized.region.check_boxes
            ),
        )
        readings, said = self._weighed(readings, read)
        regions = tuple(region for _, region in read)
        return self._judged(recognized.region.row, readings, regions, tuple(flaws), said)

    def again(
        self,
        entry: EntryResult,
        regions: Sequence[KeptRegion],
        hypotheses: Mapping[str, Sequence[Hypothesis]],
        settled: Mapping[str, FieldReading],
        doubts: Sequence[Finding] = (),
        confirm: Callable[[Sequence[FieldReading]], Confirmed] | None = None,
        stamped: Mapping[str, str] = MappingProxyType({}),
        decided: Mapping[str, str] = MappingProxyType({}),
    ) -> EntryResult:
        """Return an entry with new weights of its lines or hypotheses; the places of its ink stay.

        Args:
            regions: The regions with the newly weighed lines.
            hypotheses: The newly weighed hypotheses of whole fields, best first.
            settled: The last readings of fields that people decided; these fields keep them.
            doubts: The book's findings about the entry's fields.
            confirm: Returns the book's confirmation of readings; by default nothing is confirmed.
            stamped: The texts of stamps that spell a decided value.
            decided: The texts that people decided for settled fields, ``""`` for none; they speak for other fields.
        """
        placed = [(self._slots[region.slot], region) for region in regions if region.slot in self._slots]
        parsed = parse_entry(placed, self._record, self._schemas, self._ledger)
        now = {reading.field: reading for reading in parsed}
        ink = EntryInk(placed, EntryParser(self._record, self._schemas, self._ledger))
        against: list[Finding] = []
        for name, weighed in hypotheses.items():
            if name not in now:
                continue
            reading, gap = now[name], _ink_gap(now[name], weighed[0].text, ink)
            if math.isinf(gap):
                expected = {"expected": f"“{weighed[0].text}”"}
                against.append(Finding(AGAINST_BOOK, Severity.REVIEW, (name,), expected))
                continue
            reading = weigh_parsed(reading, weighed, self._record, self._schemas, self._ledger)
            # the first reading weighed the year of the book already: what outweighs the ink now is a proposal
            now[name] = replace(reading, evidence=None) if gap > OVERRULED else reading
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
        readings, said = self._weighed(readings, placed, decided, settled.keys())
        confirmed = confirm(readings) if confirm else Confirmed()
        return self._judged(
            entry.row,
            readings,
            tuple(entry.regions),
            entry.flaws,
            (*doubts, *against, *said, *_copy_findings(confirmed, settled.keys())),
            confirmed,
        )

    def _weighed(
        self,
        readings: tuple[FieldReading, ...],
        regions: Sequence[tuple[Slot, KeptRegion]],
        decided: Mapping[str, str] = MappingProxyType({}),
        settled: Set[str] = frozenset(),
    ) -> tuple[tuple[FieldReading, ...], tuple[Finding, ...]]:
        """Return readings weighed together, and findings that say why."""
        if self._weighing is None:
            return readings, ()
        return self._weighing.weighed(readings, regions, decided, settled)

    def _settled(self, before: FieldReading, last: FieldReading) -> FieldReading:
        """Return a stored reading with its unstored attributes."""
        problems: tuple[str, ...] = ()
        if last.status is FieldStatus.READ:
            problems = parse_text(last.text, last.field, self._record, self._schemas, self._ledger).problems
        return replace(last, struck=before.struck, is_cut_short=before.is_cut_short, problems=problems)

    def _taken_literally(self, reading: FieldReading) -> FieldReading:
        """Return a reading of a column without ditto marks: a ditto mark there is no value, and a person decides."""
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
        readings = [
            self._taken_literally(reading) if reading.field in self._literal else reading
            for reading in readings
        ]
        of_rules = self._rules.findings_of(readings, self._book)
        of_regions = _region_findings(regions, self._slots, confirmed.inks, _without_ink(readings))
        findings = (*flaws, *of_regions, *doubts, *_with_struck(of_rules, readings))
        readings, findings = route(readings, findings, self._record, self._routing, confirmed)
        log.info(
            "row %d: %d of %d fields accepted, findings %s",
            row,
            sum(reading.accepted for reading in readings),
            len(readings),
            sorted({finding.code for finding in findings}),
        )
        return EntryResult(row, tuple(readings), findings, regions, flaws)


def _ink_gap(reading: FieldReading, text: str, ink: EntryInk) -> float:
    """Return how far (tempered nats) the ink of a handwritten value speaks against another text than its reading.

    Infinite where the ink forbids the text, ``ALLOWED`` where it is not known.
    """
    if text == reading.text or reading.evidence is None:
        return 0.0
    gaps = ink.distance(reading.field, text, reading.text)
    return ALLOWED if gaps is None else gaps[0]


def _region_findings(
    regions: Sequence[KeptRegion], slots: Mapping[str, Slot], confirmed: Set[str], without_ink: Set[str]
) -> Iterator[Finding]:
    """Yield a finding for every value that may be incomplete and for every blank that may be misplaced.

    A value may be incomplete if residual ink lies near its lines or within them, other ink touches them, or they may be
    cut short. A doubtful region without a line is unreadable anyway. If the book confirms a touched value, the finding
    is information only. Ink of a region with lines is not that of its fields ``without_ink``.
    """
    for region in regions:
        names = slots[region.slot].field_names if region.slot in slots else ()
        if region.lines:
            names = tuple(name for name in names if name not in without_ink)
        if region.is_doubtful and region.lines:
            yield Finding(INK_LEFT, Severity.REVIEW, names)
        if region.is_touched:
            for severity, fields in (
                (Severity.REVIEW, tuple(name for name in names if name not in confirmed)),
                (Severity.INFO, tuple(name for name in names if name in confirmed)),
            ):
                if fields or not names:
                    yield Finding(INK_TOUCHES, severity, fields)
        if region.is_cut_short:
            yield Finding(CUT_SHORT, Severity.REVIEW, names)
        if not (region.lines or region.is_doubtful or region.is_labelled):
            yield Finding(LABEL_UNREAD, Severity.REVIEW, names)


def _copy_findings(confirmed: Confirmed, settled: Set[str]) -> Iterator[Finding]:
    """Yield what the second copy says; of a field that a person decided a difference is information only."""
    if confirmed.copied:
        yield Finding(COPY_AGREES, Severity.INFO, tuple(sorted(confirmed.copied)))
    for name in sorted(confirmed.contradicted):
        yield Finding(COPY_DIFFERS, Severity.INFO if name in settled else Severity.REVIEW, (name,))


def _without_ink(readings: Sequence[FieldReading]) -> frozenset[str]:
    """Return the blank fields without any ink."""
    return frozenset(
        reading.field
        for reading in readings
        if reading.status is FieldStatus.BLANK and reading.writing is Writing.NONE
    )


def _with_struck(findings: Sequence[Finding], readings: Sequence[FieldReading]) -> tuple[Finding, ...]:
    """Return the findings; the finding of a rewritten value carries the struck-out text."""
    struck = {reading.field: reading.struck for reading in readings if reading.struck}
    return tuple(
        replace(finding, details={**finding.details, "struck": struck[finding.fields[0]]})
        if finding.code == STRUCK_THROUGH and finding.fields and finding.fields[0] in struck
        else finding
        for finding in findings
    )
