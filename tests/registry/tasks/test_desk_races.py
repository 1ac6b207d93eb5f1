"""Several people at once on one real database: nobody shares a task, no word is lost or counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.tasks.model import CannotUndo, DeskTask, KeyOutcome
from tests.competing import WAIT_SECONDS, competing_context, started_and_ended
from tests.registry.offices import AN, BINH, BLIND, CHECKED, Clock, doubtful, keyed, person, said, taken
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, page

competing = competing_context()
PEOPLE, ENTRIES = 3, 8
MOST_TURNS = 5000
"""Of a person in a process of their own, who would wait for ever if a word were lost."""


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of these came to, started together; a refusal is its error."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(WAIT_SECONDS)
        try:
            return act()
        except RegistryError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_who_ask_at_once_for_the_only_task_do_not_both_get_it(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    for number in range(1, 9):
        registry.save_page(book, page(doubtful("notes"), page_no=number), "f1")
        found = at_once(lambda: desk.next_task(AN), lambda: desk.next_task(BINH))
        (task,) = (one for one in found if isinstance(one, DeskTask))
        holder = AN if desk.held(AN) else BINH
        keyed(desk, holder, said("notes"), task=task)
        other = BINH if holder is AN else AN
        keyed(desk, other, said("notes"))


def test_of_two_who_take_over_an_expired_lease_one_gets_it(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    late = taken(desk, person(9))
    clock.pass_minutes(20)
    found = at_once(
        lambda: desk.next_task(AN),
        lambda: desk.next_task(BINH),
        lambda: keyed(desk, person(9), said("notes"), task=late),
    )
    tasks = [one for one in found if isinstance(one, DeskTask)]
    keyed_late = isinstance(found[2], KeyOutcome)
    assert len(desk.held(AN)) + len(desk.held(BINH)) == len(tasks)
    assert len(tasks) <= 1
    assert tasks or keyed_late
    assert all(task.stage is (Stage.CHECK if keyed_late else Stage.REVIEW) for task in tasks)


def test_the_same_submission_twice_at_once_is_one(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    task = taken(desk, AN)

    def send() -> KeyOutcome:
        return desk.key(AN, task.task_id, task.version, [said("child_name")], token="một")

    one, other = at_once(send, send)
    assert one == other
    assert isinstance(one, KeyOutcome)


def test_two_submissions_at_once_on_one_task_do_not_both_count(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes", "signer_title")), "f1")
    task = taken(desk, AN)
    found = at_once(*(lambda: keyed(desk, AN, said("notes"), task=task) for _ in range(2)))
    assert sorted(type(one).__name__ for one in found) == ["KeyOutcome", "StaleTask"]


def test_undoing_while_somebody_takes_the_task_ends_in_one_of_two_ways(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    for number in range(1, 5):
        registry.save_page(book, page(doubtful("notes"), page_no=number), "f1")
        keyed(desk, AN, said("notes"))
        undone, checking = at_once(lambda: desk.undo(AN), lambda: desk.next_task(BINH))
        assert isinstance(undone, CannotUndo) == isinstance(checking, DeskTask)
        if isinstance(undone, DeskTask):
            keyed(desk, AN, said("notes"), task=undone)
            checking = desk.next_task(BINH)
        assert isinstance(checking, DeskTask)
        keyed(desk, BINH, said("notes"), task=checking)


def work(url: str, account_id: int) -> None:
    """One person in a process of their own, until nothing is left for them."""
    who: Person = person(account_id, Role.CHECKER)
    with Registry.open(url, SCHEMAS) as registry:
        desk = registry.desk(BLIND)
        for _ in range(MOST_TURNS):
            if not registry.queue(limit=1):
                break
            task = desk.next_task(who)
            if task is None:
                continue
            text = f"Thử {account_id % 2}" if task.ref.page_no % 2 else "Thử Một"
            words = [said(work.field, text) for work in task.fields]
            token = f"{account_id}-{task.task_id}-{task.version}"
            for _ in range(2):
                desk.key(who, task.task_id, task.version, words, token=token)


def test_people_in_processes_of_their_own_settle_everything_once(url: str, outsider: Outsider) -> None:
    with Registry.open(url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
        for number in range(1, ENTRIES + 1):
            registry.save_page(book, page(doubtful("child_name"), page_no=number), "f1")
    people = [
        competing.Process(target=work, args=(url, number), daemon=True) for number in range(1, PEOPLE + 1)
    ]
    assert started_and_ended(people) == [0] * PEOPLE
    with Registry.open(url, SCHEMAS) as registry:
        assert registry.queue() == ()
    words = outsider.execute("SELECT task_id, account_id FROM keying")
    decisions = outsider.execute("SELECT page_no, author FROM decision")
    assert len(set(words)) == len(words)
    assert Counter(page_no for page_no, _ in decisions) == dict.fromkeys(range(1, ENTRIES + 1), 1)
    assert outsider.rows("lease") == []
    for task_id in {task_id for task_id, _ in words}:
        assert len([one for one in words if one[0] == task_id]) in (2, 3)
