"""One error put into a book that is read without a fault, by family. Where it goes is left to chance: no family knows
which rule could catch it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from benchmarks.rules.digit_slips import (
    FIGURES,
    Change,
    century_slipped,
    confused_figure,
    neighbours_swapped,
    one_figure,
)
from benchmarks.rules.faultless_books import BookPage, Entry, FaultlessBook, with_changed_entry
from pipeline.declarations.schema import FieldSpec, PersonSpec, RecordSpec, Schemas
from pipeline.training.synthetic_pages.people import draw_commune, geography_of_year
from pipeline.values.kinds import KINDS
from pipeline.values.kinds.calendar import parse_canonical
from pipeline.values.places import DayRange, Gazetteer, Level, Unit


@dataclass(frozen=True)
class InjectedError:
    """A book with a single error: ``place`` of its entry (``None``: an entry was removed), ``what`` was changed."""

    book: FaultlessBook
    place: int | None
    what: str


@dataclass(frozen=True)
class InjectionSource:
    """What a family draws from: the book, its record, its chance."""

    rng: random.Random
    schemas: Schemas
    book: FaultlessBook

    @property
    def record(self) -> RecordSpec:
        return self.schemas.record(self.book.form.record)

    def fields(self, *kinds: str) -> list[FieldSpec]:
        """The fields of these kinds that are on the form and are not given by the cover."""
        on_form = set(self.book.form.field_names)
        return [spec for spec in self.record.fields if spec.kind in kinds and spec.name in on_form]

    def told_in_words(self, spec: FieldSpec) -> bool:
        """Whether the form has the same date in words."""
        pairs = [rule.fields for rule in self.record.rules if rule.predicate == "same_date"]
        others = {other for pair in pairs if spec.name in pair for other in pair if other != spec.name}
        return any(field.name in others for field in self.fields("date_words"))

    def written(self, specs: Sequence[FieldSpec]) -> tuple[int, Entry, FieldSpec] | None:
        """Return an entry and a field of it with writing."""
        places = list(range(len(self.book.entries)))
        self.rng.shuffle(places)
        for place in places:
            entry = self.book.entries[place]
            there = [spec for spec in specs if entry.get(spec.name)]
            if there:
                return place, entry, self.rng.choice(there)
        return None

    def people(self, *events: str) -> list[PersonSpec]:
        on_form = set(self.book.form.field_names)
        return [person for person in self.record.people if person.event in events and person.name in on_form]


def _in(chance: InjectionSource, specs: Sequence[FieldSpec], change: Change) -> InjectedError | None:
    drawn = chance.written(specs)
    if drawn is None:
        return None
    place, entry, spec = drawn
    text = change(chance.rng, entry[spec.name])
    if text is None or _means_the_same(spec, text, entry[spec.name]):
        return None
    return InjectedError(with_changed_entry(chance.book, place, {spec.name: text}), place, spec.name)


def _means_the_same(spec: FieldSpec, text: str, before: str) -> bool:
    """``05`` for ``5`` is no error."""
    parse = KINDS[spec.kind].parse
    return text == before or (
        parse(text).canonical == parse(before).canonical and parse(text).canonical != ""
    )


def date_with_words(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, [field for field in chance.fields("date") if chance.told_in_words(field)], one_figure)


def date_without_words(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, [name for name in chance.fields("date") if not chance.told_in_words(name)], one_figure)


def swapped_in_date(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, chance.fields("date"), neighbours_swapped)


def figure_of_number(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, chance.fields("entry_number", "volume", "number"), one_figure)


def swapped_in_number(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, chance.fields("entry_number", "volume", "number"), neighbours_swapped)


def confused(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, chance.fields("date", "entry_number", "volume", "number"), confused_figure)


def figure_of_identity(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, chance.fields("id_number"), one_figure)


def century(chance: InjectionSource) -> InjectedError | None:
    return _in(chance, chance.fields("date"), century_slipped)


def number_for_volume(chance: InjectionSource) -> InjectedError | None:
    """The entry's number and that of the volume change places."""
    numbers, volumes = chance.fields("entry_number"), chance.fields("volume")
    drawn = chance.written(numbers)
    if not volumes or drawn is None:
        return None
    place, entry, number = drawn
    texts = {number.name: entry.get(volumes[0].name, ""), volumes[0].name: entry[number.name]}
    if not texts[number.name] or _number(texts[number.name]) == _number(entry[number.name]):
        return None
    return InjectedError(with_changed_entry(chance.book, place, texts), place, number.name)


def _number(text: str) -> str:
    return text.partition("/")[0].lstrip("0")


def wrong_sex(chance: InjectionSource) -> InjectedError | None:
    drawn = chance.written([field for field in chance.fields("choice") if field.vocab == "sex"])
    if drawn is None:
        return None
    place, entry, spec = drawn
    other = {"nam": "Nữ", "nữ": "Nam"}.get(entry[spec.name].lower())
    return (
        InjectedError(with_changed_entry(chance.book, place, {spec.name: other}), place, spec.name)
        if other
        else None
    )


