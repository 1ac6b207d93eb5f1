"""The first page: what this person can do here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pipeline.review.site import OfSite

router = APIRouter()


@router.get("/")
def home(request: Request, site: OfSite) -> HTMLResponse:
    return site.pages.page(request, "home.html")
