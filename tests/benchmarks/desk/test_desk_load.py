"""The load of the desk, small: its registry is sound, its people and pages work, and its proof sees what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from benchmarks.desk import bench_desk_load
from benchmarks.desk.bench_desk_load import Office, loaded
from benchmarks.desk.databases import RegistryLocation, filled
from benchmarks.desk.filled_registry import ENTRIES_A_BOOK, FilledRegistry
from benchmarks.desk.history import flaws_since
from benchmarks.desk.load_log import AcknowledgedValue, LoadLog, TaskHold
from benchmarks.desk.proof import prove, shared_by_clock
from benchmarks.desk.simulated_staff import Pace, people
from benchmarks.servers import postgresql
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.database import Database
from pipeline.registry.tasks.rows import decision
from tests.competing import competing_context
from tests.registry.outsider import Outsider
from tests.registry.told_once import KeptRegistry

BOOKS = 5


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RegistryLocation]:
    """An empty registry on each kind of database."""
    key = tmp_path / "audit.key"
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/registry.db"
        yield RegistryLocation(url, url, key)
        return
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.empty_database() as name:
        yield RegistryLocation(cluster.url(name, postgresql.OWNER), cluster.url(name), key)


_filled: dict[str, tuple[KeptRegistry, FilledRegistry]] = {}


@pytest.fixture
def shelf(place: RegistryLocation) -> FilledRegistry:
    """Filled once on each kind of database, and copied."""
    kind = make_url(place.url).get_backend_name()
    if kind in _filled:
        kept, shelf = _filled[kind]
        kept.put(place.owner_url, place.key)
        return shelf
    shelf = filled(place, BOOKS * ENTRIES_A_BOOK)
    _filled[kind] = KeptRegistry.of(place.owner_url, place.key), shelf
    return shelf


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of people and machine have loaded the registry when they begin."""
    monkeypatch.setattr(bench_desk_load, "spawning", competing_context())


def worked(place: RegistryLocation, shelf: FilledRegistry, name: str = "small") -> LoadLog:
    """Four people and the machine, for a moment, in processes of their own."""
    office = Office(people=4, processes=2, page_every=0.1, upload_every=0.3)
    return loaded(place, shelf, office, Pace(name, seconds=1.5, think=0.02), seed=1)


def worked_until(
    place: RegistryLocation, shelf: FilledRegistry, enough: Callable[[LoadLog], bool]
) -> LoadLog:
    """As many such moments as it takes: a slow machine takes more."""
    log = LoadLog()
    for number in range(20):
        log.take(worked(place, shelf, f"small-{number}"))
        if enough(log):
            return log
    pytest.fail("not enough was done")


def worked_until_decided(place: RegistryLocation, shelf: FilledRegistry) -> LoadLog:
    """Until two people have settled a field."""

    def settled(_log: LoadLog) -> bool:
        with closing(Database(place.url, 60.0, place.key)) as database, database.reading() as connection:
            found = connection.execute(select(decision.c.id).where(decision.c.keyings.is_not(None)))
            return found.first() is not None

    return worked_until(place, shelf, settled)


def test_every_copied_book_waits_for_people_as_the_first_one_does(
    place: RegistryLocation, shelf: FilledRegistry
) -> None:
    with Registry.open(place.url, audit_key=place.key) as registry:
        desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
        supervisor = people(10, shelf.places)[7]
        assert supervisor.role is Role.SUPERVISOR
        waiting = {(count.book_id, count.stage): count.waiting for count in desk.counts(supervisor)}
        assert len(waiting) == 2 * BOOKS
        for book in range(1, BOOKS + 1):
            assert waiting[book, Stage.REVIEW] == waiting[1, Stage.REVIEW] > 0
            assert waiting[book, Stage.CHECK] == waiting[1, Stage.CHECK] > 0
            assert len(registry.entries(book)) == ENTRIES_A_BOOK
        copied = registry.entry(registry.entries(BOOKS)[-1])
        original = registry.entry(registry.entries(1)[-1])
        assert replace(copied, entry_id=1, book_id=1, ref=original.ref) == replace(original, entry_id=1)
        assert registry.audit().verify().passed


def test_people_and_machine_work_and_nothing_is_lost_or_doubled(
    place: RegistryLocation, shelf: FilledRegistry
) -> None:
    log = worked_until(
        place, shelf, lambda so_far: all((so_far.said, so_far.held, so_far.pages, so_far.uploads))
    )
    assert not log.errors
    proof = prove(place.url, place.key, log, shelf.audit_rows)
    assert proof.holds, proof


def test_the_proof_sees_what_is_wrong(place: RegistryLocation, shelf: FilledRegistry) -> None:
    log = worked_until_decided(place, shelf)
    log.said.append(AcknowledgedValue("never", log.said[0].task_id, "notes", "Thử", log.said[0].account_id))
    with Registry.open(place.url, audit_key=place.key) as registry:
        for who in people(2, shelf.places):
            registry.note_view(who, "task-shown", "task:999")
    database = Database(place.url, 60.0, place.key)
    with database.writing() as connection:
        rows = connection.execute(select(decision).where(decision.c.keyings.is_not(None)).limit(1)).mappings()
        made = {name: value for name, value in rows.one().items() if name != "id"}
        add(connection, decision, [made, made | {"text": "Khác"}])
        record(connection, "an", "keyed", "task:1")
    outsider = Outsider(place.owner_url)
    outsider.execute("UPDATE entry SET number_text = '' WHERE id = 1")
    outsider.execute("UPDATE book SET volume = '9' WHERE id = (SELECT max(id) FROM book)")
    outsider.close()
    proof = prove(place.url, place.key, log, shelf.audit_rows)
    assert (proof.words_lost, proof.shared_by_trail, proof.audit_flaws) == (1, 1, 2)
    assert (proof.decisions_doubled, proof.decisions_wrong > 0, proof.holds) == (2, True, False)
    with database.reading() as connection:
        audited = flaws_since(connection, database.key_file, shelf.audit_rows)
    database.close()
    assert audited.flaws == 1  # the new book; the entry was there before


@pytest.mark.parametrize(("since", "other", "shared"), [(1.0, 2, 1), (2.5, 2, 0), (1.0, 1, 0)])
def test_a_task_taken_before_it_is_released_counts_as_held_twice(
    since: float, other: int, shared: int
) -> None:
    assert (
        shared_by_clock([TaskHold(7, 1, 0.0, 2.0), TaskHold(7, other, since, 3.0), TaskHold(8, 2, 0.0, 9.0)])
        == shared
    )
