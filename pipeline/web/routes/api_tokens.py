"""Tokens of other systems, for administrators: which there are, when they were used, and an end to one.

They are made on the machine's own command line alone: an administrator, who sees no entries, could read all of them
with a token that nobody else has confirmed.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.registry.publishing.model import SCOPE_LABELS, ApiTokenError, UnknownApiToken
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/api-tokens")


@router.get("")
def show_tokens(request: Request, site: SiteDep) -> Response:
    return _page(request, site)


@router.post("/{name}/revoke")
def revoke_token(request: Request, site: SiteDep, session: SessionDep, name: str) -> Response:
    """End a token at once."""
    try:
        site.publishing.revoke_token(name, author=session.person.login)
    except UnknownApiToken:
        raise
    except ApiTokenError as refused:
        return _page(request, site, refused.message)
    return RedirectResponse("/api-tokens", status_code=303)


def _page(request: Request, site: Site, refused: str = "") -> Response:
    now = site.now()
    return site.renderer.render(
        request,
        "supervising/api_tokens.html",
        status=422 if refused else 200,
        tokens=[(one, one.holds(now)) for one in site.publishing.tokens()],
        scope_labels=SCOPE_LABELS,
        refused=refused,
    )
