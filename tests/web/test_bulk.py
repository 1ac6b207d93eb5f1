"""One act on many books: each is taken or refused for itself, and one list says why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, OWN


@pytest.fixture(scope="module")
def many(registry: Registry) -> tuple[int, int, int]:
    """Two books of the own commune with an entry that waits or not, and one of another commune."""
    made = []
    for number, place in ((21, OWN), (22, OWN), (23, OTHER)):
        book = registry.book_id(
            replace(LEDGER, place_code=place, volume=f"{number}/2011"), f"KS.2011.{number}"
        )
        scan = f"{number:02}" * 32
        registry.store_scan(book, scan, "so.pdf", 1000, 1)
        registry.save_page(
            book, page(entry(read("child_name", "Thử Một", accepted=number != 21)), scan=scan), "f1"
        )
        made.append(book)
    return made[0], made[1], made[2]


def test_many_books_are_assigned_at_once_and_those_of_other_places_left_alone(
    chief: Browser, registry: Registry, many: tuple[int, int, int], people: dict[tuple[Role, str], str]
) -> None:
    mine, settled, theirs = many
    listed = chief.get("/books?year=2011")
    assert text_of(listed).count("KS.2011.") == 2
    login = people[Role.REVIEWER, OWN]
    form = {"act": "assign", "books": [str(mine), str(settled), str(theirs)], "whom": f"login:{login}"}
    done = chief.submit("/bulk", form)
    assert "Đã giao 2 trên 2 quyển" in text_of(done)
    assigned = text_of(chief.get("/assignments?year=2011"))
    assert ("KS.2011.21" in assigned, "KS.2011.23" in assigned) == (True, False)
    refused = chief.submit("/bulk", {**form, "whom": ""})
    assert "Chưa chọn người hoặc tổ nhận" in text_of(refused)


def test_many_books_are_approved_as_they_were_seen(
    chief: Browser, registry: Registry, many: tuple[int, int, int]
) -> None:
    shown = chief.submit("/bulk", {"act": "approve", "year": "2011", "every": "true"})
    seen = re.findall(r'name="seen" value="(\d+:[^"]+)"', shown.text)
    assert [one.partition(":")[0] for one in seen] == [str(one) for one in many[:2]]
    forged = f"{many[2]}:{seen[0].partition(':')[2]}"
    done = chief.submit("/bulk", {"act": "approved", "seen": [f"{many[0]}:{'0' * 64}", seen[1], forged]})
    assert "Đã phê duyệt 1 trên 2 quyển" in text_of(done)
    assert "Sổ đã thay đổi" in text_of(done)
    assert registry.book_approval(many[1]) is not None


def test_packages_of_many_books_show_one_list_of_what_blocks(
    chief: Browser, many: tuple[int, int, int]
) -> None:
    asked = chief.submit("/bulk", {"act": "package", "year": "2011", "every": "true", "place": OWN})
    assert asked.headers["location"] == f"/packages?place={OWN}&year=2011"
    assert text_of(chief.get(asked.headers["location"])).count("KS.2011.") >= 2
