"""The texts of a form in reading order, and what each announces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.base.text.tones import unaccented
from pipeline.form_design.design import Design, DesignedCell, DesignedColumn
from pipeline.form_design.flaws import held_fields

CONTINUED = 2.5
"""Largest distance of two lines of one label, in heights of letters."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a blank holds: its fields by role, their composite kind, and the part of a value."""

    fields: tuple[tuple[str, str], ...]
    kind: str | None = None
    part: str | None = None
    printed: bool = False
    stamped: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.fields)


@dataclass(frozen=True, slots=True)
class Announced:
    """A binding on a form: the text before its blank, and the heading over a group of columns."""

    text: str
    group: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class LabelledPlace:
    """A text of a design in reading order, and whether it announces a value.

    Attributes:
        texts: Its possible texts: its own, and with the line above of which it is the end.
        is_named: Whether its own text is known, not only that above it.
        group: The heading over a group of columns.
    """

    key: str
    texts: tuple[str, ...]
    is_blank: bool
    is_named: bool = True
    group: str = ""


def labelled_places(design: Design) -> tuple[LabelledPlace, ...]:
    """Return the texts of a design in reading order."""
    places: list[LabelledPlace] = []
    before: DesignedCell | None = None
    for cell in reading_order(design):
        texts = [cell.label] if cell.label else []
        if before is not None and before.from_ is None:
            if cell.label and is_continued(before, cell, design):
                texts.append(f"{before.label} {cell.label}")
            elif not cell.label:
                texts.append(before.label)
        if texts:
            places.append(LabelledPlace(cell.key, tuple(texts), cell.from_ is not None, bool(cell.label)))
        before = cell
    columns = design.table.columns if design.table is not None else ()
    places += [LabelledPlace(one.key, (one.heading,), is_blank=True, group=one.group) for one in columns]
    return tuple(places)


def announced_bindings(design: Design) -> Iterator[Announced]:
    """Yield the bindings of a form in reading order, each with the text that announces it."""
    kinds: dict[tuple[str, ...], str | None] = {}
    before: DesignedCell | None = None
    for cell in reading_order(design):
        fields = held_fields(cell)
        if fields and fields in kinds and not cell.label:
            before = cell
            continue
        if fields:
            kinds.setdefault(fields, cell.kind)
            binding = binding_of(cell.model_copy(update={"kind": kinds[fields]}))
            if cell.label:
                yield Announced(cell.label, "", binding)
            if before is not None and (not cell.label or is_continued(before, cell, design)):
                yield Announced(f"{before.label} {cell.label}".strip(), "", binding)
        before = cell
    for column in design.table.columns if design.table is not None else ():
        if held_fields(column):
            yield Announced(column.heading, column.group, binding_of(column))


def binding_of(element: DesignedCell | DesignedColumn) -> Binding:
    fields = {"value": element.field} if element.field else dict(element.fields)
    cell = element if isinstance(element, DesignedCell) else None
    return Binding(
        tuple(fields.items()),
        element.kind,
        cell.part if cell else None,
        cell.printed if cell else False,
        cell.stamped if cell else False,
    )


def reading_order(design: Design) -> list[DesignedCell]:
    """Return the cells column by column, as vertical rules part them, each from top to bottom."""

    def place(cell: DesignedCell) -> tuple[int, float, float]:
        begin = next((u for u in (cell.start, cell.from_) if u is not None), 0.0)
        return sum(rule < begin for rule in design.rules), round(cell.at, 2), begin

    return sorted(design.cells, key=place)


def is_continued(first: DesignedCell, second: DesignedCell, design: Design) -> bool:
    """Return whether the label of a cell may go on with that of another, on the next line."""
    return (
        bool(first.label)
        and first.from_ is None
        and not first.label.rstrip().endswith(":")
        and 0.5 < (second.at - first.at) / design.text_size < CONTINUED
    )


def words_of(text: str) -> str:
    """Return the words of a text without diacritics and punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(text)))
