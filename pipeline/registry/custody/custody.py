"""Physical books are described, handed over by notes that both sides sign, and looked up with their holders.

A ``person`` scans or supervises at the place of the books; ``None`` is the command line, whose user the operating
system admitted. Rows that are not the program's own count for nothing, and the audit tells of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, func, select

from pipeline.base.errors import RegistryError
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, check_tickets, require_text
from pipeline.registry.books.rows import book, scan
from pipeline.registry.custody.model import (
    SIDES,
    BookCustody,
    BookDescription,
    CustodyAct,
    CustodyNote,
    CustodyOrder,
    CustodyParty,
    CustodySignature,
    Direction,
    NotedBook,
)
from pipeline.registry.custody.rows import (
    CustodyActRow,
    CustodyNoteRow,
    PhysicalBookRow,
    custody_act,
    custody_note,
    physical_book,
)
from pipeline.registry.custody.stored_descriptions import AlteredRows, own_descriptions, unproven_with
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, compare, record
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.typed_text import composed, refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, scan_stands


def _told(connection: Connection, table: Table, ids: Sequence[int]) -> Collection[int]:
    """Return the rows that are not the program's own; the audit tells of them."""
    return compare(connection, table, ids, leave=True)


LONGEST = 300
MOST_PAGES = 5_000
"""The largest number of pages that a bound book can have."""


def describe_books(
    connection: Connection,
    declared: RecordSchema,
    books: Sequence[BookDescription],
    *,
    author: str,
    person: Person | None = None,
) -> int:
    """Record the descriptions of physical books; return how many are new or differ from the last ones.

    Raises:
        RegistryError: A description is not usable; nothing is recorded.
        NotYours: A book, or a book in the registry with its folder name, belongs to another place.
    """
    hold(connection, Whole.CUSTODY)
    known = _described(connection)
    rows = []
    for one in books:
        asked = _checked(declared, one)
        before = known.get(asked.folder_name)
        for place in {asked.place_code, asked.place_code if before is None else before.place_code}:
            _check_person(person, place)
        _check_folder(connection, person, asked.folder_name)
        if before is None or _description(before) != asked:
            rows.append(asdict(asked) | {"author": author, "described_at": clock.now(connection)})
    if rows:
        add(connection, physical_book, rows)
        record(connection, author, "books-described", "registry", {"books": len(rows)})
    return len(rows)


def make_custody_note(
    connection: Connection, order: CustodyOrder, *, author: str, person: Person | None = None
) -> CustodyNote:
    """Make a handover note, which counts once both sides have signed it.

    Raises:
        RegistryError: A book is unknown, not where it is to leave from, or on another note that waits; or the books
            are of several places, a party is not named, or the days do not fit.
    """
    hold(connection, Whole.CUSTODY)
    there = {one.description.folder_name: one for one in books_in_custody(connection, person)}
    if not order.folder_names:
        raise RegistryError("Chưa chọn quyển nào. Hãy chọn ít nhất một quyển sổ.")
    asked = []
    for name in dict.fromkeys(order.folder_names):
        if name not in there:
            raise RegistryError(f"Chưa kê khai quyển “{name[:80]}”. Hãy kê khai sổ trước rồi lập phiếu.")
        _check_movable(there[name], order.direction)
        asked.append(there[name].description)
    places = {one.place_code for one in asked}
    if len(places) > 1:
        raise RegistryError("Một phiếu chỉ gồm sổ của một nơi đăng ký. Hãy lập mỗi nơi một phiếu.")
    if order.due_on is not None and order.due_on < order.handed_on:
        raise RegistryError("Hẹn trả trước ngày giao. Hãy chọn lại ngày.")
    conditions = order.conditions or {}
    noted = [
        NotedBook(
            one.folder_name,
            one.record,
            one.volume,
            one.shelf,
            one.box,
            _line(conditions.get(one.folder_name, one.condition), "tình trạng"),
            one.pages,
        )
        for one in asked
    ]
    row = {
        "place_code": places.pop(),
        "direction": order.direction,
        "books": [asdict(one) for one in noted],
        "giver": asdict(_party(order.giver, "bên giao")),
        "receiver": asdict(_party(order.receiver, "bên nhận")),
        "handed_on": order.handed_on.isoformat(),
        "due_on": ""
        if order.due_on is None or order.direction is Direction.BACK
        else order.due_on.isoformat(),
        "remark": _line(order.remark, "ghi chú"),
        "author": author,
        "made_at": clock.now(connection),
    }
    (note_id,) = add(connection, custody_note, [row])
    detail = {"books": len(noted), "direction": order.direction}
    record(connection, author, "custody-noted", f"custody:{note_id}", detail)
    return custody_note_of(connection, note_id, person)


