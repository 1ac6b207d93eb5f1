"""The book of issued extracts in the database: series, lines, files, void extracts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import ColumnElement, Connection, Index, Select, UniqueConstraint, func, select

from pipeline.base.errors import RegistryError
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.database.audit import compare
from pipeline.registry.database.audit.chain import audit, row_digest, stored_lines
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.columns import (
    PROVEN,
    Json,
    ManyId,
    first_row,
    refers,
    rows_of,
    table,
)
from pipeline.registry.entries.rows import entry
from pipeline.registry.errors import NotThere
from pipeline.registry.extracts.model import IssueBook, IssuedExtract, IssueFilter


@dataclass(frozen=True, slots=True)
class IssuedExtractRow:
    """A line of the book of issued extracts.

    ``office`` and ``year`` name a series, in which ``number`` runs without gaps; ``subject``: the person whom the entry
    concerns; ``state``: the digest of the entry with all conditions of its printing (``entry_to_print``); ``said``: the
    digest of its contents (``contents_digest``), ``held``: what the office asked for, who signed (``EntryToPrint``) and
    the kind of paper, both NULL for extracts of earlier versions; ``token``: that of the form, so that a form sent
    twice issues one extract; ``issued_on``: the day on the paper.
    """

    id: ManyId
    book_id: Annotated[int, refers("book")]
    scan_sha256: str
    page_no: int
    row: int
    record: str
    office: str
    year: int
    number: int
    entry_number: str
    subject: str
    recipient: str
    reason: str
    copies: int
    signer: str
    signer_title: str
    state: str
    template_sha256: str
    pdf_sha256: str
    pdf: bytes
    token: str
    author: str
    issued_on: str
    issued_at: datetime
    said: str | None
    held: Json[dict[str, Any] | None]


issued_extract = table(
    "issued_extract",
    IssuedExtractRow,
    UniqueConstraint("office", "year", "number"),
    UniqueConstraint("token"),
    Index(None, "book_id"),
    sqlite_autoincrement=True,
    info=PROVEN,
)


@dataclass(frozen=True, slots=True)
class VoidedExtractRow:
    """An extract that the office declared void."""

    id: ManyId
    extract_id: Annotated[int, refers("issued_extract", many=True)]
    reason: str
    author: str
    voided_at: datetime


VOIDED = "extract-voided"
"""The action that declares an extract void."""

voided_extract = table(
    "voided_extract",
    VoidedExtractRow,
    UniqueConstraint("extract_id"),
    sqlite_autoincrement=True,
    info=PROVEN,
)


def last_of_series(connection: Connection, office: str, year: int) -> int:
    """Return the last number of a series, 0 if there is none."""
    mine = (issued_extract.c.office == office) & (issued_extract.c.year == year)
    return connection.scalar(select(func.max(issued_extract.c.number)).where(mine)) or 0


def last_day_of_office(connection: Connection, office: str) -> date | None:
    """Return the latest day on a valid extract of an office; None if there is none.

    If a wrong clock has dated an extract ahead, declaring it void lets the office issue again.
    """
    void = select(voided_extract.c.extract_id)
    last = connection.scalar(
        select(func.max(issued_extract.c.issued_on)).where(
            issued_extract.c.office == office, issued_extract.c.id.not_in(void)
        )
    )
    return date.fromisoformat(last) if last else None


def issued_with_token(connection: Connection, token: str) -> IssuedExtract | None:
    """Return the extract that a form has issued; None if it was not sent yet."""
    return first_row(connection, IssuedExtract, _lines().where(issued_extract.c.token == token))


def issued_extract_of(connection: Connection, extract_id: int) -> IssuedExtract:
    """Return a line of the book of issued extracts.

    Raises:
        NotThere: There is none of that id.
    """
    line = first_row(connection, IssuedExtract, _lines().where(issued_extract.c.id == extract_id))
    if line is None:
        raise NotThere(f"Không có trích lục mã {extract_id}. Hãy tải lại sổ cấp trích lục.")
    return line


def issue_book(connection: Connection, places: Collection[str] | None, wanted: IssueFilter) -> IssueBook:
    """Return lines of the book of issued extracts, the newest first.

    Args:
        places: Only books of these registration places; None: all.
    """
    asked: list[ColumnElement[bool]] = []
    if places is not None:
        asked.append(book.c.place_code.in_(sorted(places)))
    if wanted.office:
        asked.append(func.lower(issued_extract.c.office) == wanted.office.lower())
    for column, value in (
        (issued_extract.c.year, wanted.year),
        (issued_extract.c.number, wanted.number),
        (issued_extract.c.book_id, wanted.book_id),
    ):
        if value is not None:
            asked.append(column == value)
    count = connection.scalar(
        select(func.count())
        .select_from(issued_extract)
        .join(book, issued_extract.c.book_id == book.c.id)
        .where(*asked)
    )
    lines = (
        _lines().where(*asked).order_by(issued_extract.c.id.desc()).offset(wanted.start).limit(wanted.most)
    )
    return IssueBook(tuple(rows_of(connection, IssuedExtract, lines)), count or 0)


def forged_marks(connection: Connection, extract_ids: Collection[int]) -> frozenset[int]:
    """Return the extracts among these that are void by a row which is not the program's own."""
    void = select(voided_extract.c.id, voided_extract.c.extract_id)
    marks = {
        mark.id: mark.extract_id
        for mark in connection.execute(void.where(voided_extract.c.extract_id.in_(extract_ids)))
    }
    return frozenset(marks[one] for one in compare(connection, voided_extract, marks, leave=True))


