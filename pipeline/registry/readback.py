"""Rows become values again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from pipeline.errors import RegistryError
from pipeline.model import (
    Box,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    PageRef,
    Severity,
    Writing,
)
from pipeline.registry.amendments.amending import amendments_of
from pipeline.registry.declared import Declared
from pipeline.registry.desk.agreement import Standing
from pipeline.registry.desk.words import live_standings, taken_back
from pipeline.registry.placing import places_of
from pipeline.registry.standing import doubted, value_in_force
from pipeline.registry.tables import (
    book_finding,
    decision,
    entry,
    finding,
    page,
    page_run,
    reading,
    review_task,
    scan,
)
from pipeline.registry.values import Decision, PastReading, Seen, StandingFinding, StoredEntry


@dataclass(frozen=True, slots=True)
class MachineView:
    """What the machine says of an entry, or of a page itself: ``readings`` and ``findings`` of its last run, and what
    stands ``beside`` other entries. It stays so as long as one holds the page."""

    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    beside: tuple[StandingFinding, ...]


def machine_view(connection: Connection, page_id: int, entry_id: int | None) -> MachineView:
    """What the machine says of that entry, or with ``None`` of the page itself, which has no readings."""
    return MachineView(
        readings=() if entry_id is None else readings_of(connection, entry_id),
        findings=findings_of(connection, page_id, entry_id),
        beside=beside_of(connection, page_id, entry_id),
    )


def stored_entry(connection: Connection, declared: Declared, entry_id: int) -> StoredEntry:
    """All that is known of one entry; ``RegistryError`` when there is none of that id."""
    row = place_of(connection, entry_id)
    readings = readings_of(connection, entry_id)
    decisions = decisions_of(connection, row)
    beside = beside_of(connection, row["page_id"], entry_id)
    keyed = keyed_of(connection, row["page_id"], row["row"], decisions)
    return StoredEntry(
        entry_id=entry_id,
        book_id=row["book_id"],
        ref=PageRef(row["sha256"], row["page_no"]),
        scan=row["name"],
        row=row["row"],
        record=row["record"],
        readings=readings,
        findings=findings_of(connection, row["page_id"], entry_id),
        decisions=decisions,
        values=values_in_force(declared, row["record"], readings, decisions, beside, keyed),
        places=places_of(connection, entry_id),
        beside=beside,
        hand_reader=connection.scalar(
            select(page_run.c.hand_reader).where(page_run.c.page_id == row["page_id"], page_run.c.latest)
        ),
        amendments=amendments_of(connection, row),
    )


def values_in_force(
    declared: Declared,
    record: str,
    readings: Sequence[FieldReading],
    decisions: Mapping[str, Decision],
    beside: Sequence[StandingFinding],
    keyed: Collection[str],
) -> dict[str, str | None]:
    """The value in force of every field of the record. ``keyed``: fields of which people have said something that is
    not settled; no reading is in force there."""
    by_field = {reading.field: reading for reading in readings}
    doubts = doubted(beside, decisions) | set(keyed)
    return {
        field: value_in_force(decisions.get(field), by_field.get(field), doubted=field in doubts)
        for field in declared.fields(record)
    }


def place_of(connection: Connection, entry_id: int) -> Mapping[str, Any]:
    """The row of an entry with where it stands: page, scan, book."""
    found = connection.execute(
        select(entry, page.c.page_no, scan.c.sha256, scan.c.name, scan.c.book_id)
        .join_from(entry, page)
        .join(scan)
        .where(entry.c.id == entry_id)
    ).mappings()
    row = found.first()
    if row is None:
        raise RegistryError(f"Không có việc hộ tịch số {entry_id} trong cơ sở dữ liệu.")
    return dict(row)


def place_of_page(connection: Connection, page_id: int) -> Mapping[str, Any]:
    """The row of a page with its scan."""
    found = connection.execute(
        select(page, scan.c.sha256, scan.c.name, scan.c.book_id)
        .join_from(page, scan)
        .where(page.c.id == page_id)
    ).mappings()
    row = found.first()
    if row is None:
        raise RegistryError(f"Không có trang số {page_id} trong cơ sở dữ liệu.")
    return dict(row)


def readings_of(connection: Connection, entry_id: int) -> tuple[FieldReading, ...]:
    """The readings of the page's latest run, in the order they were read."""
    rows = connection.execute(
        select(reading)
        .join(page_run)
        .where(reading.c.entry_id == entry_id, page_run.c.latest)
        .order_by(reading.c.id)
    )
    return tuple(reading_of_row(row) for row in rows.mappings())


