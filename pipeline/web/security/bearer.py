"""Requests of other systems: a token in the header ``Authorization``, never a cookie; each request in the audit."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

from pipeline.registry.publishing.model import SCOPE_LABELS, ApiScope, ApiToken
from pipeline.web.context import Site
from pipeline.web.security.access import Access
from pipeline.web.security.addresses import client_of

API = "/api/"
"""Where the paths of the API begin."""

SCHEME = "bearer"


class TokenRequired(HTTPException):
    """There is no token, or it is unknown, over or revoked: always the same sentence."""

    def __init__(self) -> None:
        super().__init__(
            401,
            "Thiếu mã truy cập, hoặc mã không đúng, hết hạn hay đã bị thu hồi. Hãy gửi mã ở Authorization: Bearer.",
            {"WWW-Authenticate": 'Bearer realm="hotich"'},
        )


class ScopeLacking(HTTPException):
    """The token is not for what is asked."""

    def __init__(self, scopes: frozenset[ApiScope]) -> None:
        labels = ", ".join(SCOPE_LABELS[one] for one in sorted(scopes))
        wanted = " ".join(sorted(scopes))
        super().__init__(
            403,
            f"Mã truy cập này không được đọc {labels}. Hãy nhờ người quản trị cấp mã có phạm vi ấy.",
            {"WWW-Authenticate": f'Bearer realm="hotich", error="insufficient_scope", scope="{wanted}"'},
        )


def token_of(request: Request, site: Site, access: Access) -> ApiToken:
    """Return the token of a request that may read what it asks for, after the audit was told.

    Raises:
        TokenRequired: There is none in force.
        ScopeLacking: It is for something else.
        TooManyRequests: It, or whoever guesses at this address, asks too often.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    found = site.publishing.token_in_force(secret.strip()) if scheme.lower() == SCHEME else None
    if found is None:
        if secret:
            site.logins.take(f"token {client_of(request.client.host) if request.client else '-'}")
        raise TokenRequired
    site.api_requests.take(str(found.token_id))
    if access.tokens is None or access.tokens.isdisjoint(found.scopes):
        raise ScopeLacking(access.tokens or frozenset())
    site.publishing.note_read(found, access.path, _subject(request))
    return found


def _subject(request: Request) -> str:
    """Return what is read, by the number in the address; what is none, or too large, names nothing."""
    for name, what in (("entry_id", "entry"), ("book_id", "book")):
        number = request.path_params.get(name, "")
        if number.isascii() and number.isdecimal() and len(number) <= 10:
            return f"{what}:{int(number)}"
    return "registry"


def current_token(request: Request) -> ApiToken:
    """Return the token of the request; only for routes of the API."""
    return cast(ApiToken, request.state.api_token)


TokenDep = Annotated[ApiToken, Depends(current_token)]
