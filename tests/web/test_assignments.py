"""A supervisor assigns a book in the browser; the person sees it on their first page, with its day."""

from __future__ import annotations

from fastapi import FastAPI

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER
from tests.web.browser import text_of
from tests.web.conftest import OTHER, OWN, browser_of


def test_a_book_is_assigned_seen_and_taken_back(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    supervisor = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    reviewer = browser_of(app, accounts, people[Role.REVIEWER, OWN])
    login = people[Role.REVIEWER, OWN]
    shown = supervisor.get("/assignments")
    assert login in shown.text
    assert people[Role.REVIEWER, OTHER] not in shown.text
    assert supervisor.submit("/assignments/1", {"login": login, "due_on": "2020-02-01"}).status_code == 303
    for page in (supervisor.get("/assignments"), reviewer.get("/")):
        assert "01/02/2020" in text_of(page)
        assert "quá hạn" in text_of(page)
        assert f"Khai sinh, {LEDGER.place}" in text_of(page)
    assert "Hôm nay bạn đã làm 0 nhiệm vụ" in text_of(reviewer.get("/"))
    wrong = supervisor.submit("/assignments/1", {"login": login, "due_on": "mai"})
    assert (wrong.status_code, "Hạn phải là một ngày" in text_of(wrong)) == (422, True)
    wrong = supervisor.submit("/assignments/1", {"login": people[Role.REVIEWER, OTHER]})
    assert (wrong.status_code, "không được xem nơi đăng ký" in text_of(wrong)) == (422, True)
    assert supervisor.submit("/assignments/1", {"login": login, "ends": "true"}).status_code == 303
    assert "01/02/2020" not in text_of(reviewer.get("/"))
    assert reviewer.get("/assignments").status_code == 403


def test_a_share_goes_to_a_team_and_every_home_shows_its_work(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    supervisor = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    login = people[Role.REVIEWER, OWN]
    assert supervisor.submit("/teams", {"team": "Tổ rà soát", "login": login}).status_code == 303
    share = {"team": "Tổ rà soát", "first": "1", "last": "5"}
    for wrong, told in (({"last": ""}, "hai số"), ({"first": "7"}, "từ số nhỏ"), ({"first": "x"}, "hai số")):
        answer = supervisor.submit("/assignments/1", share | wrong)
        assert (answer.status_code, told in text_of(answer)) == (422, True)
    assert supervisor.submit("/assignments/1", share).status_code == 303
    mine = browser_of(app, accounts, login).get("/")
    assert "trang 1–5" in text_of(mine)
    assert "Tổ rà soát" in text_of(mine)
    assert "Chờ người phụ trách" in text_of(supervisor.get("/"))
    administrator = browser_of(app, accounts, people[Role.ADMINISTRATOR, OWN])
    assert "Nhân viên quét: 2" in text_of(administrator.get("/"))
