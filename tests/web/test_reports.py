"""The supervisors' report in the browser: its figures, its lists, and whose they are."""

from __future__ import annotations

import html
import re
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.base.model import FieldStatus, Finding, Severity
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import CrossEntryFinding, Registry, Verdict
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.statistics.book_counts import DRIFT
from pipeline.reports import ManagementReport, StoreCheck, WorkPlan, build_report
from pipeline.scans.store_check import check_store, note_whole_check, read_state, wrong_scans
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from tests.delivery.export.pdfs import text_of as pdf_text
from tests.registry.outsider import Outsider
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of

CHECKED = ReviewPolicy(check="all", blind="none")

LISTS = ("books", "days", "waiting", "overturned", "misread", "missing", "unlike", "people")


@pytest.fixture(scope="module", autouse=True)
def worked(registry: Registry, accounts: Accounts, clock: Clock, people: dict[tuple[Role, str], str]) -> None:
    """Two people have keyed one entry, and the second one changed the first word; the handwriting of the book is
    unusual."""
    unusual = Finding(DRIFT, Severity.INFO, (), {"unusual": "nhiều chữ lạ khác thường", "unseen": "17"})
    registry.save_checks([CrossEntryFinding(1, 1, None, unusual)], [DRIFT])
    known = {one.person.login: one.person for one in accounts.list()}
    desk = registry.desk(CHECKED, now=clock)
    for role, stage, text in (
        (Role.REVIEWER, Stage.REVIEW, "Thử Sai"),
        (Role.CHECKER, Stage.CHECK, "Thử Đúng"),
    ):
        person = known[people[role, OWN]]
        task = desk.next_task(person, stage=stage)
        assert task is not None
        words = [Verdict("child_name", FieldStatus.READ, text)]
        desk.key(person, task.task_id, task.version, words, token=f"{role}")


@pytest.fixture
def other(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])


def computed(registry: Registry, clock: Clock, place: str = OWN) -> ManagementReport:
    return build_report(registry, SCHEMAS, WorkPlan(), places=frozenset({place}), now=clock, review=CHECKED)


def hrefs(text: str) -> set[str]:
    return {html.unescape(found) for found in re.findall(r'href="(/(?:reports|tickets|lots)[^"]*)"', text)}


def test_the_page_shows_every_figure_and_every_cell_of_the_report(
    chief: Browser, registry: Registry, clock: Clock
) -> None:
    shown = html.unescape(text_of(chief.get("/reports")))
    made = computed(registry, clock)
    cells = [one.cell for part in made.sections for one in part.figures]
    tables = [one for part in made.sections for one in part.tables]
    cells += [cell for one in tables for row in (*one.first_rows, one.total) for cell in row]
    assert len(cells) > 60
    assert [cell.text for cell in cells if " ".join(cell.text.split()) not in " ".join(shown.split())] == []


