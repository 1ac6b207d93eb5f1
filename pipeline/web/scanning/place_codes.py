"""The code of a book's registration place: looked up from the written place, and questioned where the two differ.

A cover rarely bears the code, and a wrong code goes with every entry into the package. Nothing is guessed: an
ambiguous place gets no code, and a code that a person confirms is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline.base.errors import LedgerError
from pipeline.base.text.tones import folded
from pipeline.values.places import Level, Resolver, Unit
from pipeline.values.places.unit import DayRange
from pipeline.values.predicates import date_parts


def with_place_code(typed: Mapping[str, str], resolver: Resolver, known: Collection[str]) -> dict[str, str]:
    """Return the fields of a cover with the code of its place.

    Args:
        typed: The fields as submitted; ``sure`` is the questioned code that the person confirms.
        resolver: Resolves written names to units.
        known: The codes of places with books; such a code is taken even if the gazetteer lacks it.

    Raises:
        AmbiguousPlace: Several communes bear the written name.
        LedgerError: The place is unknown, so its code must be given.
        DoubtfulCode: The code is unknown, or belongs to another unit than the written place.
    """
    filled = dict(typed)
    sure = filled.pop("sure", "").strip()
    filled["place_code"] = code = filled.get("place_code", "").strip() or sure
    commune = commune_of(filled, resolver)
    if not code:
        if commune is None:
            raise _unnamed(filled, resolver)
        return filled | {"place_code": commune.code}
    if code == sure:
        return filled
    if commune is not None and commune.code == code:
        return filled
    if commune is not None:
        raise DoubtfulCode(
            f"Nơi đã ghi là {commune.title}, mã {commune.code} theo danh mục đơn vị hành chính; "
            f"mã đã gõ là {code[:40]}.",
            code,
        )
    if code not in known and not resolver.gazetteer.has_code(code):
        raise DoubtfulCode(f"Danh mục đơn vị hành chính không có mã {code[:40]}.", code)
    return filled


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A commune to choose; ``title``: its type and name, district and province."""

    code: str
    name: str
    title: str


class AmbiguousPlace(LedgerError):
    """A written place that several communes bear; ``choices``: the communes."""

    def __init__(self, choices: tuple[PlaceChoice, ...]) -> None:
        super().__init__(f"Có {len(choices)} nơi cùng tên như đã ghi. Hãy chọn nơi đúng ở dưới.")
        self.choices = choices


class DoubtfulCode(LedgerError):
    """A code that may be wrong; ``code`` is taken when the person confirms it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(f"{message} Hãy kiểm tra lại mã, hoặc xác nhận ở dưới.")
        self.code = code


def commune_of(typed: Mapping[str, str], resolver: Resolver) -> Unit | None:
    """Return the commune named on a cover, on the book's opening day; None: no single commune."""
    resolved = resolver.resolve(typed.get("place", ""), _opened(typed))
    return resolved.unit if resolved.code and resolved.unit and resolved.unit.level is Level.COMMUNE else None


def _opened(typed: Mapping[str, str]) -> tuple[int, ...]:
    """Return the opening day of a book, else the year of its volume, else nothing."""
    year = typed.get("volume", "").rpartition("/")[2].strip()
    written = typed.get("opened_on", "").strip().replace("/", ".")
    return date_parts(written) or (date_parts(year) if year else ())


def communes_named(written: str, resolver: Resolver, on: tuple[int, ...] = ()) -> tuple[PlaceChoice, ...]:
    """Return the communes that a text may name on a day, units of the written type first."""
    resolved = resolver.resolve(written, on)
    units = (resolved.unit,) if resolved.code and resolved.unit else resolved.candidates
    communes = {unit.code: unit for unit in units if unit.level is Level.COMMUNE}.values()
    ordered = sorted(communes, key=lambda unit: folded(unit.title) not in folded(written))
    line_of, days = resolver.gazetteer.line_of, DayRange.of(on)
    return tuple(
        PlaceChoice(unit.code, unit.name, ", ".join(above.title for above in reversed(line_of(unit, days))))
        for unit in ordered
    )


def _unnamed(typed: Mapping[str, str], resolver: Resolver) -> LedgerError:
    """Return the error for a place without a single code."""
    choices = communes_named(typed.get("place", ""), resolver, _opened(typed))
    if len(choices) > 1:
        return AmbiguousPlace(choices)
    return LedgerError(
        "Chưa tìm được mã của nơi đăng ký này trong danh mục đơn vị hành chính. Hãy xem lại tên nơi (đủ xã, huyện, "
        "tỉnh như trên bìa), hoặc hỏi người phụ trách rồi ghi mã nơi đăng ký."
    )
