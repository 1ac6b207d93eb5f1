"""What follows from readings, decisions and findings is the same whether entries are followed together or one by one,
and the audit answers for every row of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from benchmarks.servers import postgresql
from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldReading, FieldStatus, Finding, Severity
from pipeline.registry import CrossEntryFinding, Registry, Verdict
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.entries import projections
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, blank, entry, finding, page, read

PAGES = 6
CODES = ("K06", "K07-GAP", "K11-MISSING")
WHEN_OR_CHAINED = {"at", "digest", "hash", "previous", "signature"}


def entry_of(number: int) -> Sequence[FieldReading]:
    """Some doubtful, some with a place, each a little different."""
    return (
        read("entry_number", f"{number:02}/2010", accepted=number % 3 > 0),
        read("registered_on", "05.03.2012"),
        read("mother_residence_place", "xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang"),
        read("child_name", f"Thử {number}", accepted=number % 4 > 0),
        blank("notes"),
    )


def beside(book: int, number: int, entry_id: int | None, code: str, *fields: str) -> CrossEntryFinding:
    severity = Severity.BLOCK if code == "K06" else Severity.REVIEW
    return CrossEntryFinding(book, number, entry_id, Finding(code, severity, fields, {"of": str(number)}))


def live(registry: Registry) -> None:
    """Pages with two entries each; decisions; findings on entries and on pages themselves that come, go and come again;
    entries that a later run does not find."""
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, PAGES)
    for number in range(1, PAGES + 1):
        first = entry(*entry_of(2 * number), findings=[finding("L01", "child_name")][: number % 2])
        second = entry(*entry_of(2 * number + 1), row=1)
        registry.save_page(book, page(first, second, page_no=number, findings=[finding("LAYOUT")]), "f1")
    ids = registry.entries(book)
    for entry_id in ids[::3]:
        registry.decide(entry_id, [Verdict("entry_number", FieldStatus.READ, "07/2010")], author="an")
    found = [
        beside(book, place // 2 + 1, entry_id, "K06", "entry_number") for place, entry_id in enumerate(ids)
    ]
    for number in range(2, PAGES + 1, 2):
        found.insert(2 * number, beside(book, number, None, "K11-MISSING"))
    found.append(beside(book, 1, ids[0], "K07-GAP"))
    registry.save_checks(found, CODES)
    registry.settle_page(2, author="an")
    registry.decide(ids[4], [Verdict("entry_number", FieldStatus.ILLEGIBLE)], author="an")
    for number in range(1, PAGES, 3):
        registry.save_page(book, page(entry(*entry_of(2 * number)), page_no=number), "f2")
    registry.save_checks(found[::2], CODES)
    registry.save_checks(found, CODES)


def told(url: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """All rows of all tables but for times, and for what of the audit hangs on them."""
    outsider = Outsider(url)
    tables = {}
    for table in outsider.tables():
        names = [name for name, _ in outsider.columns(table)]
        rows = [dict(zip(names, row, strict=True)) for row in outsider.rows(table)]
        for row in rows:
            if table == "audit":
                row["rows"] = [(name, row_id) for name, row_id, *_ in unpacked(row["rows"])]
            for name in [name for name in row if name.endswith("_at") or name in WHEN_OR_CHAINED]:
                row[name] = row[name] is not None
        tables[table] = rows
    tables["row_digest"].sort(
        key=lambda row: (row["table_name"], row["row_id"])
    )  # it has no order of its own
    outsider.close()
    return tables


@pytest.fixture(params=["sqlite", "postgresql"])
def two_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two databases of one kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/other.db"
        return
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    with ExitStack() as stack:
        one, other = (cluster.url(stack.enter_context(cluster.empty_database())) for _ in range(2))
        yield one, other


def test_entries_that_are_followed_together_come_out_as_one_by_one(
    two_urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    together, one_by_one = two_urls
    with Registry.open(together, SCHEMAS) as registry:
        live(registry)
        verified = registry.audit().verify()
        assert (verified.passed, registry.queue() != ()) == (True, True)
    monkeypatch.setattr(projections, "AT_ONCE", 1)
    with Registry.open(one_by_one, SCHEMAS) as registry:
        live(registry)
    rows, expected = told(together), told(one_by_one)
    assert rows.keys() == expected.keys()
    for table, of_table in rows.items():
        assert of_table == expected[table], table


def test_an_entry_that_is_not_there_is_no_reason_to_write_half(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(read("entry_number", "07/2010"))), "f1")
    (entry_id,) = registry.entries(book)
    found = [
        beside(book, 1, entry_id, "K06", "entry_number"),
        beside(book, 1, entry_id + 1, "K06", "entry_number"),
    ]
    with pytest.raises(RegistryError):
        registry.save_checks(found, CODES)
    assert (registry.cross_entry_findings(), registry.queue()) == ((), ())
