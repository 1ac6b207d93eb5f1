"""Values derived from other values of an entry: offered to a person with the reason, never filled in automatically.

``schemas/records`` bind a derivation to the field for which it offers a value. Like a predicate it knows no field and
changes nothing. If an input is unknown it offers nothing.
"""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.base.model import BookSeries, FieldStatus
from pipeline.base.text.tones import folded, unaccented
from pipeline.values.kinds.kind import Vocabulary
from pipeline.values.kinds.name import names_nobody
from pipeline.values.kinds.note import NotedAct, NotedActKind, noted_acts
from pipeline.values.places import DayRange, Level, ResolutionState, Resolver, Unit
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
        lists: The code lists, by name.
    """

    series: BookSeries = BookSeries.ORDINARY
    places: Resolver | None = None
    lists: Mapping[str, Vocabulary] = field(default_factory=dict)


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


def registration_again(notes: Known, *, context: DerivationContext, first: str = "") -> Derived | None:
    """Offer the repeated registration, if the margin or the book's title says so, else the kind ``first``."""
    offer = _by_notes_or_book(notes, context.series)
    if offer is not None:
        return offer if offer.text == AGAIN else None
    if not first or notes is None or any(act.kind is NotedActKind.FOREIGN for act in _acts(notes)):
        return None
    return Derived(first, "Ghi chú không nói là đăng ký lại")


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
    """Offer the state in which the acts of the margin note left a marriage: that of the latest, the last if undated."""
    del context
    acts = [act for act in _acts(notes) if act.kind in _STATES_OF_MARRIAGE]
    if not acts:
        return None
    dated = all(act.decided_on for act in acts)
    last = max(acts, key=lambda act: date_parts(act.decided_on)) if dated else acts[-1]
    several = len({act.kind for act in acts}) > 1
    why = "Việc sau cùng ở ghi chú" if several else "Ghi chú nói như vậy"
    return Derived(_STATES_OF_MARRIAGE[last.kind], why)


def noted_basis(notes: Known, *, context: DerivationContext, act: str) -> Derived | None:
    """Offer the decision of an act of a given kind, in words, if the margin note holds the act once."""
    del context
    bases = {noted.basis for noted in _acts(notes) if noted.kind == act}
    basis = bases.pop() if len(bases) == 1 else ""
    return Derived(basis, "Số, ngày, cơ quan ở ghi chú") if basis else None


def noted_declaration(notes: Known, *, context: DerivationContext, act: str) -> Derived | None:
    """Offer a court's declaration or its annulment, whichever the margin note names last."""
    del context
    words = {act: "Tuyên bố", f"{act}-revoked": "Hủy tuyên bố"}
    named = [words[noted.kind] for noted in _acts(notes) if noted.kind in words]
    return Derived(named[-1], "Ghi chú nói như vậy") if named else None


def noted_abroad(notes: Known, *, context: DerivationContext, part: str) -> Derived | None:
    """Offer a part of a registration in another country that the margin note names."""
    del context
    acts = [act for act in _acts(notes) if act.kind is NotedActKind.FOREIGN]
    text = getattr(acts[-1], part).replace(".", "/" if part == "decided_on" else ".") if acts else ""
    return Derived(text, "Ghi chú nói như vậy") if text else None


def noted_country(notes: Known, *, context: DerivationContext, among: str) -> Derived | None:
    """Offer the country of such a registration, if the margin note names a single country but Việt Nam."""
    if notes is None or not any(act.kind is NotedActKind.FOREIGN for act in _acts(notes)):
        return None
    country = _country(notes, context.lists[among])
    return None if country is None else Derived(country, "Ghi chú nói như vậy")


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
    names = (mother_name, father_name)
    mother, father = (name.status is FieldStatus.READ and not names_nobody(name.text) for name in names)
    if any(name.status not in (FieldStatus.READ, FieldStatus.BLANK) for name in names):
        return None
    if mother and father:
        return Derived("Đủ cha mẹ", "Có tên cha và tên mẹ")
    half = len(others) // 2
    blocks = {"mẹ": (mother, others[:half]), "cha": (father, others[half:])}
    blank = [who for who, (named, _) in blocks.items() if not named]
    others_of = (value for who in blank for value in blocks[who][1])
    if any(value is not None and value.inked and not names_nobody(value.text) for value in others_of):
        return None
    if len(blank) > 1:
        return Derived("Chưa xác định cả cha và mẹ", "Phần ghi về cha và mẹ để trống hay không rõ")
    named = "mẹ" if blank == ["cha"] else "cha"
    return Derived(
        f"Chưa xác định {blank[0]}", f"Có tên {named}; phần ghi về {blank[0]} để trống hay không rõ"
    )