def deleted_marks(connection: Connection, extract_ids: Collection[int]) -> frozenset[int]:
    """Return the extracts among these whose mark "void" somebody deleted: its last digest is still there.

    The audit says whose mark it was. Where it does not, any of them may have been void.
    """
    deleted = select(row_digest.c.row_id).where(
        row_digest.c.table_name == voided_extract.name,
        row_digest.c.digest.is_not(None),
        row_digest.c.row_id.not_in(select(voided_extract.c.id)),
    )
    left = set(connection.scalars(deleted))
    if not left:
        return frozenset()
    acts = connection.scalars(select(audit.c.id).where(audit.c.action == VOIDED)).all()
    found: set[int] = set()
    for act in stored_lines(connection, acts):
        named = {one.row_id for one in unpacked(act.rows) if one.table_name == voided_extract.name}
        if named & left:
            left -= named
            found.add(int(json.loads(act.detail)["extract"]))
    return frozenset(extract_ids if left else found & set(extract_ids))


def extract_pdf(connection: Connection, extract_id: int) -> bytes:
    """Return the file of an extract as it was issued.

    Raises:
        RowTampered: The row is not the program's own.
        RegistryError: The file was altered.
        NotThere: There is none of that id.
    """
    row = connection.execute(
        select(issued_extract.c.pdf, issued_extract.c.pdf_sha256).where(issued_extract.c.id == extract_id)
    ).first()
    if row is None:
        raise NotThere(f"Không có trích lục mã {extract_id}. Hãy tải lại sổ cấp trích lục.")
    compare(connection, issued_extract, [extract_id])
    content = bytes(row.pdf)
    if hashlib.sha256(content).hexdigest() != row.pdf_sha256:
        raise RegistryError(
            "Tệp của trích lục này đã bị sửa ngoài chương trình nên không đưa ra. Hãy báo người quản trị chạy hotich "
            "audit verify."
        )
    return content


def _lines() -> Select[Any]:
    """Return the query of ``IssuedExtract``."""
    line = issued_extract.c
    same_page = (
        (scan.c.book_id == issued_extract.c.book_id)
        & (scan.c.sha256 == issued_extract.c.scan_sha256)
        & (page.c.page_no == issued_extract.c.page_no)
    )
    standing = (
        select(entry.c.id)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(same_page, entry.c.row == issued_extract.c.row, entry.c.stands)
        .correlate(issued_extract)
        .scalar_subquery()
    )
    return (
        select(
            line.id,
            line.office,
            line.year,
            line.number,
            line.record,
            line.book_id,
            book.c.folder_name,
            line.scan_sha256,
            line.page_no,
            line.row,
            standing,
            line.entry_number,
            line.subject,
            line.recipient,
            line.reason,
            line.copies,
            line.signer,
            line.signer_title,
            line.pdf_sha256,
            line.author,
            line.issued_on,
            line.issued_at,
            func.coalesce(voided_extract.c.reason, ""),
            func.coalesce(voided_extract.c.author, ""),
            voided_extract.c.voided_at,
            line.held,
            line.state,
        )
        .join(book, issued_extract.c.book_id == book.c.id)
        .outerjoin(voided_extract, voided_extract.c.extract_id == issued_extract.c.id)
    )
