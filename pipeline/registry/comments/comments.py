"""Comments on a task or on a region of its page: opened, answered, closed and shown.

A person reads them who holds the task, has commented on it or supervises its place. A person who keys a field of the
task blind sees only their own threads until the field is keyed: a comment may reveal what others read.
"""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, in_sight, require_text, stages
from pipeline.registry.books.pages import rectification_of
from pipeline.registry.comments.model import MOST_LETTERS, CommentedTask, CommentKind, CommentThread
from pipeline.registry.comments.rows import task_comment
from pipeline.registry.comments.threads import threads_on
from pipeline.registry.data_entry.model import corners_of
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks import leases
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.loading import LoadedTask, TaskRow, load_task, load_tasks, task_rows
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.tasks.visibility import keys_blind
from pipeline.registry.typed_text import composed
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn

WHAT = "ý kiến"
MOST_LISTED = 200
"""Threads in a list at most."""


def comments_of_task(context: DeskContext, person: Person, task_id: int) -> CommentedTask:
    """Return the comments on a task that a person may see; the audit records the view.

    Raises:
        NotYours: The task is of another place, or the person neither holds it, nor commented on it, nor supervises.
        Withdrawn: The entry or page of the task was withdrawn.
    """
    shown = _commented(context, person, load_task(context, task_id))
    record(context.connection, person.login, "comments-shown", f"task:{task_id}")
    return shown


def comment(
    context: DeskContext, person: Person, task_id: int, text: str, token: str, region: Box | None = None
) -> None:
    """Open a thread about a task, or about a region of its page as shown."""
    hold_tasks(context.connection, [task_id])
    case = load_task(context, task_id)
    shown = _commented(context, person, case)
    corners = None
    if region is not None:
        if not shown.sees_page:
            raise leases.lease_lost()
        straight = rectification_of(context.connection, shown.book_id, shown.ref)
        corners = [list(point) for point in corners_of(region, None if straight is None else straight.matrix)]
    _add(context, person, task_id, CommentKind.OPENED, None, _checked(text), token, corners)


def answer_comment(
    context: DeskContext, person: Person, task_id: int, thread_id: int, text: str, token: str
) -> None:
    """Answer in an open thread that the person may see."""
    hold_tasks(context.connection, [task_id])
    _open_thread(_commented(context, person, load_task(context, task_id)), thread_id)
    _add(context, person, task_id, CommentKind.ANSWERED, thread_id, _checked(text), token)


def close_comment(context: DeskContext, person: Person, task_id: int, thread_id: int, token: str) -> None:
    """Close a thread; only its author and supervisors of the place may."""
    hold_tasks(context.connection, [task_id])
    shown = _commented(context, person, load_task(context, task_id))
    if any(thread.thread_id == thread_id and not thread.is_open for thread in shown.threads):
        return
    thread = _open_thread(shown, thread_id)
    if not shown.supervises and thread.first.account_id != person.account_id:
        raise NotYours("Chỉ người đã nêu ý kiến hoặc người phụ trách mới đóng được ý kiến ấy.")
    _add(context, person, task_id, CommentKind.CLOSED, thread_id, "", token)


def open_comments(context: DeskContext, person: Person) -> tuple[tuple[CommentThread, TaskRow], ...]:
    """Return the open threads that concern a person with their tasks, newest first; the audit records the view.

    A supervisor sees all threads in their places, other people their own. Threads of others on a task that the person
    holds and keys blind are left out.
    """
    open_threads = _open_threads(context, person, MOST_LISTED)
    record(context.connection, person.login, "comments-listed", "")
    tasks = task_rows(context.connection, list(dict.fromkeys(task_id for _, task_id in open_threads)))
    threads = {thread.thread_id: thread for thread in threads_on(context.connection, tasks)}
    return tuple((threads[thread_id], tasks[task_id]) for thread_id, task_id in open_threads)


def count_open_comments(context: DeskContext, person: Person) -> int:
    """Return the number of open threads that concern a person, at most ``MOST_LISTED``."""
    return len(_open_threads(context, person, MOST_LISTED))


