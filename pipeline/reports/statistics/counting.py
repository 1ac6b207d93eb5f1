"""Counts of a form of statistics: each entry in one cell of each split, or told as not known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline.declarations.schema import Schemas
from pipeline.declarations.schema.statistic_forms import StatisticBlock, StatisticForm
from pipeline.registry import Registry
from pipeline.registry.books.rows import StoredBookRow
from pipeline.registry.errors import NotThere
from pipeline.registry.statistics.countable_entries import Countable, CountableEntry, RegistrationPeriod
from pipeline.registry.statistics.scope import Places
from pipeline.reports.statistics.conditions import UNKNOWN, RecordConditions, Values
from pipeline.values.places import AnsweringUnits, UnitsOfBook

CountedLine: TypeAlias = tuple[int, ...]
"""A line of a form: the indices of block, group, split and cell, as far as it goes; a block alone is all entries."""

MOST_LISTED = 50_000


@dataclass(frozen=True, slots=True)
class CountingScope:
    """The entries that are counted.

    Attributes:
        unit: Id or code of the unit that answers for the books; ``""``: all.
        places: The places that the person may see.
        signed: Whether an amendment needs a second signature.
    """

    period: RegistrationPeriod
    unit: str = ""
    places: Places = None
    signed: bool = True


@dataclass(frozen=True, slots=True)
class ScopedBooks:
    """The books of a scope.

    Attributes:
        answers: The unit of each book, by id.
        units: All units that answer for books in sight, whichever was asked for.
        open: Number of books left out, since the unit that was asked for is only one of several candidates.
    """

    books: Sequence[StoredBookRow]
    answers: Mapping[int, UnitsOfBook]
    units: Sequence[UnitsOfBook]
    open: int = 0

    @property
    def title(self) -> str:
        """The unit, where one was asked for."""
        return self.answers[self.books[0].id].title


def scoped_books(
    registry: Registry, records: Sequence[str], units: AnsweringUnits, scope: CountingScope
) -> ScopedBooks:
    """Return the books of these kinds in a scope.

    Raises:
        NotThere: The unit answers for none of them.
    """
    books = registry.countable_books(scope.places, records)
    answers = {one.id: units.of_book(one.place_code, one.place, one.volume) for one in books}
    single = sorted({one for one in answers.values() if len(one.units) == 1}, key=lambda one: one.title)
    if not scope.unit:
        return ScopedBooks(books, answers, single)
    asked = next((one for one in single if scope.unit in (one.units[0].id, one.units[0].code)), None)
    if asked is None:
        raise NotThere(f"Đơn vị “{scope.unit}” không trả lời cho quyển sổ nào của biểu này.")
    perhaps = sum(one.is_split and units.admits(asked.key, one) for one in answers.values())
    return ScopedBooks([one for one in books if answers[one.id] == asked], answers, single, perhaps)


@dataclass(frozen=True, slots=True)
class UnclearEntry:
    """An entry of which a part of a form is not known.

    Attributes:
        part: The part, in words.
        fields: The fields that would tell.
    """

    entry: CountableEntry
    part: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class StatisticCounts:
    """What a form counts.

    Attributes:
        states: Number of entries by whether they are counted.
        lines: Number of entries by line.
        by_unit: The same for each unit.
        unclear: At most ``MOST_LISTED`` entries of which a part is not known.
    """

    form: StatisticForm
    states: Counter[Countable] = field(default_factory=Counter)
    lines: Counter[CountedLine] = field(default_factory=Counter)
    by_unit: dict[UnitsOfBook, Counter[CountedLine]] = field(default_factory=lambda: defaultdict(Counter))
    unclear: list[UnclearEntry] = field(default_factory=list)


def statistic_counts(
    registry: Registry, schemas: Schemas, form: StatisticForm, found: ScopedBooks, scope: CountingScope
) -> StatisticCounts:
    """Count the entries of a form."""
    counts = StatisticCounts(form)
    blocks = {
        block.record: (at, block, RecordConditions(schemas, block.record))
        for at, block in enumerate(form.blocks)
    }
    fields = {
        record: asked_fields(schemas, record, block.field_names) for record, (_, block, _) in blocks.items()
    }
    for one in registry.countable_entries(found.books, fields, scope.period, signed=scope.signed):
        counts.states[one.state] += 1
        at, block, conditions = blocks[one.record]
        unclear: list[tuple[str, tuple[str, ...]]] = []
        if one.state is Countable.UNDATED:
            unclear.append(("Ngày đăng ký trong kỳ", (schemas.record(one.record).key_fields.registered_on,)))
        if one.state is Countable.COUNTED:
            lines = [(at, *line) for line in lines_of(block, conditions, one.values)]
            counts.lines.update(lines)
            counts.by_unit[found.answers[one.book.id]].update(lines)
            unclear += (_part(block, line) for line in lines if line[-1] == UNKNOWN)
        if len(counts.unclear) < MOST_LISTED:
            counts.unclear.extend(UnclearEntry(one, *part) for part in unclear)
    return counts


def asked_fields(schemas: Schemas, record: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return these fields of a record with its number and day of registration."""
    key = schemas.record(record).key_fields
    return tuple(dict.fromkeys((key.number, key.registered_on, *names)))


def lines_of(block: StatisticBlock, conditions: RecordConditions, values: Values) -> Iterator[CountedLine]:
    """Yield the lines in which an entry counts, without the number of the block."""
    yield ()
    number = conditions.cell_of([group.when for group in block.groups], values)
    yield (number,)
    for at, split in enumerate(block.groups[number].splits if number >= 0 else ()):
        if split.counted:
            whens = [None if cell.blank else cell.when for cell in split.cells]
            yield (number, at, conditions.cell_of(whens, values))


def _part(block: StatisticBlock, line: CountedLine) -> tuple[str, tuple[str, ...]]:
    """Return the part of a form that is not known, in words, and the fields that would tell."""
    if len(line) == 2:
        names = dict.fromkeys(name for group in block.groups for name in group.field_names)
        return f"{block.title}: mục nào", tuple(names)
    group = block.groups[line[1]]
    split = group.splits[line[2]]
    return f"{group.title}: " + " / ".join(cell.title for cell in split.counted), split.field_names
