"""Possible links of an entry to other entries on its person or event, or that change it. For supervisors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.declarations.schema import RecordSpec
from pipeline.registry import LinkVerdict
from pipeline.registry.checks.model import EVIDENCE, KINDS, LIKENESS, ROLES, VERDICTS
from pipeline.registry.search.model import LinkedEntry
from pipeline.web.context import RowId, Visit, VisitDep

router = APIRouter()

MOST_SHOWN = 100
"""Undecided acts on one page."""


@router.get("/changes")
def show_changes(visit: VisitDep) -> Response:
    """Show the acts whose earlier entries nobody has confirmed yet, and those whose earlier entry is not there."""
    return visit.page(
        "search/changes.html",
        acts=visit.registry.undecided_acts(visit.person, MOST_SHOWN),
        waiting=visit.registry.waiting_acts(visit.person, MOST_SHOWN),
        most=MOST_SHOWN,
    )


@router.get("/entries/{entry_id}/links")
def show_links(visit: VisitDep, entry_id: RowId, said: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show the possible links of an entry; ``said``: the verdict that was just recorded."""
    return _page(visit, entry_id, said=said)


class VerdictForm(BaseModel):
    """A verdict on a link; ``seen``: the digest of the evidence shown."""

    verdict: str = Field(max_length=20)
    seen: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=500)


@router.post("/entries/{entry_id}/links/{link_id}")
def judge(
    visit: VisitDep, entry_id: RowId, link_id: RowId, typed: Annotated[VerdictForm, Form()]
) -> Response:
    """Record a verdict on a link, or withdraw the last verdict."""
    if typed.verdict not in list(LinkVerdict):
        return _page(visit, entry_id, refused="Hãy bấm một trong các nút của gợi ý.")
    verdict = LinkVerdict(typed.verdict)
    with visit.refusing(lambda refused: _page(visit, entry_id, refused=refused)):
        visit.registry.judge_link(
            visit.person, entry_id, link_id, verdict, seen=typed.seen, reason=typed.reason
        )
    return RedirectResponse(f"/entries/{entry_id}/links?said={verdict}", status_code=303)


def _page(visit: Visit, entry_id: int, *, refused: str = "", said: str = "") -> Response:
    entry, waiting = visit.desk.entry(visit.person, entry_id)
    record = visit.schemas.record(entry.record)
    current = entry.current
    number = "" if record.key_fields.number in waiting else current.get(record.key_fields.number) or ""
    people = {
        person.role: "" if person.name in waiting else current.get(person.name) or ""
        for person in record.people
    }
    links = visit.registry.linked_entries(visit.person, entry_id)
    registered_on = (
        "" if record.key_fields.registered_on in waiting else current.get(record.key_fields.registered_on)
    )
    return visit.page(
        "search/links.html",
        status=409 if refused else 200,
        entry_id=entry_id,
        title=f"{record.title} số {number}" if number else record.title,
        people=people,
        links=links,
        life=_life(links, record.title, number, registered_on or ""),
        changed_by={one.link_id for one in links if _changes(visit.schemas.record(one.record), record, one)},
        kinds=KINDS,
        roles=ROLES,
        verdicts=VERDICTS,
        evidence=EVIDENCE,
        likeness=LIKENESS,
        refused=refused,
        said=said if said in list(LinkVerdict) else "",
    )


@dataclass(frozen=True)
class LifeEvent:
    """An event in the life of the people of an entry; ``entry_id``: None for the entry itself."""

    title: str
    number: str
    registered_on: str
    entry_id: int | None


def _life(links: Sequence[LinkedEntry], title: str, number: str, registered_on: str) -> list[LifeEvent]:
    """Return this entry and those that people confirmed to belong to it, in the order of their registration."""
    events = [LifeEvent(title, number, registered_on, None)]
    events += [
        LifeEvent(one.title, one.number, one.registered_on, one.other_id)
        for one in links
        if one.other_id is not None
        and one.decision is not None
        and one.decision.verdict is LinkVerdict.CONFIRMED
    ]
    return sorted(events, key=lambda event: event.registered_on.split(".")[::-1])


def _changes(other: RecordSpec, record: RecordSpec, link: LinkedEntry) -> bool:
    """Return whether a confirmed link says that the other entry changes this one."""
    confirmed = link.decision is not None and link.decision.verdict is LinkVerdict.CONFIRMED
    act = other.act
    return confirmed and act is not None and link.other_role in act.roles and record.record in act.earlier
