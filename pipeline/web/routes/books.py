"""The registry's data on the cover of a book, and its correction: for supervisors, and until reading for operators.

A correction is shown with all its consequences before it is made, and ``ledger.toml`` follows it. The book and its
neighbours are checked again in the background.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import Field
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
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import NotYours
from pipeline.scans.inbox.book_folder import rewrite_ledger
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.scanning.covers import CoverForm, cover_choices, ledger_of_form, with_checked_code
from pipeline.web.scanning.place_codes import AmbiguousPlace, DoubtfulCode, PlaceChoice

router = APIRouter(prefix="/books")


@router.get("/{book_id}")
def show_book(visit: VisitDep, book_id: RowId, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    return _shown(visit, book_id, done=done)


class CorrectionForm(CoverForm):
    """A corrected cover; without ``apply`` the page shows what the correction would change."""

    reason: str = Field(default="", max_length=500)
    apply: str = Field(default="", max_length=3)


@router.post("/{book_id}")
def correct(visit: VisitDep, book_id: RowId, form: Annotated[CorrectionForm, Form()]) -> Response:
    """Show the consequences of a correction, or make it.

    As for a new book, the place code is questioned where place, code or opening day change.
    """
    known, _, _ = visit.desk.cover_of_book(visit.person, book_id)
    try:
        if _changes_place(form.words(), ledger_words(known.ledger)):
            checked = with_checked_code(visit.site, visit.person, form.words(), form.sure)
            form = form.model_copy(update=checked)
        ledger = ledger_of_form(visit.site, form.words(), known.ledger.form)
        differences = ledger_differences(known.ledger, ledger)
        if not differences:
            raise RegistryError("Sổ dữ liệu đã ghi đúng như vậy; không có gì để sửa.")
        if not form.apply:
            return _shown(visit, book_id, form, differences=differences)
        visit.desk.correct_book(visit.person, book_id, ledger, form.reason)
    except (NotYours, RegistryUnavailable):
        raise
    except (LedgerError, SchemaError, RegistryError, BookBusy) as refused:
        doubted = refused.code if isinstance(refused, DoubtfulCode) else ""
        choices = refused.choices if isinstance(refused, AmbiguousPlace) else ()
        return _shown(visit, book_id, form, refused=refused.message, doubted=doubted, choices=choices)
    check = BackgroundTask(visit.site.work.check, book_id)
    done = _rewrite_cover(visit, known.folder_name, ledger)
    return RedirectResponse(f"/books/{book_id}?done={done}", status_code=303, background=check)


def _changes_place(typed: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Return whether a correction changes the place code or a value that the code is compared with."""
    return any(typed[key].strip() != known[key] for key in ("place", "place_code", "opened_on", "volume"))


def _rewrite_cover(visit: Visit, folder_name: str, ledger: Ledger) -> str:
    """Write the corrected cover into the book's folder; return the result code for the page."""
    if visit.site.work.uploads.books is None:
        return "corrected"
    try:
        rewrite_ledger(visit.site.work.uploads.books, folder_name, ledger)
    except (LedgerError, StorageError):
        return "corrected"
    return "written"


def _shown(
    visit: Visit,
    book_id: int,
    form: CorrectionForm | None = None,
    *,
    differences: tuple[LedgerDifference, ...] = (),
    done: str = "",
    refused: str = "",
    doubted: str = "",
    choices: tuple[PlaceChoice, ...] = (),
) -> Response:
    known, overview, corrections = visit.desk.cover_of_book(visit.person, book_id)
    return visit.page(
        "book.html",
        book=known,
        overview=overview,
        copies=visit.desk.copies_of_ledger(visit.person, book_id),
        corrections=corrections,
        **cover_choices(visit.site, visit.person, known.ledger.form),
        words=form.words() if form else ledger_words(known.ledger),
        supervises=visit.person.role is Role.SUPERVISOR,
        reason=form.reason if form else "",
        differences=differences,
        refused=refused,
        done=done,
        sure=form.sure if form else "",
        doubted=doubted,
        choices=choices,
    )
