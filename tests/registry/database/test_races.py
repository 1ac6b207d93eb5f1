"""Two processes at one page in the same moment, over and over: as if one had come after the other."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.synchronize import Barrier

import pytest

from pipeline.base.model import FieldStatus, Finding, Severity
from pipeline.registry import CrossEntryFinding, Registry, StaleTask, Verdict
from pipeline.registry.entries.effective_values import left_to_decide
from pipeline.registry.entries.machine_view import MachineView
from pipeline.registry.tasks.consensus import SeenReading
from tests.competing import WAIT_SECONDS, competing_context, started_and_ended
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

ROUNDS = 20
competing = competing_context()


def save(registry: Registry, book: int, number: int, who: str) -> None:
    """The page ``number`` (new to all) under a fingerprint that both savers have, then under each one's own."""
    for fingerprint in ("both", who):
        text = read("child_name", f"Thử {fingerprint}", accepted=False)
        registry.save_page(book, page(entry(text), entry(text, row=1), page_no=number), fingerprint)


def decide(registry: Registry, book: int, number: int, who: str) -> None:
    """A word on the one task of page ``number`` as it was shown, unless it has changed since."""
    (task,) = (task for task in registry.queue(book) if task.page_no == number)
    assert task.entry_id is not None
    word = Verdict("child_name", FieldStatus.READ, f"Thử {who}")
    try:
        registry.decide(task.entry_id, [word], author=who, version=task.version)
    except StaleTask:
        return


def save_anew(registry: Registry, book: int, number: int, who: str) -> None:
    registry.save_page(
        book, page(entry(read("child_name", f"Thử {who}", accepted=False)), page_no=number), "anew"
    )


def check(registry: Registry, book: int, number: int, who: str) -> None:
    """A doubt beside other entries comes up on page ``number``, and those of the round before end."""
    (entry_id,) = (one for one in registry.entries(book) if registry.entry(one).ref.page_no == number)
    doubt = Finding("K06", Severity.BLOCK, ("child_name",))
    registry.save_checks([CrossEntryFinding(book, number, entry_id, doubt)], ["K06"])


Act = Callable[[Registry, int, int, str], None]
ACTS: dict[str, Act] = {"save": save, "decide": decide, "save anew": save_anew, "check": check}


def act(url: str, name: str, who: str, start: Barrier) -> None:
    with Registry.open(url, SCHEMAS, wait_seconds=WAIT_SECONDS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, ROUNDS)
        for number in range(1, ROUNDS + 1):
            start.wait(WAIT_SECONDS)
            ACTS[name](registry, book, number, who)


def race(url: str, first: str, second: str) -> None:
    start = competing.Barrier(2)
    racers = [
        competing.Process(target=act, args=(url, name, who, start))
        for name, who in ((first, "An"), (second, "Bình"))
    ]
    assert started_and_ended(racers) == [0, 0]


@pytest.fixture
def pages_for_review(url: str) -> None:
    """A page of each round, whose id is its number, with one doubtful entry."""
    with Registry.open(url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, ROUNDS)
        for number in range(1, ROUNDS + 1):
            doubtful = read("child_name", "Thử Một", accepted=False)
            registry.save_page(book, page(entry(doubtful), page_no=number), "f1")


def assert_in_step(url: str) -> None:
    """Tasks and records say what follows from readings and decisions."""
    with Registry.open(url, SCHEMAS) as registry:
        tasks = {task.entry_id: task for task in registry.queue()}
        for entry_id in registry.entries():
            stored = registry.entry(entry_id)
            seen = {one.field: of for one in stored.readings if (of := SeenReading.of(one)) is not None}
            machine = MachineView(stored.readings, stored.findings, stored.cross_entry_findings, seen)
            left = left_to_decide(machine, stored.decisions, stored.cross_entry_findings)
            task = tasks.get(entry_id)
            assert (task.fields if task else (), bool(task and task.reopened)) == (left.fields, left.reopened)
            for field in ("child_name", "notes"):
                assert registry.effective_value(entry_id, field) == stored.values[field]


def test_of_two_who_save_a_page_under_one_fingerprint_one_does_and_no_run_is_lost(
    url: str, outsider: Outsider
) -> None:
    race(url, "save", "save")
    assert_in_step(url)
    assert outsider.execute("SELECT count(*) FROM book") == [(1,)]
    assert outsider.execute("SELECT count(*) FROM page") == [(ROUNDS,)]
    assert outsider.execute("SELECT count(*) FROM entry") == [(ROUNDS * 2,)]
    runs = "SELECT fingerprint, count(*) FROM page_run GROUP BY fingerprint"
    made = dict(outsider.execute(runs))
    assert made["An"] == made["Bình"] == ROUNDS
    assert outsider.execute("SELECT count(*) FROM page_run WHERE latest") == [(ROUNDS,)]
    doubled = (
        "SELECT count(*) FROM page_run a JOIN page_run b ON b.page_id = a.page_id AND b.fingerprint = 'both' "
        "WHERE a.fingerprint = 'both' AND b.id > a.id AND NOT EXISTS (SELECT 1 FROM page_run c "
        "WHERE c.page_id = a.page_id AND c.id > a.id AND c.id < b.id)"
    )
    assert outsider.execute(doubled) == [(0,)]


@pytest.mark.parametrize("other", ["save anew", "decide", "check"])
@pytest.mark.usefixtures("pages_for_review")
def test_who_decides_while_something_else_happens_decides_before_or_after_it(
    url: str, outsider: Outsider, other: str
) -> None:
    race(url, "decide", other)
    assert_in_step(url)
    decided = outsider.execute("SELECT scan_sha256, page_no, row, count(*) FROM decision GROUP BY 1, 2, 3")
    assert all(count == 1 for *_, count in decided)
    assert other != "decide" or len(decided) == ROUNDS
