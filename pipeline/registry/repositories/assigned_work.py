"""What is assigned to whom: whole books, shares of books, and the teams that people belong to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, or_, select, true

from pipeline.registry.model.accounts import Person
from pipeline.registry.model.assignments import Portion
from pipeline.registry.tables.assignments import book_assignment
from pipeline.registry.tables.tasks import review_task
from pipeline.registry.tables.teams import share_assignment, team_member


def teams_of(connection: Connection, account_id: int) -> tuple[str, ...]:
    """Return the teams that a person belongs to."""
    last = select(func.max(team_member.c.id)).where(team_member.c.account_id == account_id)
    rows = connection.scalars(
        select(team_member.c.team)
        .where(team_member.c.id.in_(last.group_by(team_member.c.team)), team_member.c.belongs)
        .order_by(team_member.c.team)
    )
    return tuple(rows)


def members(connection: Connection) -> Sequence[RowMapping]:
    """Return the rows that count of all teams, by team and login."""
    last = select(func.max(team_member.c.id)).group_by(team_member.c.team, team_member.c.account_id)
    query = select(team_member).where(team_member.c.id.in_(last), team_member.c.belongs)
    return connection.execute(query.order_by(team_member.c.team, team_member.c.login)).mappings().all()


def shares_in_force(connection: Connection, condition: ColumnElement[bool] = true()) -> Sequence[RowMapping]:
    """Return the rows of ``share_assignment`` that count, of those that fit a condition."""
    ending = share_assignment.alias("ending")
    query = select(share_assignment).where(
        condition,
        share_assignment.c.ends_id.is_(None),
        ~exists().where(ending.c.ends_id == share_assignment.c.id),
    )
    return connection.execute(query.order_by(share_assignment.c.id)).mappings().all()


def assigned_to(connection: Connection, person: Person) -> tuple[Portion, ...]:
    """Return what is assigned to a person or to a team of theirs, what is due first first."""
    last = select(func.max(book_assignment.c.id)).where(book_assignment.c.account_id == person.account_id)
    rows = connection.execute(
        select(book_assignment.c.book_id, book_assignment.c.due_on).where(
            book_assignment.c.id.in_(last.group_by(book_assignment.c.book_id)), book_assignment.c.given
        )
    )
    found = [Portion(row.book_id, row.due_on) for row in rows]
    theirs = share_assignment.c.account_id == person.account_id
    if teams := teams_of(connection, person.account_id):
        theirs = or_(theirs, share_assignment.c.team.in_(teams))
    found += [portion_of(row) for row in shares_in_force(connection, theirs)]
    return tuple(sorted(found, key=lambda one: (one.due_on or "9999", one.book_id)))


def portion_of(row: RowMapping) -> Portion:
    """Return the portion of a book that a row of ``share_assignment`` assigns."""
    pages = row["page_ids"]
    return Portion(row["book_id"], row["due_on"], None if pages is None else frozenset(pages))


def lies_in(portion: Portion) -> ColumnElement[bool]:
    """The condition on ``review_task``, beside that of its book, that it lies in a portion."""
    return true() if portion.page_ids is None else review_task.c.page_id.in_(sorted(portion.page_ids))
