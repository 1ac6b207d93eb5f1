"""Guidelines beside a field: written by supervisors, version after version, and read at the desk.

An example is cut from a page on which nothing waits, so that its caption tells nobody what to key there. It is shown to
people of its place alone, as long as its page stands and waits for nobody; whoever writes another version carries on
the examples that they may not see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import exists, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.data_entry import corners_of
from pipeline.registry.model.desk import NotYours
from pipeline.registry.model.errors import NotThere
from pipeline.registry.model.guidelines import (
    MOST_CAPTION,
    MOST_EXAMPLES,
    MOST_LETTERS,
    GuidedField,
    Guideline,
    GuidelineExample,
)
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.model.typed_text import composed, refuse_hidden_characters
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.guidelines import guideline_of, rows_of, visible_examples
from pipeline.registry.repositories.pages import rectification_of
from pipeline.registry.repositories.permissions import check_supervises, require_text, stages
from pipeline.registry.services.desk.book_pages import check_data_entry, page_of_book
from pipeline.registry.tables.guidelines import guideline
from pipeline.registry.tables.tasks import review_task

WHAT = "sửa hướng dẫn"


def versions(context: DeskContext, person: Person, guided: GuidedField) -> tuple[Guideline, ...]:
    """Return every version of a guideline, the newest first, to a supervisor."""
    _check_writes(person)
    _check_known(context, guided)
    rows = rows_of(context.connection, guided)
    found = [guideline_of(context.connection, row, at, person) for at, row in enumerate(rows, 1)]
    return tuple(reversed(found))


def guidelines_beside(
    context: DeskContext, person: Person, record_name: str, field: str, form: str
) -> tuple[Guideline, ...]:
    """Return the guidelines that stand beside a field: that of every form, then that of this form."""
    stages(person)
    _check_known(context, GuidedField(record_name, field))
    found = []
    for one in dict.fromkeys(("", form)):
        rows = rows_of(context.connection, GuidedField(record_name, field, one))
        if rows and (rows[-1]["text"] or rows[-1]["examples"]):
            found.append(guideline_of(context.connection, rows[-1], len(rows), person))
    return tuple(one for one in found if one.text or one.examples)


def guideline_list(context: DeskContext, person: Person) -> tuple[Guideline, ...]:
    """Return the last version of every guideline that says anything, by record, field and form."""
    _check_writes(person)
    kinds = context.connection.execute(
        select(guideline.c.record, guideline.c.field, guideline.c.form)
        .distinct()
        .order_by(guideline.c.record, guideline.c.field, guideline.c.form)
    )
    found = []
    for row in kinds.all():
        rows = rows_of(context.connection, GuidedField(row.record, row.field, row.form))
        if rows[-1]["text"] or rows[-1]["examples"]:
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
        text: The text; ``""``: there is no guideline any longer, but for its examples.
        without: The numbers of examples that are left out from now on.
        seen: The number of the version that the person saw; 0: none.
        token: The same for the same form sent again.

    Raises:
        RegistryError: Somebody has written another version meanwhile, or the text is too long.
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
    if seen != (before["id"] if before else 0):
        raise RegistryError(
            "Hướng dẫn này vừa được người khác sửa. Hãy mở lại trang ở thẻ mới, so với chữ của mình rồi lưu lại."
        )
    kept = list(before["examples"]) if before else []
    shown = {one.number for one in visible_examples(context.connection, kept, person)}
    gone = shown & set(without)
    examples = [one for number, one in enumerate(kept) if number not in gone]
    if before and (text, examples) == (before["text"], before["examples"]):
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
    """Add an example to a guideline: a region of a page as it is shown, on which nothing waits for people.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: Something on the page waits, or there are as many examples as may be.
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
    examples = list(before["examples"]) if before else []
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
    _write(context, person, guided, before["text"] if before else "", [*examples, one], token)


def guideline_example(
    context: DeskContext, person: Person, guideline_id: int, number: int
) -> GuidelineExample:
    """Return an example of a version to a person who may see it; the audit records the view.

    Raises:
        NotThere: There is none, or its page is of another place, withdrawn, or waits for people again.
    """
    stages(person)
    row = (
        context.connection.execute(select(guideline).where(guideline.c.id == guideline_id)).mappings().first()
    )
    shown = () if row is None else visible_examples(context.connection, row["examples"], person)
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
    """Check that there is such a field.

    Raises:
        NotThere: There is none, or no such form.
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


def _last(context: DeskContext, guided: GuidedField) -> Mapping[str, Any] | None:
    rows = rows_of(context.connection, guided)
    return rows[-1] if rows else None


def _is_written(context: DeskContext, token: str) -> bool:
    return bool(context.connection.scalar(select(exists().where(guideline.c.token == token))))


def _write(
    context: DeskContext,
    person: Person,
    guided: GuidedField,
    text: str,
    examples: list[Mapping[str, Any]],
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
