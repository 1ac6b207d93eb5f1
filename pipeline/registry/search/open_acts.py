"""Acts of which nobody has said yet what they change: with the entries that they may change, or still without any."""

from __future__ import annotations

from sqlalchemy import Connection, exists, or_

from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.checks.links import registered_at, stored_links, undecided_links
from pipeline.registry.checks.model import StoredLink
from pipeline.registry.checks.rows import link, link_decision
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.rows import entry
from pipeline.registry.search.hits import hits_of
from pipeline.registry.search.model import SearchHit, UndecidedAct, WaitingAct
from pipeline.registry.search.same_person import WHAT, may_see
from pipeline.registry.tasks.model import NotYours

ACT = "act"
"""The kind of links from acts."""


def undecided_acts(
    connection: Connection, declared: RecordSchema, person: Person, limit: int
) -> tuple[UndecidedAct, ...]:
    """Return acts with suggestions that nobody decided on, at places that the person supervises.

    The surest come first. All entries suggested for an act stand side by side.

    Raises:
        NotYours: The person is no supervisor.
    """
    _check(person)
    first = _sided(connection, declared, person, undecided_links(connection, ACT, limit, person.places))
    acts = dict.fromkeys(act.entry_id for act, _, _ in first)
    beside = [
        one
        for one in stored_links(connection, ACT, entry_ids=acts)
        if not one.decision or one.decision.outdated
    ]
    of_act: dict[int, list[tuple[SearchHit, SearchHit, float]]] = {act: [] for act in acts}
    for act, earlier, probability in _sided(connection, declared, person, beside):
        if act.entry_id in of_act:
            of_act[act.entry_id].append((act, earlier, probability))
    return tuple(
        UndecidedAct(found[0][0], tuple((earlier, probability) for _, earlier, probability in found))
        for found in of_act.values()
        if found
    )


def _sided(
    connection: Connection,
    declared: RecordSchema,
    person: Person,
    links: tuple[StoredLink, ...] | list[StoredLink],
) -> list[tuple[SearchHit, SearchHit, float]]:
    """Return the act and the earlier entry of each link of which the person may see both, with its probability."""
    ids = {one.first_entry_id for one in links} | {one.second_entry_id for one in links}
    hits, _ = hits_of(connection, declared, [(entry_id, None) for entry_id in sorted(ids)], frozenset())
    seen = {hit.entry_id: hit for hit in hits if may_see(connection, person, hit)}
    found = []
    for one in links:
        first, second = seen.get(one.first_entry_id), seen.get(one.second_entry_id)
        if first is None or second is None:
            continue
        act = declared.schemas.record(first.record).act
        is_first = act is not None and one.first_role in act.roles and second.record in act.earlier
        found.append((first, second, one.probability) if is_first else (second, first, one.probability))
    return found


def waiting_acts(
    connection: Connection, declared: RecordSchema, person: Person, limit: int
) -> tuple[WaitingAct, ...]:
    """Return acts that name a number of an earlier entry while no entry is suggested: its book is not read yet.

    Raises:
        NotYours: The person is no supervisor.
    """
    _check(person)
    named: dict[int, tuple[str, str, str]] = {}
    for record, spec in declared.schemas.records.items():
        act = spec.act
        if act is None or not act.number or len(named) >= limit:
            continue
        fields = {"number": act.number, "day": act.registered_on or act.number}
        query = select_values(declared, record, fields)
        column = declared.records[record].c[act.number]
        query = query.where(column.is_not(None), column != "", ~_linked)
        if person.places is not None:
            query = query.where(registered_at(entry.c.id, person.places))
        title = ", ".join(declared.schemas.title_of(kind) for kind in act.earlier)
        for entry_id, number, day in connection.execute(query.order_by(entry.c.id).limit(limit - len(named))):
            named[entry_id] = number, (day or "") if act.registered_on else "", title
    hits, _ = hits_of(connection, declared, [(entry_id, None) for entry_id in named], frozenset())
    return tuple(WaitingAct(hit, *named[hit.entry_id]) for hit in hits)


_linked = exists().where(
    link.c.kind == ACT,
    or_(link.c.first_entry_id == entry.c.id, link.c.second_entry_id == entry.c.id),
    or_(link.c.withdrawn_at.is_(None), exists().where(link_decision.c.link_id == link.c.id)),
)
"""The condition on ``entry`` that it is linked with another one, or that a person has decided on a link of it."""


def _check(person: Person) -> None:
    if person.role is not Role.SUPERVISOR:
        raise NotYours(f"Chỉ người phụ trách mới được {WHAT}.")
