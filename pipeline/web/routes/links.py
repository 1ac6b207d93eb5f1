"""Other entries that may speak of the same person or event, with what speaks for it, judged. For supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.registry import LinkVerdict, NotThere, Withdrawn
from pipeline.registry.checks.model import EVIDENCE, KINDS, LIKENESS, ROLES, VERDICTS
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/entries")


@router.get("/{entry_id}/links")
def show_links(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: RowId,
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show what may belong to an entry; ``said``: the verdict that was recorded just now."""
    return _page(request, site, session, entry_id, said=said)


@router.post("/{entry_id}/links/{link_id}")
def judge(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: RowId,
    link_id: RowId,
    verdict: Annotated[str, Form(max_length=20)],
    seen: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Record a verdict on a link, or take the last one back; ``seen``: the mark of what was shown."""
    if verdict not in list(LinkVerdict):
        return _page(request, site, session, entry_id, refused="Hãy bấm một trong các nút của gợi ý.")
    try:
        site.registry.judge_link(
            session.person, entry_id, link_id, LinkVerdict(verdict), seen=seen, reason=reason
        )
    except (NotThere, NotYours, RegistryUnavailable, Withdrawn):
        raise
    except RegistryError as refused:
        return _page(request, site, session, entry_id, refused=refused.message)
    return RedirectResponse(f"/entries/{entry_id}/links?said={verdict}", status_code=303)


def _page(
    request: Request, site: Site, session: SessionDep, entry_id: int, *, refused: str = "", said: str = ""
) -> Response:
    entry, waiting = site.desk.entry(session.person, entry_id)
    record = site.schemas.record(entry.record)
    current = entry.current
    number = "" if "entry_number" in waiting else current.get("entry_number") or ""
    people = {one.role: "" if one.name in waiting else current.get(one.name) or "" for one in record.people}
    return site.renderer.render(
        request,
        "search/links.html",
        status=409 if refused else 200,
        entry_id=entry_id,
        title=f"{record.title} số {number}" if number else record.title,
        people=people,
        links=site.registry.linked_entries(session.person, entry_id),
        kinds=KINDS,
        roles=ROLES,
        verdicts=VERDICTS,
        evidence=EVIDENCE,
        likeness=LIKENESS,
        refused=refused,
        said=said if said in list(LinkVerdict) else "",
    )
