"""Entries that may concern the same person, the evidence, and a supervisor's verdict."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, func, select

from pipeline.declarations.schema import RecordSpec
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place_of_book
from pipeline.registry.checks.links import PAIR, decide_link, stored_links
from pipeline.registry.checks.model import LinkVerdict, StoredLink
from pipeline.registry.checks.rows import link, link_decision
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere, StaleTask
from pipeline.registry.search.hits import hits_of
from pipeline.registry.search.model import LinkedEntry, SearchHit
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn

WHAT = "xem những sự kiện có thể cùng một người"

NOT_THE_SAME = "so hai sự kiện: không phải"
"""The default reason of a rejection."""


def linked_entries(
    connection: Connection, declared: RecordSchema, person: Person, entry_id: int
) -> tuple[LinkedEntry, ...]:
    """Return the suggested, confirmed and (at the end) rejected links of an entry.

    Links to entries of places that the person may not see reveal only that they exist.

    Raises:
        NotYours: The person does not supervise the place of the entry.
        NotThere: There is no such entry.
        Withdrawn: It is withdrawn.
    """
    _check(connection, person, entry_id)
    links = stored_links(connection, rejected=True, entry_ids=[entry_id])
    sides = {one.link_id: _sides(one, entry_id) for one in links}
    hits, _ = hits_of(connection, declared, [(other, None) for _, other, _ in sides.values()], frozenset())
    by_id = {hit.entry_id: hit for hit in hits}
    marks = _marks(connection, links)
    found = []
    for one in links:
        role, other_id, other_role = sides[one.link_id]
        hit = by_id.get(other_id)
        if hit is None:
            continue
        seen = may_see(connection, person, hit)
        spec = declared.schemas.record(hit.record)
        found.append(
            LinkedEntry(
                link_id=one.link_id,
                kind=one.kind,
                record=hit.record,
                role=role,
                other_id=other_id if seen else None,
                other_role=other_role,
                title=hit.title,
                number=hit.number if seen else "",
                registered_on=hit.registered_on if seen else "",
                place=hit.place if seen else "",
                name=_name(spec, hit, other_role) if seen else "",
                probability=one.probability,
                evidence=tuple(one.evidence.items()),
                suggested=one.suggested,
                decision=one.decision,
                mark=marks[one.link_id],
            )
        )
    return tuple(found)


def judge_link(
    connection: Connection,
    declared: RecordSchema,
    person: Person,
    entry_id: int,
    link_id: int,
    verdict: LinkVerdict,
    *,
    seen: str,
    reason: str = "",
) -> None:
    """Record a supervisor's verdict on a link of an entry, or take the last one back.

    Args:
        seen: The mark of the link as shown.
        reason: Free words.

    Raises:
        NotYours: The person does not supervise the places of both entries.
        NotThere: The entry has no such link.
        StaleTask: The link was decided meanwhile, or its evidence has changed.
        RegistryError: There is nothing to take back.
    """
    hold(connection, Whole.LINKS)  # the link stays as shown until the verdict is written
    shown = {one.link_id: one for one in linked_entries(connection, declared, person, entry_id)}
    one = shown.get(link_id)
    if one is None:
        raise NotThere("Sự kiện này không còn gợi ý ấy. Hãy tải lại trang.")
    if one.other_id is None:
        raise NotYours("Sự kiện kia thuộc nơi đăng ký mà tài khoản này không được xem: không xác nhận được.")
    if one.mark != seen:
        raise StaleTask("Gợi ý này vừa có người quyết định, hoặc bằng chứng đã khác. Hãy xem lại trang này.")
    if (one.decision is None) is (verdict is LinkVerdict.TAKEN_BACK):
        raise StaleTask("Gợi ý này nay đã khác với lúc mở trang. Hãy xem lại trang này.")
    words = reason.strip() or (NOT_THE_SAME if verdict is LinkVerdict.REJECTED else "")
    decide_link(connection, link_id, verdict, author=person.login, reason=words)


def _check(connection: Connection, person: Person, entry_id: int) -> None:
    if person.role is not Role.SUPERVISOR:
        raise NotYours(f"Chỉ người phụ trách mới được {WHAT}.")
    place = place_of(connection, entry_id)
    check_place_of_book(connection, person, place.book_id)
    refuse_withdrawn(connection, part_of(place))


def _sides(one: StoredLink, entry_id: int) -> tuple[str, int, str]:
    """Return the role in the entry, the other entry and the role there."""
    if one.first_entry_id == entry_id:
        return one.first_role, one.second_entry_id, one.second_role
    return one.second_role, one.first_entry_id, one.first_role


def may_see(connection: Connection, person: Person, hit: SearchHit) -> bool:
    """Return whether the book of a hit is of a place that the person may see."""
    try:
        check_place_of_book(connection, person, hit.book_id)
    except NotYours:
        return False
    return True


def _name(spec: RecordSpec, hit: SearchHit, role: str) -> str:
    field = next((one.name for one in spec.people if one.role == role), "")
    return next((one.name for one in hit.people if one.field == field), "")


def _marks(connection: Connection, links: tuple[StoredLink, ...]) -> dict[int, str]:
    """Return a digest of the evidence and the last decision of each link."""
    found = {}
    for one in links:
        same = [link.c[name] == getattr(one, name) for name in PAIR]
        last = connection.scalar(
            select(func.max(link_decision.c.id)).join(link, link_decision.c.link_id == link.c.id).where(*same)
        )
        content = json.dumps([one.link_id, last, dict(one.evidence), one.suggested], sort_keys=True)
        found[one.link_id] = hashlib.sha256(content.encode()).hexdigest()[:16]
    return found
