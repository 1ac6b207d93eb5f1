"""Whether what people said of links between entries is the program's own.

A decision reopens tasks of entries, or keeps them closed, for as long as it counts. So an entry is held back while a
decision on a link of it was added, changed or deleted behind the program's back, or the link itself was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Select, select, union

from pipeline.registry.checks.rows import link, link_decision
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import compared, forged, told_about


def altered_links(
    connection: Connection, key: Key | None, entry_ids: Collection[int], query: Select[tuple[int]]
) -> Mapping[int, set[str]]:
    """Return the entries with a decision on a link that is not the program's own, and the tables of those rows.

    Suggestions that nobody decided on are not compared, since nothing follows from them. Decisions that were deleted
    are known from the lines of the audit about the link, or about its entries.

    Args:
        query: The statement that selects the same entries.
    """
    sides = (link.c.first_entry_id, link.c.second_entry_id)
    linked = select(link.c.id, *sides, link_decision.c.id).outerjoin_from(link, link_decision)
    held: dict[int, set[int]] = defaultdict(set)  # entries by decision
    about: dict[int, set[int]] = defaultdict(set)  # entries by link with a decision
    subjects = {f"entry:{entry_id}": {entry_id} for entry_id in entry_ids}
    for link_id, first, second, decision_id in connection.execute(
        union(*(linked.where(side.in_(query)) for side in sides))
    ):
        subjects[f"link:{link_id}"] = {first, second}
        if decision_id is not None:
            held[decision_id] |= {first, second}
            about[link_id] |= {first, second}
    for (_, subject), decision_ids in told_about(connection, subjects, link_decision.name).items():
        for decision_id in decision_ids:
            held[decision_id] |= subjects[subject]
    if not held:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    stray = (
        select(link_decision.c.id, link_decision.c.link_id, link.c.id)
        .outerjoin_from(link_decision, link)
        .where(link_decision.c.id.in_(held))
    )
    gone = set()
    for decision_id, link_id, there in connection.execute(stray):
        about[link_id] |= held[decision_id]
        if there is None:
            gone.add(link_id)
    altered = {
        link_decision.name: [held[one] for one in forged(connection, link_decision.name, held)],
        link.name: [about[one] for one in gone | compared(connection, key, link.name, about).altered.keys()],
    }
    for name, of_rows in altered.items():
        for entry_id in set().union(*of_rows) & set(entry_ids):
            found[entry_id].add(name)
    return found
