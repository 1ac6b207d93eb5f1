"""How often the pages of each scanner have to be scanned again.

Which scanner delivered a scan stands in its name, as the intake gives it: the day, the scanner's name, the number of
the delivery in five digits, and of a delivery that was divided its first page in four
(``2026-11-25-may-1-00017-0003.pdf``).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, case, func, select

from pipeline.registry.model.statistics import ScannerStatistics
from pipeline.registry.services.statistics.books import MISSING
from pipeline.registry.services.statistics.scope import Places, of_places
from pipeline.registry.tables.books import book, page, page_run, scan
from pipeline.registry.tables.desk import ticket

_WHOLE = re.compile(r"\d{4}-\d{2}-\d{2}-(?P<scanner>[a-z0-9-]+)-")
_DIVIDED = re.compile(_WHOLE.pattern + r"\d{5,}-")

_is_delivery = scan.c.name.like("____-__-__-%-____%.%")
_is_divided = scan.c.name.like("%-____.%")
_without_last_number = func.rtrim(scan.c.name, string.ascii_lowercase + string.digits + ".")
_stem: ColumnElement[str] = case((_is_delivery, _without_last_number), else_="").label("stem")
_divided: ColumnElement[int] = case((_is_delivery & _is_divided, 1), else_=0).label("divided")


def scanner_statistics(connection: Connection, places: Places) -> tuple[ScannerStatistics, ...]:
    """By the names of scanners; what did not come through the intake last, under ``""``."""
    read = page_run.join(page, page.c.id == page_run.c.page_id)
    asked = ticket.join(page, page.c.id == ticket.c.page_id)
    for_its_looks = ticket.c.code.is_(None) | (ticket.c.code != MISSING)
    pages = _by_scanner(connection, places, read, func.count(), page_run.c.latest)
    tickets = _by_scanner(connection, places, asked, func.count(ticket.c.page_id.distinct()), for_its_looks)
    names = sorted(pages.keys() | tickets.keys(), key=lambda name: (not name, name))
    return tuple(ScannerStatistics(name, pages[name], tickets[name]) for name in names)


def _by_scanner(
    connection: Connection,
    places: Places,
    counted: FromClause,
    amount: ColumnElement[int],
    condition: ColumnElement[Any],
) -> Counter[str]:
    source = counted.join(scan, scan.c.id == page.c.scan_id).join(book, book.c.id == scan.c.book_id)
    query = (
        select(_stem, _divided, amount)
        .select_from(source)
        .where(condition, of_places(places))
        .group_by(_stem, _divided)
    )
    found: Counter[str] = Counter()
    for stem, divided, times in connection.execute(query):
        found[_scanner(stem, bool(divided))] += times
    return found


def _scanner(stem: str, divided: bool) -> str:
    """The scanner of scans whose names begin like that; ``""``: none that is known."""
    named = (_DIVIDED if divided else _WHOLE).fullmatch(stem)
    return named["scanner"] if named else ""
