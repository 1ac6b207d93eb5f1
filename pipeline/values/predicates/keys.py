"""Rules of keys and places: numbers of entries and volumes against their book (K), places against their day (L04)."""

from __future__ import annotations

from pipeline.values.predicates.predicate import Need, RuleContext, Value, date_parts, not_later, predicate

INK, VALUE = Need.INK, Need.VALUE


@predicate(INK, of_states=True)
def present(value: Value) -> bool | None:
    """Something is written."""
    return value.inked


@predicate(INK, of_states=True)
def absent(value: Value) -> bool | None:
    """Nothing is written (a margin note wants a person)."""
    return not value.inked


@predicate(VALUE, VALUE)
def same_year(first: Value, second: Value) -> bool | None:
    """Both say the same year; ``41/2010`` says one as a date does."""
    left, other = date_parts(first.canonical), date_parts(second.canonical)
    return left[0] == other[0] if left and other else None


@predicate(VALUE, VALUE)
def within_volume_years(volume: Value, registered_on: Value, *, context: RuleContext) -> bool | None:
    """The volume was not opened after the year of registration, and is of that year.

    A book that went on into further years, which its closing day shows, may have been opened earlier.
    """
    opened, registered = date_parts(volume.canonical), date_parts(registered_on.canonical)
    if not opened or not registered:
        return None
    if registered[0] < opened[0]:
        return False
    of_one_year = bool(context.closed_on) and context.closed_on[0] == opened[0]
    return registered[0] == opened[0] if of_one_year else True


@predicate(VALUE)
def same_volume(volume: Value, *, context: RuleContext) -> bool | None:
    """The page says the same volume as the cover, as far as both say it."""
    number, _, year = volume.canonical.partition("/")
    of_cover, _, year_of_cover = context.volume.partition("/")
    if not of_cover.isdecimal() or not number.isdecimal():
        return None
    return int(number) == int(of_cover) and (not year or not year_of_cover or year == year_of_cover)


@predicate(VALUE)
def while_book_open(registered_on: Value, *, context: RuleContext) -> bool | None:
    """The day lies within the book's first and last day, as far as all are known."""
    day = date_parts(registered_on.canonical)
    since_opening, until_closing = not_later(context.opened_on, day), not_later(day, context.closed_on)
    if since_opening is None or until_closing is None:
        return until_closing if since_opening is None else since_opening
    return since_opening and until_closing


@predicate(Need.VALUE, Need.ANY)
def place_existed(place: Value, on: Value, *, context: RuleContext, former: bool = False) -> bool | None:
    """The written place may have been an administrative unit of that day.

    With ``former`` also of a day before it (where someone was born is called as it was then).
    """
    if context.places is None:
        return None
    return context.places.existed(place.text, date_parts(on.canonical), former=former)
