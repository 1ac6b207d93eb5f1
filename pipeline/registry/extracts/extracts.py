"""Printing of entries and issuing of extracts: whether an entry may be printed, the acts, and changes since then.

The file of an extract stays as it was issued; whoever asks for it again is warned when the entry has changed. A
``person`` supervises the place of the book; ``None`` is the command line, whose user the operating system let in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import local_date
from pipeline.base.model import Ledger, Severity
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_supervises, require_text
from pipeline.registry.amendments.rows import amendment
from pipeline.registry.approvals.approvals import amendment_signers, approval_in_force, unsigned_amendments
from pipeline.registry.books.stored_books import stored_book
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.locks import Whole, hold, hold_page_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.entries.rows import entry
from pipeline.registry.entries.stored_entries import page_layers, stored_entries
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere
from pipeline.registry.extracts import stored_extracts
from pipeline.registry.extracts.model import (
    MOST_COPIES,
    EntryToPrint,
    ExtractOrder,
    IssuedExtract,
    NumberTaken,
    SetExtract,
)
from pipeline.registry.extracts.stored_extracts import issued_extract
from pipeline.registry.tampered_rows import altered_entries
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import decision, review_task
from pipeline.registry.typed_text import composed
from pipeline.registry.withdrawals.model import PART_LABELS, RegistryPart, Withdrawal, WithdrawalKind
from pipeline.registry.withdrawals.stored_withdrawals import (
    covering,
    part_of,
    refuse_withdrawn,
    withdrawals_in_force,
)

NOT_READ = "trang của sự kiện đã được đọc lại và không còn sự kiện ấy"
FORGED_MARK = (
    "dấu hủy của số này đã bị ghi hay sửa ngoài chương trình; hãy báo người quản trị chạy hotich audit verify"
)
DELETED_MARK = (
    "số này có thể đã hủy mà dấu hủy bị xóa ngoài chương trình; hãy báo người quản trị (hotich audit verify)"
)
CHANGED_SINCE = "sự kiện đã có cải chính, bổ sung hay quyết định khác từ khi cấp"


def contents_digest(found: StoredEntry, ledger: Ledger) -> str:
    """Return the digest of what an entry says, whatever the settings of the office and the state of its book."""
    content = {
        "record": found.record,
        "volume": ledger.volume,
        "place": ledger.place,
        "values": {name: value for name, value in found.values.items() if value},
        "amendments": {
            name: [one.kind, one.value, one.order.decision_number, one.order.decided_on, one.order.authority]
            for name, one in found.amendments.items()
        },
        "confirmed": {name: [one.value, one.note] for name, one in found.confirmed.items()},
    }
    spelled = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(spelled.encode()).hexdigest()


def with_changes_since(
    connection: Connection, declared: RecordSchema, lines: Sequence[IssuedExtract]
) -> tuple[IssuedExtract, ...]:
    """Return lines of the book of issued extracts with the later changes of their entries (``outdated``).

    A line that is void by a row which is not the program's own is outdated, not void. So is a line whose mark "void"
    somebody deleted.
    """
    books = {one.book_id for one in lines}
    withdrawn = withdrawals_in_force(connection, books)
    ledgers = {book_id: stored_book(connection, book_id).ledger for book_id in books}
    ids = sorted({one.entry_id for one in lines if one.entry_id is not None})
    entries = {one.entry_id: one for one in stored_entries(connection, declared, ids)}
    issued = _contents_digests(connection, lines)
    forged = stored_extracts.forged_marks(connection, [one.extract_id for one in lines if one.is_void])
    unmarked = stored_extracts.deleted_marks(connection, [one.extract_id for one in lines if not one.is_void])
    found = []
    for line in lines:
        if line.extract_id in unmarked:
            found.append(replace(line, outdated=DELETED_MARK))
            continue
        if line.extract_id in forged:
            found.append(replace(line, void_reason="", voided_by="", voided_at=None, outdated=FORGED_MARK))
            continue
        over = covering(
            withdrawn, RegistryPart(line.book_id, line.ref.scan_sha256, line.ref.page_no, line.row)
        )
        now = None if line.entry_id is None else entries[line.entry_id]
        if over is not None:
            why = _withdrawn(over)
        elif now is None:
            why = NOT_READ
        elif (before := issued[line.extract_id]) is None:
            why = CHANGED_SINCE if _has_later_words(connection, line) else ""
        else:
            why = "" if before == contents_digest(now, ledgers[line.book_id]) else CHANGED_SINCE
        found.append(replace(line, outdated=why))
    return tuple(found)


def _contents_digests(connection: Connection, lines: Sequence[IssuedExtract]) -> dict[int, str | None]:
    query = select(issued_extract.c.id, issued_extract.c.said)
    rows = connection.execute(query.where(issued_extract.c.id.in_([one.extract_id for one in lines])))
    return {row.id: row.said for row in rows}


def _withdrawn(one: Withdrawal) -> str:
    if one.kind is WithdrawalKind.REPLACED:
        return f"trang của sự kiện đã có bản quét lại thay thế (số {one.withdrawal_id})"
    return f"{PART_LABELS[one.part.kind]} đã thu hồi (số {one.withdrawal_id}, {one.author}: {one.reason})"


def _has_later_words(connection: Connection, line: IssuedExtract) -> bool:
    """Return whether the entry was amended or decided after an extract whose content digest is unknown."""
    later = [
        exists().where(
            table.c.book_id == line.book_id,
            table.c.scan_sha256 == line.ref.scan_sha256,
            table.c.page_no == line.ref.page_no,
            table.c.row == line.row,
            at > line.issued_at,
        )
        for table, at in ((amendment, amendment.c.noted_at), (decision, decision.c.decided_at))
    ]
    return bool(connection.scalar(select(or_(*later))))


WHAT = "in sự kiện, cấp trích lục"
LONGEST = 300
"""Maximum length of a text in the book of issued extracts."""


def entry_to_print(
    connection: Connection,
    declared: RecordSchema,
    key: Key | None,
    entry_id: int,
    policy: DeliveryPolicy,
    approval: ApprovalPolicy,
    person: Person | None = None,
) -> EntryToPrint:
    """Return an entry with all that decides whether it may be printed.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such entry, or it is not on the page by its last reading.
        Withdrawn: The entry is withdrawn.
    """
    place = place_of(connection, entry_id)
    book_id = int(place.book_id)
    if person is not None:
        check_supervises(connection, person, book_id, WHAT)
    refuse_withdrawn(connection, part_of(place))
    if not connection.scalar(select(entry.c.stands).where(entry.c.id == entry_id)):
        raise NotThere(
            f"Việc mã {entry_id} không còn trên trang của lần đọc sau cùng. Hãy tìm việc thay nó ở trang ấy."
        )
    found, layers, others = page_layers(connection, declared, entry_id, policy)
    book = stored_book(connection, book_id)
    of_entry = (review_task.c.page_id == place.page_id) & (review_task.c.row == place.row)
    waits = bool(connection.scalar(select(exists().where(of_entry, review_task.c.state == TaskState.OPEN))))
    wanting = unsigned_amendments(connection, book_id) if approval.amendments else frozenset()
    unsigned = tuple(name for name, one in found.amendments.items() if one.amendment_id in wanting)
    altered = altered_entries(connection, declared, key, book_id, entry_id).get(entry_id, ())
    approved = approval_in_force(connection, declared, book_id) if approval.book else None
    signers = amendment_signers(connection, book_id)
    held = {
        "approval": approval.model_dump(),
        "approved_by": "" if approved is None else approved.author,
        "amendments": {
            name: {
                "amendment": one.amendment_id,
                "noted_by": one.author,
                "signed_by": signers.get(one.amendment_id, ""),
            }
            for name, one in found.amendments.items()
        },
    }
    content = {
        "ledger": asdict(book.ledger),
        "place": [found.record, found.ref.scan_sha256, found.ref.page_no, found.row],
        "values": dict(found.values),
        "layers": {name: [one.written, asdict(one.delivered)] for name, one in layers.items()},
        "amendments": {
            name: [one.amendment_id, one.value, asdict(one.order)] for name, one in found.amendments.items()
        },
        "decisions": {name: one.decision_id for name, one in found.decisions.items()},
        "findings": sorted(one.code for one in found.findings if one.severity is Severity.BLOCK),
        "across": sorted(
            one.finding.code for one in found.cross_entry_findings if one.finding.severity is Severity.BLOCK
        ),
        "rest": [waits, altered, unsigned, None if approved is None else approved.id, held],
    }
    digest = hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()
    ).hexdigest()
    return EntryToPrint(
        entry=found,
        folder_name=book.folder_name,
        ledger=book.ledger,
        layers=layers,
        neighbours=others,
        waits=waits,
        altered=altered,
        unsigned=unsigned,
        approved=approved is not None,
        scans=book.scans,
        held=held,
        state=digest,
    )


def next_extract(connection: Connection, office: str) -> tuple[int, date]:
    """Return the number that the next extract of an office gets, and the day that stands on it."""
    today = local_date(clock.now(connection))
    return stored_extracts.last_of_series(connection, office, today.year) + 1, today


def issued_before(
    connection: Connection, token: str, entry_id: int, person: Person | None = None
) -> IssuedExtract | None:
    """Return the extract that the same form issued before; None where it was not sent yet.

    Raises:
        RegistryError: The form was for another entry.
        NotYours: The person does not supervise the place of the book.
    """
    found = stored_extracts.issued_with_token(connection, token) if token else None
    if found is None:
        return None
    if person is not None:
        check_supervises(connection, person, found.book_id, WHAT)
    if found.entry_id != entry_id:
        raise RegistryError("Biểu mẫu này đã được dùng cho một sự kiện khác. Hãy tải lại trang rồi cấp.")
    return found


def issue_extract(
    connection: Connection,
    declared: RecordSchema,
    key: Key | None,
    entry_id: int,
    made: SetExtract,
    order: ExtractOrder,
    policy: DeliveryPolicy,
    approval: ApprovalPolicy,
    *,
    author: str,
    person: Person | None = None,
) -> IssuedExtract:
    """Enter an extract into the book of issued extracts; what the same form issued before is returned as it is.

    The number is the next of its series, without gaps: it is compared while nobody else can take one.

    Raises:
        NumberTaken: Another extract got the number meanwhile, or the day ended.
        RegistryError: The entry has changed since the extract was set, or something of the order is missing.
        NotYours: The person does not supervise the place of the book.
        Withdrawn: The entry is withdrawn.
    """
    hold(connection, Whole.EXTRACTS)
    before = issued_before(connection, order.token, entry_id, person)
    if before is not None:
        return before
    hold_page_of(connection, entry_id)
    now = entry_to_print(connection, declared, key, entry_id, policy, approval, person)
    if now.state != made.state:
        raise RegistryError(CHANGED)
    if now.waits or now.altered or now.unsigned or (approval.book and not now.approved):
        raise RegistryError(UNSETTLED)
    if (made.number, made.issued_on) != next_extract(connection, made.office):
        raise NumberTaken("Số trích lục vừa được cấp cho người khác. Hãy bấm cấp lại.")
    last = stored_extracts.last_day_of_office(connection, made.office)
    if last is not None and made.issued_on < last:
        raise RegistryError(
            "Ngày của máy đang lùi so với trích lục cấp sau cùng. Hãy chỉnh lại đồng hồ của máy rồi cấp; nếu chính "
            "trích lục ấy ghi sai ngày thì hãy hủy nó."
        )
    checked = checked_order(order)
    row = {
        "book_id": now.entry.book_id,
        "scan_sha256": now.entry.ref.scan_sha256,
        "page_no": now.entry.ref.page_no,
        "row": now.entry.row,
        "record": now.entry.record,
        "office": made.office,
        "year": made.year,
        "number": made.number,
        "entry_number": made.entry_number,
        "subject": made.subject,
        "recipient": checked.recipient,
        "reason": checked.reason,
        "copies": checked.copies,
        "signer": checked.signer,
        "signer_title": checked.signer_title,
        "state": made.state,
        "template_sha256": made.template_sha256,
        "pdf_sha256": hashlib.sha256(made.pdf).hexdigest(),
        "pdf": made.pdf,
        "token": checked.token,
        "author": author.strip(),
        "issued_on": made.issued_on.isoformat(),
        "issued_at": clock.now(connection),
        "said": contents_digest(now.entry, now.ledger),
        "held": {**now.held, "paper": checked.paper},
    }
    (extract_id,) = add(connection, issued_extract, [row])
    detail = {
        "extract": extract_id,
        "office": made.office,
        "number": f"{made.number}/{made.year}",
        "copies": checked.copies,
        "pdf": row["pdf_sha256"],
    }
    record(connection, author.strip(), "extract-issued", f"entry:{entry_id}", detail)
    return stored_extracts.issued_extract_of(connection, extract_id)


UNSETTLED = "Sự kiện chưa xong nên không cấp trích lục được. Hãy mở lại trang in để xem còn vướng gì."
CHANGED = "Sự kiện đã thay đổi từ lúc mở trang này. Hãy xem lại bản dự thảo rồi cấp."


def checked_order(order: ExtractOrder) -> ExtractOrder:
    """Return an order as it is written into the book of issued extracts.

    Raises:
        RegistryError: Something of it is missing, too long, or holds hidden characters.
    """
    recipient = checked_line(order.recipient, "người được cấp")
    reason = checked_line(order.reason, "lý do cấp")
    signer = checked_line(order.signer, "người ký")
    signer_title = checked_line(order.signer_title, "chức vụ người ký")
    if not 1 <= order.copies <= MOST_COPIES:
        raise RegistryError(f"Số bản phải từ 1 đến {MOST_COPIES}.")
    if not order.token:
        raise RegistryError("Biểu mẫu cấp trích lục thiếu mã. Hãy tải lại trang rồi cấp.")
    return ExtractOrder(
        recipient, reason, order.copies, signer, signer_title, order.token[:64], order.paper[:20]
    )


def checked_line(text: str, what: str) -> str:
    """Return a line of the book of issued extracts as it is written.

    Raises:
        RegistryError: It is empty, too long, or holds hidden characters.
    """
    line = " ".join(require_text(composed(text), what).split())
    if len(line) > LONGEST:
        raise RegistryError(f"“{what}” dài quá {LONGEST} ký tự. Hãy ghi ngắn lại.")
    return line


def note_printed(
    connection: Connection, action: str, subject: str, detail: Mapping[str, Any], *, author: str
) -> None:
    """Record in the audit that something was printed: ``entry-printed``, ``extract-drafted`` and so on."""
    record(connection, author, action, subject, detail)
