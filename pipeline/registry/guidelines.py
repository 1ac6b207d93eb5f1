"""Guidelines beside a field of the desk: supervisors write them, version after version; the last version counts.

An example is cut from a page on which nothing waits, so that its caption reveals no value that is to be keyed. It is
shown to people of its place alone, as long as its page is not withdrawn and waits for nobody; the next version keeps
the examples that its author may not see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, UniqueConstraint, exists, func, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_supervises, require_text, stages
from pipeline.registry.books.browsing import check_data_entry, page_of_book
from pipeline.registry.books.pages import rectification_of
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.data_entry.model import Corners, corners_of
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, first_row, rows_of, table
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours, TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.typed_text import composed, refuse_hidden_characters
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import covering, withdrawals_in_force


@dataclass(frozen=True, slots=True)
class GuidelineRow:
    """``form``: the form that it is for, ``""``: every form.

    ``examples``: a list of pictures, each with book, scan, page, corners (four points [x, y] in pixels of the page
    as scanned) and caption; ``token``: the same for the same form sent again.
    """

    id: Id
    record: str
    field: str
    form: str
    text: str
    examples: Json[list[dict[str, Any]]]
    account_id: int
    author: str
    written_at: datetime
    token: str


guideline = table(
    "guideline",
    GuidelineRow,
    UniqueConstraint("token"),
    Index(None, "record", "field"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


MOST_LETTERS = 4000
"""Maximum length of a guideline."""

MOST_CAPTION = 300
"""Maximum length of the caption of an example."""

MOST_EXAMPLES = 12
"""Maximum number of examples of a guideline."""


@dataclass(frozen=True, slots=True)
class GuidedField:
    """The field of a guideline. ``form``: the form of the book; ``""``: every form."""

    record: str
    field: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class GuidelineExample:
    """A picture that shows how a field is keyed.

    Attributes:
        number: Its position in the guideline, from 0.
    """

    number: int
    book_id: int
    ref: PageRef
    corners: Corners
    caption: str


@dataclass(frozen=True, slots=True)
class Guideline:
    """One version of the guideline of a field.

    Attributes:
        guideline_id: The id of this version.
        version: The number of versions up to this one.
        examples: The examples that the person may see and whose page stands.
        author: The login of the author of this version.
    """

    guideline_id: int
    guided: GuidedField
    version: int
    text: str
    examples: tuple[GuidelineExample, ...]
    author: str
    written_at: datetime


def _versions(connection: Connection, guided: GuidedField) -> list[GuidelineRow]:
    """Return all versions, oldest first."""
    query = (
        select(guideline)
        .where(
            guideline.c.record == guided.record,
            guideline.c.field == guided.field,
            guideline.c.form == guided.form,
        )
        .order_by(guideline.c.id)
    )
    return rows_of(connection, GuidelineRow, query)


def guided_fields(connection: Connection, record: str, form: str) -> frozenset[str]:
    """Return the fields that have a guideline for a form, or for every form."""
    last = (
        select(func.max(guideline.c.id))
        .where(guideline.c.record == record, or_(guideline.c.form == "", guideline.c.form == form))
        .group_by(guideline.c.field, guideline.c.form)
    )
    rows = rows_of(connection, GuidelineRow, select(guideline).where(guideline.c.id.in_(last)))
    return frozenset(row.field for row in rows if row.text or row.examples)


def guideline_of(connection: Connection, row: GuidelineRow, version: int, person: Person) -> Guideline:
    """Return a row as a version, with the examples that a person may see."""
    return Guideline(
        row.id,
        GuidedField(row.record, row.field, row.form),
        version,
        row.text,
        visible_examples(connection, row, person),
        row.author,
        row.written_at,
    )


def visible_examples(
    connection: Connection, row: GuidelineRow, person: Person
) -> tuple[GuidelineExample, ...]:
    """Return the examples of books of a person's places whose page stands and waits for nobody.

    A page may wait again after an example was cut from it; its caption would then reveal a value that is to be keyed.
    """
    examples = [_example(number, stored) for number, stored in enumerate(row.examples)]
    if not examples:
        return ()
    ids = {one.book_id for one in examples}
    books = connection.execute(select(book.c.id, book.c.place_code).where(book.c.id.in_(ids)))
    places: dict[int, str] = dict(books.tuples().all())
    gone = withdrawals_in_force(connection, sorted(ids))
    waiting = _waiting_pages(connection, {one.ref.scan_sha256 for one in examples})
    return tuple(
        one
        for one in examples
        if one.book_id in places
        and person.may_see(places[one.book_id])
        and covering(gone, RegistryPart(one.book_id, one.ref.scan_sha256, one.ref.page_no)) is None
        and (one.book_id, one.ref) not in waiting
    )


def _example(number: int, stored: Mapping[str, Any]) -> GuidelineExample:
    return GuidelineExample(
        number,
        stored["book_id"],
        PageRef(stored["scan_sha256"], stored["page_no"]),
        tuple((x, y) for x, y in stored["corners"]),
        stored["caption"],
    )


def _waiting_pages(connection: Connection, scans: Collection[str]) -> frozenset[tuple[int, PageRef]]:
    """Return the pages of these scans on which a task is open, each with its book."""
    rows = connection.execute(
        select(scan.c.book_id, scan.c.sha256, page.c.page_no)
        .join_from(scan, page, page.c.scan_id == scan.c.id)
        .join(review_task, review_task.c.page_id == page.c.id)
        .where(scan.c.sha256.in_(scans), review_task.c.state == TaskState.OPEN)
    )
    return frozenset((book_id, PageRef(sha256, page_no)) for book_id, sha256, page_no in rows)


WHAT = "sửa hướng dẫn"


def versions(context: DeskContext, person: Person, guided: GuidedField) -> tuple[Guideline, ...]:
    """Return all versions of a guideline, newest first, to a supervisor."""
    _check_writes(person)
    _check_known(context, guided)
    rows = _versions(context.connection, guided)
    found = [guideline_of(context.connection, row, at, person) for at, row in enumerate(rows, 1)]
    return tuple(reversed(found))


def guidelines_beside(
    context: DeskContext, person: Person, record_name: str, field: str, form: str
) -> tuple[Guideline, ...]:
    """Return the guidelines of a field: that of every form, then that of this form."""
    stages(person)
    _check_known(context, GuidedField(record_name, field))
    found = []
    for one in dict.fromkeys(("", form)):
        rows = _versions(context.connection, GuidedField(record_name, field, one))
        if rows and (rows[-1].text or rows[-1].examples):
            found.append(guideline_of(context.connection, rows[-1], len(rows), person))
    return tuple(one for one in found if one.text or one.examples)


def guideline_list(context: DeskContext, person: Person) -> tuple[Guideline, ...]:
    """Return the last version of every guideline that is not empty, by record, field and form."""
    _check_writes(person)
    kinds = context.connection.execute(
        select(guideline.c.record, guideline.c.field, guideline.c.form)
        .distinct()
        .order_by(guideline.c.record, guideline.c.field, guideline.c.form)
    )
    found = []
    for kind in kinds.all():
        rows = _versions(context.connection, GuidedField(*kind))
        if rows[-1].text or rows[-1].examples:
            found.append(guideline_of(context.connection, rows[-1], len(rows), person))
    return tuple(found)


def write_guideline(
    context: DeskContext,
    person: Person,
    guided: GuidedField,
    text: str,
    *,
    without: Collection[int],
    seen: int,
    token: str,
) -> None:
    """Write another version of a guideline.

    Args:
        person: The supervisor.
        text: ``""``: the guideline has only examples.
        without: The numbers of the examples to remove.
        seen: The id of the version that the person saw; 0: none.
        token: The same for the same form sent again.

    Raises:
        RegistryError: Another version was written meanwhile, or the text is too long.
    """
    _check_writes(person)
    _check_known(context, guided)
    refuse_hidden_characters(text, "hướng dẫn")
    text = composed(text.replace("\r\n", "\n").strip())
    if len(text) > MOST_LETTERS:
        raise RegistryError(
            f"Hướng dẫn dài {len(text)} chữ, nhiều nhất là {MOST_LETTERS}. Hãy viết ngắn lại."
        )
    hold(context.connection, Whole.GUIDELINES)
    if _is_written(context, token):
        return
    before = _last(context, guided)
    if seen != (before.id if before else 0):
        raise RegistryError(
            "Hướng dẫn này vừa được người khác sửa. Hãy mở lại trang ở thẻ mới, so với chữ của mình rồi lưu lại."
        )
    kept = before.examples if before else []
    shown = {one.number for one in visible_examples(context.connection, before, person)} if before else set()
    gone = shown & set(without)
    examples = [one for number, one in enumerate(kept) if number not in gone]
    if before and (text, examples) == (before.text, before.examples):
        return
    _write(context, person, guided, text, examples, token)


def add_example(
    context: DeskContext,
    person: Person,
    guided: GuidedField,
    book_id: int,
    ref: PageRef,
    region: Box,
    caption: str,
    token: str,
) -> None:
    """Add an example to a guideline: a region of a page without open tasks, as it is shown.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: The page has an open task, or the guideline has the maximum number of examples.
    """
    check_supervises(context.connection, person, book_id, WHAT)
    _check_known(context, guided)
    caption = composed(require_text(caption, "lời ghi dưới ảnh"))
    if len(caption) > MOST_CAPTION:
        raise RegistryError(f"Lời ghi dưới ảnh dài {len(caption)} chữ, nhiều nhất là {MOST_CAPTION}.")
    page_there = page_of_book(context.connection, check_data_entry(context.connection, person, book_id), ref)
    opened = (review_task.c.page_id == page_there.page_id) & (review_task.c.state == TaskState.OPEN)
    if page_there.page_id is None or context.connection.scalar(select(exists().where(opened))):
        raise RegistryError(
            "Trang này còn nhiệm vụ chờ rà soát, nên ví dụ có thể nói trước chữ phải gõ. "
            "Hãy lấy ví dụ từ trang đã xong."
        )
    hold(context.connection, Whole.GUIDELINES)
    if _is_written(context, token):
        return
    before = _last(context, guided)
    examples = before.examples if before else []
    if len(examples) >= MOST_EXAMPLES:
        raise RegistryError(f"Hướng dẫn đã có {MOST_EXAMPLES} ví dụ. Hãy bỏ bớt một ví dụ trước.")
    straight = rectification_of(context.connection, book_id, ref)
    corners = corners_of(region, None if straight is None else straight.matrix)
    one = {
        "book_id": book_id,
        "scan_sha256": ref.scan_sha256,
        "page_no": ref.page_no,
        "corners": [list(point) for point in corners],
        "caption": caption,
    }
    _write(context, person, guided, before.text if before else "", [*examples, one], token)


def guideline_example(
    context: DeskContext, person: Person, guideline_id: int, number: int
) -> GuidelineExample:
    """Return an example of a version to a person who may see it; the audit records the view.

    Raises:
        NotThere: There is no such example, or its page is of another place, withdrawn, or has an open task again.
    """
    stages(person)
    row = first_row(context.connection, GuidelineRow, select(guideline).where(guideline.c.id == guideline_id))
    shown = () if row is None else visible_examples(context.connection, row, person)
    found = next((one for one in shown if one.number == number), None)
    if found is None:
        raise NotThere(
            "Không có ví dụ này, hoặc trang của nó đã được thu hồi hay đang chờ rà soát lại. Hãy tải lại trang."
        )
    record(context.connection, person.login, "example-shown", f"guideline:{guideline_id}", {"number": number})
    return found


def _check_writes(person: Person) -> None:
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới được sửa hướng dẫn.")


def _check_known(context: DeskContext, guided: GuidedField) -> None:
    """Check that field and form exist.

    Raises:
        NotThere: The field or the form does not exist.
    """
    schemas = context.declared.schemas
    spec = schemas.records.get(guided.record)
    form = schemas.forms.get(guided.form)
    if (
        spec is None
        or guided.field not in spec.by_name
        or (guided.form and (form is None or form.record != guided.record))
    ):
        raise NotThere("Không có ô này. Hãy mở lại từ trang Hướng dẫn.")


def _last(context: DeskContext, guided: GuidedField) -> GuidelineRow | None:
    rows = _versions(context.connection, guided)
    return rows[-1] if rows else None


def _is_written(context: DeskContext, token: str) -> bool:
    return bool(context.connection.scalar(select(exists().where(guideline.c.token == token))))


def _write(
    context: DeskContext,
    person: Person,
    guided: GuidedField,
    text: str,
    examples: list[dict[str, Any]],
    token: str,
) -> None:
    row = {
        "record": guided.record,
        "field": guided.field,
        "form": guided.form,
        "text": text,
        "examples": examples,
        "account_id": person.account_id,
        "author": person.login,
        "written_at": context.now,
        "token": token,
    }
    add(context.connection, guideline, [row])
    subject = ":".join(filter(None, ("guideline", guided.record, guided.field, guided.form)))
    record(context.connection, person.login, "guideline-written", subject, {"examples": len(examples)})
