"""Signing in through the provider of the office: the way out, and the way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.model import LoginRefused
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import (
    address_of,
    delete_form_cookie,
    delete_sign_in_cookie,
    render_login_form,
    safe_redirect,
    session_cookie,
    set_session_cookie,
    set_sign_in_cookie,
    sign_in_cookie,
)
from pipeline.web.sign_in_provider import SignInFailed

router = APIRouter(prefix="/sign-in")

NOT_SET = "Cơ quan chưa mở đăng nhập bằng tài khoản chung. Hãy dùng tên đăng nhập và mật khẩu ở đây."
MOST_LETTERS = 4096
Told = Annotated[str, Query(max_length=MOST_LETTERS)]


@router.get("")
def begin_sign_in(request: Request, site: SiteDep, next: str = "/") -> Response:  # noqa: A002 (the word in the address)
    """Send the browser to the provider."""
    if request.state.session is not None:
        return RedirectResponse(safe_redirect(next), status_code=303)
    if site.sign_in is None:
        return render_login_form(request, site, next, refused=NOT_SET, status=401)
    site.logins.take(address_of(request))
    try:
        cookie, to = site.sign_in.begin(safe_redirect(next))
    except SignInFailed as failed:
        return render_login_form(request, site, next, refused=failed.message, status=503)
    response = RedirectResponse(to, status_code=303)
    set_sign_in_cookie(request, response, cookie)
    return response


@router.get("/callback")
def end_sign_in(
    request: Request, site: SiteDep, state: Told = "", code: Told = "", error: Told = "", iss: Told = ""
) -> Response:
    """Start a session of who comes back from the provider; the session of this browser before ends."""
    if site.sign_in is None:
        if request.state.session is not None:
            return RedirectResponse("/", status_code=303)
        return render_login_form(request, site, refused=NOT_SET, status=401)
    site.logins.take(address_of(request))
    try:
        session, then = site.sign_in.finish(sign_in_cookie(request), state, code, error, iss)
    except (SignInFailed, LoginRefused) as refused:
        response = render_login_form(request, site, refused=refused.message, status=401)
        delete_sign_in_cookie(request, response)
        return response
    return _with_session(request, site, session.token, "/password" if session.must_change else then)


def _with_session(request: Request, site: Site, token: str, to: str) -> Response:
    if session_cookie(request):
        site.accounts.end(session_cookie(request))
    response = RedirectResponse(to, status_code=303)
    set_session_cookie(request, response, token)
    delete_form_cookie(request, response)
    delete_sign_in_cookie(request, response)
    return response
