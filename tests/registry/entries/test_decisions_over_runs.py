"""Whatever order runs and decisions come in: a person's last word stands, and no row is ever lost."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from benchmarks.servers import postgresql
from pipeline.base.model import FieldReading, FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.entries.effective_values import derive_effective_values
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

FIELDS = ("child_name", "notes")
words = st.sampled_from(("A", "B", "C"))


class OneEntry(RuleBasedStateMachine):
    """A page with one entry of two fields, read and decided over and over."""

    @abstractmethod
    def new_database(self) -> AbstractContextManager[str]:
        """The URL of a database, as long as it is used."""

    @initialize()
    def start(self) -> None:
        self.left = ExitStack()
        url = self.left.enter_context(self.new_database())
        self.registry = self.left.enter_context(Registry.open(url, SCHEMAS))
        self.book = self.registry.book_id(LEDGER, "book")
        self.registry.store_scan(self.book, SCAN, "scan.pdf", 1, 1)
        self.runs = 0
        self.read: dict[str, FieldReading] = {}
        self.decided: dict[str, str] = {}
        self.seen: dict[str, str | None] = {}
        self.decisions = 0

    @rule(texts=st.dictionaries(st.sampled_from(FIELDS), st.tuples(words, st.booleans())))
    def run(self, texts: dict[str, tuple[str, bool]]) -> None:
        readings = [read(field, text, accepted=accepted) for field, (text, accepted) in texts.items()]
        self.runs += 1
        self.registry.save_page(self.book, page(entry(*readings)), f"run {self.runs}")
        self.read = {reading.field: reading for reading in readings}

    @precondition(lambda self: self.runs)
    @rule(field=st.sampled_from(FIELDS), text=words)
    def decide(self, field: str, text: str) -> None:
        (entry_id,) = self.registry.entries()
        self.registry.decide(entry_id, [Verdict(field, FieldStatus.READ, text)], author="an")
        self.decisions += 1
        self.decided[field] = text
        self.seen[field] = self.read[field].text if field in self.read else None

    @invariant()
    def the_last_decision_else_the_accepted_reading_is_in_force(self) -> None:
        for entry_id in self.registry.entries():
            for field in FIELDS:
                reading = self.read.get(field)
                expected = self.decided.get(field, reading.text if reading and reading.accepted else None)
                assert self.registry.effective_value(entry_id, field) == expected

    @invariant()
    def every_way_to_the_effective_values_gives_what_follows_from_readings_and_decisions(self) -> None:
        (entries, _, _), people = self.registry.series_columns([self.book]), self.registry.people_columns()
        for stored in self.registry.stored_entries(self.book):
            expected = derive_effective_values(
                self.registry._declared,
                stored.record,
                stored.readings,
                stored.decisions,
                stored.cross_entry_findings,
                (),
            )
            assert stored.values == self.registry.entry(stored.entry_id).values == expected
            (row,) = self.registry.record_rows(stored.record, [self.book])
            assert (row.entry_id, row.values) == (stored.entry_id, expected)
            assert list(entries["entry_id"]) == [stored.entry_id]
            names = list(people["name"]) if "name" in people else []
            read = {reading.field: reading.canonical for reading in stored.readings}
            known = expected["child_name"] or read.get("child_name")
            assert set(names) == ({known} if known else set())

    @invariant()
    def a_task_is_open_for_exactly_what_nobody_has_settled(self) -> None:
        left = set()
        for field in FIELDS:
            now = self.read[field].text if field in self.read else None
            if field in self.decided:
                if now != self.seen[field] and now != self.decided[field]:
                    left.add(field)
            elif now is not None and not self.read[field].accepted:
                left.add(field)
        assert {field for task in self.registry.queue() for field in task.fields} == left

    @invariant()
    def every_reading_ever_made_is_on_record(self) -> None:
        for entry_id in self.registry.entries():
            past = self.registry.past_readings(entry_id)
            assert [one.reading for one in past if one.latest] == list(self.read.values())

    def teardown(self) -> None:
        if hasattr(self, "left"):
            self.left.close()


@cache
def empty_database() -> bytes:
    """A SQLite file with all tables and no rows."""
    with tempfile.TemporaryDirectory() as folder:
        Registry.open(f"sqlite:///{folder}/registry.db").close()
        return Path(folder, "registry.db").read_bytes()


class OneEntryOnSqlite(OneEntry):
    @contextmanager
    def new_database(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "registry.db").write_bytes(empty_database())
            yield f"sqlite:///{folder}/registry.db"


class OneEntryOnPostgresql(OneEntry):
    @contextmanager
    def new_database(self) -> Iterator[str]:
        cluster = postgresql.started()
        with cluster.empty_database() as name:
            yield cluster.url(name)


TestOnSqlite = OneEntryOnSqlite.TestCase
TestOnSqlite.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
TestOnPostgresql = OneEntryOnPostgresql.TestCase
TestOnPostgresql.settings = settings(max_examples=3, stateful_step_count=12, deadline=None)
