"""Reconciliations: what differs from the shared software, one after the other, with the ink of the paper."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import RegistryError
from pipeline.kinds import DATE
from pipeline.registry.accounts import Role, Session
from pipeline.registry.amendments import AmendmentOrder
from pipeline.registry.desk.values import NotYours
from pipeline.registry.reconciliation import Answer, Asked
from pipeline.review.admission import OfSession, session_of
from pipeline.review.differences.keys import RECONCILING
from pipeline.review.differences.view import difference_view
from pipeline.review.site import OfSite, Site

router = APIRouter(prefix="/reconcile")

Line = Annotated[str, Form(max_length=500)]


@router.get("")
def show_reconciliations(request: Request, site: OfSite, session: OfSession) -> Response:
    found = site.registry.reconciliations().all_for(session.person)
    return site.pages.page(request, "reconciliations.html", found=found, answers=_answers(session))


@router.get("/{reconciliation_id}")
def show_next(
    request: Request,
    site: OfSite,
    session: OfSession,
    reconciliation_id: int,
    after: int = 0,
    unclear: bool = False,
) -> Response:
    """The next difference that waits; those that were called unclear are for whoever answers for the place."""
    wanted = unclear and _answers(session)
    asked = site.registry.reconciliations().next_for(session.person, reconciliation_id, after, unclear=wanted)
    return _shown(request, site, reconciliation_id, asked, unclear=wanted)


@router.get("/{reconciliation_id}/theirs")
def show_theirs(request: Request, site: OfSite, session: OfSession, reconciliation_id: int) -> Response:
    """What is wrong in the other software."""
    found = site.registry.reconciliations().listed(session.person, reconciliation_id, Answer.THEIRS)
    site.registry.note_view(session.person, "page-shown", f"reconciliation:{reconciliation_id}")
    views = [difference_view(one, site.schemas) for one in found]
    return site.pages.page(request, "theirs.html", views=views, reconciliation_id=reconciliation_id)


@router.post("/differences/{difference_id}/answer")
def answer(
    request: Request,
    site: OfSite,
    session: OfSession,
    difference_id: int,
    said: Annotated[Answer, Form(alias="answer")],
    note: Line = "",
) -> Response:
    queue = site.registry.reconciliations()
    asked = queue.asked(session.person, difference_id)
    if said is Answer.AMENDED:
        return _shown(request, site, asked.reconciliation_id, asked, refused=_HOW_TO_AMEND)
    try:
        queue.answer(session.person, difference_id, said, note)
    except NotYours:
        raise
    except RegistryError as refused:
        return _shown(request, site, asked.reconciliation_id, asked, refused=refused.message)
    return _on(asked, session)


@router.post("/differences/{difference_id}/amend")
def amend(
    request: Request,
    site: OfSite,
    session: OfSession,
    difference_id: int,
    text: Line = "",
    decision_number: Line = "",
    decided_on: Line = "",
    legal_basis: Line = "",
    authority: Line = "",
) -> Response:
    queue = site.registry.reconciliations()
    asked = queue.asked(session.person, difference_id)
    day = DATE.parse(decided_on).canonical or decided_on
    order = AmendmentOrder(decision_number, day, legal_basis, authority)
    try:
        queue.amend(session.person, difference_id, text, order)
    except NotYours:
        raise
    except RegistryError as refused:
        typed = _Typed(text, decision_number, decided_on, legal_basis, authority)
        return _shown(request, site, asked.reconciliation_id, asked, refused=refused.message, typed=typed)
    return _on(asked, session)


class _Typed(NamedTuple):
    """What somebody has typed into the form of an amendment."""

    text: str = ""
    decision_number: str = ""
    decided_on: str = ""
    legal_basis: str = ""
    authority: str = ""


_HOW_TO_AMEND = "Hãy điền số quyết định, ngày và căn cứ rồi ghi cải chính, bổ sung."


def _answers(session: Session) -> bool:
    return session.person.role is Role.SUPERVISOR


def _on(asked: Asked, session: Session) -> Response:
    """On to the next one of the same list."""
    unclear = "&unclear=true" if asked.answer is Answer.UNCLEAR and _answers(session) else ""
    path = f"/reconcile/{asked.reconciliation_id}?after={asked.difference_id}{unclear}"
    return RedirectResponse(path, status_code=303)


def _shown(
    request: Request,
    site: Site,
    reconciliation_id: int,
    asked: Asked | None,
    *,
    unclear: bool = False,
    refused: str = "",
    typed: _Typed = _Typed(),
) -> Response:
    return site.pages.page(
        request,
        "difference.html",
        status=422 if refused else 200,
        reconciliation_id=reconciliation_id,
        view=None if asked is None else difference_view(asked, site.schemas),
        unclear=unclear or (asked is not None and asked.answer is Answer.UNCLEAR),
        refused=refused,
        typed=typed,
        keys=RECONCILING,
        answers=_answers(session_of(request)),
    )
