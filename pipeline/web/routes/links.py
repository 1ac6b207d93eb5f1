"""Possible links of an entry to other entries on the same person or event, with their evidence. For supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.registry import LinkVerdict
from pipeline.registry.checks.model import EVIDENCE, KINDS, LIKENESS, ROLES, VERDICTS
from pipeline.web.context import RowId, Visit, VisitDep

router = APIRouter(prefix="/entries")


@router.get("/{entry_id}/links")
def show_links(visit: VisitDep, entry_id: RowId, said: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show the possible links of an entry; ``said``: the verdict that was just recorded."""
    return _page(visit, entry_id, said=said)


class VerdictForm(BaseModel):
    """A verdict on a link; ``seen``: the digest of the evidence shown."""

    verdict: str = Field(max_length=20)
    seen: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=500)


@router.post("/{entry_id}/links/{link_id}")
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
    return visit.page(
        "search/links.html",
        status=409 if refused else 200,
        entry_id=entry_id,
        title=f"{record.title} số {number}" if number else record.title,
        people=people,
        links=visit.registry.linked_entries(visit.person, entry_id),
        kinds=KINDS,
        roles=ROLES,
        verdicts=VERDICTS,
        evidence=EVIDENCE,
        likeness=LIKENESS,
        refused=refused,
        said=said if said in list(LinkVerdict) else "",
    )
