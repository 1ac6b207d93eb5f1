"""Replacing a page by the page of another scan, with the decisions and amendments of the old page.

A decision is carried over with what the person saw. It holds if the new page reads what they saw or what they decided;
otherwise it stays effective and its field waits for a person. A finding with the old value puts a field in doubt whose
accepted value the new page reads otherwise. Fields that people had keyed and not settled on the old page wait on the
new page, whatever the machine reads there; their finding does not hold the keyed value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FIRST_TYPED_ROW, FieldReading, FieldStatus, PageRef, Severity
from pipeline.registry.amendments.rows import amendment
from pipeline.registry.approvals.stored_deliveries import carry_confirmed
from pipeline.registry.books.pages import NOBODY
from pipeline.registry.checks.rows import book_finding
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.decisions import NewDecision, add_decisions
from pipeline.registry.entries.effective_values import effective_values_of, has_changed
from pipeline.registry.entries.machine_view import amendments_in, decisions_at, machine_views, tasks_at
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import EntryPlace, Subject, added_field, entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Decision
from pipeline.registry.tasks.keyed_values import live_consensus
from pipeline.registry.tasks.rows import ticket, ticket_closing
from pipeline.registry.withdrawals.model import PageReplacement, RegistryPart, WithdrawalKind
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn, withdrawal
from pipeline.registry.withdrawals.withdrawing import (
    checked_words,
    end_leases,
    hold_parts,
    name_of,
    withdrawal_row,
)

DIFFERS = "RESCAN-DIFFERS"
"""Code of the finding that the old page had another accepted value, or a value that people had not settled."""
_UNSETTLED = "(người rà soát đã nhập, chưa thống nhất)"
"""Stands for a keyed value in the finding, as others may still key it blind."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same entry on the old page and on the new page."""

    old: EntryPlace
    new: EntryPlace


def replace_page(
    connection: Connection,
    declared: RecordSchema,
    book_id: int,
    old: PageRef,
    new: PageRef,
    *,
    author: str,
    reason: str,
) -> PageReplacement:
    """Let a page of a book take the place of another page of the book, which is withdrawn as replaced.

    Raises:
        NotThere: Either page was never read.
        RegistryError: They are the same page, their entries cannot be matched, or no reason or author is given.
        Withdrawn: Either page is withdrawn.
    """
    author, reason = checked_words(author, reason, "lý do thay trang")
    gone, come = (RegistryPart(book_id, ref.scan_sha256, ref.page_no) for ref in (old, new))
    if gone == come:
        raise RegistryError("Trang mới và trang cũ là một. Hãy chọn trang của bản quét lại.")
    subjects = hold_parts(connection, gone, come)
    for part in (gone, come):
        refuse_withdrawn(connection, part)
    old_page, new_page = (next(page_id for page_id, _ in some) for some in subjects)
    old_ids, new_ids = map(_entry_ids, subjects)
    pairs = _matched(connection, name_of(connection, gone)[0], old_ids, new_ids, new_page)
    _carry_added_fields(connection, pairs)
    before = _effective(connection, declared, [pair.old for pair in pairs])
    copied = _carry_decisions(connection, pairs)
    amended = _carry_amendments(connection, book_id, pairs, reason)
    carry_confirmed(connection, book_id, _places(pairs))
    row = withdrawal_row(connection, gone, WithdrawalKind.REPLACED, author, reason)
    row |= {"replaced_by_sha256": new.scan_sha256, "replaced_by_page_no": new.page_no}
    (withdrawal_id,) = add(connection, withdrawal, [row])
    unsettled = _unsettled_fields(connection, pairs)
    differing = _doubt_differing(connection, declared, book_id, pairs, before, unsettled)
    _close_tickets(connection, old_page, author, reason)
    end_leases(connection, subjects[0])
    now_there = {*subjects[1], *(pair.new.subject for pair in pairs)}
    refresh_projections(connection, declared, [*subjects[0], *sorted(now_there, key=str)])
    detail = {"withdrawal": withdrawal_id, "by": new_page, "decisions": len(copied), "differing": differing}
    record(connection, author, "page-replaced", f"page:{old_page}", detail)
    return PageReplacement(withdrawal_id, len(pairs), len(copied), amended, differing)


def _entry_ids(subjects: Sequence[Subject]) -> list[int]:
    return [entry_id for _, entry_id in subjects if entry_id is not None]


