"""Values that follow from other values of an entry: offered to a person with the reason, never put in by themselves.

``schemas/records`` bind a derivation to the field that it offers a value for. Like a predicate it knows no field and
changes nothing. Where anything that it goes by is not known it offers nothing.
"""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.base.model import BookSeries, FieldStatus
from pipeline.base.text.tones import folded, unaccented
from pipeline.values.kinds.note import NotedAct, NotedActKind, noted_acts
from pipeline.values.places import ResolutionState, Resolver
from pipeline.values.places.unit import TYPES
from pipeline.values.predicates import Value, date_parts


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that follows from others.

    Attributes:
        text: The value as a person would write it.
        reason: Why, in a few words for the person who takes it.
    """

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class DerivationContext:
    """What a derivation may know besides the entry's own values.

    Attributes:
        series: Which of the books that an office keeps side by side it is.
        places: Resolves written places.
    """

    series: BookSeries = BookSeries.ORDINARY
    places: Resolver | None = None


Known = Value | None
"""A value in force, read or blank on paper; None where nobody knows it yet."""


def registration_kind(
    notes: Known,
    happened_on: Known,
    registered_on: Known,
    *,
    context: DerivationContext,
    days: int,
    since: int,
    days_before: int,
    abroad: str = "",
) -> Derived | None:
    """Offer the kind of registration: from the margin with its stamps, the title of the book, the days between.

    Before the year ``since`` the limit was somewhere from ``days_before`` to ``days``; between the two nothing follows.
    ``abroad``: the kind of what was registered in another country before.
    """
    said = _by_notes_or_book(notes, context.series)
    if said is not None:
        return said
    if notes is None:
        return None
    if abroad and "nuoc ngoai" in _plain(notes):
        return Derived(abroad, "Ghi chú nói đã đăng ký ở nước ngoài")
    if context.series is BookSeries.LATE:
        return Derived("Quá hạn", "Đây là quyển sổ đăng ký quá hạn")
    first, second = _day(happened_on), _day(registered_on)
    if first is None or second is None or second < first:
        return None
    passed = (second - first).days
    if passed > days:
        return Derived("Quá hạn", _days_between(first, second, f"quá {days} ngày"))
    if passed <= (days if second.year >= since else min(days, days_before)):
        return Derived("Đúng hạn", _days_between(first, second, f"không quá {days} ngày"))
    return None


def registration_again(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer that it is a registration once more, where the margin or the title of the book says so."""
    found = _by_notes_or_book(notes, context.series)
    return found if found is not None and found.text == AGAIN else None


