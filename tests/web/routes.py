"""The routes that an application really has, however they were added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    """Every route with a handler; mounts are told by ``mounts_of``."""
    yield from _walked(app.routes)


def mounts_of(app: FastAPI) -> list[str]:
    """The paths of what answers without passing the gate."""
    return [route.path for route in app.routes if not _is_gated(route)]  # type: ignore[attr-defined]


def _is_gated(route: Any) -> bool:
    return isinstance(route, APIRoute) or hasattr(route, "original_router")


def _walked(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _walked(route.original_router.routes)
