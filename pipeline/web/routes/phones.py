"""Photographs from a telephone: a code on the screen, the page that opens by it, and the page of its camera."""

from __future__ import annotations

import ipaddress
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from pipeline.layout.imaging.qr_codes import draw_qr_code
from pipeline.registry.accounts.logins import csrf_of
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import (
    SessionDep,
    form_cookie,
    new_form_value,
    phone_cookie,
    set_form_cookie,
    set_phone_cookie,
)

Code = Annotated[str, Path(max_length=100)]

router = APIRouter()


@router.post("/books/{book_id}/phone")
def show_code(request: Request, site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Show a code that lets one telephone send photographs of the book."""
    book = book_of(site, session.person, book_id)
    address = f"{request.base_url}phone/{site.phones.new_code(session.token, book_id)}"
    return site.renderer.render(
        request,
        "phone_code.html",
        book=book,
        code=qr_path(address),
        address=address,
        is_local=is_local(request.base_url.hostname or ""),
        is_plain=request.base_url.scheme != "https",
    )


@router.get("/phone/{code}")
def open_by_code(request: Request, site: SiteDep, code: Code) -> Response:
    """Ask the telephone to begin; looking alone does not use the code up, as programs look at addresses too."""
    return _code_page(request, site, code, can_begin=site.phones.is_code(code))


@router.post("/phone/{code}")
def use_code(request: Request, site: SiteDep, code: Code) -> Response:
    """Give the telephone its pass; the code is used up."""
    secret = site.phones.use_code(code)
    if not secret:
        return _code_page(request, site, code, can_begin=False)
    response = RedirectResponse("/phone", status_code=303)
    set_phone_cookie(request, response, secret)
    return response


@router.get("/phone")
def show_camera(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show the page by which a telephone takes photographs and sends them."""
    held = site.phones.pass_of(phone_cookie(request))
    if held is None:
        return _code_page(request, site, "-", can_begin=False)
    book = book_of(site, session.person, held.book_id)
    return site.renderer.render(
        request, "phone.html", book=book, name=session.person.name, token=session.csrf
    )


def _code_page(request: Request, site: Site, code: str, *, can_begin: bool) -> Response:
    value = form_cookie(request) or new_form_value()
    session = request.state.session
    token = session.csrf if session else csrf_of(value)
    response = site.renderer.render(request, "phone_begin.html", csrf=token, code=code, can_begin=can_begin)
    set_form_cookie(request, response, value)
    return response


def qr_path(text: str) -> tuple[int, str]:
    """Return the side of the QR code of a text in modules, its quiet zone included, and its ink as a path of SVG."""
    quiet = 4
    modules = draw_qr_code(text)
    ink = "".join(f"M{x + quiet} {y + quiet}h1v1h-1z" for y, x in np.argwhere(modules == 0))
    return len(modules) + 2 * quiet, ink


def is_local(host: str) -> bool:
    """Whether only the machine itself reaches that host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
