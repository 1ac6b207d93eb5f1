"""Values that the machine accepted: a share of them is drawn for a blind check, and what checks refute is stopped.

The draw is a hash of where a value stands: always the same values, whatever was read there, and nobody can tell which
before. What people find of them says how much is wrong among all that were accepted so (``calibration.monitoring``), by
source. Where that refutes what the office tolerates, in the book or over all books, all values of the source that
nobody has decided are held back in the book: a finding each, by which they wait.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.base.model import Finding
from pipeline.declarations.schema import Schemas
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import DELTA, is_stopped
from pipeline.registry import CrossEntryFinding, Registry
from pipeline.registry.sampled_values import AcceptedValue, NewSample, SampledValue, ValueSource
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersions

_logger = logging.getLogger(__name__)

STOPPED = "SOURCE-STOPPED"
"""The code of the finding that a value waits as checks refute what it was accepted by."""

SOURCE_STOPPED, SOURCE_RELEASED = "source-stopped", "source-released"
"""What the audit says when values are held back so, and when they no longer are."""


@dataclass(frozen=True, slots=True)
class UnseenReport:
    """What a look at the accepted values of a book did.

    Attributes:
        drawn: Values that were drawn for a blind check.
        stopped: The sources whose values are held back.
        held: How many values are.
    """

    drawn: int = 0
    stopped: frozenset[ValueSource] = frozenset()
    held: int = 0


def check_unseen(registry: Registry, context: RunContext, book_id: int) -> UnseenReport:
    """Draw a share of what was accepted in a book, and hold back what checks refute.

    The caller holds the book's lock.

    Args:
        registry: Where the book is.
        context: What the run works with; without a policy nothing is drawn.
        book_id: The book.
    """
    if context.review is None:
        return UnseenReport()
    office = office_reader(context)
    accepted = registry.accepted_values(book_id, office)
    routing, basis = context.options.routing, basis_of(context.options.routing)
    stopped = stopped_sources(
        registry.sampled_values(None, book_id), basis, routing.tolerated
    ) | stopped_sources(registry.sampled_values(None), basis, routing.tolerated)
    held = _hold(registry, context.schemas, book_id, accepted, stopped)
    share = context.review.of_book(registry.book(book_id).folder_name).unseen_sample
    new = [
        _sample(one, context.schemas, routing, basis, share)
        for one in accepted
        if one.untouched and one.source not in stopped and is_drawn(one, share)
    ]
    drawn = registry.draw_samples(book_id, new) if new else 0
    if drawn or held:
        _logger.info("book %d: %d accepted values drawn, %d held back", book_id, drawn, held)
    return UnseenReport(drawn, stopped, held)


def office_reader(context: RunContext) -> str:
    """Return the fingerprint of the reader of handwriting where it is the office's own, else ``""``."""
    if ReaderVersions(Workspace(context.workspace).models).in_use == SHIPPED:
        return ""
    return context.make_engines().hand_fingerprint


def basis_of(routing: RoutingOptions) -> str:
    """Return by which calibration handwriting is accepted: checks of another one say nothing of it."""
    known = routing.calibration
    return "" if known is None else f"{known.reader}.{known.fingerprint}"


def stopped_sources(sampled: Iterable[SampledValue], basis: str, tolerated: float) -> frozenset[ValueSource]:
    """Return the sources of which checks refute what is tolerated.

    Clear values are none of them: their book stops accepting them by itself (``clear_pass``).

    Args:
        sampled: The values that were drawn, in the order in which they were decided.
        basis: By which calibration values are accepted now; what was accepted by another one is left out.
        tolerated: The share of errors that is tolerated where that is not kept with the value.
    """
    checked: dict[ValueSource, list[SampledValue]] = {}
    for one in sampled:
        if one.decided_at is not None and one.basis == basis and one.source is not ValueSource.CLEAR:
            checked.setdefault(one.source, []).append(one)
    return frozenset(
        source
        for source, some in checked.items()
        if is_stopped([one.check(tolerated) for one in some], DELTA)
    )


def is_drawn(value: AcceptedValue, share: float) -> bool:
    """Return whether a value is drawn for a blind check."""
    told = f"unseen {value.sha256} {value.page_no} {value.row} {value.field}"
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big") < share * (1 << 48)


def _sample(
    value: AcceptedValue, schemas: Schemas, routing: RoutingOptions, basis: str, share: float
) -> NewSample:
    spec = schemas.record(value.record).by_name.get(value.field)
    critical = spec is not None and spec.critical
    tolerated = routing.tolerated_critical if critical else routing.tolerated
    return NewSample(value, critical, basis, share, tolerated)


def _hold(
    registry: Registry,
    schemas: Schemas,
    book_id: int,
    accepted: Sequence[AcceptedValue],
    stopped: frozenset[ValueSource],
) -> int:
    """Hold the accepted values of stopped sources back, and let go of all others; return how many are held."""
    severity = schemas.severity_of(STOPPED)
    sampled = registry.sampled_fields(book_id) if stopped else frozenset()
    findings = [
        CrossEntryFinding(
            book_id,
            one.page_id,
            one.entry_id,
            Finding(STOPPED, severity, (one.field,), {"source": one.source}),
        )
        for one in accepted
        if severity is not None and one.source in stopped and (one.entry_id, one.field) not in sampled
    ]
    standing = Counter(found.finding.code for found in registry.cross_entry_findings([book_id]))[STOPPED]
    if not (findings or standing):
        return 0
    change, detail = "", {}
    if bool(findings) != bool(standing):
        change = SOURCE_STOPPED if findings else SOURCE_RELEASED
        by_source = Counter(str(found.finding.details["source"]) for found in findings)
        detail = {"values": len(findings) or standing, **by_source}
    registry.save_checks(findings, [STOPPED], [book_id], change=change, detail=detail)
    return len(findings)