def noted_kind(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer which act the margin note tells of, where it tells of one."""
    del context
    act = _noted(notes)
    return None if act is None else Derived(_NOTED_WORDS[act.kind], "Ghi chú nói như vậy")


def noted_number(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the number of the decision that the margin note tells of."""
    del context
    return _part_of_note(notes, "number")


def noted_day(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the day of the decision that the margin note tells of."""
    del context
    found = _part_of_note(notes, "decided_on")
    return None if found is None else Derived(found.text.replace(".", "/"), found.reason)


def noted_authority(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer who decided what the margin note tells of."""
    del context
    return _part_of_note(notes, "authority")


def noted_state(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the state of a marriage, where the margin note tells of one act and it changed that state."""
    del context
    act = _noted(notes)
    state = None if act is None else _STATES_OF_MARRIAGE.get(act.kind)
    return None if state is None else Derived(state, "Ghi chú nói như vậy")


def noted_basis(notes: Known, *, context: DerivationContext, act: str) -> Derived | None:
    """Offer the decision of an act of that kind, in words, where the margin note tells of it alone."""
    del context
    found = _noted(notes)
    if found is None or found.kind != act or not found.basis:
        return None
    return Derived(found.basis, "Số, ngày, cơ quan ở ghi chú")


def parents_known(
    mother_name: Known, father_name: Known, notes: Known, *others: Known, context: DerivationContext
) -> Derived | None:
    """Offer which parents are known, from whose block is blank.

    ``others``: the other fields of both blocks. A block without a name in which something else stands is for a person.
    """
    del context
    if mother_name is None or father_name is None:
        return None
    if notes is not None and "bo roi" in _plain(notes):
        return Derived("Trẻ bị bỏ rơi", "Ghi chú nói trẻ bị bỏ rơi")
    mother, father = (one.status is FieldStatus.READ for one in (mother_name, father_name))
    if not (mother or mother_name.status is FieldStatus.BLANK):
        return None
    if not (father or father_name.status is FieldStatus.BLANK):
        return None
    if mother and father:
        return Derived("Đủ cha mẹ", "Có tên cha và tên mẹ")
    half = len(others) // 2
    blocks = {"mẹ": (mother, others[:half]), "cha": (father, others[half:])}
    blank = [who for who, (named, _) in blocks.items() if not named]
    if any(one is not None and one.inked for who in blank for one in blocks[who][1]):
        return None
    if len(blank) > 1:
        return Derived("Chưa xác định cả cha và mẹ", "Phần ghi về cha và mẹ để trống")
    named = "mẹ" if blank == ["cha"] else "cha"
    return Derived(f"Chưa xác định {blank[0]}", f"Có tên {named}; phần ghi về {blank[0]} để trống")


def unit_of_place(place: Known, on: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the administrative unit that a written place is, on the day on which it counts."""
    if place is None or place.status is not FieldStatus.READ or context.places is None:
        return None
    day = () if on is None else date_parts(on.canonical)
    found = context.places.resolve(place.text, day)
    if found.state is not ResolutionState.RESOLVED or not found.spelled:
        return None
    written = folded(place.text)
    smallest = found.line[-1]
    others = (kind for kind in TYPES[smallest.level] if kind != smallest.type)
    if any(folded(f"{kind} {smallest.name}") in written for kind in others):
        return None  # it was another type of unit then, of which the tables know no title
    units = ", ".join(unit.title for unit in reversed(found.line))
    when = f" năm {day[0]}" if day else ""
    code = found.code.partition(":")[2]
    return Derived(units, f"Nơi ấy là đơn vị mã {code} của bảng địa danh{when}")


DERIVATIONS: Mapping[str, Callable[..., Derived | None]] = {
    one.__name__: one
    for one in (
        registration_kind,
        registration_again,
        noted_kind,
        noted_number,
        noted_day,
        noted_authority,
        noted_state,
        noted_basis,
        parents_known,
        unit_of_place,
    )
}
"""What ``schemas/records`` may bind, by name."""


def limits_of(name: str) -> tuple[str, ...]:
    """Return the names of what a binding of that derivation may set (``with``)."""
    parameters = inspect.signature(DERIVATIONS[name]).parameters.values()
    return tuple(one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.name != "context")


def takes(name: str, count: int) -> bool:
    """Return whether that derivation goes by so many fields."""
    parameters = inspect.signature(DERIVATIONS[name]).parameters.values()
    named = sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters)
    return count == named or (count > named and any(one.kind is one.VAR_POSITIONAL for one in parameters))


def derived(
    name: str, values: Sequence[Known], limits: Mapping[str, Any], context: DerivationContext
) -> Derived | None:
    """Return what follows by that derivation from these values, None where nothing does."""
    return DERIVATIONS[name](*values, context=context, **limits)


AGAIN = "Đăng ký lại"


def _by_notes_or_book(notes: Known, series: BookSeries) -> Derived | None:
    if notes is not None and "dang ky lai" in _plain(notes):
        return Derived(AGAIN, "Ghi chú có “đăng ký lại”")
    if series is BookSeries.AGAIN:
        return Derived(AGAIN, "Đây là quyển sổ đăng ký lại")
    if notes is not None and "qua han" in _plain(notes):
        return Derived("Quá hạn", "Ghi chú có “quá hạn”")
    return None


OF_NOTES = frozenset(
    one.__name__ for one in (noted_kind, noted_number, noted_day, noted_authority, noted_state, noted_basis)
)
"""Derivations of fields that are typed only where the margin note tells of an act."""

_NOTED_WORDS: Mapping[NotedActKind, str] = {
    NotedActKind.CORRECTION: "Cải chính",
    NotedActKind.CHANGE: "Thay đổi",
    NotedActKind.SUPPLEMENT: "Bổ sung",
    NotedActKind.DIVORCE: "Ly hôn",
    NotedActKind.ANNULMENT: "Hủy kết hôn",
    NotedActKind.RECOGNITION: "Công nhận kết hôn",
    NotedActKind.PARENTAGE: "Nhận cha, mẹ, con",
    NotedActKind.ADOPTION: "Nuôi con nuôi",
    NotedActKind.RE_REGISTRATION: AGAIN,
}
_STATES_OF_MARRIAGE: Mapping[NotedActKind, str] = {
    NotedActKind.DIVORCE: "Đã ly hôn",
    NotedActKind.ANNULMENT: "Đã hủy",
    NotedActKind.RECOGNITION: "Đã được công nhận",
}


def _noted(notes: Known) -> NotedAct | None:
    """Return the one act that a note tells of; None where it tells of several: which one is for a person to say."""
    acts = noted_acts(notes.text) if notes is not None and notes.status is FieldStatus.READ else ()
    return acts[0] if len(acts) == 1 else None


def _part_of_note(notes: Known, part: str) -> Derived | None:
    act = _noted(notes)
    text = "" if act is None else str(getattr(act, part))
    return Derived(text, "Ghi chú nói như vậy") if text else None


def _plain(value: Value) -> str:
    text = value.text if value.status is FieldStatus.READ else ""
    return " ".join(unaccented(text).replace("dang ki", "dang ky").split())


def _day(value: Known) -> datetime.date | None:
    """The day of a whole date; None where a part of it is missing or no calendar has it."""
    parts = () if value is None or value.status is not FieldStatus.READ else date_parts(value.canonical)
    if len(parts) < 3:
        return None
    try:
        return datetime.date(*parts)
    except ValueError:
        return None


def _days_between(first: datetime.date, second: datetime.date, limit: str) -> str:
    return f"{first:%d/%m/%Y} đến {second:%d/%m/%Y} là {(second - first).days} ngày, {limit}"
