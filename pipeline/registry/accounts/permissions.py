"""Permissions at the desk; every function that hands out or takes back work checks them first."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.books.rows import book
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.typed_text import refuse_hidden_characters

STAGES: Mapping[Role, tuple[Stage, ...]] = {
    Role.OPERATOR: (),
    Role.REVIEWER: (Stage.REVIEW,),
    Role.CHECKER: (Stage.THIRD, Stage.CHECK, Stage.REVIEW),
    Role.SUPERVISOR: (Stage.SUPERVISOR, Stage.THIRD, Stage.CHECK, Stage.REVIEW),
    Role.ADMINISTRATOR: (),
}
"""The stages of each role in the order in which its tasks are handed out: tasks nearest to their end first."""

SEARCHES = frozenset({Role.CHECKER, Role.SUPERVISOR})
"""Roles that may search entries across books."""

TICKETS = frozenset({Role.OPERATOR, Role.SUPERVISOR})
"""Roles that see and close rescan tickets."""


def stages(person: Person, wanted: Stage | None = None) -> tuple[Stage, ...]:
    """Return the stages at which this person may work, or ``wanted`` alone.

    Raises:
        NotYours: The person may not work at it.
    """
    allowed = STAGES[person.role]
    if not allowed:
        raise NotYours("Tài khoản này không rà soát. Hãy đăng nhập bằng tài khoản của người rà soát.")
    if wanted is None:
        return allowed
    if wanted not in allowed:
        raise NotYours("Tài khoản này không được nhận nhiệm vụ ở bước đó. Hãy chọn bước khác.")
    return (wanted,)


def check_place(person: Person, place_code: str) -> None:
    """Check that the person may see the books of a place.

    Raises:
        NotYours: They may not.
    """
    if not person.may_see(place_code):
        raise NotYours("Quyển sổ này thuộc nơi đăng ký mà tài khoản này không được xem.")


def check_supervises(connection: Connection, person: Person, book_id: int, what: str) -> None:
    """Check that the person is a supervisor of the place of a book.

    Args:
        what: What they want to do, for the message: ``"thu hồi"``.

    Raises:
        NotYours: The person is no supervisor, or the book belongs to another place.
        NotThere: There is no such book.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours(f"Chỉ người phụ trách mới được {what}.")
    check_place_of_book(connection, person, book_id)


def check_place_of_book(connection: Connection, person: Person, book_id: int) -> None:
    """Check that the person may see a book.

    Raises:
        NotYours: It belongs to another place.
        NotThere: There is no such book.
    """
    place_code = connection.scalar(select(book.c.place_code).where(book.c.id == book_id))
    if place_code is None:
        raise NotThere(f"Không có quyển sổ số {book_id}. Hãy tải lại danh sách.")
    check_place(person, place_code)


def check_tickets(person: Person) -> None:
    """Check that the person may work with rescan tickets.

    Raises:
        NotYours: They may not.
    """
    if person.role not in TICKETS:
        raise NotYours("Chỉ người quét sổ và người phụ trách xem được yêu cầu quét lại.")


def require_text(words: str, what: str) -> str:
    """Return a text without surrounding space.

    Raises:
        RegistryError: The text is empty or holds hidden characters; ``what`` names it in the message.
    """
    refuse_hidden_characters(words, what)
    if not words.strip():
        raise RegistryError(f"Chưa ghi {what}. Hãy ghi một câu ngắn rồi gửi lại.")
    return words.strip()


def in_sight(person: Person) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that the person may see its book."""
    return true() if person.places is None else review_task.c.place_code.in_(sorted(person.places))