def test_one_page_holds_what_who_heads_the_office_asks_for(chief: Browser, other: Browser) -> None:
    assert 'href="/reports/director"' in chief.get("/reports").text
    page = chief.get("/reports/director")
    shown = text_of(page)
    for told in ("Quyển sổ", "Sự kiện đã xong", "Sự kiện còn sai", "Quá hạn"):
        assert told in shown
    links = hrefs(page.text)
    assert {link: chief.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert "KS.2010.01" not in other.get("/reports/director").text


def test_every_link_of_the_report_leads_to_a_list(chief: Browser) -> None:
    links = hrefs(chief.get("/reports").text)
    assert {f"/reports/{name}" for name in LISTS} <= {link.partition("?")[0] for link in links}
    assert {link: chief.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_list_holds_what_its_figure_counts(chief: Browser, registry: Registry, clock: Clock) -> None:
    made = {one.key: one for one in computed(registry, clock).sections}
    waiting = next(one for one in made["queue"].figures if one.label == "Đang chờ người")
    page = chief.get(waiting.cell.href)
    assert page.text.count("<tr>") - 1 == waiting.cell.value == 79
    found = text_of(chief.get("/reports/overturned"))
    assert "Thử Sai" in found
    assert "Thử Đúng" in found
    assert "Thử Một" in text_of(chief.get("/reports/misread"))
    assert "Thử Sai" not in text_of(chief.get("/reports/overturned?record=death"))
    assert "nhiều chữ lạ khác thường" in text_of(chief.get("/reports/unlike"))


def test_a_supervisor_of_another_commune_sees_nothing_of_it(other: Browser) -> None:
    for name in ("", *(f"/{one}" for one in LISTS)):
        text = text_of(other.get(f"/reports{name}"))
        assert "KS.2010.01" not in text
        assert "Thử Sai" not in text
    assert "KS.2010.01" not in other.get(f"/reports/books?place={OWN}").text
    assert "KS.2010.01" not in other.get("/reports/waiting?book=1").text


def test_scans_that_the_store_check_found_wrong_are_told_to_who_has_their_book(
    registry: Registry, accounts: Accounts, people: dict[tuple[Role, str], str], clock: Clock, tmp_path: Path
) -> None:
    """Through the state that a check of a real store leaves; a scan of no book is told to who sees all places."""
    workspace = Workspace(tmp_path)
    scan = tmp_path / "trang-7.jpg"
    scan.write_bytes(b"\xff\xd8\xff a page")
    stored = workspace.store(scan)
    registry.store_scan(1, stored.sha256, scan.name, scan.stat().st_size, 3)
    stored.path.chmod(0o600)
    stored.path.write_bytes(b"\xff\xd8\xff another")
    known = {stored.sha256: f"KS.2010.01/{scan.name}", "0" * 64: "2026-11-25/lost.pdf"}
    note_whole_check(workspace, check_store(workspace, known), "2026-11-25T19:00:00Z")
    site = new_site(registry, SCHEMAS, work=ServerWork(store=partial(read_state, workspace)), now=clock)
    app = create_app(site)

    own = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    text = text_of(own.get("/reports"))
    for told in ("trang-7.jpg", "đã bị sửa hoặc hỏng", "KS.2010.01", "kiểm xong lần cuối ngày 25/11/2026"):
        assert told in text
    assert "lost.pdf" not in text
    other = text_of(browser_of(app, accounts, people[Role.SUPERVISOR, OTHER]).get("/reports"))
    assert "trang-7.jpg" not in other
    (tmp_path / "a.pdf").write_bytes(own.get("/reports/bao-cao.pdf").content)
    pdf = pdf_text(tmp_path / "a.pdf")
    assert "1 bản quét của 1 sổ bị sửa hoặc thiếu trong kho" in pdf
    assert f"Tài khoản chưa có người thứ hai xác nhận: {people[Role.SUPERVISOR, OWN]} (" in pdf
    store = StoreCheck("", wrong_scans(read_state(workspace)))
    whole = build_report(registry, SCHEMAS, store=store, now=clock)
    (table,) = [one for part in whole.sections for one in part.tables if one.key == "store"]
    assert [(row[0].text, row[2].text, row[4].text) for row in table.rows] == [
        ("KS.2010.01", "trang-7.jpg", "đã bị sửa hoặc hỏng"),
        ("chưa thuộc sổ nào", "2026-11-25/lost.pdf", "không còn trong kho"),
    ]


def test_persons_are_told_of_on_their_own_page_only_and_that_it_was_opened_is_on_record(
    chief: Browser, registry: Registry, people: dict[tuple[Role, str], str]
) -> None:
    login = people[Role.REVIEWER, OWN]
    assert login not in chief.get("/reports").text
    assert login in chief.get("/reports/people").text
    done = {one.action for one in registry.audit().recent(20, people[Role.SUPERVISOR, OWN])}
    assert "people-compared" in done


def test_days_that_make_no_sense_are_refused(chief: Browser) -> None:
    assert chief.get("/reports?days=0").status_code == 422
    assert chief.get("/reports?days=mai").status_code == 422


def test_forged_notices_stand_at_the_head_of_the_desk_and_of_the_report(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    chief: Browser,
    registry: Registry,
    desk_url: str,
    clock: Clock,
) -> None:
    reviewer = browser_of(app, accounts, people[Role.REVIEWER, OWN])
    with closing(Outsider(desk_url)) as outsider:
        outsider.execute(
            "INSERT INTO webhook_attempt (webhook_event_id, status, failure, attempted_at)"
            " VALUES (1, 204, '', '2026-01-01')"
        )
    said = "dòng webhook_attempt 1 không do chương trình ghi"
    assert all(said in text_of(chief.get(path)) for path in ("/", "/reports"))
    assert said in computed(registry, clock).alerts[0]
    assert said not in text_of(reviewer.get("/"))