def _matched(
    connection: Connection, old_name: str, old_ids: Sequence[int], new_ids: Sequence[int], new_page: int
) -> list[_Pair]:
    """Return the entries of both pages in pairs, by number and then by row.

    A typed entry without a match is added to the new page as typed, since the machine need not find it there.

    Raises:
        RegistryError: An entry of the old page has no match, or a match with another settled number.
    """
    standing = select(entry.c.id).where(entry.c.stands).order_by(entry.c.row)
    old, new = (
        [
            place_of(connection, place)
            for place in connection.scalars(standing.where(entry.c.id.in_(ids))).all()
        ]
        for ids in (old_ids, new_ids)
    )
    numbered = {place.number_text: place for place in new if place.number_text}
    pairs, left = [], []
    for place in old:
        same = numbered.pop(place.number_text, None)
        if same is None or same.record != place.record:
            left.append(place)
        else:
            pairs.append(_Pair(place, same))
            new.remove(same)
    rows = {place.row: place for place in new}
    if len(left) == len(new) == 1:
        rows = {left[0].row: new[0]}
    for place in left:
        same = rows.get(place.row)
        if place.row >= FIRST_TYPED_ROW and not _may_be_same(place, same):
            pairs.append(_Pair(place, _typed_again(connection, place, new_page)))
            continue
        if same is None or same.record != place.record:
            raise RegistryError(
                "Trang mới không có sự kiện nào ứng với sự kiện số "
                f"{place.number_text or '(chưa rõ)'} của {old_name}. "
                "Hãy kiểm tra có đúng là trang quét lại ấy không; nếu đúng, hãy thu hồi trang cũ."
            )
        if None not in (place.number, same.number) and place.number_text != same.number_text:
            raise RegistryError(
                f"Trang cũ ghi số {place.number_text}, trang mới ghi số {same.number_text}: hai trang khác nhau. "
                "Hãy chọn đúng trang quét lại."
            )
        pairs.append(_Pair(place, same))
    return pairs


def _may_be_same(old: EntryPlace, new: EntryPlace | None) -> bool:
    """Return whether nothing that is known of two entries contradicts that they are the same."""
    if new is None or new.record != old.record:
        return False
    return None in (old.number, new.number) or old.number_text == new.number_text


def _typed_again(connection: Connection, old: EntryPlace, new_page: int) -> EntryPlace:
    """Add an entry that was typed on the old page to the new page; return it."""
    last = connection.scalar(select(func.max(entry.c.row)).where(entry.c.page_id == new_page))
    row = {
        "page_id": new_page,
        "row": max(FIRST_TYPED_ROW, -1 if last is None else int(last) + 1),
        "record": old.record,
        "found": False,
        "stands": True,
        "accepted": False,
        "number_text": "",
    }
    return place_of(connection, add(connection, entry, [row])[0])


def _carry_added_fields(connection: Connection, pairs: Sequence[_Pair]) -> None:
    """Add the fields that people added to the old entries to the new entries, without their drawn regions."""
    places = {pair.old.id: pair.new.id for pair in pairs}
    rows = connection.execute(
        select(added_field).where(added_field.c.entry_id.in_(places)).order_by(added_field.c.id)
    )
    add(
        connection,
        added_field,
        [
            {name: value for name, value in row.items() if name != "id"}
            | {"entry_id": places[row["entry_id"]], "corners": None}
            for row in rows.mappings()
        ],
    )


def _carry_decisions(connection: Connection, pairs: Sequence[_Pair]) -> tuple[int, ...]:
    """Add the decisions in force on the old entries to the new entries; return their ids.

    A decision that people have made on the new page is younger, and stays.
    """
    decisions = decisions_at(
        connection, {decision.subject for pair in pairs for decision in (pair.old, pair.new)}
    )
    new = [
        _carried(pair.new, decision)
        for pair in pairs
        for field, decision in decisions[pair.old.subject].items()
        if field not in decisions[pair.new.subject]
    ]
    return add_decisions(connection, new)


def _carried(place: EntryPlace, decision: Decision) -> NewDecision:
    verdict = {
        "field": decision.field,
        "status": decision.status,
        "text": decision.text,
        "canonical": decision.canonical,
    }
    return NewDecision(
        place,
        verdict,
        decision.seen,
        decision.author,
        decision.reason,
        keyings=decision.keyings or None,
        decided_at=decision.decided_at,
    )


