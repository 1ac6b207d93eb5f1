"""Comments in the browser: drawn, answered, refused with what was typed kept, and never twice."""

from __future__ import annotations

import re

from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.web.browser import text_of
from tests.web.conftest import OWN, browser_of

TOKEN = "0123456789abcdef" * 2


def test_a_reviewer_comments_on_a_region_and_the_supervisor_answers_and_closes_it(
    app: FastAPI, registry: Registry, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    reviewer = browser_of(app, accounts, people[Role.REVIEWER, OWN])
    supervisor = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    found = re.search(r'data-task="(\d+)"', reviewer.send("/desk/next", {}).text)
    assert found is not None
    place = f"/comments/{found[1]}"
    said = {"text": "Dấu <b>che</b> chữ", "token": TOKEN, "regions": "[[0.1, 0.2, 0.5, 0.4]]"}
    assert [reviewer.submit(place, said).status_code for _ in range(2)] == [303, 303]
    shown = supervisor.get(place)
    assert shown.text.count("Dấu &lt;b&gt;che&lt;/b&gt; chữ") == 1
    assert 'data-place="10.0 20.0 40.0 20.0"' in shown.text
    assert "Dấu" in text_of(supervisor.get("/comments"))
    too_long = supervisor.submit(f"{place}/1/answer", {"text": "x" * 3000, "token": "1" * 32})
    assert (too_long.status_code, "x" * 3000 in too_long.text) == (422, True)
    assert supervisor.submit(f"{place}/1/answer", {"text": "Đã xem", "token": "2" * 32}).status_code == 303
    assert "Đã xem" in text_of(reviewer.send(f"/desk/tasks/{found[1]}", {}))
    assert supervisor.submit(f"{place}/1/close", {"token": "3" * 32}).status_code == 303
    late = reviewer.submit(f"{place}/1/answer", {"text": "Còn một điều", "token": "4" * 32})
    assert (late.status_code, "đóng" in text_of(late)) == (422, True)
    assert "Đã xem" not in text_of(reviewer.send(f"/desk/tasks/{found[1]}", {}))
