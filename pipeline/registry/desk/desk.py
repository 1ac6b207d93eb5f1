"""The reviewers' desk as the rest of the house sees it: one transaction a call, every call for one person.

Every method raises errors of the ``RegistryError`` family with advice; ``NotYours`` where the person may not do that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from pipeline.registry.accounts.person import Person
from pipeline.registry.database import Database
from pipeline.registry.declared import Declared
from pipeline.registry.desk import asides, assignment, leases, permits
from pipeline.registry.desk.cases import Case, case_of
from pipeline.registry.desk.keying import Submission, check_version, follow, outcome_again, record_words
from pipeline.registry.desk.leases import Mode, Terms
from pipeline.registry.desk.showing import shown
from pipeline.registry.desk.values import DeskTask, HandsFull, KeyOutcome, NotYours, PagePlace, Stage
from pipeline.registry.tables import review_task
from pipeline.registry.values import Verdict
from pipeline.review_policy import ReviewPolicy

MOST_HELD = 3
"""Tasks that a person may have in hand: the one on the screen and those loaded ahead."""


class Desk:
    """Hands out tasks, takes words back. ``now``: the clock."""

    def __init__(
        self, database: Database, declared: Declared, policy: ReviewPolicy, now: Callable[[], datetime]
    ) -> None:
        self._database, self._declared = database, declared
        self._policy, self._now = policy, now

    # --- taking and giving back -----------------------------------------------------------------------------------

    def next_task(
        self, person: Person, *, stage: Stage | None = None, book_id: int | None = None
    ) -> DeskTask | None:
        """The next task for this person, lent to them: at ``stage``, else at those they may work at, what is nearest to
        its end first; None when nothing waits. Raises ``HandsFull`` when they hold as many as one may."""
        stages = permits.stages(person, stage)
        with self._database.writing() as connection:
            terms = self._terms()
            if len(leases.held(connection, person, Mode.DESK, terms.now)) >= MOST_HELD:
                raise HandsFull(f"Bạn đang giữ {MOST_HELD} việc. Hãy làm xong hoặc trả lại một việc.")
            for find in (assignment.next_of, assignment.next_skipped):
                for one in stages:
                    while (task_id := find(connection, person, one, book_id, terms.now)) is not None:
                        if leases.take(connection, task_id, person, Mode.DESK, terms):
                            return self._shown(connection, task_id, person, terms.until)
        return None

    def held(self, person: Person) -> tuple[DeskTask, ...]:
        """The tasks that this person has in hand, the one taken first first."""
        permits.stages(person)
        with self._database.reading() as connection:
            terms = self._terms()
            task_ids = leases.held(connection, person, Mode.DESK, terms.now)
            return tuple(self._shown(connection, task_id, person, terms.until) for task_id in task_ids)

    def task(self, person: Person, task_id: int) -> DeskTask:
        """A task that this person has in hand, lent anew. Raises ``NotYours``."""
        with self._database.writing() as connection:
            terms = self._terms()
            self._held_case(connection, person, task_id, terms)
            return self._shown(connection, task_id, person, terms.until)

    def hand_back(self, person: Person, task_id: int) -> None:
        """End the lease of a task; nothing happens when the person has it no longer."""
        with self._database.writing() as connection:
            leases.hand_back(connection, person, Mode.DESK, [task_id])

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
        """This person's words on some or all fields of a task in hand. The same ``token`` again gets the same answer and
        adds nothing. Raises ``StaleTask`` when the task has changed since it was shown."""
        with self._database.writing() as connection:
            sent = Submission(person, Mode.DESK, token, seconds, self._terms())
            again = outcome_again(connection, sent, task_id)
            if again is not None:
                return again
            case = self._held_case(connection, person, task_id, sent.terms)
            check_version(case, version)
            wanted = case.wanted_of(person.account_id)
            outcome = record_words(connection, self._declared, self._policy, case, words, sent, wanted)
            if not outcome.waiting:
                leases.hand_back(connection, person, Mode.DESK, [task_id])
            return outcome

    # --- laying aside ---------------------------------------------------------------------------------------------

    def skip(self, person: Person, task_id: int, reason: str) -> None:
        """Give a task back for somebody else; this person gets it again only when nothing else is there."""
        reason = permits.check_words(reason, "lý do bỏ qua")
        with self._database.writing() as connection:
            terms = self._terms()
            self._held_case(connection, person, task_id, terms)
            asides.note(connection, task_id, person, assignment.SKIPPED, reason, terms.now)
            leases.hand_back(connection, person, Mode.DESK, [task_id])

    def ask(self, person: Person, task_id: int, question: str) -> None:
        """Hand a task to the supervisor with a question."""
        question = permits.check_words(question, "câu hỏi")
        with self._database.writing() as connection:
            terms = self._terms()
            case = self._held_case(connection, person, task_id, terms)
            asides.note(connection, task_id, person, asides.ASKED, question, terms.now)
            self._put_question(connection, case, question)
            leases.hand_back(connection, person, Mode.DESK, [task_id])

    def answer(self, person: Person, task_id: int, answer: str) -> None:
        """Send a question back to where the task stood, with the answer and without a word on any field."""
        answer = permits.check_words(answer, "câu trả lời")
        permits.stages(person, Stage.SUPERVISOR)
        with self._database.writing() as connection:
            terms = self._terms()
            case = self._held_case(connection, person, task_id, terms)
            both = f"{case.row['question']} — {answer}"
            asides.note(connection, task_id, person, asides.ANSWERED, both, terms.now)
            self._put_question(connection, case, "")
            leases.hand_back(connection, person, Mode.DESK, [task_id])

    # --- pictures -------------------------------------------------------------------------------------------------

    def page_of(self, person: Person, task_id: int) -> PagePlace:
        """Which page a task stands on. Raises ``NotYours`` when the person may not see that place."""
        permits.stages(person)
        with self._database.reading() as connection:
            case = case_of(connection, self._declared, self._policy, task_id)
            permits.check_place(person, case.row["place_code"])
            return PagePlace(case.row["book_id"], case.ref, case.row["name"])

    # --- within ---------------------------------------------------------------------------------------------------

    def _terms(self) -> Terms:
        return Terms(self._now(), self._policy.lease)

    def _held_case(self, connection: Connection, person: Person, task_id: int, terms: Terms) -> Case:
        """All about a task that this person has in hand and may work on, its lease renewed. Raises ``NotYours``."""
        allowed = permits.stages(person)
        case = case_of(connection, self._declared, self._policy, task_id, lock=True)
        permits.check_place(person, case.row["place_code"])
        leases.renew(connection, task_id, person, Mode.DESK, terms)
        if case.stage not in allowed:
            raise NotYours("Việc này không còn ở bước của bạn. Hãy nhận việc khác.")
        return case

    def _shown(self, connection: Connection, task_id: int, person: Person, until: datetime) -> DeskTask:
        case = case_of(connection, self._declared, self._policy, task_id)
        of_book = self._policy.of_book(case.row["folder_name"])
        return shown(connection, self._declared, of_book, case, person.account_id, until)

    def _put_question(self, connection: Connection, case: Case, question: str) -> None:
        connection.execute(
            update(review_task).where(review_task.c.id == case.task_id).values(question=question)
        )
        follow(connection, self._declared, case)
