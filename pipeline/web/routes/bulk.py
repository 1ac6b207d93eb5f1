"""One act on many books: assignment, approval, packages. Each book is taken or refused for itself, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.registry.assignments.portions import Assignee
from pipeline.registry.statistics.book_states import BookState
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.assignments import day_of
from pipeline.web.scanning.book_list import BookFilter

router = APIRouter(prefix="/bulk")


class BulkForm(BookFilter):
    """An act on books.

    Attributes:
        every: Whether all books of the filter are meant; else ``books``.
        whom: ``login:…`` or ``team:…``.
        seen: Of each book to approve its id and the digest of the values that the person saw, ``id:digest``.
    """

    act: Literal["assign", "approve", "approved", "package"]
    every: bool = False
    books: list[RowId] = Field(default=[], max_length=5000)
    whom: str = Field(default="", max_length=120)
    due_on: str = Field(default="", max_length=10)
    seen: list[Annotated[str, Field(max_length=80)]] = Field(default=[], max_length=5000)
    note: str = Field(default="", max_length=500)


@router.post("")
def act(visit: VisitDep, form: Annotated[BulkForm, Form()]) -> Response:
    """Do an act on the chosen books; approval first shows the facts of each book."""
    mine = visit.registry.statistics(visit.person.places).book_states()
    chosen = set(form.books)
    books = (
        form.admitted(mine, visit.units) if form.every else [book for book in mine if book.book_id in chosen]
    )
    if form.act == "approve":
        return _page(
            visit,
            "approve",
            views=[(book, visit.desk.approval_view(visit.person, book.book_id)) for book in books],
        )
    if form.act == "package":
        return _ask_for_packages(visit, form, books)
    if form.act == "approved":
        seen = dict(one.split(":", 1) for one in form.seen if ":" in one)
        approved = [book for book in mine if str(book.book_id) in seen]
        return _page(
            visit,
            "approved",
            results=_each(
                approved,
                lambda book: visit.desk.approve_book(
                    visit.person, book.book_id, seen[str(book.book_id)], form.note
                ),
            ),
        )
    kind, _, name = form.whom.partition(":")
    whom = Assignee(team=name) if kind == "team" else Assignee(login=name)

    def assign(book: BookState) -> None:
        if not name:
            raise RegistryError("Chưa chọn người hoặc tổ nhận.")
        due_on = day_of(form.due_on)
        if whom.team:
            visit.desk.assign_share(visit.person, book.book_id, whom, None, due_on)
        else:
            visit.desk.assign_book(visit.person, book.book_id, whom.login, due_on)

    return _page(visit, "assigned", results=_each(books, assign))


def _ask_for_packages(visit: Visit, form: BulkForm, books: Sequence[BookState]) -> Response:
    for book in books:
        if visit.site.work.packages.start(book.book_id):
            visit.registry.note_view(visit.person, "package-asked", f"book:{book.book_id}")
    return RedirectResponse(f"/packages?{form.query(form.stage)}", status_code=303)


def _each(books: Sequence[BookState], act_on: Callable[[BookState], object]) -> list[tuple[BookState, str]]:
    """Do an act on each book; return each with the reason of its refusal, ``""`` where it was done."""
    results = []
    for book in books:
        try:
            act_on(book)
        except RegistryUnavailable:
            raise
        except RegistryError as refused:
            results.append((book, refused.message))
        else:
            results.append((book, ""))
    return results


def _page(visit: Visit, act_done: str, **values: Any) -> Response:
    return visit.page("books/bulk.html", act=act_done, title_of=visit.schemas.title_of, **values)
