"""The form that people log in with. It belongs to the browser that it is given to."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from pipeline.registry.accounts import csrf_of
from pipeline.review.cookies import form_cookie, fresh_form_value, give_form_cookie
from pipeline.review.site import Site


def login_form(
    request: Request, site: Site, then: str = "/", *, login: str = "", refused: str = "", status: int = 200
) -> Response:
    """The page of the form. ``then``: where it leads; ``refused``: why the one before was not taken."""
    value = form_cookie(request) or fresh_form_value()
    response = site.pages.page(
        request,
        "login.html",
        status=status,
        csrf=csrf_of(value),
        next=inside(then),
        login=login,
        refused=refused,
    )
    give_form_cookie(request, response, value)
    return response


def inside(path: str) -> str:
    """``path`` when it leads to a page of this application, else the first page."""
    leads_inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if leads_inside else "/"
