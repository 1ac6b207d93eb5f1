"""Blind checks of accepted values: a share is drawn, and sources refuted by the checks are stopped.

The draw is a hash of a value's place: reproducible, independent of the reading, and not predictable by people. The
checks estimate the share of errors among all accepted values, by source (``calibration.monitoring``). If they refute
the office's tolerance, in the book or over all books, all undecided values of the source in the book are held back by a
finding each.
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
"""Code of the finding that a value waits because checks refute its source."""

SOURCE_STOPPED, SOURCE_RELEASED = "source-stopped", "source-released"
"""Audit actions: values of a source are held back, or released."""


@dataclass(frozen=True, slots=True)
class UnseenReport:
    """The outcome of a check of a book's accepted values.

    Attributes:
        drawn: Number of values drawn for a blind check.
        stopped: Sources whose values are held back.
    """

    drawn: int = 0
    stopped: frozenset[ValueSource] = frozenset()
    held: int = 0


def check_unseen(registry: Registry, context: RunContext, book_id: int) -> UnseenReport:
    """Draw a share of a book's accepted values, and hold back values of refuted sources.

    The caller holds the book's lock.

    Args:
        context: The run context; without a review policy, no value is drawn.
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
        _sample(value, context.schemas, routing, basis, share)
        for value in accepted
        if value.untouched and value.source not in stopped and is_drawn(value, share)
    ]
    drawn = registry.draw_samples(book_id, new) if new else 0
    if drawn or held:
        _logger.info("book %d: %d accepted values drawn, %d held back", book_id, drawn, held)
    return UnseenReport(drawn, stopped, held)


def office_reader(context: RunContext) -> str:
    """Return the fingerprint of the handwriting reader if it is the office's own, else ``""``."""
    if ReaderVersions(Workspace(context.workspace).models).in_use == SHIPPED:
        return ""
    return context.make_engines().hand_fingerprint


def basis_of(routing: RoutingOptions) -> str:
    """Return the calibration by which handwriting is accepted; checks under another calibration do not count."""
    known = routing.calibration
    return "" if known is None else f"{known.reader}.{known.fingerprint}"


def stopped_sources(sampled: Iterable[SampledValue], basis: str, tolerated: float) -> frozenset[ValueSource]:
    """Return the sources whose checks refute the tolerance.

    Clear values are excluded: their book stops accepting them by itself (``clear_pass``).

    Args:
        sampled: The drawn values in the order of their decisions.
        basis: The present calibration; values accepted under another calibration are ignored.
        tolerated: Tolerated share of errors for values without a stored tolerance.
    """
    checked: dict[ValueSource, list[SampledValue]] = {}
    for value in sampled:
        if value.decided_at is not None and value.basis == basis and value.source is not ValueSource.CLEAR:
            checked.setdefault(value.source, []).append(value)
    return frozenset(
        source
        for source, values in checked.items()
        if is_stopped([value.check(tolerated) for value in values], DELTA)
    )


def is_drawn(value: AcceptedValue, share: float) -> bool:
    """Return whether a value is drawn for a blind check."""
    place = f"unseen {value.sha256} {value.page_no} {value.row} {value.field}"
    return int.from_bytes(hashlib.sha256(place.encode()).digest()[:6], "big") < share * (1 << 48)


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
    """Hold back the accepted values of stopped sources and release all others; return the number held."""
    severity = schemas.severity_of(STOPPED)
    sampled = registry.sampled_fields(book_id) if stopped else frozenset()
    findings = [
        CrossEntryFinding(
            book_id,
            value.page_id,
            value.entry_id,
            Finding(STOPPED, severity, (value.field,), {"source": value.source}),
        )
        for value in accepted
        if severity is not None and value.source in stopped and (value.entry_id, value.field) not in sampled
    ]
    active = Counter(item.finding.code for item in registry.cross_entry_findings([book_id]))[STOPPED]
    if not (findings or active):
        return 0
    change, detail = "", {}
    if bool(findings) != bool(active):
        change = SOURCE_STOPPED if findings else SOURCE_RELEASED
        by_source = Counter(str(item.finding.details["source"]) for item in findings)
        detail = {"values": len(findings) or active, **by_source}
    registry.save_checks(findings, [STOPPED], [book_id], change=change, detail=detail)
    return len(findings)
