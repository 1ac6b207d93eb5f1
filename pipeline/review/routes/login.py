"""Coming in and leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts import LoginRefused
from pipeline.review.admission import OfSession, address_of
from pipeline.review.cookies import (
    give_session_cookie,
    session_cookie,
    take_form_cookie,
    take_session_cookie,
)
from pipeline.review.login_form import inside, login_form
from pipeline.review.site import OfSite

router = APIRouter()


@router.get("/login")
def show_login(request: Request, site: OfSite, next: str = "/") -> Response:  # noqa: A002 (the word in the address)
    if request.state.session is not None:
        return RedirectResponse(inside(next), status_code=303)
    return login_form(request, site, next)


@router.post("/login")
def log_in(
    request: Request,
    site: OfSite,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """A new session under a new token, whatever cookie came in; the one before ends."""
    address = address_of(request)
    site.logins.take(address)
    try:
        session = site.accounts.authenticate(login, password, address)
    except LoginRefused as refused:
        return login_form(request, site, next, login=login, refused=refused.message, status=401)
    if session_cookie(request):
        site.accounts.end(session_cookie(request))
    response = RedirectResponse("/password" if session.must_change else inside(next), status_code=303)
    give_session_cookie(request, response, session.token)
    take_form_cookie(request, response)
    return response


@router.post("/logout")
def log_out(request: Request, site: OfSite, session: OfSession) -> Response:
    site.accounts.end(session.token)
    response = RedirectResponse("/login", status_code=303)
    take_session_cookie(request, response)
    return response
