"""The links between the fields of an entry, derived from the declarations of its record; no field is named here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from pipeline.base.text.surnames import surname_share
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import RecordSpec, RuleSpec
from pipeline.recognition.decoding.entry_links import (
    BELIEVED_MOST,
    BROKEN,
    PERHAPS,
    KeptRules,
    Repetition,
    Source,
    TimelyRegistration,
)
from pipeline.recognition.decoding.entry_model import EntryLink, Option
from pipeline.values.kinds.misread import possible_dates
from pipeline.values.predicates import PREDICATES, RuleContext

SAME_DATE = 0.98
"""Share of entries that say one day in figures and in words (clerks err)."""

FATHERS_SURNAME, MOTHERS_SURNAME = 0.97, 0.02
"""Shares of children of the Kinh with the surname of the named father, and of the mother.

By law and custom the surname is the father's or the mother's (Bộ luật Dân sự 2005, Điều 26; 2015, Điều 26). The parts
of the two are beliefs, not measured.
"""

ONLY_PARENT = 0.97
"""Share of children with the surname of the only named parent."""

DECLARES = 0.45
"""Share of births that each parent declares, where no relation is read. That the father or the mother declares nine of
ten births is a belief, not measured."""

OF_A_PARENT = 0.49
"""Share of children with the people of the father, and the same of the mother (Bộ luật Dân sự 2015, Điều 29)."""

SURE_DATE = 0.5
"""The probability from which misread words are taken for the date that they allow."""

ALIKE_PLACE = 85.0
"""The same for places, which share many words."""


def links_of(record: RecordSpec, context: RuleContext) -> tuple[EntryLink, ...]:
    """Return the links between the fields of a record."""
    links: list[EntryLink] = []
    for fields in dict.fromkeys(rule.fields for rule in record.rules if rule.predicate in BROKEN):
        rules = tuple(rule for rule in record.rules if rule.fields == fields and rule.predicate in BROKEN)
        links.append(KeptRules(fields, rules, tuple(_asked(rule, context) for rule in rules)))
    timely = dict.fromkeys(rule.fields[:2] for rule in record.rules if rule.predicate == "time_limit_agrees")
    links += [TimelyRegistration(fields) for fields in timely]
    links += _surnames(record)
    links += _same_dates(record)
    links += _declarants(record)
    links += _peoples(record)
    links += _homes(record)
    if record.book is not None and record.book.page:
        links.append(
            Repetition(
                record.book.number,
                (Source(record.book.page, PERHAPS),),
                key=lambda option: option.value.partition("/")[0].lstrip("0"),
                words="bằng số ở ô {}",
                most=BELIEVED_MOST,
            )
        )
    return tuple(links)


def _asked(rule: RuleSpec, context: RuleContext) -> Callable[..., bool | None]:
    predicate = PREDICATES[rule.predicate]
    return lambda *values: predicate(*values, context=context, **rule.limits)


def _surnames(record: RecordSpec) -> Iterator[Repetition]:
    """Yield the link between a child's surname and those of the parents."""
    for rule in record.rules:
        if rule.predicate == "surname_of_a_parent":
            child, father, mother, people = rule.fields[:4]
            yield Repetition(
                child,
                (Source(father, FATHERS_SURNAME), Source(mother, MOTHERS_SURNAME)),
                key=_surname,
                words="cùng họ với ô {}",
                probability=surname_share,
                adapt=_with_surname,
                is_part=True,
                only=ONLY_PARENT,
                custom=(people, str(rule.limits["among"])),
            )


def _same_dates(record: RecordSpec) -> Iterator[Repetition]:
    """Yield the links between dates in figures and in words."""
    for rule in record.rules:
        if rule.predicate != "same_date" or len(rule.fields) != 2:
            continue
        figures, words = sorted(
            rule.fields, key=lambda name: record.by_name[name].value_kind.is_date_in_words
        )
        if record.by_name[figures].value_kind.is_date and record.by_name[words].value_kind.is_date_in_words:
            yield Repetition(
                figures,
                (Source(words, SAME_DATE),),
                key=_full_date,
                words="cùng ngày với ô {}",
                is_independent=True,
                adapt=_with_date,
            )


def _declarants(record: RecordSpec) -> Iterator[Repetition]:
    """Yield the link between a declarant, the relation and the parents."""
    rules = [rule for rule in record.rules if rule.predicate == "parent_declares"]
    if not rules:
        return
    relation, name = rules[0].fields[:2]
    sources = tuple(Source(rule.fields[2], DECLARES, str(rule.limits["sex"])) for rule in rules)
    yield Repetition(name, sources, key=_whole, words="giống ô {}", relation=relation)


def _peoples(record: RecordSpec) -> Iterator[Repetition]:
    """Yield the links between a child's people and those of the parents."""
    for rule in record.rules:
        if rule.predicate == "one_of_parents":
            child, *parents = rule.fields[:3]
            sources = tuple(Source(name, OF_A_PARENT) for name in parents)
            yield Repetition(child, sources, key=_value, words="giống ô {}", probability=people_share)


def _homes(record: RecordSpec) -> Iterator[Repetition]:
    """Yield the links between the homes of a couple, of parents, and of a child and the parents."""
    homes = [person.home for person in record.people if person.home]
    for at, home in enumerate(homes):
        for other in homes[:at]:
            yield Repetition(
                home,
                (Source(other, PERHAPS),),
                key=_whole,
                words="giống ô {}",
                alike=ALIKE_PLACE,
                most=BELIEVED_MOST,
            )


def people_share(people: str) -> float:
    """Return the share of a people in the population; below a tenth for all but the Kinh.

    Source:
        Tổng cục Thống kê, "Kết quả Tổng điều tra dân số và nhà ở năm 2019": Kinh 85.3 of 100, the next (Tày) 1.9.
    """
    return 0.853 if people == "Kinh" else 0.019


def _value(option: Option) -> str:
    return option.value


def _whole(option: Option) -> str:
    return folded(option.value)


def _surname(option: Option) -> str:
    return folded(option.value.partition(" ")[0])


def _full_date(option: Option) -> str:
    """Return the full date of an option, or the date that its misread words allow."""
    if option.value.count(".") == 2:
        return option.value
    return "" if option.value else _allowed_date(option.text)


@lru_cache(maxsize=1 << 10)
def _allowed_date(text: str) -> str:
    if not any(map(str.isalpha, text)):
        return ""
    dates = possible_dates(text).dates
    canonical = dates[0].date.canonical if dates and dates[0].chance >= SURE_DATE else ""
    return canonical if canonical.count(".") == 2 else ""


def _with_surname(text: str, source: Option) -> str:
    surname, _, rest = text.partition(" ")
    other = source.text.partition(" ")[0]
    return f"{other.upper() if surname.isupper() else other} {rest}".strip()


_NUMBERS = re.compile(r"\d+")


def _with_date(text: str, source: Option) -> str:
    """Return a date in figures with the numbers of another date, its signs and leading zeros kept."""
    numbers = list(_NUMBERS.finditer(text))
    date = _full_date(source).split(".")
    if len(numbers) != 3 or len(date) != 3:
        return ""
    parts, end = [], 0
    for number, part in zip(numbers, date, strict=True):
        written = part if len(number.group()) == len(part) else part.lstrip("0")
        parts += [text[end : number.start()], written]
        end = number.end()
    return "".join([*parts, text[end:]])
