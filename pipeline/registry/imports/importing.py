"""Import of workbooks: values become keyed values of a person, and are withdrawn as one act.

A value is imported only for a field that waits for people and that nobody has keyed: settled and leased fields are
never touched. The mode of the import says what the values count for; values to be checked are always compared with the
paper by another person, whatever the office's policy is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from sqlalchemy import Connection, Index, Text, UniqueConstraint, cast, func, literal, select

from pipeline.base.stages import Stage
from pipeline.declarations.office.review import SETTLED_BY_ONE, Way
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, require_text
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import APPEND_ONLY, Id, refers, rows_of, table
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.errors import NotThere
from pipeline.registry.imports.model import (
    ImportedValues,
    ImportMode,
    TakenBackImport,
    WorkbookFile,
    WorkbookImport,
)
from pipeline.registry.reconciliation.model import difference
from pipeline.registry.tasks.consensus import Consensus, Verdict, consensus_of
from pipeline.registry.tasks.keyed_values import is_keyed_value, is_live, live_keyings
from pipeline.registry.tasks.keying import KeyedTask, Submission, record_keyed_values
from pipeline.registry.tasks.leases import KeyingMode, lasts
from pipeline.registry.tasks.loading import LoadedTask, load_tasks
from pipeline.registry.tasks.model import CannotUndo, NotYours
from pipeline.registry.tasks.rows import keying, lease, review_task
from pipeline.registry.tasks.undo import withdraw
from pipeline.registry.typed_text import refuse_hidden_characters


@dataclass(frozen=True, slots=True)
class WorkbookImportRow:
    """An import: its file, its mode and the person who answers for it."""

    id: Id
    record: str
    file_name: str
    file_sha256: str
    mode: str
    account_id: int
    login: str
    made_at: datetime


workbook_import = table(
    "workbook_import",
    WorkbookImportRow,
    Index(None, "file_sha256"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class WorkbookImportEndRow:
    """The withdrawal of an import."""

    id: Id
    workbook_import_id: Annotated[int, refers("workbook_import")]
    login: str
    reason: str
    fields: int
    taken_back_at: datetime


workbook_import_end = table(
    "workbook_import_end",
    WorkbookImportEndRow,
    UniqueConstraint("workbook_import_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


AT_ONCE = 200
"""Entries of one statement, or of one transaction that withdraws their values."""

WORKED_AT = frozenset({Stage.REVIEW, Stage.CHECK, Stage.THIRD})
"""The stages at which a value is imported; a task that waits for a supervisor or a scan is left alone."""

_TAKEN_BACK = select(workbook_import_end.c.workbook_import_id)


def begin_import(
    context: DeskContext, person: Person, of_record: str, file: WorkbookFile, mode: ImportMode
) -> int:
    """Begin an import of a workbook; return its id.

    Raises:
        NotYours: The person is no supervisor.
    """
    _check_imports(person)
    context.declared.schemas.record(of_record)
    refuse_hidden_characters(file.name, "tên tệp")
    row = {
        "record": of_record,
        "file_name": file.name[:200],
        "file_sha256": file.sha256,
        "mode": mode,
        "account_id": person.account_id,
        "login": person.login,
        "made_at": context.now,
    }
    (import_id,) = add(context.connection, workbook_import, [row])
    details = {"record": of_record, "file": file.sha256, "mode": mode}
    record(context.connection, person.login, "import-begun", f"import:{import_id}", details)
    return import_id


def import_values(
    context: DeskContext, person: Person, import_id: int, values: Mapping[int, Sequence[Verdict]]
) -> ImportedValues:
    """Import the values of a workbook for some entries.

    Raises:
        NotYours: The person is no supervisor of an entry's place, or did not begin the import.
        NotThere: There is no such import, or it was taken back.
    """
    _check_imports(person)
    begun = _import_in_force(context.connection, import_id)
    if begun.account_id != person.account_id:
        raise NotYours("Lần nhập này do người khác bắt đầu.")
    tasks = _tasks_of(context.connection, values)
    hold_tasks(context.connection, list(tasks.values()))
    cases = load_tasks(context, list(tasks.values()))
    at_work = _at_work(context, list(cases))
    mode, said, busy, left = ImportMode(begun.mode), [], 0, 0
    for entry_id, words in values.items():
        case = cases.get(tasks.get(entry_id, 0))
        if case is None:
            left += len(words)
            continue
        check_place(person, case.row.place_code)
        if case.task_id in at_work or case.stage not in WORKED_AT or case.row.question:
            busy += 1
            continue
        free = [word for word in words if _is_free(case, word.field)]
        left += len(words) - len(free)
        if free:
            fields = [word.field for word in free]
            said.append(KeyedTask(_as_imported(case, fields, mode), free, fields))
    if said:
        sent = Submission(person, KeyingMode.IMPORT, _token(import_id), 0.0)
        record_keyed_values(context, said, sent)
    return ImportedValues(len(said), sum(len(keyed.words) for keyed in said), busy, left)


def keyed_fields(context: DeskContext, person: Person, book_id: int) -> dict[int, frozenset[str]]:
    """Return the fields of a book that people have keyed and that are not settled, by entry."""
    _check_imports(person)
    rows = context.connection.execute(
        select(keying.c.entry_id, keying.c.field)
        .join(review_task, review_task.c.id == keying.c.task_id)
        .where(review_task.c.book_id == book_id, review_task.c.stage != Stage.SETTLED, is_live)
    )
    by_entry: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        by_entry[row.entry_id].add(row.field)
    return {entry_id: frozenset(fields) for entry_id, fields in by_entry.items()}


def asked_differences(context: DeskContext, entry_ids: Collection[int]) -> frozenset[tuple[int, str, str]]:
    """Return the differences that people are or were asked about: entry, field, the other value.

    Values of earlier imports are included: whoever settled the field otherwise has seen the paper.
    """
    differences: set[tuple[int, str, str]] = set()
    ids = sorted(entry_ids)
    for start in range(0, len(ids), AT_ONCE):
        some = difference.c.entry_id.in_(ids[start : start + AT_ONCE])
        query = select(difference.c.entry_id, difference.c.field, difference.c.theirs).where(some)
        differences.update((row.entry_id, row.field, row.theirs) for row in context.connection.execute(query))
        brought = select(keying.c.entry_id, keying.c.field, keying.c.text).where(
            keying.c.entry_id.in_(ids[start : start + AT_ONCE]), keying.c.mode == KeyingMode.IMPORT
        )
        differences.update((row.entry_id, row.field, row.text) for row in context.connection.execute(brought))
    return frozenset(differences)


def imports_for(context: DeskContext, person: Person) -> tuple[WorkbookImport, ...]:
    """Return the imports with values in the places of a person, and their own imports, newest first."""
    _check_imports(person)
    query = (
        select(
            workbook_import.c.id,
            workbook_import.c.record,
            workbook_import.c.file_name,
            workbook_import.c.file_sha256,
            workbook_import.c.mode,
            workbook_import.c.login,
            workbook_import.c.made_at,
            func.count(func.distinct(keying.c.entry_id)),
            func.count(keying.c.id),
            func.count(keying.c.id).filter(is_live),
            workbook_import_end.c.taken_back_at,
            func.coalesce(workbook_import_end.c.login, ""),
        )
        .outerjoin(workbook_import_end, workbook_import_end.c.workbook_import_id == workbook_import.c.id)
        .outerjoin(
            keying,
            (keying.c.token == literal(TOKEN) + cast(workbook_import.c.id, Text))
            & (keying.c.mode == KeyingMode.IMPORT)
            & is_keyed_value,
        )
        .outerjoin(review_task, review_task.c.id == keying.c.task_id)
        .group_by(*workbook_import.c, workbook_import_end.c.taken_back_at, workbook_import_end.c.login)
        .order_by(workbook_import.c.id.desc())
    )
    if person.places is not None:
        query = query.where(
            review_task.c.place_code.in_(person.places) | (workbook_import.c.account_id == person.account_id)
        )
    return tuple(
        WorkbookImport(import_id, of_record, WorkbookFile(name, sha256), ImportMode(mode), *rest)
        for import_id, of_record, name, sha256, mode, *rest in context.connection.execute(query)
    )


def check_takes_back(context: DeskContext, person: Person, import_id: int) -> None:
    """Check that a person may withdraw an import.

    Raises:
        NotYours: The person is no supervisor of all its places.
        NotThere: There is no such import, or it was taken back.
    """
    _check_imports(person)
    begun = _import_in_force(context.connection, import_id)
    if person.places is None or begun.account_id == person.account_id:
        return
    places = set(
        context.connection.scalars(
            select(review_task.c.place_code)
            .join(keying, keying.c.task_id == review_task.c.id)
            .where(keying.c.token == _token(import_id))
            .distinct()
        )
    )
    if not places:
        raise NotYours("Lần nhập này do người khác bắt đầu.")
    for place_code in places:
        check_place(person, place_code)


def take_back_some(
    context: DeskContext, person: Person, import_id: int, after: int
) -> tuple[int, int, list[int]]:
    """Withdraw values of an import on some of its tasks with ids above ``after``.

    Returns:
        The last task of this step (0: no task is left), the number of withdrawn values, and the entries on which
        somebody has built or works.

    Raises:
        NotYours: The person is no supervisor of all its places.
        NotThere: There is no such import, or it was taken back.
    """
    connection = context.connection
    check_takes_back(context, person, import_id)
    mine = (keying.c.token == _token(import_id)) & (keying.c.mode == KeyingMode.IMPORT)
    task_ids = list(
        connection.scalars(
            select(keying.c.task_id)
            .where(mine, is_live, keying.c.task_id > after)
            .distinct()
            .order_by(keying.c.task_id)
            .limit(AT_ONCE)
        )
    )
    if not task_ids:
        return 0, 0, []
    hold_tasks(connection, task_ids)
    words = defaultdict(list)
    for row in live_keyings(connection, mine, keying.c.task_id.in_(task_ids)):
        words[row.task_id].append(row)
    fields, kept = 0, []
    for task_id, rows in words.items():
        try:
            withdraw(context, person, task_id, rows)
            fields += len(rows)
        except CannotUndo:
            kept.append(rows[0].entry_id or 0)
    return max(task_ids), fields, kept


def end_import(
    context: DeskContext, person: Person, import_id: int, reason: str, taken_back: TakenBackImport
) -> None:
    """Record the withdrawal of an import.

    Raises:
        NotYours: The person is no supervisor of all its places.
        NotThere: There is no such import, or it was taken back.
    """
    check_takes_back(context, person, import_id)
    row = {
        "workbook_import_id": import_id,
        "login": person.login,
        "reason": require_text(reason, "lý do"),
        "fields": taken_back.fields,
        "taken_back_at": context.now,
    }
    add(context.connection, workbook_import_end, [row])
    details = {"fields": taken_back.fields, "kept": len(taken_back.kept)}
    record(context.connection, person.login, "import-taken-back", f"import:{import_id}", details)


TOKEN = "import-"
"""Prefix of the token of an import's values; the id of the import follows."""


