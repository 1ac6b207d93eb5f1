"""Values derived from other values of an entry: offered to a person with the reason, never filled in automatically.

``schemas/records`` bind a derivation to the field for which it offers a value. Like a predicate it knows no field and
changes nothing. If an input is unknown it offers nothing.
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
    """A derived value.

    Attributes:
        text: The value as a person would write it.
        reason: The reason in a few words, for the person who accepts it.
    """

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class DerivationContext:
    """The context of a derivation besides the entry's own values.

    Attributes:
        series: The book's parallel series in the office.
    """

    series: BookSeries = BookSeries.ORDINARY
    places: Resolver | None = None


Known = Value | None
"""An effective value, read or blank on paper; None while it is unknown."""


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
    """Offer the kind of registration: from the margin with its stamps, the book's title, and the days between.

    Before the year ``since`` the limit varied from ``days_before`` to ``days``; between the two nothing is offered.
    ``abroad``: the kind for a case already registered in another country.
    """
    offer = _by_notes_or_book(notes, context.series)
    if offer is not None:
        return offer
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
    """Offer the repeated registration, if the margin or the book's title says so."""
    offer = _by_notes_or_book(notes, context.series)
    return offer if offer is not None and offer.text == AGAIN else None


def noted_kind(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the act in the margin note, if there is one."""
    del context
    act = _noted(notes)
    return None if act is None else Derived(_NOTED_WORDS[act.kind], "Ghi chú nói như vậy")


def noted_number(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the number of the decision in the margin note."""
    del context
    return _part_of_note(notes, "number")


def noted_day(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the day of the decision in the margin note."""
    del context
    part = _part_of_note(notes, "decided_on")
    return None if part is None else Derived(part.text.replace(".", "/"), part.reason)


def noted_authority(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the deciding authority in the margin note."""
    del context
    return _part_of_note(notes, "authority")


def noted_state(notes: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the state of a marriage, if the margin note holds a single act and the act changed the state."""
    del context
    act = _noted(notes)
    state = None if act is None else _STATES_OF_MARRIAGE.get(act.kind)
    return None if state is None else Derived(state, "Ghi chú nói như vậy")


def noted_basis(notes: Known, *, context: DerivationContext, act: str) -> Derived | None:
    """Offer the decision of an act of a given kind, in words, if the margin note holds this act alone."""
    del context
    noted = _noted(notes)
    if noted is None or noted.kind != act or not noted.basis:
        return None
    return Derived(noted.basis, "Số, ngày, cơ quan ở ghi chú")


def parents_known(
    mother_name: Known, father_name: Known, notes: Known, *others: Known, context: DerivationContext
) -> Derived | None:
    """Offer which parents are known, from the blank blocks.

    ``others``: the other fields of both blocks. A block with other values but no name is left to a person.
    """
    del context
    if mother_name is None or father_name is None:
        return None
    if notes is not None and "bo roi" in _plain(notes):
        return Derived("Trẻ bị bỏ rơi", "Ghi chú nói trẻ bị bỏ rơi")
    mother, father = (name.status is FieldStatus.READ for name in (mother_name, father_name))
    if not (mother or mother_name.status is FieldStatus.BLANK):
        return None
    if not (father or father_name.status is FieldStatus.BLANK):
        return None
    if mother and father:
        return Derived("Đủ cha mẹ", "Có tên cha và tên mẹ")
    half = len(others) // 2
    blocks = {"mẹ": (mother, others[:half]), "cha": (father, others[half:])}
    blank = [who for who, (named, _) in blocks.items() if not named]
    if any(value is not None and value.inked for who in blank for value in blocks[who][1]):
        return None
    if len(blank) > 1:
        return Derived("Chưa xác định cả cha và mẹ", "Phần ghi về cha và mẹ để trống")
    named = "mẹ" if blank == ["cha"] else "cha"
    return Derived(f"Chưa xác định {blank[0]}", f"Có tên {named}; phần ghi về {blank[0]} để trống")


def unit_of_place(place: Known, on: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the administrative unit of a written place on its relevant day."""
    if place is None or place.status is not FieldStatus.READ or context.places is None:
        return None
    day = () if on is None else date_parts(on.canonical)
    resolution = context.places.resolve(place.text, day)
    if resolution.state is not ResolutionState.RESOLVED or not resolution.spelled:
        return None
    written = folded(place.text)
    smallest = resolution.line[-1]
    others = (kind for kind in TYPES[smallest.level] if kind != smallest.type)
    if any(folded(f"{kind} {smallest.name}") in written for kind in others):
        return None  # at that time it was another type of unit, whose title the tables lack
    units = ", ".join(unit.title for unit in reversed(resolution.line))
    when = f" năm {day[0]}" if day else ""
    code = resolution.code.partition(":")[2]
    return Derived(units, f"Nơi ấy là đơn vị mã {code} của bảng địa danh{when}")


DERIVATIONS: Mapping[str, Callable[..., Derived | None]] = {
    derivation.__name__: derivation
    for derivation in (
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
"""The derivations that ``schemas/records`` may bind, by name."""


def limits_of(name: str) -> tuple[str, ...]:
    """Return the names of a derivation's options in a binding (``with``)."""
    parameters = inspect.signature(DERIVATIONS[name]).parameters.values()
    return tuple(
        parameter.name
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name != "context"
    )


def takes(name: str, count: int) -> bool:
    """Return whether a derivation takes this number of fields."""
    parameters = inspect.signature(DERIVATIONS[name]).parameters.values()
    named = sum(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    return count == named or (
        count > named and any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    )


def derived(
    name: str, values: Sequence[Known], limits: Mapping[str, Any], context: DerivationContext
) -> Derived | None:
    """Return the derived value, None if the derivation offers nothing."""
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
    derivation.__name__
    for derivation in (noted_kind, noted_number, noted_day, noted_authority, noted_state, noted_basis)
)
"""Derivations of fields that are typed only if the margin note has an act."""

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
    """Return the single act of a note; None for several acts, between which a person decides."""
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
    """Return the day of a whole date; None if a part is missing or no calendar has the day."""
    parts = () if value is None or value.status is not FieldStatus.READ else date_parts(value.canonical)
    if len(parts) < 3:
        return None
    try:
        return datetime.date(*parts)
    except ValueError:
        return None


def _days_between(first: datetime.date, second: datetime.date, limit: str) -> str:
    return f"{first:%d/%m/%Y} đến {second:%d/%m/%Y} là {(second - first).days} ngày, {limit}"
