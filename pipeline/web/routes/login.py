"""Logging in and out, one's own password, and who is logged in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.registry.accounts.model import AccountError, LoginRefused
from pipeline.web.context import SiteDep
from pipeline.web.security.authentication import (
    SessionDep,
    address_of,
    delete_form_cookie,
    delete_session_cookie,
    render_login_form,
    safe_redirect,
    session_cookie,
    set_session_cookie,
)

router = APIRouter()


@router.get("/login")
def show_login(request: Request, site: SiteDep, next: str = "/") -> Response:  # noqa: A002 (the word in the address)
    if request.state.session is not None:
        return RedirectResponse(safe_redirect(next), status_code=303)
    return render_login_form(request, site, next)


@router.post("/login")
def log_in(
    request: Request,
    site: SiteDep,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Start a session under a new token, whatever cookie came in; the session before ends."""
    address = address_of(request)
    site.logins.take(address)
    try:
        session = site.accounts.authenticate(login, password, address)
    except LoginRefused as refused:
        return render_login_form(request, site, next, login=login, refused=refused.message, status=401)
    if session_cookie(request):
        site.accounts.end(session_cookie(request))
    response = RedirectResponse("/password" if session.must_change else safe_redirect(next), status_code=303)
    set_session_cookie(request, response, session.token)
    delete_form_cookie(request, response)
    return response


@router.post("/logout")
def log_out(request: Request, site: SiteDep, session: SessionDep) -> Response:
    site.accounts.end(session.token)
    response = RedirectResponse("/login", status_code=303)
    delete_session_cookie(request, response)
    return response


@router.get("/password")
def show_password(request: Request, site: SiteDep) -> Response:
    return site.renderer.render(request, "password.html", refused="")


@router.post("/password")
def change_password(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change the password. All sessions of the person end; this browser gets a new one."""
    address = address_of(request)
    site.logins.take(address)
    try:
        if new != again:
            raise AccountError("Hai lần nhập mật khẩu mới không giống nhau. Hãy nhập lại.")
        renewed = site.accounts.change_password(session, old, new, address)
    except (AccountError, LoginRefused) as refused:
        return site.renderer.render(request, "password.html", status=422, refused=refused.message)
    response = RedirectResponse("/", status_code=303)
    set_session_cookie(request, response, renewed.token)
    return response


@router.get("/session")
def show_session(session: SessionDep) -> JSONResponse:
    """Return the login and the CSRF token, for scripts of pages that were opened before."""
    return JSONResponse({"login": session.person.login, "csrf": session.csrf})
