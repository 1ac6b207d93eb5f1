"""The office's reader in the browser: a supervisor of all places sees what changes, and says yes to it once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI

from pipeline.base.model import PageRef
from pipeline.registry import Registry, RegistryPart
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.training.office_reader.decided_lines import DecidedLine
from pipeline.training.office_reader.gate import CalibratedShare, GateVerdict, judge_reader
from pipeline.training.office_reader.line_scores import ComparedLine
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.reader_proposal import ReaderProposal, write_changed_lines, write_taught
from pipeline.training.office_reader.versions import IN_USE, SHIPPED, ReaderVersions, VersionState
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from tests.registry.pages import SCHEMAS
from tests.training.office_reader.test_gate import QUICK, better, office
from tests.training.office_reader.test_versions import made
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join

MARKUP = "<b>Trần</b>"


def compared(number: int, before: str, after: str) -> ComparedLine:
    line = DecidedLine(
        pixels=np.full((40, 200), 200, np.uint8),
        text="Trần Văn Bé",
        book_id=1,
        ref=PageRef("a" * 64, number),
        row=0,
        field="child_name",
        number=0,
        kind="name",
        form="birth-2006",
        deciders=("an",) if number > 1 else ("bình",),
        decided_at=datetime(2026, 1, 2, tzinfo=UTC),
        cost=0.1,
    )
    return ComparedLine(line, before, after)


LINES = (compared(1, "Trần Văn Bè", "Trần Văn Bé"), compared(2, "Trần Văn Bé", MARKUP))


def verdict(*, passed: bool) -> GateVerdict:
    shares = {"critical": (CalibratedShare(90, 60, 0, 0.03, 0.0004, False),) * 2}
    found = judge_reader(office(better), shares, options=QUICK)
    return found if passed else replace(found, objections=judge_reader([]).objections)


def proposed(versions: ReaderVersions, *, passed: bool = True) -> int:
    number = made(versions, passed=passed)
    version = versions.version(number)
    assert version is not None
    proposal = ReaderProposal(verdict(passed=passed), 700, 200, len(LINES), 4, 30.0, False, {})
    versions.propose(version.folder, proposal.as_json(), passed=passed, lines=700, before=versions.in_use)
    write_changed_lines(version.folder, LINES)
    return number


@pytest.fixture
def versions(tmp_path: Path, registry: Registry) -> ReaderVersions:
    return ReaderVersions(tmp_path / "models", registry.recorded_files)


@pytest.fixture
def store(tmp_path: Path) -> LineStore:
    return LineStore(tmp_path / "learning")


@pytest.fixture
def app(registry: Registry, clock: Clock, versions: ReaderVersions, store: LineStore) -> FastAPI:
    site = new_site(registry, SCHEMAS, office=OfficeDesk(readers=versions, lines=store), now=clock)
    return create_app(site)


@pytest.fixture
def chief(app: FastAPI, accounts: Accounts) -> Browser:
    login = "phu.trach.chung"
    if login not in {one.person.login for one in accounts.list()}:
        join(accounts, login, Role.SUPERVISOR, None)
    return browser_of(app, accounts, login)


def test_a_proposal_is_shown_with_its_figures_and_what_it_reads_otherwise(
    chief: Browser, versions: ReaderVersions, registry: Registry
) -> None:
    number = proposed(versions)
    assert "Xem và quyết định" in text_of(chief.get("/readers"))
    shown = chief.get(f"/readers/{number}")
    told = text_of(shown)
    assert "Bản này qua được" in told
    assert ("Trần Văn Bè" in told, "Trần Văn Bé" in told) == (True, True)
    assert MARKUP not in shown.text
    assert "Họ tên" in told
    assert ("Tốt lên" in told, "Kém đi" in told) == (True, True)
    assert registry.audit().recent(1)[0].action == "reader-shown"
    picture = chief.get(f"/readers/{number}/lines/0")
    assert (picture.status_code, picture.content[:4]) == (200, b"\x89PNG")
    assert chief.get(f"/readers/{number}/lines/9").status_code == 404


def test_yes_takes_it_into_use_once_and_the_way_back_is_open(
    chief: Browser, versions: ReaderVersions, registry: Registry
) -> None:
    number = proposed(versions)
    answer = chief.submit(f"/readers/{number}/promote", {"in_use": "0"})
    assert (answer.status_code, versions.in_use) == (303, number)
    assert versions.networks_in_use() is not None, "the act holds the digest"
    noted = registry.audit().recent(1)[0]
    assert (noted.action, noted.subject, noted.actor) == (
        "reader-promoted",
        f"reader:{number}",
        "phu.trach.chung",
    )
    again = chief.submit(f"/readers/{number}/promote", {"in_use": "0"})
    assert again.status_code == 422
    assert "không còn chờ quyết định" in text_of(again)
    assert registry.audit().recent(1)[0].id == noted.id, "what is refused is no act"
    stale = chief.submit("/readers/rollback", {"in_use": "7"})
    assert (stale.status_code, versions.in_use) == (422, number)
    assert chief.submit("/readers/rollback", {"in_use": str(number)}).status_code == 303
    assert versions.in_use == SHIPPED
    assert registry.audit().recent(1)[0].action == "reader-rolled-back"
    assert "không có bản trước" in text_of(chief.submit("/readers/rollback", {"in_use": "0"}))


def test_what_was_held_against_another_reader_is_not_taken(chief: Browser, versions: ReaderVersions) -> None:
    one, other = proposed(versions), proposed(versions)
    assert chief.submit(f"/readers/{one}/promote", {"in_use": "0"}).status_code == 303
    answer = chief.submit(f"/readers/{other}/promote", {"in_use": str(one)})
    assert (answer.status_code, versions.in_use) == (422, one)
    assert "chạy lại hotich learn" in text_of(answer)


def test_what_learnt_from_lines_that_were_removed_since_is_not_taken(
    chief: Browser, versions: ReaderVersions, store: LineStore, registry: Registry
) -> None:
    number = proposed(versions)
    version = versions.version(number)
    assert version is not None
    write_taught(version.folder, [LINES[0].line.entry], ["bình"])
    store.remove(login="ai khác")
    store.remove(login="bình")
    answer = chief.submit(f"/readers/{number}/promote", {"in_use": "0"})
    assert (answer.status_code, versions.in_use) == (422, SHIPPED)
    assert "đã học từ dòng nay đã gỡ" in text_of(answer)
    assert registry.audit().recent(1)[0].action != "reader-promoted"


def test_what_did_not_pass_cannot_be_taken_and_says_why(chief: Browser, versions: ReaderVersions) -> None:
    number = proposed(versions, passed=False)
    told = text_of(chief.get(f"/readers/{number}"))
    assert ("không qua được" in told, "Chưa chắc tốt hơn" in told, "Đồng ý dùng" in told) == (
        True,
        True,
        False,
    )
    assert chief.submit(f"/readers/{number}/promote", {"in_use": "0"}).status_code == 422
    assert versions.in_use == SHIPPED


def test_a_pointer_that_cannot_be_read_is_told(chief: Browser, versions: ReaderVersions) -> None:
    proposed(versions)
    (versions.folder / IN_USE).write_text("{", encoding="utf-8")
    assert "bản sao lưu" in text_of(chief.get("/readers"))


def test_no_is_recorded(chief: Browser, versions: ReaderVersions, registry: Registry) -> None:
    number = proposed(versions)
    assert chief.submit(f"/readers/{number}/decline").status_code == 303
    found = versions.version(number)
    assert found is not None
    assert found.state is VersionState.DECLINED
    assert registry.audit().recent(1)[0].action == "reader-declined"
    assert chief.submit(f"/readers/{number}/decline").status_code == 422


def test_lines_that_were_removed_or_withdrawn_are_no_longer_shown(
    chief: Browser, versions: ReaderVersions, store: LineStore, registry: Registry
) -> None:
    number = proposed(versions)
    store.remove(login="bình")
    told = text_of(chief.get(f"/readers/{number}"))
    assert ("Trần Văn Bè" in told, "không đọc được" in told) == (False, False)
    assert chief.get(f"/readers/{number}/lines/1").status_code == 404
    act = registry.withdraw(RegistryPart(1), author="chi", reason="ghi nhầm")
    assert chief.get(f"/readers/{number}/lines/0").status_code == 404
    registry.reinstate(act, author="chi", reason="đúng rồi")


def test_it_is_for_supervisors_of_all_places_alone(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], versions: ReaderVersions
) -> None:
    number = proposed(versions)
    for role in Role:
        browser = browser_of(app, accounts, people[role, OWN])
        assert browser.get(f"/readers/{number}/lines/0").status_code == 403
        assert browser.submit(f"/readers/{number}/promote", {"in_use": "0"}).status_code == 403
    assert versions.in_use == SHIPPED
