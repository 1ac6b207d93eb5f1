"""Links between entries that may concern one person or event: suggested by programs, decided by people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, exists, func, or_, select

from pipeline.base.errors import RegistryError
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.checks.model import ChecksOutcome, Link, LinkDecision, LinkVerdict, StoredLink
from pipeline.registry.checks.rows import LinkRow, link, link_decision
from pipeline.registry.database.audit import MACHINE, add, change, compare, record
from pipeline.registry.database.audit.proven_rows import ENTRIES
from pipeline.registry.database.columns import first_row, rows_of
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.entries.rows import entry
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import entry_stands

PAIR = ("kind", "first_entry_id", "first_role", "second_entry_id", "second_role")
"""The columns by which two suggestions are the same pair, whatever their evidence."""


def save_links(connection: Connection, links: Iterable[Link]) -> ChecksOutcome:
    """Replace the suggested links. A pair with another probability or evidence ends and is added again."""
    hold(connection, Whole.LINKS)
    wanted = {_key(one): one for one in links}
    query = select(link).where(link.c.withdrawn_at.is_(None))
    standing = {_key(row): row.id for row in rows_of(connection, LinkRow, query)}
    new = [one for key, one in wanted.items() if key not in standing]
    over = [row_id for key, row_id in standing.items() if key not in wanted]
    altered = compare(connection, link, over, leave=True)
    over = [row_id for row_id in over if row_id not in altered]
    now = datetime.now(UTC)
    change(connection, link, over, withdrawn_at=now)
    rows = [
        {
            "kind": one.kind,
            "first_entry_id": one.first_entry_id,
            "first_role": one.first_role,
            "second_entry_id": one.second_entry_id,
            "second_role": one.second_role,
            "probability": one.probability,
            "evidence": dict(one.evidence),
            "suggested_at": now,
        }
        for one in new
    ]
    add(connection, link, rows)
    record(connection, MACHINE, "links-saved", "", {"suggested": len(new), "withdrawn": len(over)})
    return ChecksOutcome(raised=len(new), cleared=len(over), standing=len(wanted))


def _key(one: Link | LinkRow) -> tuple[object, ...]:
    return (
        *(getattr(one, name) for name in PAIR),
        round(one.probability, 4),
        tuple(sorted(one.evidence.items())),
    )


_Pair = tuple[Any, ...]

_both_stand = entry_stands(link.c.first_entry_id) & entry_stands(link.c.second_entry_id)
"""The condition on ``link`` that neither entry is withdrawn."""


def decide_link(
    connection: Connection, link_id: int, verdict: LinkVerdict, *, author: str, reason: str = ""
) -> None:
    """Record a person's verdict on a suggested link; the last verdict counts.

    No later run suggests a rejected pair again unless its evidence changes. ``TAKEN_BACK`` leaves the pair as if nobody
    had decided on it.

    Raises:
        RegistryError: The author or the reason of a rejection is missing, there is no such suggestion, or the pair is
            suggested under another number now.
    """
    if not author.strip():
        raise RegistryError("Thiếu tên người quyết định. Mỗi quyết định phải có người chịu trách nhiệm.")
    if verdict is LinkVerdict.REJECTED and not reason.strip():
        raise RegistryError("Hãy ghi lý do bác gợi ý, để người sau còn biết.")
    refuse_hidden_characters(author, "người quyết định")
    refuse_hidden_characters(reason, "lý do")
    hold(connection, Whole.LINKS)
    row = first_row(connection, LinkRow, select(link).where(link.c.id == link_id))
    if row is None:
        raise RegistryError(f"Không có gợi ý số {link_id}. Xem số ở cột đầu của hotich links.")
    newer = connection.scalar(
        select(link.c.id).where(
            *(link.c[name] == getattr(row, name) for name in PAIR),
            link.c.id > link_id,
            link.c.withdrawn_at.is_(None),
        )
    )
    if newer is not None:
        raise RegistryError(
            f"Gợi ý số {link_id} nay là số {newer}, vì bằng chứng đã khác. Hãy xem lại bằng hotich links."
        )
    word = {"link_id": link_id, "verdict": verdict, "reason": reason.strip(), "author": author.strip()}
    add(connection, link_decision, [word | {"decided_at": datetime.now(UTC)}])
    detail = {"verdict": verdict, ENTRIES: sorted({row.first_entry_id, row.second_entry_id})}
    record(connection, author.strip(), "link-decided", f"link:{link_id}", detail)


def stored_links(
    connection: Connection,
    kind: str | None = None,
    limit: int | None = None,
    *,
    rejected: bool = False,
    entry_ids: Collection[int] | None = None,
) -> tuple[StoredLink, ...]:
    """Return the suggested and confirmed links.

    Links undecided on their present evidence come first, then by descending probability.

    Args:
        rejected: Include rejected links.
        entry_ids: Only links of these entries.
    """
    of_entries = () if entry_ids is None else (_names_one_of(entry_ids),)
    words = _last_verdicts(connection, *of_entries)
    of_kind = () if kind is None else (link.c.kind == kind,)
    suggested = select(link).where(link.c.withdrawn_at.is_(None), _both_stand, *of_kind, *of_entries)
    rows = rows_of(connection, LinkRow, suggested)
    found = [_standing(row, words.get(_pair(row))) for row in rows]
    there = {_pair(row) for row in rows}
    found += [
        replace(_standing(row, row), suggested=False)
        for pair, row in words.items()
        if pair not in there and kind in (None, row.kind)
    ]
    shown = [one for one in found if _is_shown(one, rejected=rejected)]
    shown.sort(key=lambda one: (_is_settled(one), -one.probability, one.link_id))
    return tuple(shown[:limit])


AT_ONCE = 500
"""Suggestions that are read together while those that nobody decided on are looked for."""

_on_it = link_decision.alias("decision_on_it")
_last_on_it = (
    select(func.max(_on_it.c.id))
    .where(_on_it.c.link_id == link.c.id, _on_it.c.verdict.in_(tuple(LinkVerdict)))
    .correlate(link)
    .scalar_subquery()
)

_open = ~exists().where(
    link_decision.c.id == _last_on_it, link_decision.c.verdict != LinkVerdict.TAKEN_BACK.value
)
"""The condition on ``link`` that no verdict on this very suggestion counts."""


def undecided_links(
    connection: Connection, kind: str, limit: int, places: Collection[str] | None = None
) -> tuple[StoredLink, ...]:
    """Return the suggestions of a kind that nobody decided on as they are now, the most likely first.

    Args:
        places: Only those of which both entries are registered at these places; None: at all places.
    """
    sides = () if places is None else (link.c.first_entry_id, link.c.second_entry_id)
    query = (
        select(link)
        .where(link.c.withdrawn_at.is_(None), link.c.kind == kind, _open, _both_stand)
        .where(*(registered_at(side, places or ()) for side in sides))
        .order_by(link.c.probability.desc(), link.c.id)
        .limit(AT_ONCE)
    )
    found: list[StoredLink] = []
    for start in count(0, AT_ONCE):
        rows = rows_of(connection, LinkRow, query.offset(start))
        ids = {one for row in rows for one in (row.first_entry_id, row.second_entry_id)}
        words = _last_verdicts(connection, _names_one_of(ids)) if rows else {}
        found += [one for row in rows if not _is_settled(one := _standing(row, words.get(_pair(row))))]
        if len(found) >= limit or len(rows) < AT_ONCE:
            return tuple(found[:limit])
    raise AssertionError


def registered_at(entry_id: Column[int], places: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column names an entry of a book of one of these places."""
    placed = _placed.c.page_id == page.c.id, page.c.scan_id == scan.c.id, scan.c.book_id == book.c.id
    return exists().where(_placed.c.id == entry_id, *placed, book.c.place_code.in_(sorted(places)))


