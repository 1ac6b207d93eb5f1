"""A person's words on the snippets of a column come in, one task after another in one transaction; or go back."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import RegistryError
from pipeline.registry.accounts.person import Person
from pipeline.registry.desk.cases import Case, case_of, task_row
from pipeline.registry.desk.column import take_column
from pipeline.registry.desk.keying import Submission, check_version, outcome_again, record_words
from pipeline.registry.desk.leases import Mode, hand_back, renew
from pipeline.registry.desk.permits import STAGES, check_place
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.snippets import OPEN_STAGES
from pipeline.registry.desk.undoing import newest_words, take_back
from pipeline.registry.desk.values import CannotUndo, Column, KeyOutcome, NotYours, Stage
from pipeline.registry.locks import hold_tasks
from pipeline.registry.values import StaleTask, Verdict


def key_snippets(
    sitting: Sitting, words: Sequence[tuple[int, int, Verdict]], sent: Submission
) -> tuple[KeyOutcome, ...]:
    """What each word (task, version, verdict) came to, in their order. A task that has changed, or that the person has
    in hand no longer, is left alone and said so in its outcome; the others go on. A word that contradicts itself stops
    all of them."""
    if len({task_id for task_id, _, _ in words}) < len(words):
        raise RegistryError("Mỗi lần gửi, mỗi việc chỉ được một chữ.")
    hold_tasks(sitting.connection, [task_id for task_id, _, _ in words])
    return tuple(_key(sitting, task_id, version, word, sent) for task_id, version, word in words)


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


def _key(sitting: Sitting, task_id: int, version: int, word: Verdict, sent: Submission) -> KeyOutcome:
    again = outcome_again(sitting, sent, task_id, [word])
    if again is not None:
        return again
    case = case_of(sitting, task_id)
    check_place(sent.person, case.row["place_code"])
    try:
        renew(sitting, task_id, sent.person, Mode.COLUMN)
        check_version(case, version)
    except (NotYours, StaleTask) as error:
        return KeyOutcome(case.stage, (), case.version, refused=error.message)
    outcome = record_words(sitting, case, [word], sent, _wanted(case, sent.person))
    hand_back(sitting.connection, sent.person, Mode.COLUMN, [task_id])
    return outcome


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
