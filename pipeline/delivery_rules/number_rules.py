"""Delivery rules for the numbers of entries: without a year, with a suffix, with marks or words, missing."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery_rules.proposals import DeliveredValue, note_of, settled_by
from pipeline.values import kinds
from pipeline.values.kinds.number import parse_marked_number, parse_suffixed_number


def proposed_numbers(
    text: str, value: str, year: int, spec: FieldSpec, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield an entry number as delivered: one written without a year gets the year of its registration.

    Args:
        text: The text as written; its value may be completed with the book's year, which may be the one before.
        year: The year of its registration.
    """
    written = text or value
    number = kinds.ENTRY_NUMBER.parse(written).canonical
    if number and "/" not in number:
        yield from settled_by("number_without_year", policy, f"{number}/{year}")
        return
    suffixed = parse_suffixed_number(written)
    if suffixed is not None:
        complete = f"{suffixed.number}{suffixed.suffix}/{suffixed.year or year}"
        yield from settled_by("number_with_suffix", policy, complete)
        return
    marked = None if number else parse_marked_number(written)
    if marked is None:
        yield DeliveredValue(value)
        return
    is_agreed = marked.tells(year) and policy["number_with_marks"] != CONFIRM
    note = "" if marked.tells(year) else note_of(spec, written)
    for meant in marked.in_year(year):
        yield DeliveredValue(meant, note, "number_with_marks", certain=is_agreed)


def numbers_of_neighbours(before: str, below: str, year: int, spec: FieldSpec) -> Iterator[DeliveredValue]:
    """Yield the number after the preceding entry's or before the following one's, for confirmation."""
    values = []
    for neighbour, step in ((before, 1), (below, -1)):
        first, _, of_year = neighbour.partition("/")
        if first.isdecimal() and of_year in ("", str(year)) and int(first) + step > 0:
            values.append(f"{int(first) + step:02d}/{year}")
    for value in dict.fromkeys(values):
        yield DeliveredValue(value, note_of(spec, "không ghi"), "missing_number", certain=False)
