"""``schemas/statistics``: the forms of statistics that an office sends upward, each cell a condition over an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from pipeline.base.errors import SchemaError
from pipeline.declarations.schema.declaration import Declaration, look_up
from pipeline.declarations.schema.record import RecordSpec
from pipeline.values.kinds import Vocabulary


class CellCondition(Declaration):
    """A question to the values of an entry; its answer is yes, no or not known.

    Exactly one of ``field``, ``written``, ``age``, ``same_year`` and ``any`` asks.

    Attributes:
        field: A field with a code list, with ``codes`` or ``other_than``.
        codes: The codes, or words of boxes without a code, that fulfil it (``is``); ``""`` is a blank.
        other_than: The codes that do not; every other known code does.
        unsaid: Codes that say that nothing is known.
        written: A field that holds a text.
        age: Date of birth and the day on which the age counts, in full years from ``least`` to less than ``below``.
        same_year: Two dates of one year.
        any: At least one of these.
    """

    field: str = ""
    codes: tuple[str, ...] = Field(default=(), alias="is")
    other_than: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    written: str = ""
    age: tuple[str, str] | None = None
    least: int = Field(default=0, ge=0)
    below: int | None = None
    same_year: tuple[str, str] | None = None
    any: tuple[CellCondition, ...] = ()

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        asked = (self.field, self.written, self.age, self.same_year, self.any)
        if sum(map(bool, asked)) != 1:
            raise ValueError("điều kiện phải có đúng một trong field, written, age, same_year, any")
        if bool(self.field) != bool(self.codes or self.other_than) or (self.codes and self.other_than):
            raise ValueError("field cần is hoặc other_than")
        return self

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        """The fields that it asks."""
        inner = (name for one in self.any for name in one.field_names)
        names = (self.field, self.written, *(self.age or ()), *(self.same_year or ()), *inner)
        return tuple(dict.fromkeys(filter(None, names)))


class StatisticCell(Declaration):
    """A cell of a form.

    Attributes:
        column: The number of its column or line on the form.
        when: Its conditions; all must hold.
        blank: Why the registry cannot know it; the cell is printed blank.
        note: How it is counted.
    """

    column: str
    title: str
    when: tuple[CellCondition, ...] = ()
    blank: str = ""
    note: str = ""

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.when for name in one.field_names))


class StatisticSplit(Declaration):
    """Cells of which an entry belongs to one at most."""

    cells: tuple[StatisticCell, ...] = Field(alias="cell")

    @cached_property
    def counted(self) -> tuple[StatisticCell, ...]:
        """The cells that the registry can know."""
        return tuple(cell for cell in self.cells if not cell.blank)

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for cell in self.cells for name in cell.field_names))

    @model_validator(mode="after")
    def _has_conditions(self) -> Self:
        if any(bool(cell.when) == bool(cell.blank) for cell in self.cells):
            raise ValueError("mỗi ô cần when, hoặc blank (vì sao không tính được)")
        return self


class StatisticGroup(StatisticCell):
    """A cell whose entries are divided further; ``when`` is empty for all entries, ``blank`` hides its own number."""

    splits: tuple[StatisticSplit, ...] = Field(default=(), alias="split")


class StatisticBlock(Declaration):
    """The part of a form that counts the entries of one register; an entry belongs to one group at most."""

    record: str
    title: str
    groups: tuple[StatisticGroup, ...] = Field(alias="group")

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that its conditions ask."""
        splits = (name for group in self.groups for split in group.splits for name in split.field_names)
        return tuple(dict.fromkeys((*(name for group in self.groups for name in group.field_names), *splits)))

    @property
    def conditions(self) -> Iterator[CellCondition]:
        """All conditions, those within others included."""
        cells = [*self.groups, *(cell for one in self.groups for split in one.splits for cell in split.cells)]
        for condition in (condition for cell in cells for condition in cell.when):
            yield from (condition, *condition.any)


class StatisticForm(Declaration):
    """A form of statistics.

    Attributes:
        statistic: Its id.
        number: Its official number.
    """

    statistic: str
    number: str
    title: str
    source: str
    blocks: tuple[StatisticBlock, ...] = Field(alias="block")


def check_statistic(
    statistic: StatisticForm,
    records: Mapping[str, RecordSpec],
    vocabularies: Mapping[str, Vocabulary],
    folder: Path,
) -> None:
    """Check the fields and codes that the cells of a form name, declared in a file of the folder."""
    where = folder / f"{statistic.statistic}.toml"
    for block in statistic.blocks:
        record = look_up(block.record, records, "loại sự kiện", "schemas/records", where)
        for name in block.field_names:
            look_up(name, record.by_name, "trường", f"{record.record}.toml", where)
        for condition in block.conditions:
            if not condition.field:
                continue
            vocabulary = vocabularies.get(record.by_name[condition.field].vocab or "")
            if vocabulary is None:
                raise SchemaError(f"{where}: “{condition.field}” không có danh mục, nên không hỏi mã được.")
            known = dict.fromkeys(("", *vocabulary.labels, *vocabulary.uncoded))
            for code in (*condition.codes, *condition.other_than, *condition.unsaid):
                look_up(code, known, "mã", f"danh mục của “{condition.field}”", where)
