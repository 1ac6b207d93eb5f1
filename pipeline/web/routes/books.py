"""What the registry holds of the cover of a book, and its correction: for supervisors, for who scans until it is read.

A correction is shown with all that hangs on the book before it is made, and ``ledger.toml`` follows it; the book and
those beside it are checked anew behind the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import (
    BookBusy,
    LedgerError,
    RegistryError,
    RegistryUnavailable,
    SchemaError,
    StorageError,
)
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import LedgerDifference, ledger_differences, ledger_words
from pipeline.registry.accounts.model import Role, Session
from pipeline.registry.tasks.model import NotYours
from pipeline.scans.inbox.book_folder import rewrite_ledger
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.scanning.covers import Cover, cover_choices, ledger_of_form, with_checked_code
from pipeline.web.scanning.place_codes import DoubtfulCode
from pipeline.web.security.authentication import SessionDep

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
    typed: Cover,
    reason: Annotated[str, Form(max_length=500)] = "",
    apply: Annotated[str, Form(max_length=3)] = "",
    sure: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Show what a correction would change, or with ``apply`` make it.

    The code of the place is doubted as for a new book where place, code or opening day change; ``sure``: a doubtful
    one that the person confirms.
    """
    known, _, _ = site.desk.cover_of_book(session.person, book_id)
    try:
        if _changes_place(typed, ledger_words(known.ledger)):
            typed = with_checked_code(site, session.person, typed, sure)
        ledger = ledger_of_form(site, typed, known.ledger.form)
        differences = ledger_differences(known.ledger, ledger)
        if not differences:
            raise RegistryError("Sổ dữ liệu đã ghi đúng như vậy; không có gì để sửa.")
        if not apply:
            return _shown(
                request,
                site,
                session,
                book_id,
                typed=typed,
                reason=reason,
                differences=differences,
                sure=sure,
            )
        site.desk.correct_book(session.person, book_id, ledger, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except (LedgerError, SchemaError, RegistryError, BookBusy) as refused:
        doubted = refused.code if isinstance(refused, DoubtfulCode) else ""
        return _shown(
            request,
            site,
            session,
            book_id,
            typed=typed,
            reason=reason,
            refused=refused.message,
            doubted=doubted,
        )
    check = BackgroundTask(site.check, book_id)
    done = _rewritten(site, known.folder_name, ledger)
    return RedirectResponse(f"/books/{book_id}?done={done}", status_code=303, background=check)


def _changes_place(typed: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Return whether a correction changes what the code of the place is compared with, or the code."""
    return any(typed[key].strip() != known[key] for key in ("place", "place_code", "opened_on", "volume"))


def _rewritten(site: Site, folder_name: str, ledger: Ledger) -> str:
    """Write the corrected cover into the folder of the book; what the page says of it then."""
    if site.uploads.books is None:
        return "corrected"
    try:
        rewrite_ledger(site.uploads.books, folder_name, ledger)
    except (LedgerError, StorageError):
        return "corrected"
    return "written"


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
    sure: str = "",
    doubted: str = "",
) -> Response:
    known, overview, corrections = site.desk.cover_of_book(session.person, book_id)
    return site.renderer.render(
        request,
        "book.html",
        status=422 if refused else 200,
        book=known,
        overview=overview,
        corrections=corrections,
        **cover_choices(site, session.person, known.ledger.form),
        words=typed or ledger_words(known.ledger),
        supervises=session.person.role is Role.SUPERVISOR,
        reason=reason,
        differences=differences,
        refused=refused,
        done=done,
        sure=sure,
        doubted=doubted,
    )
