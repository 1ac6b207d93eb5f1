"""What the machine says now of a field is composed once, and all that is stored of it equals what is composed anew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import Connection, Table, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, EntryResult, FieldReading, FieldStatus, Ledger, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import Registry, Verdict
from pipeline.registry.books.rows import book_correction
from pipeline.registry.clear_values.model import NewClearValue
from pipeline.registry.database.audit import MACHINE, record
from pipeline.registry.desk import Desk
from pipeline.registry.entries.current_readings import current_readings
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import added_field, clear_value, redrawn_region, sampled_value
from pipeline.registry.entries.rows import entry as entry_table
from pipeline.registry.sampled_values import NewSample
from pipeline.registry.tasks.model import DrawnRegion, RegionReading
from pipeline.registry.tasks.rows import review_task
from tests.registry.books.test_book_corrections import of_cover
from tests.registry.offices import SINGLE, SUPERVISOR, taken
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, blank, entry, finding, page, read

NAME, NUMBER, VOLUME = "child_name", "entry_number", "volume_number"
FIELDS = (NAME, "child_sex", "notes", "registrar_name")
TEXTS = ("Thử Một", "Thử Hai", "Nam")
PAGES = 4
OVERLAYS = (clear_value, sampled_value, added_field, redrawn_region, book_correction)


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


class History:
    """What happens to a book of four pages, at random."""

    def __init__(self, registry: Registry, book: int, random: Random) -> None:
        self.registry, self.book, self.random = registry, book, random
        self.desk: Desk = registry.desk(SINGLE)
        self.runs = 0
        self.cover: Ledger = LEDGER

    def go_on(self, steps: int) -> None:
        for number in range(1, PAGES + 1):
            self.read_page(number)
        acts: tuple[Callable[[], object], ...] = (
            lambda: self.read_page(self.random.randint(1, PAGES)),
            self.decide,
            self.decide,
            self.clear,
            self.clear,
            self.sample,
            self.add_field,
            self.redraw,
            self.redraw,
            self.correct,
            self.type_entry,
            self.reopen,
            self.recall,
            lambda: self.desk.undo(SUPERVISOR),
        )
        for _ in range(steps):
            with suppress(RegistryError):
                self.random.choice(acts)()

    def some_entry(self) -> int:
        return self.random.choice(list(self.registry.entries(self.book)))

    def read_page(self, number: int) -> None:
        self.runs += 1
        entries = [self.entry(row, f"{2 * number + row - 1:02}") for row in range(2)]
        self.registry.save_page(self.book, page(*entries, page_no=number), f"f{self.runs}")

    def entry(self, row: int, number: str) -> EntryResult:
        readings = [
            read(
                NUMBER, number, canonical=f"{number}/{self.cover.year}", accepted=self.random.random() < 0.7
            ),
            of_cover(VOLUME, self.cover.volume),
        ]
        readings += [self.reading(field) for field in FIELDS if self.random.random() < 0.9]
        doubts = [finding("READ-HAND", field) for field in FIELDS if self.random.random() < 0.3]
        return entry(*readings, findings=doubts, row=row)

    def reading(self, field: str) -> FieldReading:
        accepted = self.random.random() < 0.5
        if self.random.random() < 0.2:
            return blank(field, accepted=accepted)
        box = Box(100.0, 100.0, 500.0, 160.0)
        return replace(read(field, self.random.choice(TEXTS), accepted=accepted), box=box, lines=(box,))

    def decide(self) -> None:
        verdict = Verdict(self.random.choice(FIELDS), FieldStatus.READ, self.random.choice(TEXTS))
        self.registry.decide(self.some_entry(), [verdict], author="an")

    def clear(self) -> None:
        number, row = self.random.randint(1, PAGES), self.random.randint(0, 1)
        field, drawn = self.random.choice(FIELDS), self.random.random() < 0.3
        decided = [
            one.decision_id
            for stored in self.registry.stored_entries(self.book)
            for one in stored.decisions.values()
        ]
        new = [NewClearValue(row, field, text, text, tuple(decided[:2]), drawn) for text in TEXTS]
        last = self.registry.fingerprints(self.book)[PageRef(SCAN, number)]
        self.registry.save_clear_page(self.book, page(page_no=number), last, new)

    def sample(self) -> None:
        if values := self.registry.accepted_values(self.book, ""):
            new = NewSample(self.random.choice(values), False, "calibration", 0.1, 0.001)
            self.registry.draw_samples(self.book, [new])

    def add_field(self) -> None:
        entry_id = self.some_entry()
        if fields := self.desk.fields_to_add(SUPERVISOR, entry_id):
            self.desk.add_fields(SUPERVISOR, entry_id, [self.random.choice(fields).name])

    def type_entry(self) -> None:
        self.desk.add_entries(SUPERVISOR, self.book, PageRef(SCAN, self.random.randint(1, PAGES)), [None])

    def redraw(self) -> None:
        held = self.desk.held(SUPERVISOR)
        task = self.random.choice(held) if held else taken(self.desk, SUPERVISOR)
        shown = self.registry.rectification(self.book, task.ref)
        if shown is None or task.entry_id is None:
            return
        corner = 50.0 * self.random.randint(1, 20)
        field = self.random.choice(task.fields).field
        drawn = DrawnRegion(field, Box(corner, corner, corner + 400, corner + 80), task.version, shown.mark)
        reading = replace(read(field, self.random.choice(TEXTS)), engine="ctc")
        self.desk.redraw_region(SUPERVISOR, task.task_id, drawn, RegionReading(reading, "reader"))

    def correct(self) -> None:
        year = self.random.randint(2001, 2020)
        self.cover = replace(LEDGER, volume=f"01/{year}", opened_on=f"01.01.{year}")
        self.registry.correct_book(self.book, self.cover, f"KS.{year}", author="phu", reason="bìa")

    def reopen(self) -> None:
        self.desk.reopen(SUPERVISOR, self.some_entry(), [self.random.choice(FIELDS)], "xem lại")

    def recall(self) -> None:
        self.desk.recall_clear(SUPERVISOR, self.some_entry(), "chưa rõ", resting=False)


def rows(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]


@pytest.mark.parametrize("seed", range(2))
def test_after_a_long_history_all_that_is_stored_is_what_is_composed_anew(
    registry: Registry, book: int, seed: int
) -> None:
    history = History(registry, book, Random(seed))
    history.go_on(60)
    declared = registry._declared
    tables = (entry_table, *declared.records.values(), review_task)
    with registry._database.writing() as connection:
        assert all(rows(connection, table) for table in OVERLAYS)
        before = [rows(connection, table) for table in tables]
        subjects = [(row.page_id, row.id) for row in connection.execute(select(entry_table))]
        refresh_projections(connection, declared, [*subjects, *((page_id, None) for page_id, _ in subjects)])
        record(connection, MACHINE, "refreshed", f"book:{book}")
        assert [rows(connection, table) for table in tables] == before
        names = select(entry_table.c.id)
        every = current_readings(connection, declared, names)
        assert any(entry_id in every for _, entry_id in subjects)
        for _, entry_id in subjects:
            alone = current_readings(connection, declared, [entry_id])
            assert alone.get(entry_id) == every.get(entry_id)
        for field in (*FIELDS, NUMBER, VOLUME):
            of_field = current_readings(connection, declared, names, field)
            assert {entry_id: one.readings for entry_id, one in of_field.items()} == {
                entry_id: its
                for entry_id, one in every.items()
                if (its := tuple(reading for reading in one.readings if reading.field == field))
            }


def test_a_column_shows_the_readings_of_the_entries(registry: Registry, book: int) -> None:
    history = History(registry, book, Random(7))
    history.go_on(60)
    shown = 0
    for field in FIELDS:
        column = history.desk.column(SUPERVISOR, book, field, Stage.REVIEW, 48)
        for task in column.tasks if column else ():
            readings = {one.field: one for one in registry.entry(task.entry_id).readings}
            assert task.work.reading == readings.get(field)
            shown += 1
    assert shown


def correct(registry: Registry, book: int) -> None:
    cover = replace(LEDGER, volume="02/2011", opened_on="03.01.2011")
    registry.correct_book(book, cover, "KS.2011.02", author="phu", reason="Ghi nhầm bìa sổ")


def test_a_corrected_cover_is_what_the_desk_and_the_written_layer_show(registry: Registry, book: int) -> None:
    number = read(NUMBER, "01", canonical="01/2010", accepted=False)
    registry.save_page(book, page(entry(number, of_cover(VOLUME, "01/2010"))), "f1")
    correct(registry, book)
    (work,) = taken(registry.desk(SINGLE), SUPERVISOR).fields
    assert work.reading is not None
    assert work.reading.canonical == "01/2011"
    (stored,) = registry.stored_entries(book)
    assert {one.field: one.text for one in stored.readings}[VOLUME] == "02/2011"
    layers = registry.delivery_layers(stored.entry_id, DeliveryPolicy())
    assert (layers[VOLUME].written, layers[VOLUME].delivered.value) == ("02/2011", "02/2011")


def test_what_is_opened_again_is_the_value_under_the_corrected_cover(
    registry: Registry, book: int, outsider: Outsider
) -> None:
    registry.save_page(book, page(entry(read(NUMBER, "01", canonical="01/2010"))), "f1")
    correct(registry, book)
    (entry_id,) = registry.entries(book)
    desk = registry.desk(SINGLE)
    desk.reopen(SUPERVISOR, entry_id, [NUMBER], "giấy ghi khác")
    assert outsider.execute("SELECT text, canonical FROM keying") == [("01", "01/2011")]


def test_a_page_read_before_the_cover_was_corrected_may_take_the_place_of_another(
    registry: Registry, book: int
) -> None:
    again = "b" * 64
    registry.store_scan(book, again, "lai.pdf", 1000, 1)
    readings = read(NUMBER, "01", canonical="01/2010"), of_cover(VOLUME, "01/2010")
    for scan in (SCAN, again):
        registry.save_page(book, page(entry(*readings), scan=scan), "f1")
    correct(registry, book)
    outcome = registry.replace_page(book, PageRef(SCAN, 1), PageRef(again, 1), author="chi", reason="mờ")
    assert outcome.differing == 0
    assert registry.queue(book) == ()
