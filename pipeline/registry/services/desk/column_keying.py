"""A person's words on the snippets of a column come in, one task after another in one transaction; or go back."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import RegistryError
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.decisions import Verdict
from pipeline.registry.model.desk import CannotUndo, Column, KeyOutcome, NotYours, Stage
from pipeline.registry.model.errors import StaleTask
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.leases import Mode, hand_back, no_longer_in_hand, renew
from pipeline.registry.repositories.permits import STAGES, check_place
from pipeline.registry.services.desk.cases import Case, cases_of, task_row
from pipeline.registry.services.desk.column import take_column
from pipeline.registry.services.desk.keying import (
    Said,
    Submission,
    check_version,
    outcomes_again,
    record_words,
)
from pipeline.registry.services.desk.snippets import OPEN_STAGES
from pipeline.registry.services.desk.undoing import newest_words, take_back


def key_snippets(
    sitting: Sitting, words: Sequence[tuple[int, int, Verdict]], sent: Submission
) -> tuple[KeyOutcome, ...]:
    """What each word (task, version, verdict) came to, in their order. A task that has changed, or that the person has
    in hand no longer, is left alone and said so in its outcome; the others go on. A word that contradicts itself stops
    all of them."""
    by_task = {task_id: (version, word) for task_id, version, word in words}
    if len(by_task) < len(words):
        raise RegistryError("Mỗi lần gửi, mỗi việc chỉ được một chữ.")
    hold_tasks(sitting.connection, by_task)
    outcomes = outcomes_again(sitting, sent, {task_id: [word] for task_id, (_, word) in by_task.items()})
    cases = cases_of(sitting, [task_id for task_id in by_task if task_id not in outcomes])
    for case in cases.values():
        check_place(sent.person, case.row["place_code"])
    kept = renew(sitting, cases, sent.person, Mode.COLUMN)
    said = []
    for task_id, case in cases.items():
        version, word = by_task[task_id]
        try:
            if task_id not in kept:
                raise no_longer_in_hand()
            check_version(case, version)
        except (NotYours, StaleTask) as error:
            outcomes[task_id] = KeyOutcome(case.stage, (), case.version, refused=error.message)
        else:
            said.append(Said(case, [word], _wanted(case, sent.person)))
    if said:
        outcomes |= record_words(sitting, said, sent)
        hand_back(sitting.connection, sent.person, Mode.COLUMN, [one.case.task_id for one in said])
    return tuple(outcomes[task_id] for task_id in by_task)


def undo_snippets(sitting: Sitting, person: Person) -> Column:
    """Take back a person's last submission of a column, as far as nobody has built on it, and lend them its snippets
    again. Raises ``CannotUndo`` when none can be taken back."""
    words = newest_words(sitting.connection, person, Mode.COLUMN)
    hold_tasks(sitting.connection, [word["task_id"] for word in words])
    task_ids, refusals = [], []
    for word in words:
        try:
            take_back(sitting, person, word["task_id"], [word])
            task_ids.append(int(word["task_id"]))
        except CannotUndo as error:
            refusals.append(error)
    if not task_ids:
        raise refusals[0]
    book_id = task_row(sitting.connection, task_ids[0])["book_id"]
    field, stage = words[0]["field"], Stage(words[0]["stage"])
    found = take_column(sitting, person, book_id, field, stage, len(task_ids), task_ids)
    if found is None:
        raise CannotUndo("Không hoàn tác được: đang có người khác làm những việc này.")
    return found


def _wanted(case: Case, person: Person) -> tuple[str, ...]:
    """The fields of a task of which that person may say something in a column, at whatever stage each of them is."""
    if case.stage not in OPEN_STAGES:
        return ()
    allowed = STAGES[person.role]
    return tuple(
        field
        for field, one in case.standings.items()
        if one.stage in allowed and one.waits_for(person.account_id)
    )
