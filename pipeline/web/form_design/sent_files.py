"""Files that are the body of a request."""

from __future__ import annotations

from fastapi import Request

from pipeline.form_design.draft import DraftRefused
from pipeline.web.security.authentication import BYTES


async def file_in(request: Request) -> bytes:
    """Return the file in the body of a request.

    Raises:
        DraftRefused: The body is a form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BYTES:
        raise DraftRefused("Chưa có tệp nào được gửi.")
    return await request.body()