def young_parent(chance: InjectionSource) -> InjectedError | None:
    """A parent's year of birth becomes a year from the child's birth on."""
    parents = [person for person in chance.people("other") if person.born_on and person.male is not None]
    children = [person.born_on for person in chance.people("born") if person.born_on]
    specs = [spec for parent in parents for spec in chance.fields("date") if spec.name == parent.born_on]
    drawn = chance.written(specs)
    if drawn is None or not children:
        return None
    place, entry, spec = drawn
    born = parse_canonical(KINDS["date"].parse(entry.get(children[0], "")).canonical)
    own_birth = parse_canonical(KINDS["date"].parse(entry[spec.name]).canonical)
    if born is None or own_birth is None:
        return None
    text = entry[spec.name].replace(str(own_birth.year), str(born.year + chance.rng.randint(0, 20)))
    return InjectedError(with_changed_entry(chance.book, place, {spec.name: text}), place, spec.name)


def number_gap(chance: InjectionSource) -> InjectedError | None:
    """An entry was not read: its page is there and seems blank, or its row is skipped."""
    return _without(chance, keep_page=True)


def lost_page(chance: InjectionSource) -> InjectedError | None:
    """A page with all that stands on it is not there."""
    return _without(chance, keep_page=False)


def _without(chance: InjectionSource, *, keep_page: bool) -> InjectedError | None:
    leaves = list(chance.book.leaves)
    at = chance.rng.randrange(len(leaves))
    if not keep_page:
        return InjectedError(replace(chance.book, leaves=(*leaves[:at], *leaves[at + 1 :])), None, "page")
    entries = list(leaves[at].entries)
    del entries[chance.rng.randrange(len(entries))]
    leaves[at] = BookPage(tuple(entries))
    return InjectedError(replace(chance.book, leaves=tuple(leaves)), None, "entry")


def duplicate(chance: InjectionSource) -> InjectedError | None:
    """A page is there twice: beside itself, or somewhere else in the book."""
    leaves = list(chance.book.leaves)
    at = chance.rng.randrange(len(leaves))
    to = chance.rng.choice([at + 1, chance.rng.randrange(len(leaves) + 1)])
    place = sum(len(leaf.entries) for leaf in leaves[:to])
    book = replace(chance.book, leaves=(*leaves[:to], leaves[at], *leaves[to:]))
    return InjectedError(book, place, "page")


def foreign_birth_year(chance: InjectionSource) -> InjectedError | None:
    """The figures of the birth year in a personal number become the figures of another year."""
    return _in(chance, chance.fields("id_number"), _other_birth_year)


def _other_birth_year(rng: random.Random, text: str) -> str | None:
    figures = [at for at, letter in enumerate(text) if letter in FIGURES]
    if len(figures) != 12:
        return None
    at = figures[4]
    year = text[at] + text[figures[5]]
    other = f"{rng.choice([two_digits for two_digits in range(100) if two_digits != int(year)]):02}"
    return text[:at] + other[0] + text[at + 1 : figures[5]] + other[1] + text[figures[5] + 1 :]


def anachronism(chance: InjectionSource) -> InjectedError | None:
    """A commune as it is called in another time; no commune of that name was in that province in the book's year."""
    year = chance.book.ledger.year
    gazetteer = chance.schemas.places.gazetteer
    then = geography_of_year(gazetteer, 2010 if year > 2025 else 2026)
    drawn = chance.written(chance.fields("place"))
    if drawn is None or not then.provinces:
        return None
    place, _, spec = drawn
    other = draw_commune(np.random.default_rng(chance.rng.randrange(2**32)), then)
    if (other.name, other.province) in _communes(gazetteer, year):
        return None
    return InjectedError(with_changed_entry(chance.book, place, {spec.name: other.full}), place, spec.name)


@lru_cache(maxsize=8)
def _communes(gazetteer: Gazetteer, year: int) -> frozenset[tuple[str, str]]:
    """Return the communes of that year, also in towns, with the provinces they may have been in."""
    days = DayRange(year * 10000 + 101, year * 10000 + 1231)
    there = [unit for unit in gazetteer.units if unit.type == "Xã" and _may_be(unit, days)]
    return frozenset(
        (unit.name, above.name)
        for unit in there
        for above in gazetteer.line_of(unit, days)
        if above.level is Level.PROVINCE
    )


def _may_be(unit: Unit, days: DayRange) -> bool:
    return unit.span.from_min <= days.last and days.first <= unit.span.to_max


FAMILIES: Mapping[str, Callable[[InjectionSource], InjectedError | None]] = {
    "một chữ số trong ngày có ghi bằng chữ": date_with_words,
    "một chữ số trong ngày không ghi bằng chữ": date_without_words,
    "hai chữ số liền nhau trong ngày đổi chỗ": swapped_in_date,
    "một chữ số trong số đăng ký, quyển, trang": figure_of_number,
    "hai chữ số liền nhau trong số đổi chỗ": swapped_in_number,
    "nhầm 1↔7, 0↔6, 3↔5 trong ngày hoặc số": confused,
    "lẫn số với quyển số": number_for_volume,
    "lệch thế kỷ": century,
    "sai giới tính": wrong_sex,
    "cha, mẹ trẻ hơn con": young_parent,
    "mất một số": number_gap,
    "trùng (một trang hai lần)": duplicate,
    "mất một trang": lost_page,
    "số định danh sai năm sinh": foreign_birth_year,
    "nơi chưa có hoặc không còn lúc ấy": anachronism,
    "một chữ số trong số giấy tờ tùy thân": figure_of_identity,
}
"""What is injected. The last one is beside the list that the target speaks of: most figures of an identity number can
be any, and no check can know."""

WITH_WORDS = "một chữ số trong ngày có ghi bằng chữ"
BESIDE = ("một chữ số trong số giấy tờ tùy thân",)
