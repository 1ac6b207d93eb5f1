"""Photographs from a telephone: the code on the screen, the page that the code opens, and the camera page."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse, Response

from pipeline.layout.imaging.qr_codes import qr_path
from pipeline.registry.accounts.logins import csrf_of
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import (
    form_cookie,
    new_form_value,
    phone_cookie,
    set_form_cookie,
    set_phone_cookie,
)

Code = Annotated[str, Path(max_length=100)]

router = APIRouter()


@router.post("/books/{book_id}/phone")
def show_code(visit: VisitDep, book_id: RowId) -> Response:
    """Show a code that lets a telephone send photographs of the book."""
    book = book_of(visit, book_id)
    address = (
        f"{visit.request.base_url}phone/{visit.site.entrance.phones.new_code(visit.session.token, book_id)}"
    )
    return visit.page(
        "phone_code.html",
        book=book,
        code=qr_path(address),
        address=address,
        is_local=is_local(visit.request.base_url.hostname or ""),
        is_plain=visit.request.base_url.scheme != "https",
    )


@router.get("/phone/{code}")
def open_by_code(visit: VisitDep, code: Code) -> Response:
    """Ask the telephone to begin; opening the page does not use up the code, as programs prefetch addresses."""
    return _code_page(visit, code, can_begin=visit.site.entrance.phones.is_code(code))


@router.post("/phone/{code}")
def use_code(visit: VisitDep, code: Code) -> Response:
    """Give the telephone its pass; the code is used up."""
    secret = visit.site.entrance.phones.use_code(code)
    if not secret:
        return _code_page(visit, code, can_begin=False)
    response = RedirectResponse("/phone", status_code=303)
    set_phone_cookie(visit.request, response, secret)
    return response


@router.get("/phone")
def show_camera(visit: VisitDep) -> Response:
    phone_pass = visit.site.entrance.phones.pass_of(phone_cookie(visit.request))
    if phone_pass is None:
        return _code_page(visit, "-", can_begin=False)
    book = book_of(visit, phone_pass.book_id)
    return visit.page("phone.html", book=book, name=visit.person.name, token=visit.session.csrf)


def _code_page(visit: Visit, code: str, *, can_begin: bool) -> Response:
    value = form_cookie(visit.request) or new_form_value()
    session = visit.request.state.session
    token = session.csrf if session else csrf_of(value)
    response = visit.page("phone_begin.html", csrf=token, code=code, can_begin=can_begin)
    set_form_cookie(visit.request, response, value)
    return response


def is_local(host: str) -> bool:
    """Return whether only the machine itself reaches this host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
