"""Notices for the person of an open page, which asks for them by itself."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from pipeline.web.context import VisitDep
from pipeline.web.notices import notices_for

router = APIRouter(prefix="/notices")


@router.get("")
def show_notices(visit: VisitDep, since: Annotated[datetime | None, Query()] = None) -> Response:
    """Return what ended after ``since`` (nothing without it), what waits, and the present moment."""
    now = visit.site.now()
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=now.tzinfo)
    notices = notices_for(visit.site, visit.person, since)
    return JSONResponse(
        {
            "now": now.isoformat(),
            "ended": [asdict(one) | {"at": one.at.isoformat()} for one in notices.ended],
            "waiting": [asdict(one) for one in notices.waiting],
        }
    )
