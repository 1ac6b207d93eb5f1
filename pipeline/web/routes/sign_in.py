"""Sign-in through the office's provider: the redirect there, and the callback."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.model import LoginRefused
from pipeline.web.context import Visit, VisitDep
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
ProviderParameter = Annotated[str, Query(max_length=MOST_LETTERS)]


@router.get("")
def begin_sign_in(visit: VisitDep, next: str = "/") -> Response:  # noqa: A002 (the word in the address)
    """Redirect the browser to the provider."""
    if visit.request.state.session is not None:
        return RedirectResponse(safe_redirect(next), status_code=303)
    if visit.site.entrance.sign_in is None:
        return render_login_form(visit.request, visit.site, next, refused=NOT_SET, status=401)
    visit.site.entrance.logins.take(address_of(visit.request))
    with visit.refusing(
        lambda failed: render_login_form(visit.request, visit.site, next, refused=failed, status=503),
        SignInFailed,
    ):
        cookie, url = visit.site.entrance.sign_in.begin(safe_redirect(next))
    response = RedirectResponse(url, status_code=303)
    set_sign_in_cookie(visit.request, response, cookie)
    return response


@router.get("/callback")
def end_sign_in(
    visit: VisitDep,
    state: ProviderParameter = "",
    code: ProviderParameter = "",
    error: ProviderParameter = "",
    iss: ProviderParameter = "",
) -> Response:
    """Start the session of a person who returns from the provider; the browser's earlier session ends."""
    if visit.site.entrance.sign_in is None:
        if visit.request.state.session is not None:
            return RedirectResponse("/", status_code=303)
        return render_login_form(visit.request, visit.site, refused=NOT_SET, status=401)
    visit.site.entrance.logins.take(address_of(visit.request))
    try:
        session, then = visit.site.entrance.sign_in.finish(
            sign_in_cookie(visit.request), state, code, error, iss
        )
    except (SignInFailed, LoginRefused) as refused:
        response = render_login_form(visit.request, visit.site, refused=refused.message, status=401)
        delete_sign_in_cookie(visit.request, response)
        return response
    return _with_session(visit, session.token, "/password" if session.must_change else then)


def _with_session(visit: Visit, token: str, url: str) -> Response:
    if session_cookie(visit.request):
        visit.site.accounts.end(session_cookie(visit.request))
    response = RedirectResponse(url, status_code=303)
    set_session_cookie(visit.request, response, token)
    delete_form_cookie(visit.request, response)
    delete_sign_in_cookie(visit.request, response)
    return response
