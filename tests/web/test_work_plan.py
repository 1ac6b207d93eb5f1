"""The plan on a page: rows of one's own places are added, changed and removed, and reports go by them at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.reports import read_plan
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.registry.pages import LEDGER, SCAN, SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of

PLAN = f"""# theo Kế hoạch 12
[[plan]]
place = "{OTHER}"
record = "birth"
entries = 500

[[plan]]
place = "{OWN}"   # xã này
record = "birth"
to = 2005
entries = 100
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/registry.db", SCHEMAS) as opened:
        opened.store_scan(opened.book_id(LEDGER, "KS.2010.01"), SCAN, "scan.pdf", 1000, 1)
        yield opened


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "plan.toml"


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, file: Path) -> FastAPI:
    desk = StaffFileDesk(file, file.parent / "history", partial(read_plan, schemas=SCHEMAS), clock)
    return create_app(new_site(registry, SCHEMAS, office=OfficeDesk(plan=desk), now=clock))


@pytest.fixture
def chief(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], file: Path) -> Browser:
    file.write_text(PLAN, encoding="utf-8")
    return browser_of(app, accounts, people[Role.SUPERVISOR, OWN])


def seen_on(shown: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)
    assert found is not None
    return found[1]


def test_a_row_is_added_changed_and_removed(
    chief: Browser, app: FastAPI, file: Path, registry: Registry
) -> None:
    shown = chief.get("/plan")
    assert ("500" in text_of(shown), "100" in shown.text) == (False, True)
    row = {"place": OWN, "record": "birth", "first": "2006", "entries": "1.200", "due": "2026-12-31"}
    done = chief.submit("/plan", {**row, "seen": seen_on(shown.text)})
    assert (done.status_code, done.headers["location"]) == (303, "/plan?done=added")
    assert [one.entries for one in app.state.site.plan.rows] == [500, 100, 1200]
    assert "1 quyển, 0 sự kiện" in text_of(chief.get("/plan"))
    seen = seen_on(chief.get("/plan").text)
    assert chief.submit("/plan/1", {"entries": "150", "due": "", "seen": seen}).status_code == 303
    stale = chief.submit("/plan/1", {"entries": "160", "seen": seen})
    assert (stale.status_code, "từ lúc bạn mở" in text_of(stale)) == (422, True)
    assert "# xã này" in file.read_text(encoding="utf-8")
    seen = seen_on(chief.get("/plan").text)
    assert chief.submit("/plan/2/remove", {"seen": seen}).status_code == 303
    assert [(one.entries, one.due) for one in app.state.site.plan.rows] == [(500, None), (150, None)]
    assert file.read_text(encoding="utf-8").startswith("# theo Kế hoạch 12")
    assert [row.action for row in registry.audit().recent(3)] == ["plan-changed"] * 3


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"place": OTHER}, "những nơi bạn được giao"),
        ({"place": "all"}, "những nơi bạn được giao"),
        ({"record": "khac"}, "loại sổ"),
        ({"entries": "0"}, "số nguyên"),
        ({"entries": "²"}, "số nguyên"),
        ({"entries": "1.5"}, "số nguyên"),
        ({"entries": "12.0000"}, "số nguyên"),
        ({"entries": "9" * 40}, "số nguyên"),
        ({"first": "20x6"}, "số nguyên"),
        ({"due": "31/12"}, "Hạn"),
        ({"first": "2000"}, "trùng nơi"),
        ({"first": "2012", "last": "2010"}, "không được sau"),
    ],
)
def test_a_row_that_is_none_is_refused(
    chief: Browser, file: Path, changed: dict[str, str], told: str
) -> None:
    row = {"place": OWN, "record": "birth", "first": "2006", "entries": "10", **changed}
    answer = chief.submit("/plan", {**row, "seen": seen_on(chief.get("/plan").text)})
    assert (answer.status_code, told in text_of(answer)) == (422, True)
    assert file.read_text(encoding="utf-8") == PLAN


def test_the_plan_of_another_place_is_not_changed(chief: Browser, file: Path) -> None:
    seen = seen_on(chief.get("/plan").text)
    for path in ("/plan/0", "/plan/0/remove"):
        assert chief.submit(path, {"entries": "10", "seen": seen}).status_code == 403
    assert chief.submit("/plan/2", {"entries": "10", "seen": seen}).status_code == 404
    assert file.read_text(encoding="utf-8") == PLAN
