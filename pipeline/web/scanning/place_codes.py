"""The code of a book's registration place: found from the place as written on the cover, and doubted where it differs.

A cover rarely bears the code, and a wrong one goes with every entry into the package. Nothing is guessed: a place that
may be several units gets no code, and a code that somebody is sure of is taken as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.base.errors import LedgerError
from pipeline.values.places import Level, Resolver, Unit
from pipeline.values.predicates import date_parts


def with_place_code(typed: Mapping[str, str], resolver: Resolver, known: Collection[str]) -> dict[str, str]:
    """Return the fields of a cover with the code of its place.

    Args:
        typed: The fields as sent; ``sure`` is the code that the person was asked about and is sure of.
        resolver: Finds units by their written names.
        known: The codes of places that have books; of these one that the gazetteer lacks is taken as it is.

    Raises:
        LedgerError: The place is no single unit, so its code must be given.
        DoubtfulCode: The code is that of no unit, or of another one than the place as written.
    """
    filled = dict(typed)
    sure = filled.pop("sure", "").strip()
    code = filled.get("place_code", "").strip()
    found = commune_of(filled, resolver)
    if not code:
        if found is None:
            raise LedgerError(_which(filled, resolver))
        return filled | {"place_code": found.code}
    if code == sure:
        return filled
    if found is not None and found.code == code:
        return filled
    if found is not None:
        raise DoubtfulCode(
            f"Nơi đã ghi là {found.title}, mã {found.code} theo danh mục đơn vị hành chính; mã đã gõ là {code[:40]}.",
            code,
        )
    if code not in known and not resolver.gazetteer.has_code(code):
        raise DoubtfulCode(f"Danh mục đơn vị hành chính không có mã {code[:40]}.", code)
    return filled


class DoubtfulCode(LedgerError):
    """A code that may be wrong; ``code`` is taken when the person says that it is right."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(f"{message} Hãy kiểm tra lại mã, hoặc xác nhận ở dưới.")
        self.code = code


def commune_of(typed: Mapping[str, str], resolver: Resolver) -> Unit | None:
    """Return the commune that the place of a cover names on the day on which the book was opened; None: not one."""
    found = resolver.resolve(typed.get("place", ""), _opened(typed))
    return found.unit if found.code and found.unit and found.unit.level is Level.COMMUNE else None


def _opened(typed: Mapping[str, str]) -> tuple[int, ...]:
    """Return the day on which a book was opened, else the year of its volume, else nothing."""
    year = typed.get("volume", "").rpartition("/")[2].strip()
    written = typed.get("opened_on", "").strip().replace("/", ".")
    return date_parts(written) or (date_parts(year) if year else ())


def _which(typed: Mapping[str, str], resolver: Resolver) -> str:
    """Say why a place has no single code, and what to do."""
    found = resolver.resolve(typed.get("place", ""), _opened(typed))
    communes = [unit for unit in found.candidates if unit.level is Level.COMMUNE]
    if len(communes) > 1:
        return (
            f"Có {len(communes)} nơi cùng tên như đã ghi. Hãy ghi nơi đăng ký đủ xã, huyện, tỉnh như trên bìa, hoặc "
            "ghi mã nơi đăng ký."
        )
    return (
        "Chưa tìm được mã của nơi đăng ký này trong danh mục đơn vị hành chính. Hãy xem lại tên nơi (đủ xã, huyện, "
        "tỉnh như trên bìa), hoặc hỏi người phụ trách rồi ghi mã nơi đăng ký."
    )