def sign_custody_note(
    connection: Connection,
    note_id: int,
    side: CustodyAct,
    *,
    author: str,
    person: Person | None = None,
    name: str = "",
) -> CustodyNote:
    """Sign a note for one side.

    Args:
        name: Who has signed on paper, which a supervisor records; ``""``: the person signs here.

    Raises:
        RegistryError: The side has signed, the note is cancelled, or the same account signs for both sides.
        NotYours: The person does not scan or supervise at the place.
    """
    hold(connection, Whole.CUSTODY)
    note = custody_note_of(connection, note_id, person)
    if not note.is_open or side in note.acts or side not in SIDES:
        raise RegistryError(
            f"Phiếu số {note_id} không còn chờ {SIDES.get(side, side)} ký. Hãy tải lại trang."
        )
    on_paper = bool(name.strip())
    if on_paper and person is not None and person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách ghi nhận chữ ký trên giấy.")
    if not on_paper and any(not act.on_paper and act.author == author for act in note.acts.values()):
        raise RegistryError(
            "Tài khoản này đã ký cho bên kia. Người của bên còn lại phải ký bằng tài khoản của mình, hoặc ký trên giấy "
            "rồi người phụ trách ghi nhận."
        )
    signer = _line(name, "người ký trên giấy") if on_paper else (author if person is None else person.name)
    _act(connection, note_id, side, author, name=signer, on_paper=on_paper)
    record(connection, author, "custody-signed", f"custody:{note_id}", {"side": side, "paper": on_paper})
    return custody_note_of(connection, note_id, person)


def cancel_custody_note(
    connection: Connection, note_id: int, reason: str, *, author: str, person: Person | None = None
) -> CustodyNote:
    """Cancel a note that not both sides have signed.

    Raises:
        RegistryError: Both sides have signed, it is cancelled already, or no reason is given.
    """
    hold(connection, Whole.CUSTODY)
    note = custody_note_of(connection, note_id, person)
    if not note.is_open:
        raise RegistryError(f"Phiếu số {note_id} đã đủ chữ ký hoặc đã hủy nên không hủy được nữa.")
    _act(
        connection,
        note_id,
        CustodyAct.CANCELLED,
        author,
        reason=require_text(_line(reason, "lý do"), "lý do hủy phiếu"),
    )
    record(connection, author, "custody-cancelled", f"custody:{note_id}")
    return custody_note_of(connection, note_id, person)


def custody_note_of(connection: Connection, note_id: int, person: Person | None = None) -> CustodyNote:
    """Return a note, all of whose rows are the program's own.

    Raises:
        RowTampered: A row of it was changed or added behind the program's back.
        NotThere: There is none of that id.
        NotYours: It is of another place.
    """
    note = next((one for one in _notes(connection, note_id)), None)
    if note is None:
        raise NotThere(f"Không có phiếu giao nhận số {note_id}. Hãy tải lại danh sách.")
    _check_person(person, note.place_code)
    compare(connection, custody_note, [note_id])
    compare(
        connection,
        custody_act,
        connection.scalars(select(custody_act.c.id).where(custody_act.c.note_id == note_id)),
    )
    return note


