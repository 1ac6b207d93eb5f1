"""Tokens of other systems: the list with their last use, revocation, and requests that a second person confirms.

Nobody makes a token alone: an administrator, who sees no entries, could read all of them with it. So a request waits
among the loosened settings, and the person who confirms it is shown the token, once.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.accounts import refuse_unknown_places
from pipeline.registry.accounts.model import AccountError
from pipeline.registry.policy_changes import PolicyAnswer, PolicyChangeRow
from pipeline.registry.publishing.api_tokens import checked_request
from pipeline.registry.publishing.model import (
    SCOPE_LABELS,
    ApiScope,
    ApiTokenError,
    NewApiToken,
    UnknownApiToken,
)
from pipeline.web.context import Visit, VisitDep
from pipeline.web.supervising.office_rules import own_rows
from pipeline.web.supervising.policy_changes import held_policies

TOKEN = "api-token:"
"""Prefix of ``seen`` of a change that makes a token; the digest of ``office.toml`` follows."""

router = APIRouter(prefix="/api-tokens")


@router.get("")
def show_tokens(visit: VisitDep) -> Response:
    return _page(visit)


class TokenForm(BaseModel):
    """A token to make; ``places``: codes, separated by spaces or commas, empty with ``everywhere``."""

    name: str = Field(default="", max_length=60)
    scopes: list[ApiScope] = Field(default=[], max_length=len(ApiScope))
    places: str = Field(default="", max_length=2000)
    everywhere: bool = False
    days: int = Field(default=90, ge=0, le=100_000)


@router.post("")
def ask_for_token(visit: VisitDep, form: Annotated[TokenForm, Form()]) -> Response:
    """Ask for a token, which a second person confirms."""
    places = None if form.everywhere else form.places.replace(",", " ").split()
    desk = visit.site.office.settings
    with visit.refusing(lambda refused: _page(visit, refused), ApiTokenError, AccountError):
        if desk is None:
            raise ApiTokenError(
                "Máy chủ này không đổi thiết lập trên trình duyệt nên chưa cấp mã ở đây được."
            )
        name, codes = checked_request(form.name, form.scopes, places, form.days)
        if name in {token.name for token in visit.site.publishing.tokens()}:
            raise ApiTokenError(
                "Tên mã truy cập này đã có; tên đã thu hồi cũng không dùng lại. Hãy chọn tên khác."
            )
        refuse_unknown_places(visit.site.accounts, codes, visit.schemas.places.gazetteer.has_code)
        scopes = "; ".join(SCOPE_LABELS[scope] for scope in sorted(form.scopes))
        where = "mọi nơi" if codes is None else f"nơi {', '.join(codes)}"
        line = f"Cấp mã truy cập “{name}” cho hệ thống khác: {scopes}; {where}; {form.days} ngày"
        text = desk.read()
        asked = {"name": name, "scopes": sorted(form.scopes), "places": codes, "days": form.days}
        visit.registry.ask_policy_change(
            held_policies(visit.site.policies, own_rows(text.text)),
            [line],
            [line],
            seen=f"{TOKEN}{text.digest}",
            text=json.dumps(asked, ensure_ascii=False),
            author=visit.person.login,
        )
    return RedirectResponse("/confirmations?asked=policy", status_code=303)


def make_asked_token(visit: Visit, change: PolicyChangeRow) -> NewApiToken:
    """Make the token of a confirmed change.

    Raises:
        ApiTokenError: It cannot be made any more, or the settings have changed since it was asked for.
    """
    desk = visit.site.office.settings
    if desk is None or change.seen != f"{TOKEN}{desk.read().digest}":
        raise ApiTokenError("Thiết lập đã đổi từ lúc xin mã này. Hãy bác rồi xin lại.")
    asked = json.loads(change.text)
    made = visit.site.publishing.create_token(
        asked["name"],
        [ApiScope(one) for one in asked["scopes"]],
        asked["places"],
        asked["days"],
        author=change.author,
    )
    visit.registry.answer_policy_change(visit.person, change.id, PolicyAnswer.CONFIRMED)
    return made


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
        asks=visit.site.office.settings is not None,
        refused=refused,
    )
