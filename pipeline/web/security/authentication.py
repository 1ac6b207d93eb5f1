"""Checks before every route: session, access rights, and the origin of forms (CSRF).

Cookies: the session, the binding of the login form to a browser before there is a session, the binding of a sign-in
through a provider, and the pass of a telephone.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from starlette.responses import Response

from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.accounts.logins import csrf_of
from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site, SiteDep, exceed_row_ids
from pipeline.web.security.access import BY_ROUTE, Access
from pipeline.web.security.addresses import client_of
from pipeline.web.security.bearer import token_of


def session_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "hotich"), "")


def form_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "hotich-form"), "")


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    _set(request, response, "hotich", token)


def delete_session_cookie(request: Request, response: Response) -> None:
    _delete(request, response, "hotich")


def set_form_cookie(request: Request, response: Response, value: str) -> None:
    _set(request, response, "hotich-form", value)


def delete_form_cookie(request: Request, response: Response) -> None:
    _delete(request, response, "hotich-form")


def phone_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "hotich-phone"), "")


def set_phone_cookie(request: Request, response: Response, secret: str) -> None:
    _set(request, response, "hotich-phone", secret)


def sign_in_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "hotich-sign-in"), "")


def set_sign_in_cookie(request: Request, response: Response, value: str) -> None:
    _set(request, response, "hotich-sign-in", value)


def delete_sign_in_cookie(request: Request, response: Response) -> None:
    _delete(request, response, "hotich-sign-in")


def new_form_value() -> str:
    return secrets.token_urlsafe(32)


def _name(request: Request, name: str) -> str:
    """Return the cookie's name, over TLS with the prefix ``__Host-``.

    The prefix keeps other hosts and plain connections from setting the cookie.

    Source:
        RFC 6265bis.
    """
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _set(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _name(request, name), value, path="/", httponly=True, samesite="lax", secure=_is_secure(request)
    )


def _delete(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _name(request, name), path="/", httponly=True, samesite="lax", secure=_is_secure(request)
    )


SAFE_METHODS = frozenset({"GET", "HEAD"})
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BYTES = "application/octet-stream"
"""A piece of a file; neither forms nor scripts of other sites may send this type."""


class LoginRequired(HTTPException):
    """The person must first visit the page ``to``: to log in, or to choose a password."""

    def __init__(self, to: str) -> None:
        super().__init__(401)
        self.to = to


class ForgedForm(HTTPException):
    """A form without the CSRF token of this session."""

    def __init__(self) -> None:
        super().__init__(403, "Biểu mẫu đã cũ hoặc không phải của phiên này. Hãy tải lại trang rồi làm lại.")


class UnsupportedBody(HTTPException):
    """A body of a media type that this application does not accept, such as a file upload."""

    def __init__(self) -> None:
        super().__init__(415, "Chương trình không nhận tệp hay nội dung dạng này.")


class ForAllPlaces(HTTPException):
    """The refusal of pages about all places to people with a list of places."""

    def __init__(self) -> None:
        super().__init__(
            403,
            "Trang này là của cả cơ quan: chỉ người quản trị, hay người phụ trách được giao mọi nơi, mới dùng được. "
            "Nếu cần, hãy hỏi người quản trị.",
        )


def authorize(request: Request, site: SiteDep) -> None:
    """Let the request pass if the access table allows it, and put the session into ``request.state``.

    Raises:
        LoginRequired: No session exists, or its password must be changed first.
        ForAllPlaces: The route concerns all places, and the person has a list of places.
        HTTPException: 403 where the role may not use the route, 404 where an id is larger than any row id.
    """
    method = "GET" if request.method == "HEAD" else request.method
    access = BY_ROUTE.get((method, request.scope["route"].path))
    if access is not None and access.tokens is not None:
        request.state.session, request.state.api_token = None, token_of(request, site, access)
    else:
        request.state.session = _session(request, site, access)
    session: Session | None = request.state.session
    if access is None:
        raise HTTPException(403)
    if exceed_row_ids((*request.path_params.items(), *request.query_params.items())):
        raise HTTPException(404)
    if access.roles is None or access.tokens is not None:
        return
    if session is None:
        raise LoginRequired(f"/login?next={quote(_requested_page(request))}" if method == "GET" else "/login")
    if session.must_change and not access.before_change:
        raise LoginRequired("/password")
    if session.person.role not in access.roles:
        raise HTTPException(403)
    if access.everywhere and session.person.places is not None:
        raise ForAllPlaces


def _session(request: Request, site: Site, access: Access | None) -> Session | None:
    token = session_cookie(request)
    is_used = access is None or not access.idle
    session = site.accounts.session(token, is_used=is_used) if token else None
    if session is None and access is not None and access.by_phone:
        return _phone_session(request, site)
    return session


def _phone_session(request: Request, site: Site) -> Session | None:
    """Return the session behind a telephone: that of the person whose screen showed the code, for a single book."""
    secret = phone_cookie(request)
    phone_pass = site.entrance.phones.pass_of(secret) if secret else None
    session = site.accounts.session(phone_pass.session_token) if phone_pass else None
    if phone_pass is None or session is None:
        return None
    if request.path_params.get("book_id", str(phone_pass.book_id)) != str(phone_pass.book_id):
        raise HTTPException(403)
    return replace(session, token="", csrf=csrf_of(secret))


def _requested_page(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


async def refuse_forged_forms(request: Request) -> None:
    """Refuse a change without the CSRF token of the session (before the login: of the browser)."""
    if request.method in SAFE_METHODS:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    access = BY_ROUTE.get((request.method, request.scope["route"].path))
    if access is not None and access.tokens is not None:  # browsers never send a token on their own
        if kind != JSON:
            raise UnsupportedBody
        return
    takes_bytes = access is not None and access.takes_bytes
    if kind not in {FORM, JSON, ""} and not (takes_bytes and kind == BYTES):
        raise UnsupportedBody
    given = request.headers.get("x-csrf-token") or ""
    if not given and kind == FORM:
        given = str((await request.form()).get("csrf") or "")
    session: Session | None = request.state.session
    cookie = form_cookie(request)
    expected = session.csrf if session else csrf_of(cookie) if cookie else ""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise ForgedForm


def current_session(request: Request) -> Session:
    """Return the session of the request; only for routes that need a login."""
    return cast(Session, request.state.session)


SessionDep = Annotated[Session, Depends(current_session)]


def address_of(request: Request) -> str:
    """Return the client behind the address; behind a trusted proxy, the address that the proxy reports."""
    return client_of(request.client.host) if request.client else "-"


def render_login_form(
    request: Request, site: Site, then: str = "/", *, login: str = "", refused: str = "", status: int = 200
) -> Response:
    """Return the login page with a form that is bound to this browser.

    Args:
        then: The path to open after the login.
        login: The login to fill in.
        refused: Why the last attempt was refused.
    """
    value = form_cookie(request) or new_form_value()
    response = site.renderer.render(
        request,
        "login.html",
        status=status,
        csrf=csrf_of(value),
        next=safe_redirect(then),
        login=login,
        refused=refused,
        sign_in=site.entrance.sign_in is not None,
        office=_office_name(site),
    )
    set_form_cookie(request, response, value)
    return response


def _office_name(site: Site) -> str:
    """Return the name of the office of all places, or of the only office; ``""`` where none is declared."""
    try:
        offices = () if site.office.offices is None else site.office.offices.loaded().offices
    except SettingsRefused:
        return ""
    heads = [office for office in offices if office.places is None] or list(offices)
    return heads[0].name if len(heads) == 1 else ""


def safe_redirect(path: str) -> str:
    """Return ``path`` if it leads to a page of this application, else ``/``."""
    leads_inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if leads_inside else "/"