def custody_notes(connection: Connection, person: Person | None = None) -> tuple[CustodyNote, ...]:
    """Return the notes of the places that this person may see, newest first."""
    notes = reversed(_notes(connection, altered=_told))
    return tuple(note for note in notes if _sees(person, note.place_code))


def books_in_custody(
    connection: Connection, person: Person | None = None, *, altered: AlteredRows = _told
) -> tuple[BookCustody, ...]:
    """Return the described books of the places that this person may see, by place and folder name, with holders.

    Args:
        altered: Which rows are not the program's own; the usual one needs a transaction that writes.
    """
    scanned = (
        select(scan.c.book_id, func.sum(scan.c.pages).label("pages"))
        .where(scan_stands)
        .group_by(scan.c.book_id)
        .subquery()
    )
    stored = {
        (name, place): (book_id, pages or 0)
        for name, place, book_id, pages in connection.execute(
            select(book.c.folder_name, book.c.place_code, book.c.id, scanned.c.pages)
            .outerjoin(scanned, scanned.c.book_id == book.c.id)
            .where(book_stands)
        )
    }
    moves: dict[str, list[tuple[CustodyNote, NotedBook]]] = defaultdict(list)
    waits: dict[str, CustodyNote] = {}
    notes = _notes(connection, altered=altered)
    for note in sorted((one for one in notes if one.is_signed), key=lambda one: (one.signed_at, one.note_id)):
        for noted in note.books:
            moves[noted.folder_name].append((note, noted))
    for note in notes:
        if note.is_open:
            waits |= {noted.folder_name: note for noted in note.books}
    found = []
    described = _described(connection, altered).items()
    for name, row in sorted(described, key=lambda pair: (pair[1].place_code, pair[0])):
        if _sees(person, row.place_code):
            book_id, pages = stored.get((name, row.place_code), (None, 0))
            last = moves[name][-1][0] if moves[name] else None
            conditions = [noted.condition for _, noted in moves[name][-2:]]
            found.append(
                BookCustody(
                    _description(row),
                    row.described_at,
                    row.author,
                    book_id,
                    pages,
                    last if last is not None and last.direction is Direction.OUT else None,
                    waits.get(name),
                    conditions[-1] if len(set(conditions)) > 1 else "",
                )
            )
    return tuple(found)


def late_books(
    connection: Connection, key: Key | None, today: date, person: Person | None = None
) -> tuple[BookCustody, ...]:
    """Return the books that have not come back by their day."""
    books = books_in_custody(connection, person, altered=unproven_with(key))
    return tuple(one for one in books if one.is_late(today))


def _check_movable(custody: BookCustody, direction: Direction) -> None:
    name = custody.description.folder_name
    if custody.open_note is not None:
        raise RegistryError(
            f"Quyển “{name}” đang ở phiếu số {custody.open_note.note_id} chưa ký đủ. Hãy ký hoặc hủy phiếu ấy."
        )
    if direction is Direction.OUT and custody.out is not None:
        raise RegistryError(
            f"Quyển “{name}” đang do {custody.out.receiver} giữ, chưa trả. Hãy lập phiếu nhận lại trước."
        )
    if direction is Direction.BACK and custody.out is None:
        raise RegistryError(f"Quyển “{name}” không giao cho ai nên không nhận lại được.")


def _act(
    connection: Connection,
    note_id: int,
    act: CustodyAct,
    author: str,
    *,
    name: str = "",
    on_paper: bool = False,
    reason: str = "",
) -> None:
    row = {"note_id": note_id, "act": act, "name": name, "on_paper": on_paper, "reason": reason}
    add(connection, custody_act, [row | {"author": author, "acted_at": clock.now(connection)}])


