"""The book of issued extracts: its lines with later changes of the entries, its files, void numbers.

A ``person`` supervises the place of the book; ``None`` is the command line, whose user the operating system admitted.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from pipeline.base.errors import RegistryError
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_supervises
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.extracts import stored_extracts
from pipeline.registry.extracts.extracts import WHAT, checked_line, with_changes_since
from pipeline.registry.extracts.model import IssueBook, IssuedExtract, IssueFilter
from pipeline.registry.extracts.stored_extracts import voided_extract
from pipeline.registry.tasks.model import NotYours


def void_extract(
    connection: Connection, extract_id: int, reason: str, *, author: str, person: Person | None = None
) -> IssuedExtract:
    """Declare an issued extract void; its number is kept with the reason and never used again.

    Raises:
        RegistryError: The extract is void already, or the reason is missing.
        NotYours: The person does not supervise the place of its book.
        NotThere: There is none of that id.
    """
    hold(connection, Whole.EXTRACTS)
    found = _seen_by(connection, extract_id, person)
    if found.is_void:
        raise RegistryError(f"Trích lục số {found.told_number} đã hủy trước đó ({found.voided_by}).")
    why = checked_line(reason, "lý do hủy")
    row = {
        "extract_id": extract_id,
        "reason": why,
        "author": author.strip(),
        "voided_at": clock.now(connection),
    }
    add(connection, voided_extract, [row])
    detail = {"extract": extract_id, "office": found.office, "number": found.told_number}
    record(connection, author.strip(), stored_extracts.VOIDED, f"book:{found.book_id}", detail)
    return stored_extracts.issued_extract_of(connection, extract_id)


def issued_extracts(
    connection: Connection,
    declared: RecordSchema,
    wanted: IssueFilter,
    *,
    author: str,
    person: Person | None = None,
) -> IssueBook:
    """Return lines of the book of issued extracts with the later changes of their entries, and record the view.

    A supervisor gets the lines of their places.

    Raises:
        NotYours: The person is no supervisor.
    """
    if person is not None and person.role is not Role.SUPERVISOR:
        raise NotYours(f"Chỉ người phụ trách mới được {WHAT}.")
    found = stored_extracts.issue_book(connection, None if person is None else person.places, wanted)
    record(connection, author, "extracts-listed", "registry", {"lines": len(found.rows)})
    return replace(found, rows=with_changes_since(connection, declared, found.rows))


def extract_file(
    connection: Connection,
    declared: RecordSchema,
    extract_id: int,
    *,
    author: str,
    person: Person | None = None,
    even_void: bool = False,
    even_outdated: bool = False,
) -> tuple[IssuedExtract, bytes]:
    """Return an issued extract with its file as issued, and record that it was taken.

    Args:
        author: The login of the person who takes it.
        even_void: Return a void extract, too.
        even_outdated: Return an extract whose entry was withdrawn or changed, too.

    Raises:
        RegistryError: The extract is void or outdated, or the file was altered.
        NotYours: The person does not supervise the place of its book.
        NotThere: There is none of that id.
    """
    (found,) = with_changes_since(connection, declared, [_seen_by(connection, extract_id, person)])
    if found.is_void and not even_void:
        raise RegistryError(
            f"Trích lục số {found.told_number} đã hủy ({found.void_reason}), nên không tải về được nữa."
        )
    if found.outdated and not even_outdated:
        raise RegistryError(
            f"Trích lục số {found.told_number} không còn đúng với sổ: {found.outdated}. Hãy hủy số này và cấp số mới "
            "nếu cấp được. Tệp đã cấp vẫn còn: sổ cấp trích lục, cột Tệp, cho lấy ra để đối chiếu."
        )
    content = stored_extracts.extract_pdf(connection, extract_id)
    subject = f"book:{found.book_id}" if found.entry_id is None else f"entry:{found.entry_id}"
    detail = {"extract": extract_id} | ({"outdated": "yes"} if found.outdated else {})
    record(connection, author, "extract-taken", subject, detail)
    return found, content


def _seen_by(connection: Connection, extract_id: int, person: Person | None) -> IssuedExtract:
    found = stored_extracts.issued_extract_of(connection, extract_id)
    if person is not None:
        check_supervises(connection, person, found.book_id, WHAT)
    return found
