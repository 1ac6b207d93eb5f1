"""Requests of other systems: a token in the header ``Authorization``, never a cookie; each is in the audit log."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

from pipeline.registry.publishing.model import SCOPE_LABELS, ApiScope, ApiToken
from pipeline.web.context import Site
from pipeline.web.security.access import Access
from pipeline.web.security.addresses import client_of

API = "/api/"
"""The common prefix of the API's paths."""

SCHEME = "bearer"


class TokenRequired(HTTPException):
    """The token is missing, unknown, expired or revoked; the sentence is always the same."""

    def __init__(self) -> None:
        super().__init__(
            401,
            "Thiếu mã truy cập, hoặc mã không đúng, hết hạn hay đã bị thu hồi. Hãy gửi mã ở Authorization: Bearer.",
            {"WWW-Authenticate": 'Bearer realm="hotich"'},
        )


class ScopeLacking(HTTPException):
    """The token lacks the scope of the route."""

    def __init__(self, scopes: frozenset[ApiScope]) -> None:
        labels = ", ".join(SCOPE_LABELS[scope] for scope in sorted(scopes))
        missing = " ".join(sorted(scopes))
        super().__init__(
            403,
            f"Mã truy cập này không được đọc {labels}. Hãy nhờ người quản trị cấp mã có phạm vi ấy.",
            {"WWW-Authenticate": f'Bearer realm="hotich", error="insufficient_scope", scope="{missing}"'},
        )


def token_of(request: Request, site: Site, access: Access) -> ApiToken:
    """Return the token of a permitted request, after the request was noted in the audit log.

    Raises:
        TokenRequired: No valid token was sent.
        ScopeLacking: The token is for other scopes.
        TooManyRequests: The token, or an address that guesses tokens, exceeds its rate.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    token = site.publishing.token_in_force(secret.strip()) if scheme.lower() == SCHEME else None
    if token is None:
        if secret:
            site.entrance.logins.take(f"token {client_of(request.client.host) if request.client else '-'}")
        raise TokenRequired
    site.entrance.api_requests.take(str(token.token_id))
    if access.tokens is None or access.tokens.isdisjoint(token.scopes):
        raise ScopeLacking(access.tokens or frozenset())
    site.publishing.note_read(token, access.path, _subject(request))
    return token


def _subject(request: Request) -> str:
    """Return the subject of the request by the id in its address; an invalid or too large id names the registry."""
    for name, what in (("entry_id", "entry"), ("book_id", "book")):
        number = request.path_params.get(name, "")
        if number.isascii() and number.isdecimal() and len(number) <= 10:
            return f"{what}:{int(number)}"
    return "registry"


def current_token(request: Request) -> ApiToken:
    """Return the token of the request; only for routes of the API."""
    return cast(ApiToken, request.state.api_token)


TokenDep = Annotated[ApiToken, Depends(current_token)]
