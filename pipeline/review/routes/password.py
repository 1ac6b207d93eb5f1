"""One's own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts import AccountError, LoginRefused
from pipeline.review.admission import OfSession, address_of
from pipeline.review.cookies import give_session_cookie
from pipeline.review.site import OfSite

router = APIRouter()


@router.get("/password")
def show_password(request: Request, site: OfSite) -> Response:
    return site.pages.page(request, "password.html", refused="")


@router.post("/password")
def change_password(
    request: Request,
    site: OfSite,
    session: OfSession,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """All sessions of the person end; this browser goes on with a new one."""
    address = address_of(request)
    site.logins.take(address)
    try:
        if new != again:
            raise AccountError("Hai lần nhập mật khẩu mới không giống nhau. Hãy nhập lại.")
        renewed = site.accounts.change_password(session, old, new, address)
    except (AccountError, LoginRefused) as refused:
        return site.pages.page(request, "password.html", status=422, refused=refused.message)
    response = RedirectResponse("/", status_code=303)
    give_session_cookie(request, response, renewed.token)
    return response