def past_readings(connection: Connection, entry_id: int) -> Iterator[PastReading]:
    """The readings of every run, oldest first."""
    rows = connection.execute(
        select(reading, page_run.c.fingerprint, page_run.c.saved_at, page_run.c.latest)
        .join(page_run)
        .where(reading.c.entry_id == entry_id)
        .order_by(reading.c.id)
    )
    for row in rows.mappings():
        yield PastReading(row["fingerprint"], row["saved_at"], row["latest"], reading_of_row(row))


def findings_of(connection: Connection, page_id: int, entry_id: int | None) -> tuple[Finding, ...]:
    """The latest run's findings on an entry, or with ``None`` those on the page itself."""
    rows = connection.execute(
        select(finding)
        .join(page_run)
        .where(
            page_run.c.page_id == page_id,
            page_run.c.latest,
            finding.c.entry_id.is_not_distinct_from(entry_id),
        )
        .order_by(finding.c.id)
    )
    return tuple(
        Finding(row["code"], Severity(row["severity"]), tuple(row["fields"]), dict(row["details"]))
        for row in rows.mappings()
    )


def beside_of(connection: Connection, page_id: int, entry_id: int | None) -> tuple[StandingFinding, ...]:
    """What the checks of books and of the registry say of an entry, or with ``None`` of the page itself, as long as it
    holds."""
    rows = connection.execute(
        select(book_finding)
        .where(
            book_finding.c.page_id == page_id,
            book_finding.c.entry_id.is_not_distinct_from(entry_id),
            book_finding.c.cleared_at.is_(None),
        )
        .order_by(book_finding.c.id)
    )
    return tuple(standing_finding(row) for row in rows.mappings())


def standing_finding(row: RowMapping) -> StandingFinding:
    """A row of ``book_finding``."""
    return StandingFinding(
        row["book_id"],
        row["page_id"],
        row["entry_id"],
        Finding(row["code"], Severity(row["severity"]), tuple(row["fields"]), dict(row["details"])),
        row["raised_at"],
    )


def keyed_of(
    connection: Connection, page_id: int, row: int, decisions: Mapping[str, Decision]
) -> dict[str, Standing]:
    """Where the fields of an entry (or of a page itself) stand of which people have said something that is not
    settled."""
    task = select(review_task.c.id).where(review_task.c.page_id == page_id, review_task.c.row == row)
    return live_standings(connection, task.scalar_subquery(), decisions)


def decisions_of(connection: Connection, place: Mapping[str, Any]) -> dict[str, Decision]:
    """The last decision on every field that has any, without those that rest on a word that was taken back. ``place``
    has ``book_id``, ``sha256``, ``page_no`` and ``row``."""
    found = connection.execute(
        select(decision)
        .where(
            decision.c.book_id == place["book_id"],
            decision.c.scan_sha256 == place["sha256"],
            decision.c.page_no == place["page_no"],
            decision.c.row == place["row"],
        )
        .order_by(decision.c.id)
    )
    rows = found.mappings().all()
    gone = taken_back(connection, {keying_id for row in rows for keying_id in row["keyings"] or ()})
    return {row["field"]: _decision(row) for row in rows if gone.isdisjoint(row["keyings"] or ())}


def reading_of_row(row: RowMapping) -> FieldReading:
    return FieldReading(
        field=row["field"],
        status=FieldStatus(row["status"]),
        text=row["text"],
        canonical=row["canonical"],
        confidence=row["confidence"],
        writing=Writing(row["writing"]),
        engine=row["engine"],
        box=None if row["box"] is None else Box(*row["box"]),
        lines=tuple(Box(*line) for line in row["lines"]),
        accepted=row["accepted"],
        hypotheses=tuple(Hypothesis(text, chance) for text, chance in row["hypotheses"] or ()),
        evidence=None if row["evidence"] is None else Evidence(**row["evidence"]),
    )


def _decision(row: RowMapping) -> Decision:
    nothing = row["seen_status"] is None
    return Decision(
        decision_id=row["id"],
        field=row["field"],
        status=FieldStatus(row["status"]),
        text=row["text"],
        canonical=row["canonical"],
        author=row["author"],
        decided_at=row["decided_at"],
        reason=row["reason"],
        seen=None if nothing else Seen(row["seen_status"], row["seen_text"], row["seen_canonical"]),
        seen_fingerprint=row["seen_fingerprint"],
        keyings=tuple(row["keyings"] or ()),
    )