def _notes(
    connection: Connection, note_id: int | None = None, *, altered: AlteredRows | None = None
) -> list[CustodyNote]:
    """Return notes, oldest first; of an act of no known kind nothing follows."""
    query, of_notes = select(custody_note).order_by(custody_note.c.id), select(custody_act)
    if note_id is not None:
        query = query.where(custody_note.c.id == note_id)
        of_notes = of_notes.where(custody_act.c.note_id == note_id)
    noted, acted = rows_of(connection, CustodyNoteRow, query), rows_of(connection, CustodyActRow, of_notes)
    if altered is not None:
        not_own = altered(connection, custody_note, [row.id for row in noted])
        noted = [row for row in noted if row.id not in not_own]
        not_own = altered(connection, custody_act, [row.id for row in acted])
        acted = [row for row in acted if row.id not in not_own]
    acts: dict[int, dict[CustodyAct, CustodySignature]] = defaultdict(dict)
    for one in acted:
        if one.act in list(CustodyAct):
            acts[one.note_id][CustodyAct(one.act)] = CustodySignature(
                one.name, one.on_paper, one.reason, one.author, one.acted_at
            )
    return [
        CustodyNote(
            row.id,
            row.place_code,
            Direction(row.direction),
            tuple(NotedBook(**one) for one in row.books),
            CustodyParty(**row.giver),
            CustodyParty(**row.receiver),
            date.fromisoformat(row.handed_on),
            date.fromisoformat(row.due_on) if row.due_on else None,
            row.remark,
            row.author,
            row.made_at,
            acts[row.id],
        )
        for row in noted
        if row.direction in list(Direction)
    ]


def _described(connection: Connection, altered: AlteredRows = _told) -> Mapping[str, PhysicalBookRow]:
    """Return the last description of each book that is the program's own."""
    return {row.folder_name: row for row in own_descriptions(connection, altered)}


def _description(row: PhysicalBookRow) -> BookDescription:
    return BookDescription(
        row.folder_name, row.place_code, row.record, row.volume, row.shelf, row.box, row.condition, row.pages
    )


def _checked(declared: RecordSchema, asked: BookDescription) -> BookDescription:
    named = {
        "folder_name": "tên thư mục",
        "place_code": "mã nơi đăng ký",
        "volume": "quyển số",
        "shelf": "kệ",
        "box": "hộp",
        "condition": "tình trạng",
    }
    lines: dict[str, Any] = {key: _line(getattr(asked, key), what) for key, what in named.items()}
    checked = replace(asked, **lines)
    for key in ("folder_name", "place_code", "volume"):
        require_text(getattr(checked, key), f"{named[key]} của quyển “{checked.folder_name}”")
    if checked.record not in declared.schemas.records:
        raise RegistryError(
            f"Quyển “{checked.folder_name}”: không có loại sổ “{checked.record[:40]}”. Hãy chọn lại loại sổ."
        )
    if checked.pages is not None and not 0 < checked.pages <= MOST_PAGES:
        raise RegistryError(
            f"Quyển “{checked.folder_name}”: số trang phải từ 1 đến {MOST_PAGES}. Hãy đếm lại."
        )
    return checked


def _party(party: CustodyParty, what: str) -> CustodyParty:
    office, name = _line(party.office, f"cơ quan {what}"), _line(party.name, f"người {what}")
    return CustodyParty(
        require_text(office, f"cơ quan {what}"),
        require_text(name, f"người {what}"),
        _line(party.title, "chức vụ"),
    )


def _line(text: str, what: str) -> str:
    refuse_hidden_characters(text, what, "")
    line = " ".join(composed(text).split())
    if len(line) > LONGEST:
        raise RegistryError(f"“{what}” quá dài, nhiều nhất {LONGEST} ký tự. Hãy ghi ngắn lại.")
    return line


def _check_person(person: Person | None, place_code: str) -> None:
    if person is not None:
        check_tickets(person)
        check_place(person, place_code)


def _check_folder(connection: Connection, person: Person | None, folder_name: str) -> None:
    """Check that the books in the registry with that folder name, if any, are not all of other places."""
    places = connection.scalars(
        select(book.c.place_code).where(book.c.folder_name == folder_name, book_stands)
    ).all()
    if person is not None and places and not any(map(person.may_see, places)):
        check_place(person, places[0])


def _sees(person: Person | None, place_code: str) -> bool:
    return person is None or person.may_see(place_code)
