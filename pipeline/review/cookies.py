"""The two cookies: one of the session, one that binds the login form to the browser before there is a session."""

from __future__ import annotations

import secrets

from fastapi import Request
from starlette.responses import Response


def session_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "hotich"), "")


def form_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "hotich-form"), "")


def give_session_cookie(request: Request, response: Response, token: str) -> None:
    _give(request, response, "hotich", token)


def take_session_cookie(request: Request, response: Response) -> None:
    _take(request, response, "hotich")


def give_form_cookie(request: Request, response: Response, value: str) -> None:
    _give(request, response, "hotich-form", value)


def take_form_cookie(request: Request, response: Response) -> None:
    _take(request, response, "hotich-form")


def fresh_form_value() -> str:
    return secrets.token_urlsafe(32)


def _name(request: Request, name: str) -> str:
    """Over TLS with the prefix that keeps other hosts and plain connections from setting it (RFC 6265bis)."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _give(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _name(request, name), value, path="/", httponly=True, samesite="lax", secure=_is_secure(request)
    )


def _take(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _name(request, name), path="/", httponly=True, samesite="lax", secure=_is_secure(request)
    )
