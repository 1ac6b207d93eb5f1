"""Values that left the queue as they are clear by decisions on other entries: supervisors call them back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pipeline.web.context import RowId, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/entries")


class Recalled(StrEnum):
    """What is called back: what an entry says by itself, or all that rests on it."""

    ENTRY = "entry"
    RESTING = "resting"


@router.post("/{entry_id}/recall")
def recall(
    site: SiteDep,
    session: SessionDep,
    entry_id: RowId,
    of: Annotated[Recalled, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Call clear values back, so that they wait for people."""
    taken = site.desk.recall_clear(session.person, entry_id, reason, resting=of is Recalled.RESTING)
    return RedirectResponse(f"/entries/{entry_id}?recalled={taken}", status_code=303)