def province_of_place(place: Known, on: Known, *, context: DerivationContext, among: str) -> Derived | None:
    """Offer the province of a written place on its relevant day, or the country of a place abroad."""
    if place is None or place.status is not FieldStatus.READ or context.places is None:
        return None
    day = () if on is None else date_parts(on.canonical)
    province = _province(place.text, day, context.places) or _province_at_end(place.text, day, context.places)
    if province is not None:
        when = f" năm {day[0]}" if day else ""
        return Derived(province.title, f"Tỉnh của nơi ấy, mã {province.code} của bảng địa danh{when}")
    country = _country(place, context.lists[among]) if among in context.lists else None
    return None if country is None else Derived(country, "Nơi ấy ở nước ngoài")


def residence_kind(place: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the kind of a residence whose text begins with it (``Tạm trú: ấp 5``)."""
    del context
    written = "" if place is None else _plain(place)
    for words in ("Thường trú", "Tạm trú"):
        if re.match(rf"\W*(?:noi )?(?:dang ky )?{unaccented(words)}\b", written):
            return Derived(words, "Chữ ấy ở nơi cư trú")
    return None


def paper_kind(number: Known, on: Known, *, context: DerivationContext, since: int) -> Derived | None:
    """Offer the kind of an identity paper by the words before its number, else by the number's form.

    Twelve digits are a citizen's card from the year ``since`` on; before, there were also old cards of twelve.
    """
    del context
    if number is None or number.status is not FieldStatus.READ:
        return None
    written = _plain(number)
    for words, label in _PAPER_WORDS:
        if re.search(rf"\b(?:{words})\b", written):
            return Derived(label, "Chữ ấy ở ô số giấy tờ")
    digits = re.sub(r"[\s.]", "", written)
    year = None if on is None else next(iter(date_parts(on.canonical)), None)
    if re.fullmatch(r"\d{9}", digits):
        return Derived("Giấy CMND", "Số có 9 chữ số")
    if re.fullmatch(r"\d{12}", digits) and year is not None and year >= since:
        return Derived("Thẻ căn cước công dân", "Số có 12 chữ số")
    if re.fullmatch(r"[a-z]{1,2}\d{7}", digits):
        return Derived("Hộ chiếu", "Số có chữ cái và 7 chữ số")
    return None


def notice_kind(number: Known, issuer: Known, *, context: DerivationContext) -> Derived | None:
    """Offer the kind of a death notice: of a court or the police by its issuer, else the death notice itself."""
    del context
    if number is None or number.status is not FieldStatus.READ:
        return None
    written = f"{_plain(number)} {'' if issuer is None else _plain(issuer)}"
    for words, label in _NOTICE_WORDS:
        if re.search(rf"\b(?:{words})\b", written):
            return Derived(label, "Số hay cơ quan cấp nói như vậy")
    return Derived("Giấy báo tử", "Có số giấy báo tử")


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
        noted_declaration,
        noted_abroad,
        noted_country,
        parents_known,
        province_of_place,
        residence_kind,
        paper_kind,
        notice_kind,
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


ON_DEMAND = frozenset(
    derivation.__name__
    for derivation in (
        noted_kind,
        noted_number,
        noted_day,
        noted_authority,
        noted_state,
        noted_basis,
        noted_declaration,
        noted_abroad,
        noted_country,
        residence_kind,
        paper_kind,
        notice_kind,
    )
)
"""Derivations of fields without a place on the form that are typed only if a typed text holds their value."""

ASKED_BEFORE_DELIVERY = ON_DEMAND | {registration_again.__name__}
"""Derivations of which a person is asked before an empty column is delivered: few distinct values in a book."""

_PAPER_WORDS = (
    ("ho chieu|passport|hc", "Hộ chiếu"),
    ("thuong tru", "Thẻ thường trú"),
    ("cccd|can cuoc", "Thẻ căn cước công dân"),
    ("si quan", "Giấy chứng minh sĩ quan quân đội"),
    ("quan doi|cmqd|quan nhan", "Giấy chứng minh quân đội nhân dân"),
    ("chung minh cong an|cmcand", "Giấy chứng minh công an nhân dân"),
    ("cmnd|cmtnd|cmt|chung minh", "Giấy CMND"),
)
_NOTICE_WORDS = (
    ("toa an|tand", "Bản án hoặc quyết định tuyên bố chết"),
    ("tu hinh", "Thi hành án tử hình"),
    ("cong an|phap y", "Văn bản của công an hoặc giám định pháp y"),
    ("bien ban|bbxn", "Biên bản xác nhận"),
    ("lam chung", "Người làm chứng"),
    ("giay bao tu|gbt", "Giấy báo tử"),
)

_NOTED_WORDS: Mapping[NotedActKind, str] = {
    NotedActKind.CORRECTION: "Cải chính",
    NotedActKind.CHANGE: "Thay đổi",
    NotedActKind.SUPPLEMENT: "Bổ sung",
    NotedActKind.DIVORCE: "Ly hôn",
    NotedActKind.ANNULMENT: "Hủy kết hôn",
    NotedActKind.RECOGNITION: "Công nhận kết hôn",
    NotedActKind.PARENTAGE: "Nhận cha, mẹ, con",
    NotedActKind.ADOPTION: "Nuôi con nuôi",
    NotedActKind.TERMINATION: "Chấm dứt nuôi con nuôi, giám hộ",
    NotedActKind.GUARDIANSHIP: "Giám hộ",
    NotedActKind.NATIONALITY: "Thôi, nhập, trở lại quốc tịch",
    NotedActKind.SEX: "Xác định lại giới tính",
    NotedActKind.ETHNICITY: "Xác định lại dân tộc",
    NotedActKind.MISSING: "Tuyên bố mất tích",
    NotedActKind.MISSING_REVOKED: "Hủy quyết định tuyên bố mất tích",
    NotedActKind.INCAPACITY: "Mất, hạn chế năng lực hành vi dân sự",
    NotedActKind.INCAPACITY_REVOKED: "Hủy quyết định tuyên bố mất, hạn chế năng lực hành vi dân sự",
    NotedActKind.DECLARED_DEAD: "Tuyên bố chết",
    NotedActKind.DECLARED_DEAD_REVOKED: "Hủy quyết định tuyên bố chết",
    NotedActKind.DEATH: "Đã chết",
    NotedActKind.FOREIGN: "Ghi vào sổ việc đã đăng ký ở nước ngoài",
    NotedActKind.RE_REGISTRATION: AGAIN,
}
_STATES_OF_MARRIAGE: Mapping[NotedActKind, str] = {
    NotedActKind.DIVORCE: "Đã ly hôn",
    NotedActKind.ANNULMENT: "Đã hủy việc kết hôn",
    NotedActKind.RECOGNITION: "Đã được công nhận việc kết hôn",
}


def _acts(notes: Known) -> tuple[NotedAct, ...]:
    return noted_acts(notes.text) if notes is not None and notes.status is FieldStatus.READ else ()


def _noted(notes: Known) -> NotedAct | None:
    """Return the only act of a note, or the last of several if its decision is clear; else a person decides."""
    acts = _acts(notes)
    return acts[-1] if acts and (len(acts) == 1 or acts[-1].number) else None


def _province(written: str, day: tuple[int, ...], places: Resolver) -> Unit | None:
    """Return the province of a written place, also where only a smaller unit is not decided."""
    resolution = places.resolve(written, day)
    if resolution.state is ResolutionState.AMBIGUOUS:
        lines = [places.gazetteer.line_of(unit, DayRange.of(day)) for unit in resolution.candidates]
    else:
        lines = [resolution.line] if resolution.spelled else []
    largest = {line[0].id: line[0] for line in lines if line}
    only = next(iter(largest.values())) if len(largest) == 1 else None
    return only if only is not None and only.level is Level.PROVINCE else None


def _province_at_end(written: str, day: tuple[int, ...], places: Resolver) -> Unit | None:
    """Return the only province of that day whose name ends a text (``Nhà bảo sanh Sóc Trăng``)."""
    words = folded(written).rstrip(" .,;").replace(",", " ").split()
    days = DayRange.of(day)
    named = {
        unit.id: unit
        for count in (1, 2, 3, 4)
        for unit, is_exact in places.gazetteer.named(" ".join(words[-count:]))
        if unit.level is Level.PROVINCE and is_exact and unit.span.at(days).exists
    }
    return next(iter(named.values())) if len(named) == 1 else None


def _country(value: Value, countries: Vocabulary) -> str | None:
    """Return the only country but Việt Nam that a part of a text between signs names; None for several or none."""
    parts = (re.sub(r"^(?:tại|ở|của)\s+", "", part) for part in re.split(r"[,;()]| - ", folded(value.text)))
    named = {names[0].label for part in parts if len(names := countries.offered(part)) == 1}
    return named.pop() if len(named) == 1 and named.isdisjoint(countries.labels.values()) else None


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
