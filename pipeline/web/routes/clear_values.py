"""Recall of clear values: a supervisor returns values that left the queue because of decisions on other entries."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pipeline.web.context import RowId, VisitDep

router = APIRouter(prefix="/entries")


class Recalled(StrEnum):
    """The scope of a recall: the values of an entry, or all values that rest on the entry."""

    ENTRY = "entry"
    RESTING = "resting"


@router.post("/{entry_id}/recall")
def recall(
    visit: VisitDep,
    entry_id: RowId,
    of: Annotated[Recalled, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Recall clear values, so that they wait for people."""
    recalled = visit.desk.recall_clear(visit.person, entry_id, reason, resting=of is Recalled.RESTING)
    return RedirectResponse(f"/entries/{entry_id}?recalled={recalled}", status_code=303)
