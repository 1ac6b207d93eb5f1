"""Guidelines in the browser: written with an example of a page, refused with what was typed kept, read at the desk."""

from __future__ import annotations

import re

from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import SCAN, entry, page, read
from tests.web.browser import text_of
from tests.web.conftest import OWN, PAGES, browser_of

FIELD = "/guidelines/birth/child_name"


def test_a_supervisor_writes_a_guideline_with_an_example_that_reviewers_read(
    app: FastAPI, registry: Registry, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    registry.save_page(1, page(entry(read("child_name", "Thử Một")), page_no=PAGES), "f2")
    supervisor = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    reviewer = browser_of(app, accounts, people[Role.REVIEWER, OWN])
    assert "Họ tên người được khai sinh" in text_of(supervisor.get("/guidelines"))
    written = {"text": "Viết hoa <b>cả</b> họ tên", "seen": "0", "token": "1" * 32}
    assert supervisor.submit(FIELD, written).status_code == 303
    late = supervisor.submit(FIELD, {"text": "Chữ của tôi", "seen": "0", "token": "2" * 32})
    assert (late.status_code, "Chữ của tôi" in late.text) == (422, True)
    assert SCAN in supervisor.get(f"{FIELD}/example?book=1").text
    drawn = {"book": "1", "scan": SCAN, "page_no": str(PAGES), "token": "3" * 32, "caption": "Dấu nặng"}
    missing = supervisor.submit(f"{FIELD}/example", drawn)
    assert (missing.status_code, "Chưa vẽ vùng" in text_of(missing)) == (422, True)
    drawn["regions"] = "[[0.1, 0.1, 0.4, 0.2]]"
    assert supervisor.submit(f"{FIELD}/example", drawn).status_code == 303
    beside = reviewer.get("/guidelines/beside/birth/child_name?form=birth-2006")
    assert "Viết hoa &lt;b&gt;cả&lt;/b&gt; họ tên" in beside.text
    picture = re.search(r'src="(/pictures/guidelines/\d+/0)"', beside.text)
    assert picture is not None
    assert reviewer.get(picture[1]).status_code == 200
    assert 'data-beside="guide"' in reviewer.send("/desk/next", {}).text