def _token(import_id: int) -> str:
    return f"{TOKEN}{import_id}"


def _check_imports(person: Person) -> None:
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách nhập được tệp Excel vào sổ dữ liệu.")


def _import_in_force(connection: Connection, import_id: int) -> WorkbookImportRow:
    query = select(workbook_import).where(
        workbook_import.c.id == import_id, workbook_import.c.id.not_in(_TAKEN_BACK)
    )
    rows = rows_of(connection, WorkbookImportRow, query)
    if not rows:
        raise NotThere(f"Không có lần nhập số {import_id}, hoặc đã được rút lại. Hãy tải lại danh sách.")
    return rows[0]


def _tasks_of(connection: Connection, entry_ids: Collection[int]) -> dict[int, int]:
    by_entry: dict[int, int] = {}
    ids = list(entry_ids)
    for start in range(0, len(ids), AT_ONCE):
        query = select(review_task.c.entry_id, review_task.c.id).where(
            review_task.c.entry_id.in_(ids[start : start + AT_ONCE])
        )
        by_entry.update({row.entry_id: row.id for row in connection.execute(query)})
    return by_entry


def _at_work(context: DeskContext, task_ids: Collection[int]) -> frozenset[int]:
    held = select(lease.c.task_id).where(lease.c.task_id.in_(task_ids), lasts(context))
    return frozenset(context.connection.scalars(held))


def _is_free(case: LoadedTask, field: str) -> bool:
    consensus = case.consensus.get(field)
    return (
        consensus is not None
        and not consensus.words
        and not consensus.excluded
        and consensus.stage is not Stage.SETTLED
    )


def _as_imported(case: LoadedTask, fields: Collection[str], mode: ImportMode) -> LoadedTask:
    """Return a task with the way in which an import settles each of these fields."""
    agreed: dict[str, Consensus] = dict(case.consensus)
    for field in fields:
        way = case.consensus[field].way
        if mode is ImportMode.DECIDED:
            way = Way.SINGLE
        elif way in SETTLED_BY_ONE:
            way = Way.CHECKED
        agreed[field] = consensus_of(way, ())
    return replace(case, consensus=agreed)
