"""The index of the search: it follows every change, is built where it is missing, compared and put right."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy import table as table_clause

from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, RegistryPart, Verdict
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.copying import copy_registry
from pipeline.registry.database.database import Database
from pipeline.registry.search import following, index
from pipeline.registry.search.index import bring_in_step
from pipeline.registry.search.model import Nearness, SearchCriteria, SearchRefused
from pipeline.registry.search.rows import FULL_TEXT, SEARCH_INDEX, search_name, search_person, search_state
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read
from tests.registry.search.people import SUPERVISOR, WHY, numbers

ORDER = AmendmentOrder("12/QĐ", "05.03.2020", "Điều 28")


def decided(registry: Registry) -> None:
    registry.decide(1, [Verdict("child_name", FieldStatus.READ, "Đổi Tên Khác")], author="an")


def amended_and_taken_back(registry: Registry) -> None:
    number = registry.amend(2, "mother_name", "Lê Thị Sửa", ORDER, author="an")
    assert numbers(registry, name="Le Thi Sua") == ["02/2010"]
    registry.withdraw_amendment(2, number, author="an", reason="ghi nhầm")
    assert numbers(registry, name="Le Thi Sua") == []
    registry.amend(2, "mother_name", "Lê Thị Sửa", ORDER, author="an")


def read_anew(registry: Registry) -> None:
    rows = [
        entry(read("entry_number", f"0{row + 1}/2010"), read("child_name", f"Đọc Lại {row}"), row=row)
        for row in range(5)
    ]
    registry.save_page(1, page(*rows), "f2")


def withdrawn_and_put_back(registry: Registry) -> None:
    number = registry.withdraw(RegistryPart(1, SCAN), author="lan", reason="nhầm sổ")
    assert numbers(registry, name="Nguyễn Văn An") == ["09/2012"]
    registry.reinstate(number, author="lan", reason="đúng sổ")
    registry.withdraw(RegistryPart(2), author="lan", reason="nhầm sổ")


def cover_corrected(registry: Registry) -> None:
    ledger = replace(LEDGER, place="Xã Đã Sửa", volume="05/2010")
    registry.correct_book(1, ledger, "KS.2010.05", author="lan", reason="ghi sai bìa")
    assert len(numbers(registry, volume="5/2010", place="da sua")) == 7
    assert numbers(registry, volume="1/2010") == []


@pytest.mark.parametrize(
    "change", [decided, amended_and_taken_back, read_anew, withdrawn_and_put_back, cover_corrected]
)
def test_the_index_follows_every_change(births: Registry, change: Callable[[Registry], None]) -> None:
    change(births)
    found = births.compare_search_index(mend=False)
    assert (found.differing, found.names, found.entries, found.agrees) == (0, 0, 8, True)
    if change is decided:
        assert numbers(births, name="doi ten khac") == ["01/2010"]


def test_an_index_that_is_otherwise_is_found_and_put_right(births: Registry, sqlite_url: str) -> None:
    """What a hand altered behind the program's back; names that nobody bears any more go."""
    spoilt = (
        update(search_person).where(search_person.c.entry_id == 1).values(spelled="ai đó"),
        text("DELETE FROM search_entry WHERE entry_id = 2"),
        text("UPDATE search_entry_fts SET words = 'khac' WHERE rowid = 3"),
        text("INSERT INTO search_number (entry_id, field, number) VALUES (4711, 'x', '1')"),
        delete(search_name).where(search_name.c.bare == "le thi cam"),
        text("DELETE FROM search_name_fts WHERE words = 'le thi dao'"),
    )
    with closing(Database(sqlite_url, 5.0)) as database, database.writing() as connection:
        for one in spoilt:
            connection.execute(one)
    found = births.compare_search_index(mend=False)
    assert (found.differing, found.names, found.agrees) == (4, 2, False)
    assert numbers(births, number="2/2010") == []
    assert births.compare_search_index(mend=True).agrees
    again = births.compare_search_index(mend=False)
    assert (again.differing, again.names, again.agrees) == (0, 0, True)
    assert numbers(births, number="2/2010") == ["02/2010"]


def test_an_index_that_is_missing_is_built_on_opening_and_gone_on_with(
    births: Registry, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade that is stopped half way is gone on with; until then nobody is told that there is nothing."""
    with closing(Database(sqlite_url, 5.0)) as database, database.writing() as connection:
        for table in (*SEARCH_INDEX[:5], *map(table_clause, FULL_TEXT)):
            connection.execute(delete(table))
        connection.execute(update(search_state).values(built=False, upto=0))
    with pytest.raises(SearchRefused, match="chưa dựng xong"):
        births.search(SUPERVISOR, SearchCriteria(name="an"), WHY)
    monkeypatch.setattr(following, "BUILT_AT_ONCE", 3)
    kept = bring_in_step
    calls = iter(range(10))

    def stop(*given: object, **named: object) -> int:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return kept(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(following, "bring_in_step", stop)
    with pytest.raises(KeyboardInterrupt):
        Registry.open(sqlite_url, SCHEMAS)
    with Registry.open(sqlite_url, SCHEMAS) as again:
        assert next(calls) == 4
        assert again.compare_search_index(mend=False).agrees
        assert len(numbers(again, name="Nguyễn Văn An")) == 7


def test_a_copy_of_a_registry_builds_its_own(births: Registry, sqlite_url: str, tmp_path: Path) -> None:
    there = f"sqlite:///{tmp_path}/copy.db"
    copy_registry(sqlite_url, there, SCHEMAS)
    with Registry.open(there, SCHEMAS) as copied:
        assert copied.compare_search_index(mend=False).agrees
        assert numbers(copied, name="Nguyễn Văn An") == numbers(births, name="Nguyễn Văn An")


def test_signs_of_streams_are_letters_like_any_other(
    registry: Registry, book: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "COPIED_FROM", 1)
    odd = read("child_name", "Thử \\N Tên\\t\\."), read("entry_number", "7\t8/2010")
    registry.save_page(book, page(entry(*odd)), "f1")
    assert registry.compare_search_index(mend=False).agrees
    (hit,) = registry.search(SUPERVISOR, SearchCriteria(name="thu n ten t"), WHY).hits
    assert hit.nearness is Nearness.SAME
