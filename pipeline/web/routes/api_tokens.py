"""Tokens of other systems, for administrators: the list of tokens with their last use, and revocation.

Tokens are made only on the machine's command line: an administrator, who sees no entries, could read all of them
with a token that nobody else has confirmed.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from pipeline.registry.publishing.model import SCOPE_LABELS, ApiTokenError, UnknownApiToken
from pipeline.web.context import Visit, VisitDep

router = APIRouter(prefix="/api-tokens")


@router.get("")
def show_tokens(visit: VisitDep) -> Response:
    return _page(visit)


@router.post("/{name}/revoke")
def revoke_token(visit: VisitDep, name: str) -> Response:
    """Revoke a token at once."""
    try:
        visit.site.publishing.revoke_token(name, author=visit.person.login)
    except UnknownApiToken:
        raise
    except ApiTokenError as refused:
        return _page(visit, refused.message)
    return RedirectResponse("/api-tokens", status_code=303)


def _page(visit: Visit, refused: str = "") -> Response:
    now = visit.site.now()
    return visit.page(
        "supervising/api_tokens.html",
        tokens=[(token, token.holds(now)) for token in visit.site.publishing.tokens()],
        scope_labels=SCOPE_LABELS,
        refused=refused,
    )
