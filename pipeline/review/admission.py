"""The gate before every route: who is it, may they, and did they mean it."""

from __future__ import annotations

import hmac
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request

from pipeline.registry.accounts import Session, csrf_of
from pipeline.review.access import BY_ROUTE
from pipeline.review.cookies import form_cookie, session_cookie
from pipeline.review.numbers import are_too_large
from pipeline.review.site import OfSite

SAFE_METHODS = frozenset({"GET", "HEAD"})
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class ComeIn(HTTPException):
    """The person must go to another page first: ``to`` log in, or choose a password."""

    def __init__(self, to: str) -> None:
        super().__init__(401)
        self.to = to


class Forged(HTTPException):
    """A form that was not made for this session."""

    def __init__(self) -> None:
        super().__init__(403, "Biểu mẫu đã cũ hoặc không phải của phiên này. Hãy tải lại trang rồi làm lại.")


class NotAForm(HTTPException):
    """A body of another kind than forms of this application send; files are never taken."""

    def __init__(self) -> None:
        super().__init__(415, "Chương trình không nhận tệp hay nội dung dạng này.")


def admit(request: Request, site: OfSite) -> None:
    """Let the request pass when the table of access allows it, and leave the session in ``request.state``."""
    method = "GET" if request.method == "HEAD" else request.method
    access = BY_ROUTE.get((method, request.scope["route"].path))
    token = session_cookie(request)
    session = site.accounts.session(token) if token else None
    request.state.session = session
    if access is None:
        raise HTTPException(403)
    if are_too_large((*request.path_params.values(), *request.query_params.values())):
        raise HTTPException(404)
    if access.roles is None:
        return
    if session is None:
        raise ComeIn(f"/login?next={quote(_asked(request))}" if method == "GET" else "/login")
    if session.must_change and not access.before_change:
        raise ComeIn("/password")
    if session.person.role not in access.roles:
        raise HTTPException(403)


def _asked(request: Request) -> str:
    """The page that was asked for, with what it was asked by."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


async def refuse_forged(request: Request) -> None:
    """Refuse a change without the token that this session's (before the login: this browser's) forms hold."""
    if request.method in SAFE_METHODS:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {FORM, JSON, ""}:
        raise NotAForm
    given = request.headers.get("x-csrf-token") or ""
    if not given and kind == FORM:
        given = str((await request.form()).get("csrf") or "")
    session: Session | None = request.state.session
    before = form_cookie(request)
    wanted = session.csrf if session else csrf_of(before) if before else ""
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Forged


def session_of(request: Request) -> Session:
    """The session of whoever asks; only for routes that need a login."""
    return cast(Session, request.state.session)


OfSession = Annotated[Session, Depends(session_of)]


def address_of(request: Request) -> str:
    """Where the person sits; behind a proxy what the proxy says, if the server was told to trust it."""
    return request.client.host if request.client else "-"
