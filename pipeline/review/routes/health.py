"""Whether the application and its registry answer; for whoever watches over the machine."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from pipeline.review.site import OfSite

router = APIRouter()


@router.get("/healthz")
def health(site: OfSite) -> PlainTextResponse:
    """``ok``; 503 with advice when the registry cannot be read."""
    site.accounts.places()
    return PlainTextResponse("ok")