_placed = entry.alias("placed_entry")


def _names_one_of(entry_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a link has one of these entries."""
    return or_(link.c.first_entry_id.in_(entry_ids), link.c.second_entry_id.in_(entry_ids))


@dataclass(frozen=True, slots=True)
class _DecidedLink(LinkRow):
    """A link with a decision on it."""

    verdict: str
    reason: str
    author: str
    decided_at: datetime


def _last_verdicts(connection: Connection, *where: ColumnElement[bool]) -> Mapping[_Pair, _DecidedLink]:
    """Return the last verdict on each pair (``PAIR``) that was decided on, with its link.

    Pairs whose last verdict is ``TAKEN_BACK``, or of which an entry is withdrawn, are left out; verdicts that the
    program never writes count for nothing.
    """
    decision = link_decision.c
    query = (
        select(link, decision.verdict, decision.reason, decision.author, decision.decided_at)
        .join_from(link_decision, link, decision.link_id == link.c.id)
        .where(_both_stand, decision.verdict.in_(tuple(LinkVerdict)), *where)
        .order_by(decision.id)
    )
    last = {_pair(row): row for row in rows_of(connection, _DecidedLink, query)}
    return {pair: row for pair, row in last.items() if row.verdict != LinkVerdict.TAKEN_BACK}


def _pair(row: LinkRow) -> _Pair:
    return tuple(getattr(row, name) for name in PAIR)


def _standing(row: LinkRow, word: _DecidedLink | None) -> StoredLink:
    decision = None
    if word is not None:
        outdated = word.evidence != row.evidence
        verdict = LinkVerdict(word.verdict)
        decision = LinkDecision(verdict, word.author, word.decided_at, word.reason, outdated)
    return StoredLink(
        row.kind,
        row.first_entry_id,
        row.first_role,
        row.second_entry_id,
        row.second_role,
        row.probability,
        row.evidence,
        link_id=row.id,
        decision=decision,
    )


def _is_settled(one: StoredLink) -> bool:
    return one.decision is not None and not one.decision.outdated


def _is_shown(one: StoredLink, *, rejected: bool) -> bool:
    was_rejected = one.decision is not None and one.decision.verdict is LinkVerdict.REJECTED
    return rejected or not was_rejected or (one.suggested and not _is_settled(one))
