"""The code of a book's registration place: looked up from the written place, and questioned where the two differ.

A cover rarely bears the code, and a wrong code goes with every entry into the package. Nothing is guessed: an
ambiguous place gets no code, and a code that a person confirms is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.base.errors import LedgerError
from pipeline.values.places import Level, Resolver, Unit
from pipeline.values.predicates import date_parts


def with_place_code(typed: Mapping[str, str], resolver: Resolver, known: Collection[str]) -> dict[str, str]:
    """Return the fields of a cover with the code of its place.

    Args:
        typed: The fields as submitted; ``sure`` is the questioned code that the person confirms.
        resolver: Resolves written names to units.
        known: The codes of places with books; such a code is taken even if the gazetteer lacks it.

    Raises:
        LedgerError: The place is ambiguous or unknown, so its code must be given.
        DoubtfulCode: The code is unknown, or belongs to another unit than the written place.
    """
    filled = dict(typed)
    sure = filled.pop("sure", "").strip()
    code = filled.get("place_code", "").strip()
    commune = commune_of(filled, resolver)
    if not code:
        if commune is None:
            raise LedgerError(_advice(filled, resolver))
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


def _advice(typed: Mapping[str, str], resolver: Resolver) -> str:
    """Return why a place has no single code, with advice."""
    resolved = resolver.resolve(typed.get("place", ""), _opened(typed))
    communes = [unit for unit in resolved.candidates if unit.level is Level.COMMUNE]
    if len(communes) > 1:
        return (
            f"Có {len(communes)} nơi cùng tên như đã ghi. Hãy ghi nơi đăng ký đủ xã, huyện, tỉnh như trên bìa, hoặc "
            "ghi mã nơi đăng ký."
        )
    return (
        "Chưa tìm được mã của nơi đăng ký này trong danh mục đơn vị hành chính. Hãy xem lại tên nơi (đủ xã, huyện, "
        "tỉnh như trên bìa), hoặc hỏi người phụ trách rồi ghi mã nơi đăng ký."
    )