def _open_threads(context: DeskContext, person: Person, most: int) -> list[tuple[int, int]]:
    """Return thread and task id of the open threads that concern a person, newest first."""
    stages(person)
    closing = task_comment.alias("closing")
    closed = exists().where(closing.c.thread_id == task_comment.c.id, closing.c.kind == CommentKind.CLOSED)
    query = (
        select(task_comment.c.id, task_comment.c.task_id)
        .join(review_task, review_task.c.id == task_comment.c.task_id)
        .where(task_comment.c.kind == CommentKind.OPENED, ~closed, in_sight(person))
        .where(review_task.c.stage != Stage.WITHDRAWN)
    )
    mine = task_comment.c.account_id == person.account_id
    if person.role is not Role.SUPERVISOR:
        query = query.where(mine)
    elif blind := _tasks_keyed_blind(context, person):
        query = query.where(or_(mine, task_comment.c.task_id.not_in(blind)))
    rows = context.connection.execute(query.order_by(task_comment.c.id.desc()).limit(most))
    return [(row.id, row.task_id) for row in rows]


def _tasks_keyed_blind(context: DeskContext, person: Person) -> list[int]:
    """Return the tasks that a person holds and keys blind."""
    in_hand = [task_id for mode in KeyingMode for task_id in leases.held(context, person, mode)]
    cases = load_tasks(context, in_hand) if in_hand else {}
    return [task_id for task_id, case in cases.items() if keys_blind(case, person)]


def _commented(context: DeskContext, person: Person, case: LoadedTask) -> CommentedTask:
    """Return the comments on a task that a person may see, after the check that they may see any."""
    stages(person)
    row = case.row
    check_place(person, row.place_code)
    if case.stage is Stage.WITHDRAWN:
        refuse_withdrawn(context.connection, part_of(row))
    supervises = person.role is Role.SUPERVISOR
    sees_page = supervises or leases.keeps(context.connection, case.task_id, person)
    if not sees_page and not _has_commented(context, person, case.task_id):
        raise leases.lease_lost()
    threads = threads_on(context.connection, [case.task_id])
    blind = keys_blind(case, person) and (not supervises or leases.has(context, case.task_id, person))
    visible = tuple(thread for thread in threads if not blind or thread.is_of(person.login))
    return CommentedTask(
        case.task_id,
        row.book_id,
        row.folder_name,
        row.volume,
        case.ref,
        row.name,
        row.row,
        visible,
        len(threads) - len(visible),
        sees_page,
        supervises,
    )


def _has_commented(context: DeskContext, person: Person, task_id: int) -> bool:
    mine = (task_comment.c.task_id == task_id) & (task_comment.c.account_id == person.account_id)
    return bool(context.connection.scalar(select(exists().where(mine))))


def _open_thread(shown: CommentedTask, thread_id: int) -> CommentThread:
    thread = next((thread for thread in shown.threads if thread.thread_id == thread_id), None)
    if thread is None:
        raise RegistryError("Không có ý kiến ấy ở nhiệm vụ này. Hãy tải lại trang.")
    if not thread.is_open:
        raise RegistryError(
            f"Ý kiến này đã được {thread.closed_by} đóng. Hãy nêu ý kiến mới nếu còn điều cần hỏi."
        )
    return thread


def _checked(text: str) -> str:
    words = composed(require_text(text, WHAT))
    if len(words) > MOST_LETTERS:
        raise RegistryError(f"Ý kiến dài {len(words)} chữ, nhiều nhất là {MOST_LETTERS}. Hãy viết ngắn lại.")
    return words


def _add(
    context: DeskContext,
    person: Person,
    task_id: int,
    kind: CommentKind,
    thread_id: int | None,
    text: str,
    token: str,
    corners: list[list[float]] | None = None,
) -> None:
    """Add a row, once for each token. The caller holds the lock of the task."""
    if context.connection.scalar(select(exists().where(task_comment.c.token == token))):
        return
    row = {
        "task_id": task_id,
        "thread_id": thread_id,
        "kind": kind,
        "text": text,
        "corners": corners,
        "account_id": person.account_id,
        "login": person.login,
        "said_at": context.now,
        "token": token,
    }
    add(context.connection, task_comment, [row])
    details = {"thread": thread_id} if thread_id is not None else {"region": corners is not None}
    record(context.connection, person.login, f"comment-{kind}", f"task:{task_id}", details)
