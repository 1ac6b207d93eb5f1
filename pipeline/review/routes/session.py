"""Who is logged in here, for scripts of pages that were opened before."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from pipeline.review.admission import OfSession

router = APIRouter()


@router.get("/session")
def show_session(session: OfSession) -> JSONResponse:
    """Login and the token of this session's forms."""
    return JSONResponse({"login": session.person.login, "csrf": session.csrf})