def _carry_amendments(connection: Connection, book_id: int, pairs: Sequence[_Pair], reason: str) -> int:
    """Add the amendments in force on the old entries to the new entries; return their number."""
    places = _places(pairs)
    wanted = {
        amended.amendment_id: places[part]
        for part, fields in amendments_in(connection, [book_id]).items()
        for amended in fields.values()
        if part in places
    }
    rows = connection.execute(select(amendment).where(amendment.c.id.in_(wanted)).order_by(amendment.c.id))
    new = []
    for row in rows.mappings():
        place = wanted[row["id"]]
        new.append(
            {name: value for name, value in row.items() if name != "id"}
            | {"scan_sha256": place.sha256, "page_no": place.page_no, "row": place.row}
            | {"reason": row["reason"] or reason}
        )
    add(connection, amendment, new)
    return len(new)


def _places(pairs: Sequence[_Pair]) -> dict[RegistryPart, EntryPlace]:
    """Return the place of each new entry by the part of the registry that the old entry is."""
    return {part_of(pair.old): pair.new for pair in pairs}


def _effective(
    connection: Connection, declared: RecordSchema, places: Sequence[EntryPlace]
) -> Mapping[int, Mapping[str, str | None]]:
    return effective_values_of(connection, declared, {place.id: place.record for place in places})


def _unsettled_fields(connection: Connection, pairs: Sequence[_Pair]) -> dict[int, frozenset[str]]:
    """Return the keyed fields of each old entry that are not settled, by its id.

    The entry as a whole is left out: whether it waits depends on the findings of the new page.
    """
    old = [pair.old for pair in pairs]
    tasks = tasks_at(connection, [place.subject for place in old])
    decisions = decisions_at(connection, tasks)
    keyed = live_consensus(connection, {task.id: decisions[subject] for subject, task in tasks.items()})
    return {
        place.id: frozenset(keyed[tasks[place.subject].id]) - {WHOLE_ENTRY}
        if place.subject in tasks
        else frozenset()
        for place in old
    }


def _doubt_differing(
    connection: Connection,
    declared: RecordSchema,
    book_id: int,
    pairs: Sequence[_Pair],
    before: Mapping[int, Mapping[str, str | None]],
    unsettled: Mapping[int, Collection[str]],
) -> int:
    """Put accepted values of the old page in doubt that the new page reads otherwise, and all ``unsettled`` fields.

    An office may switch the rule off; unsettled fields are put in doubt nevertheless.

    Returns:
        The number of fields that wait for a person because the pages differ, decided fields included.
    """
    subjects = [pair.new.subject for pair in pairs]
    views = machine_views(connection, declared, subjects)
    decisions = decisions_at(connection, subjects)
    now, severity = clock.now(connection), declared.schemas.severity_of(DIFFERS)
    rows, against = [], 0
    for pair in pairs:
        view, decided = views[pair.new.subject], decisions[pair.new.subject]
        readings = {reading.field: reading for reading in view.readings}
        against += sum(
            has_changed(decision, view.seen.get(field))
            for field, decision in decided.items()
            if field != WHOLE_ENTRY
        )
        open_fields = unsettled[pair.old.id]
        rows += [
            _doubt(book_id, pair, field, _UNSETTLED, severity or Severity.REVIEW, now)
            for field in sorted(open_fields)
        ]
        for field, value in before[pair.old.id].items():
            reading = readings.get(field)
            if (
                field in open_fields
                or value is None
                or field in decided
                or reading is None
                or not reading.accepted
            ):
                continue
            if severity is not None and value != _accepted_value(reading):
                rows.append(_doubt(book_id, pair, field, value or "(trống)", severity, now))
    add(connection, book_finding, rows)
    return against + len(rows)


def _doubt(
    book_id: int, pair: _Pair, field: str, old: str, severity: Severity, now: datetime
) -> dict[str, Any]:
    return {
        "book_id": book_id,
        "page_id": pair.new.page_id,
        "entry_id": pair.new.id,
        "code": DIFFERS,
        "severity": severity,
        "fields": [field],
        "details": {"old": old},
        "raised_at": now,
    }


def _accepted_value(reading: FieldReading) -> str | None:
    if reading.status is FieldStatus.BLANK:
        return ""
    return (reading.canonical or reading.text) if reading.status is FieldStatus.READ else None


def _close_tickets(connection: Connection, page_id: int, author: str, reason: str) -> None:
    """Close the tickets that ask for another scan of a page."""
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    mine = connection.scalars(select(ticket.c.id).where(ticket.c.page_id == page_id, ~closed)).all()
    now = clock.now(connection)
    rows = [
        {"ticket_id": ticket_id, "note": reason, "account_id": NOBODY, "login": author, "closed_at": now}
        for ticket_id in mine
    ]
    add(connection, ticket_closing, rows)
