"""Correction of a book: its cover and folder change with all that depends on them, in one transaction.

Decisions, keyed values, lots and amendments stay, as they name the book by its id or by the content of its scans. A
decision that repeats the wrong cover is followed by another decision in the name of the person who corrects the book.
The old cover stays in ``book_correction`` and in the audit. At the desk, supervisors and operators correct the books of
their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, Table, func, select

from pipeline.base.errors import RegistryError
from pipeline.base.files import printable
from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.ledger import LedgerDifference, ledger_differences
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, check_place_of_book, check_supervises
from pipeline.registry.amendments.rows import amendment
from pipeline.registry.books.book_locks import refuse_running
from pipeline.registry.books.model import CorrectionOverview, KnownBook
from pipeline.registry.books.rows import BookCorrection, book, book_correction, page, page_run, scan
from pipeline.registry.books.stored_books import check_reason, find_book, known_book, ledger_row
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, change, record
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.database.locks import Whole, hold, hold_book, hold_pages, hold_tasks
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.added_readings import COVER
from pipeline.registry.entries.decisions import NewDecision, add_decisions, checked_verdict
from pipeline.registry.entries.machine_view import decisions_at, machine_views
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import EntryPlace, Subject, added_field, entry
from pipeline.registry.entries.subjects import places_of_subjects
from pipeline.registry.lots.stored_lots import held_lots, lot
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import decision, keying, review_task
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import is_withdrawn

FOLDER = "folder"
"""Key of the folder name in a correction; all other keys are those of ``ledger.toml``."""


def correction_overview(connection: Connection, book_id: int) -> CorrectionOverview:
    """Return the data that depend on a book, in numbers.

    Raises:
        NotThere: There is no such book.
    """
    known_book(connection, book_id)
    of_book = scan.c.book_id == book_id
    pages = select(func.count()).select_from(page_run).join(page).join(scan).where(of_book, page_run.c.latest)
    entries = select(func.count()).select_from(entry).join(page).join(scan).where(of_book, entry.c.stands)
    decided = (
        select(decision.c.scan_sha256, decision.c.page_no, decision.c.row, decision.c.field)
        .where(decision.c.book_id == book_id)
        .distinct()
        .subquery()
    )
    tasks = select(func.count()).where(
        review_task.c.book_id == book_id, review_task.c.state == TaskState.OPEN
    )
    own_lots = select(lot.c.book_ids).where(lot.c.id.not_in(held_lots(connection)))
    packages = select(func.count()).where(
        audit.c.action == "package-written", audit.c.subject == f"book:{book_id}"
    )
    return CorrectionOverview(
        pages=connection.scalar(pages) or 0,
        entries=connection.scalar(entries) or 0,
        decisions=connection.scalar(select(func.count()).select_from(decided)) or 0,
        tasks=connection.scalar(tasks) or 0,
        lots=sum(book_id in ids for ids in connection.scalars(own_lots)),
        packages=connection.scalar(packages) or 0,
    )


def correct_book(
    connection: Connection,
    declared: RecordSchema,
    book_id: int,
    ledger: Ledger,
    folder_name: str,
    *,
    author: str,
    reason: str,
) -> BookCorrection:
    """Change the cover or folder of a book, with all that depends on it. The caller holds the book (``lock_book``).

    Raises:
        RegistryError: Author or reason is missing, nothing changes, another book has that cover and folder, or the form
            is of another kind of event and people have worked on the entries.
        NotThere: There is no such book.
        RowTampered: A row that would change was altered.
    """
    check_reason(author, reason)
    hold(connection, Whole.BOOKS)
    hold_book(connection, book_id)
    known = known_book(connection, book_id)
    differences = list(ledger_differences(known.ledger, ledger))
    old, new = ({difference.key: words(difference) for difference in differences} for words in (_old, _new))
    if folder_name != known.folder_name:
        old[FOLDER], new[FOLDER] = known.folder_name, folder_name
    if not new:
        raise RegistryError("Sổ dữ liệu đã ghi đúng như vậy; không có gì để sửa.")
    other = find_book(connection, declared, ledger, folder_name)
    if other not in (None, book_id) and not is_withdrawn(connection, RegistryPart(other)):
        raise RegistryError(
            f"Đã có một quyển khác như vậy trong sổ dữ liệu (mã {other}, thư mục “{printable(folder_name)}”). "
            "Hai quyển không thể là một; hãy kiểm tra lại bìa sổ."
        )
    kind = declared.schemas.form(ledger.form).record
    before = connection.execute(select(book.c.record).where(book.c.id == book_id)).scalar_one()
    if kind != before:
        _refuse_work_of_people(connection, declared, book_id, before, kind)
    change(connection, book, [book_id], record=kind, folder_name=folder_name, **ledger_row(ledger))
    correction = BookCorrection(0, book_id, old, new, reason.strip(), author.strip(), clock.now(connection))
    (correction_id,) = add(connection, book_correction, [values_of(correction)])
    _follow(connection, declared, known.ledger, ledger, correction, forget=kind != before)
    details = {"correction": correction_id, "keys": sorted(new)}
    record(connection, author.strip(), "book-corrected", f"book:{book_id}", details)
    return replace(correction, id=correction_id)


def book_corrections(connection: Connection, book_id: int) -> tuple[BookCorrection, ...]:
    """Return the corrections of a book, oldest first."""
    query = select(book_correction).where(book_correction.c.book_id == book_id).order_by(book_correction.c.id)
    return tuple(rows_of(connection, BookCorrection, query))


def numbers_of_year(connection: Connection, book_id: int, year: int) -> int:
    """Return how many valid entries of a book bear a number of that year."""
    mine = (scan.c.book_id == book_id) & entry.c.stands & (entry.c.year == year)
    return connection.scalar(select(func.count()).select_from(entry).join(page).join(scan).where(mine)) or 0


def _old(difference: LedgerDifference) -> str:
    return difference.old


def _new(difference: LedgerDifference) -> str:
    return difference.new


def _refuse_work_of_people(
    connection: Connection, declared: RecordSchema, book_id: int, before: str, kind: str
) -> None:
    """Raise ``RegistryError`` if people have worked on entries that would become another kind of event."""
    pages = select(page.c.id).join(scan, page.c.scan_id == scan.c.id).where(scan.c.book_id == book_id)
    said = (
        select(decision.c.id).where(decision.c.book_id == book_id, decision.c.field != ""),
        select(amendment.c.id).where(amendment.c.book_id == book_id),
        select(keying.c.id).where(keying.c.page_id.in_(pages), keying.c.entry_id.is_not(None)),
        select(added_field.c.id)
        .join(entry, added_field.c.entry_id == entry.c.id)
        .where(entry.c.page_id.in_(pages), entry.c.stands),
    )
    if any(connection.execute(query.limit(1)).first() is not None for query in said):
        titles = [declared.schemas.record(name).title.lower() for name in (before, kind)]
        raise RegistryError(
            f"Sổ này đang là sổ {titles[0]} và đã có người rà soát các sự kiện, nên không đổi thành "
            f"sổ {titles[1]} được. "
            "Nếu cả quyển bị nhận nhầm loại sự kiện, hãy rút quyển này và đọc lại như một quyển mới."
        )


def _follow(
    connection: Connection,
    declared: RecordSchema,
    before: Ledger,
    ledger: Ledger,
    said: BookCorrection,
    *,
    forget: bool,
) -> None:
    """Update tasks, entries and values to the cover; with ``forget`` no page counts as read."""
    book_id = said.book_id
    of_book = select(page.c.id).join(scan, page.c.scan_id == scan.c.id).where(scan.c.book_id == book_id)
    pages = connection.scalars(of_book).all()
    hold_pages(connection, pages)
    tasks = connection.scalars(select(review_task.c.id).where(review_task.c.book_id == book_id)).all()
    hold_tasks(connection, tasks)
    _update(connection, review_task, tasks, {"place_code": ledger.place_code})
    rows = connection.execute(select(entry.c.id, entry.c.page_id).where(entry.c.page_id.in_(of_book))).all()
    if forget:
        runs = select(page_run.c.id).where(page_run.c.page_id.in_(of_book), page_run.c.latest)
        _update(connection, page_run, connection.scalars(runs).all(), {"latest": False})
        _update(connection, entry, [row.id for row in rows], {"found": False, "accepted": False})
    subjects = [(row.page_id, row.id) for row in rows]
    for start in range(0, len(subjects), AT_ONCE):
        _follow_decisions(connection, declared, subjects[start : start + AT_ONCE], before, ledger, said)
    refresh_projections(connection, declared, [*subjects, *((page_id, None) for page_id in pages)])


def _follow_decisions(
    connection: Connection,
    declared: RecordSchema,
    subjects: Sequence[Subject],
    before: Ledger,
    ledger: Ledger,
    said: BookCorrection,
) -> None:
    """Add decisions on fields of the cover for which people had decided the value of the wrong cover."""
    places = places_of_subjects(connection, subjects)
    views = machine_views(connection, declared, subjects)
    decisions = decisions_at(connection, subjects)
    new = []
    for subject, place in places.items():
        if not isinstance(place, EntryPlace):
            continue
        for reading in views[subject].readings:
            key = declared.field(place.record, reading.field).ledger
            last, seen = decisions[subject].get(reading.field), views[subject].seen_of(reading.field)
            if reading.engine != COVER or not key or key not in said.new or last is None or seen is None:
                continue
            if last.status is FieldStatus.READ and last.text in (seen.text, str(getattr(before, key))):
                verdict = Verdict(reading.field, FieldStatus.READ, str(getattr(ledger, key)))
                new.append(
                    NewDecision(
                        place,
                        checked_verdict(declared, place.record, verdict),
                        seen,
                        said.author,
                        said.reason,
                    )
                )
    add_decisions(connection, new)


def _update(connection: Connection, table: Table, ids: Sequence[int], values: dict[str, object]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        change(connection, table, ids[start : start + AT_ONCE], **values)


AT_ONCE = 500
"""Rows of one statement."""


WHAT = "sửa những gì ghi về một quyển sổ"


def check_correcting(context: DeskContext, person: Person, book_id: int) -> None:
    """Check that a person may correct a book: a supervisor or an operator of its place.

    Raises:
        NotYours: They may not, or the book belongs to another place.
        NotThere: There is no such book.
    """
    if person.role is Role.OPERATOR:
        check_place_of_book(context.connection, person, book_id)
    else:
        check_supervises(context.connection, person, book_id, WHAT)


def cover_of_book(
    context: DeskContext, person: Person, book_id: int
) -> tuple[KnownBook, CorrectionOverview, tuple[BookCorrection, ...]]:
    """Return the cover of a book, the data that depend on it in numbers, and its corrections."""
    connection = context.connection
    check_correcting(context, person, book_id)
    return (
        known_book(connection, book_id),
        correction_overview(connection, book_id),
        book_corrections(connection, book_id),
    )


def correct_supervised_book(
    context: DeskContext, person: Person, book_id: int, ledger: Ledger, reason: str
) -> BookCorrection:
    """Correct the cover of a book, as ``books.corrections`` does.

    Raises:
        NotYours: The book belongs to another place, or would.
        RegistryError: Pages of it are read, and the person only scans.
        BookBusy: A run reads the book.
    """
    connection = context.connection
    check_correcting(context, person, book_id)
    check_place(person, ledger.place_code)
    if person.role is Role.OPERATOR and correction_overview(connection, book_id).pages:
        raise RegistryError("Sổ này đã có trang được đọc. Hãy nhờ người phụ trách sửa bìa sổ.")
    refuse_running(connection, book_id)
    folder_name = known_book(connection, book_id).folder_name
    return correct_book(
        connection, context.declared, book_id, ledger, folder_name, author=person.login, reason=reason
    )
