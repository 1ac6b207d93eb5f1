"""Login and logout, the person's own password, and the present session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.registry.accounts.model import AccountError, LoginRefused
from pipeline.web.context import VisitDep
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
def show_login(visit: VisitDep, next: str = "/") -> Response:  # noqa: A002 (the word in the address)
    if visit.request.state.session is not None:
        return RedirectResponse(safe_redirect(next), status_code=303)
    return render_login_form(visit.request, visit.site, next)


@router.post("/login")
def log_in(
    visit: VisitDep,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Start a session under a new token, whatever cookie was sent; the browser's earlier session ends."""
    address = address_of(visit.request)
    visit.site.entrance.logins.take(address)
    with visit.refusing(
        lambda refused: render_login_form(
            visit.request, visit.site, next, login=login, refused=refused, status=401
        ),
        LoginRefused,
    ):
        session = visit.site.accounts.authenticate(login, password, address)
    if session_cookie(visit.request):
        visit.site.accounts.end(session_cookie(visit.request))
    response = RedirectResponse("/password" if session.must_change else safe_redirect(next), status_code=303)
    set_session_cookie(visit.request, response, session.token)
    delete_form_cookie(visit.request, response)
    return response


@router.post("/logout")
def log_out(visit: VisitDep) -> Response:
    visit.site.accounts.end(visit.session.token)
    response = RedirectResponse("/login", status_code=303)
    delete_session_cookie(visit.request, response)
    return response


@router.get("/password")
def show_password(visit: VisitDep) -> Response:
    return visit.page("password.html", refused="")


@router.post("/password")
def change_password(
    visit: VisitDep,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change the password. All sessions of the person end; this browser gets a new one."""
    address = address_of(visit.request)
    visit.site.entrance.logins.take(address)
    with visit.refusing(
        lambda refused: visit.page("password.html", refused=refused), AccountError, LoginRefused
    ):
        if new != again:
            raise AccountError("Hai lần nhập mật khẩu mới không giống nhau. Hãy nhập lại.")
        renewed = visit.site.accounts.change_password(visit.session, old, new, address)
    visit.site.work.changed_password(renewed.person.login)
    response = RedirectResponse("/", status_code=303)
    set_session_cookie(visit.request, response, renewed.token)
    return response


@router.get("/session")
def show_session(session: SessionDep) -> JSONResponse:
    """Return the login and the CSRF token, for scripts of pages that were opened earlier."""
    return JSONResponse({"login": session.person.login, "csrf": session.csrf})
