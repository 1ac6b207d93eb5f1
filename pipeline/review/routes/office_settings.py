"""What the office has set, to be read: it is changed in its file by who keeps the machine."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.review.context import SiteDep
from pipeline.review.supervising.office_settings import OFFICE_FILE

router = APIRouter(prefix="/settings")


@router.get("")
def show_settings(request: Request, site: SiteDep) -> Response:
    return site.renderer.render(request, "supervising/settings.html", groups=site.settings, file=OFFICE_FILE)
