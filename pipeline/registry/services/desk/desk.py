"""The reviewers' desk as the rest of the house sees it: one transaction a call, every call for one person.

Every method raises errors of the ``RegistryError`` family with advice; ``NotYours`` where the person may not do that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from pipeline.model import Box, PageRef
from pipeline.registry.database import clock
from pipeline.registry.database.audit import record
from pipeline.registry.database.database import Database
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.decisions import Verdict
from pipeline.registry.model.desk import (
    ColumnCount,
    DeskTask,
    HandsFull,
    KeyOutcome,
    LeasedColumn,
    PagePlace,
    QueueCount,
    Ticket,
)
from pipeline.registry.model.entries import StoredEntry
from pipeline.registry.repositories import leases, permissions
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.leases import KeyingMode
from pipeline.registry.repositories.stored_entries import stored_entry
from pipeline.registry.services.desk import (
    assignment,
    columns,
    reopening,
    rescan_tickets,
    setting_aside,
    undo,
)
from pipeline.registry.services.desk.keying import Submission, key_task
from pipeline.registry.services.desk.reopening import Reopened
from pipeline.registry.services.desk.task_loading import load_held_task, task_row
from pipeline.registry.services.desk.visibility import lies_among, shown
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.review_policy import ReviewPolicy
from pipeline.stages import Stage

MOST_HELD = 3
"""Tasks that a person may have in hand: the one on the screen and those loaded ahead."""

MOST_BOOKS = 200
"""Books that a person can look through on one page."""


class Desk:
    """The reviewers' desk: it hands out tasks and takes keyed values back.

    Args:
        now: Returns the time in UTC; by default that of the database.
    """

    def __init__(
        self,
        database: Database,
        declared: RecordSchema,
        policy: ReviewPolicy,
        now: Callable[[], datetime] | None,
    ) -> None:
        self._database, self._declared = database, declared
        self._policy, self._now = policy, now

    @contextmanager
    def _reading(self) -> Iterator[DeskContext]:
        with self._database.reading() as connection:
            yield self._sitting(connection)

    @contextmanager
    def _writing(self) -> Iterator[DeskContext]:
        with self._database.writing() as connection:
            yield self._sitting(connection)

    def _sitting(self, connection: Connection) -> DeskContext:
        moment = clock.now(connection) if self._now is None else self._now()
        return DeskContext(connection, self._declared, self._policy, moment)

    # --- taking and giving back -----------------------------------------------------------------------------------

    def next_task(
        self,
        person: Person,
        *,
        stage: Stage | None = None,
        book_id: int | None = None,
        known: Collection[int] | None = None,
    ) -> DeskTask | None:
        """Lease this person the next task; return None when nothing waits.

        It waits at ``stage``, else at any stage they may work at, the one nearest to its end first. With ``known``
        (tasks that their page shows already) other tasks that they hold come first.

        Raises:
            HandsFull: They hold as many tasks as one person may.
        """
        stages = permissions.stages(person, stage)
        with self._writing() as context:
            held = leases.held(context, person, KeyingMode.DESK)
            if known is not None and (besides := [one for one in held if one not in known]):
                load_held_task(context, person, besides[0])
                return _show(context, besides[0], person)
            if len(held) >= MOST_HELD:
                raise HandsFull(f"Bạn đang giữ {MOST_HELD} việc. Hãy làm xong hoặc trả lại một việc.")
            task_id = assignment.lease_next_task(context, person, stages, book_id)
            return None if task_id is None else _show(context, task_id, person)

    def held(self, person: Person) -> tuple[DeskTask, ...]:
        """The tasks that this person has in hand, the one taken first first."""
        permissions.stages(person)
        with self._writing() as context:
            return tuple(
                _show(context, task_id, person) for task_id in leases.held(context, person, KeyingMode.DESK)
            )

    def task(self, person: Person, task_id: int) -> DeskTask:
        """Return a task that this person holds, and renew its lease.

        Raises:
            NotYours: They do not hold it.
        """
        with self._writing() as context:
            load_held_task(context, person, task_id)
            return _show(context, task_id, person)

    def hand_back(self, person: Person, task_id: int) -> None:
        """End the lease of a task; nothing happens when the person no longer holds it.

        Raises:
            NotThere: There is no such task.
        """
        with self._writing() as context:
            task_row(context.connection, task_id)
            leases.hand_back(context.connection, person, KeyingMode.DESK, [task_id])

    # --- words ----------------------------------------------------------------------------------------------------

    def key(
        self,
        person: Person,
        task_id: int,
        version: int,
        words: Sequence[Verdict],
        *,
        token: str,
        seconds: float = 0.0,
    ) -> KeyOutcome:
        """Record the values that this person keyed for some or all fields of a task they hold.

        The same ``token`` again gets the same answer and adds nothing.

        Raises:
            StaleTask: The task has changed since it was shown.
        """
        with self._writing() as context:
            return key_task(
                context, task_id, version, words, Submission(person, KeyingMode.DESK, token, seconds)
            )

    def undo(self, person: Person) -> DeskTask:
        """Take back this person's last submission and lease them its task again.

        What it settled is no longer settled.

        Raises:
            CannotUndo: Somebody has built on it, or nothing is left.
        """
        permissions.stages(person)
        with self._writing() as context:
            return _show(context, undo.undo_task(context, person), person)

    # --- laying aside ---------------------------------------------------------------------------------------------

    def skip(self, person: Person, task_id: int, reason: str) -> None:
        """Give a task back for somebody else; this person gets it again only when nothing else is there."""
        with self._writing() as context:
            setting_aside.skip(context, load_held_task(context, person, task_id), person, reason)

    def ask(self, person: Person, task_id: int, question: str) -> None:
        """Hand a task to the supervisor with a question."""
        with self._writing() as context:
            setting_aside.ask(context, load_held_task(context, person, task_id), person, question)

    def answer(self, person: Person, task_id: int, answer: str) -> None:
        """Send a question back to the stage of the task, with the answer and without keying any field."""
        permissions.stages(person, Stage.SUPERVISOR)
        with self._writing() as context:
            setting_aside.answer(context, load_held_task(context, person, task_id), person, answer)

    def request_rescan(self, person: Person, task_id: int, reason: str) -> Ticket:
        """Send the page of a task to the scanning desk.

        All that is open on that page waits until the ticket is closed.
        """
        with self._writing() as context:
            return rescan_tickets.open_ticket(
                context, load_held_task(context, person, task_id), person, reason
            )

    # --- what is settled ------------------------------------------------------------------------------------------

    def entry(self, person: Person, entry_id: int) -> tuple[StoredEntry, frozenset[str]]:
        """Return all about an entry for a person who may open it again, and the fields that wait for people.

        Fields that wait must not be shown to somebody who may yet key them blind. The audit records the view.

        Raises:
            NotYours: The person may not open the entry again.
        """
        with self._writing() as context:
            reopening.check_entry(context, person, entry_id)
            record(context.connection, person.login, "entry-shown", f"entry:{entry_id}")
            entry = stored_entry(context.connection, self._declared, entry_id)
            return entry, reopening.waiting_fields(context.connection, entry_id)

    def reopen(self, person: Person, entry_id: int, fields: Collection[str], reason: str) -> Reopened:
        """Have fields of a settled entry read from the paper once more, by somebody else.

        What people decided stays effective meanwhile.

        Raises:
            NotYours: The person may not open the entry again.
        """
        with self._reading() as context:
            seen = reopening.seen_so_far(context, person, entry_id)
        with self._writing() as context:
            return reopening.reopen(context, person, entry_id, fields, reason, seen)

    # --- columns --------------------------------------------------------------------------------------------------

    def column_counts(self, person: Person, book_id: int) -> tuple[ColumnCount, ...]:
        """Return how many entries of a book wait for this person to key each field."""
        stages = permissions.stages(person)
        with self._reading() as context:
            return columns.column_counts(context, person, stages, book_id)

    def column(
        self, person: Person, book_id: int, field: str, stage: Stage, size: int = 48
    ) -> LeasedColumn | None:
        """Lease a person snippets of one field of a book, in place of the column in hand.

        Like readings follow one another; snippets that are keyed blind come in the order of the book.

        Args:
            person: Who takes the column.
            book_id: The book.
            field: The field.
            stage: The stage at which the snippets wait.
            size: How many snippets, at most 60.

        Returns:
            The column; None when nothing waits.
        """
        permissions.stages(person, stage)
        with self._writing() as context:
            return columns.take_column(context, person, book_id, field, stage, size)

    def key_column(
        self,
        person: Person,
        words: Sequence[tuple[int, int, Verdict]],
        *,
        token: str,
        seconds: float = 0.0,
    ) -> tuple[KeyOutcome, ...]:
        """Record the values (task, version, verdict) that this person keyed on snippets; return the outcome of each.

        The same ``token`` again gets the same answers and adds nothing. ``refused`` says why a task is not recorded.
        """
        permissions.stages(person)
        with self._writing() as context:
            return columns.key_snippets(context, words, Submission(person, KeyingMode.COLUMN, token, seconds))

    def undo_column(self, person: Person) -> LeasedColumn:
        """Take back this person's last submission of a column and lease them its snippets again.

        Raises:
            CannotUndo: Somebody has built on all of it.
        """
        permissions.stages(person)
        with self._writing() as context:
            return columns.undo_snippets(context, person)

    def hand_back_column(self, person: Person) -> None:
        """End the leases of this person's column."""
        with self._writing() as context:
            leases.hand_back(context.connection, person, KeyingMode.COLUMN)

    # --- overview, tickets, pictures ------------------------------------------------------------------------------

    def counts(self, person: Person, books: int = MOST_BOOKS) -> tuple[QueueCount, ...]:
        """How many tasks wait that this person may take, by stage, of each of the first ``books`` where any does."""
        stages = permissions.stages(person)
        with self._reading() as context:
            return assignment.counts(context.connection, person, stages, books)

    def tickets(self, person: Person, *, closed: bool = False) -> tuple[Ticket, ...]:
        """Pages that must be scanned again, the oldest first; with ``closed`` those that were."""
        permissions.check_tickets(person)
        with self._reading() as context:
            return rescan_tickets.tickets_for(context.connection, person, closed=closed)

    def close_ticket(self, person: Person, ticket_id: int, note: str) -> None:
        """The page was scanned again, or need not be: what waited for it goes on."""
        permissions.check_tickets(person)
        with self._writing() as context:
            rescan_tickets.close(context, ticket_id, person, note)

    def page_of(self, person: Person, task_id: int) -> PagePlace:
        """Return the page of a task.

        Raises:
            NotYours: The person may not see that place, or neither has the task in hand nor supervises.
        """
        permissions.stages(person)
        with self._reading() as context:
            return _page_of(context, person, task_id)

    def ink_of(self, person: Person, task_id: int, box: Box) -> tuple[PagePlace, bool]:
        """Return the page of a task, and whether the audit already says that this person sees the ink in ``box``.

        It does when they have the task in hand and the box lies among its fields.

        Args:
            person: Who sees the ink.
            task_id: The task.
            box: The area on the rectified page.

        Raises:
            NotYours: The task belongs to another place, or the person neither has it in hand nor supervises.
        """
        permissions.stages(person)
        with self._reading() as context:
            place = _page_of(context, person, task_id)
            told = leases.has(context, task_id, person) and lies_among(
                context.connection, task_row(context.connection, task_id)["entry_id"], box
            )
            return place, told

    def page_of_ticket(self, person: Person, ticket_id: int) -> PagePlace:
        """Return the page of a ticket.

        Raises:
            NotYours: The person may not see that place.
        """
        permissions.check_tickets(person)
        with self._reading() as context:
            row = rescan_tickets.ticket_row(context.connection, ticket_id, person)
            return PagePlace(row["book_id"], PageRef(row["sha256"], row["page_no"]), row["name"])


def _page_of(context: DeskContext, person: Person, task_id: int) -> PagePlace:
    """Return the page of a task to who has it in hand or supervises its place.

    A lease that has run out will do until somebody else takes the task: its holder has seen the page.

    Raises:
        NotYours: It is another person.
    """
    row = task_row(context.connection, task_id)
    permissions.check_place(person, row["place_code"])
    if person.role is not Role.SUPERVISOR and not leases.keeps(context.connection, task_id, person):
        raise leases.lease_lost()
    return PagePlace(row["book_id"], PageRef(row["sha256"], row["page_no"]), row["name"])


def _show(context: DeskContext, task_id: int, person: Person) -> DeskTask:
    """A task as the person sees it; that they did is on record."""
    record(context.connection, person.login, "task-shown", f"task:{task_id}")
    return shown(context, task_id, person)
