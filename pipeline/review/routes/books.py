"""What the registry holds of the cover of a book, and its correction. Only for supervisors.

A correction is shown with all that hangs on the book before it is made; the book and those beside it are checked anew
behind the answer.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from pipeline.errors import BookBusy, LedgerError, RegistryError, RegistryUnavailable, SchemaError
from pipeline.ledger import (
    LEDGER_LABELS,
    SERIES_NAMES,
    LedgerDifference,
    ledger_differences,
    ledger_from,
    ledger_words,
)
from pipeline.model import Ledger
from pipeline.registry.model.accounts import Session
from pipeline.registry.model.desk import NotYours
from pipeline.review.context import RowId, Site, SiteDep
from pipeline.review.security.authentication import SessionDep

COUNTED = ("entries", "pages")

Word = Annotated[str, Form(max_length=300)]

router = APIRouter(prefix="/books")


@router.get("/{book_id}")
def show_book(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return _shown(request, site, session, book_id, done=done)


@router.post("/{book_id}")
def correct(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    form: Word = "",
    place: Word = "",
    place_code: Word = "",
    volume: Word = "",
    opened_on: Word = "",
    closed_on: Word = "",
    entries: Word = "",
    pages: Word = "",
    series: Word = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    apply: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Show what a correction would change, or with ``apply`` make it."""
    typed = {
        "form": form, "place": place, "place_code": place_code, "volume": volume, "opened_on": opened_on,
        "closed_on": closed_on, "entries": entries, "pages": pages, "series": series,
    }  # fmt: skip
    known, _, _ = site.desk.cover_of_book(session.person, book_id)
    try:
        ledger = _ledger(site, typed)
        differences = ledger_differences(known.ledger, ledger)
        if not differences:
            raise RegistryError("Sổ dữ liệu đã ghi đúng như vậy; không có gì để sửa.")
        if not apply:
            return _shown(
                request, site, session, book_id, typed=typed, reason=reason, differences=differences
            )
        site.desk.correct_book(session.person, book_id, ledger, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except (LedgerError, SchemaError, RegistryError, BookBusy) as refused:
        return _shown(request, site, session, book_id, typed=typed, reason=reason, refused=refused.message)
    check = BackgroundTask(site.check, book_id)
    return RedirectResponse(f"/books/{book_id}?done=corrected", status_code=303, background=check)


def _ledger(site: Site, typed: dict[str, str]) -> Ledger:
    """Return the ledger that the fields of the form describe; a blank day or total is not said."""
    table: dict[str, str | int] = {key: text.strip() for key, text in typed.items() if text.strip()}
    for key in COUNTED:
        if str(table.get(key, "")).isdecimal():
            table[key] = int(table[key])
    ledger = ledger_from(table, "Bìa sổ")
    site.schemas.form(ledger.form)
    return ledger


def _shown(
    request: Request,
    site: Site,
    session: Session,
    book_id: int,
    *,
    typed: dict[str, str] | None = None,
    reason: str = "",
    differences: tuple[LedgerDifference, ...] = (),
    refused: str = "",
    done: str = "",
) -> Response:
    known, overview, corrections = site.desk.cover_of_book(session.person, book_id)
    return site.renderer.render(
        request,
        "book.html",
        status=422 if refused else 200,
        book=known,
        overview=overview,
        corrections=corrections,
        labels=LEDGER_LABELS | {"folder": "tên thư mục"},
        words=typed or ledger_words(known.ledger),
        forms=[name for name, form in sorted(site.schemas.forms.items()) if form.record],
        series_names=list(SERIES_NAMES.values()),
        reason=reason,
        differences=differences,
        refused=refused,
        done=done,
    )
