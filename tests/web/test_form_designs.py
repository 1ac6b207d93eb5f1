"""The doors of the form designer: drafts, their pages, what is saved, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from benchmarks.intake.made_scans import encoded, picture
from pipeline.base.errors import LedgerError
from pipeline.base.model import Finding, Ledger, PageKind, Severity
from pipeline.declarations.schema import load_form, with_own_forms
from pipeline.form_design.design import design_of_form
from pipeline.form_design.form_toml import design_toml
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.background_jobs import BackgroundJobs
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.scanning.covers import ledger_of_form
from tests.registry.pages import SCHEMAS, page
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of
from tests.web.form_desks import MadeUpReader, design, form_desk

FORM = SCHEMAS.form("birth-2006")
NEW = {
    "record": "birth",
    "title": "Sổ khai sinh thử",
    "form_id": "birth-thu",
    "layout": "page",
    "first_year": "1990",
    "last_year": "1998",
    "province": "Tỉnh Thử",
    "place": OWN,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("form-desk")


@pytest.fixture(scope="module")
def reader() -> MadeUpReader:
    return MadeUpReader(FORM)


@pytest.fixture(scope="module")
def desk(folder: Path, reader: MadeUpReader) -> Iterator[FormDesk]:
    with BackgroundJobs(folder / "jobs") as jobs:
        yield replace(form_desk(folder, reader, jobs), stored=lambda sha256: folder / "scans" / sha256)


@pytest.fixture(scope="module")
def designing(registry: Registry, clock: Clock, desk: FormDesk) -> FastAPI:
    return create_app(new_site(registry, SCHEMAS, forms=desk, now=clock))


@pytest.fixture
def chief(designing: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(designing, accounts, people[Role.SUPERVISOR, OWN])


def begun(browser: Browser, **typed: str) -> str:
    """The address of a new draft."""
    answer = browser.submit("/forms", {**NEW, **typed})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


def sent(browser: Browser, path: str, content: bytes, **query: str) -> httpx.Response:
    headers = {
        "X-CSRF-Token": browser.csrf,
        "Content-Type": "application/octet-stream",
        "Accept": "application/json",
    }
    return browser.ask("POST", path, content=content, params=query, headers=headers)


def asked(browser: Browser, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    return browser.ask("POST", path, json=body or {}, headers=headers)


def state_of(browser: Browser, draft: str) -> dict[str, Any]:
    told: dict[str, Any] = browser.get(f"{draft}/state").json()
    return told


def confirmed(designed: dict[str, Any]) -> dict[str, Any]:
    """A design each element of which somebody has looked at."""
    for name in ("cells", "areas", "checkboxes"):
        for one in designed[name]:
            one["proposed"] = False
    return designed


def test_a_form_goes_from_pages_to_a_version_that_books_are_made_with(
    chief: Browser, desk: FormDesk, registry: Registry, reader: MadeUpReader, folder: Path
) -> None:
    draft = begun(chief)
    assert chief.get(draft).status_code == 200
    for number in range(2):
        page = encoded(picture(60 + number), "JPEG")
        assert sent(chief, f"{draft}/pages", page, name=f"{number}.jpg").status_code == 200
    assert asked(chief, f"{draft}/propose").status_code == 200
    desk.jobs.wait()
    proposed = state_of(chief, draft)
    assert [page["straight"] for page in proposed["pages"]] == [True] * 2
    assert len(proposed["design"]["cells"]) > 20
    assert proposed["job"]["phase"] == "done"
    assert chief.get(f"/pictures/forms/{draft.rsplit('/', 1)[1]}/1").content[:2] == b"\xff\xd8"

    unseen = asked(chief, f"{draft}/save", {"revision": proposed["revision"]})
    assert unseen.status_code == 422
    finished = {**design("birth-thu").model_dump(mode="json", by_alias=True), "title": "Sổ khai sinh thử"}
    kept = asked(chief, draft, {"revision": proposed["revision"], "design": finished}).json()
    assert kept["flaws"] == []
    assert asked(chief, f"{draft}/read").status_code == 200
    desk.jobs.wait()
    assert reader.read_forms[-1].id == "birth-thu"
    (read,) = state_of(chief, draft)["readings"]["pages"]["2"]["fields"]
    assert (read["text"], 0 < read["boxes"][0][0] < read["boxes"][0][2] < 1) == ("Thử Đọc", True)

    saved = asked(chief, f"{draft}/save", {"revision": kept["revision"]})
    assert saved.json() == {"form": "birth-thu", "version": 1}
    file = folder / "forms" / "birth-thu.toml"
    assert load_form(file, SCHEMAS).slots
    assert "birth-thu" in desk.declared.forms, "offered without a restart"
    reloaded = with_own_forms(SCHEMAS, folder / "forms")
    assert reloaded.fingerprint == SCHEMAS.fingerprint, "no other book is read anew"
    noted = [row.action for row in registry.audit().recent(20)]
    assert {"form-begun", "form-page-sent", "form-shown", "form-work", "form-saved"} <= set(noted)

    again = state_of(chief, draft)
    changed = {**again["design"], "title": "Sổ khai sinh thử, bản hai"}
    kept = asked(chief, draft, {"revision": again["revision"], "design": changed}).json()
    assert asked(chief, f"{draft}/save", {"revision": kept["revision"]}).json()["version"] == 2
    versions = chief.get("/forms/files/birth-thu/versions")
    assert "bản hai" in text_of(versions)
    assert 'title = "Sổ khai sinh thử"' in versions.text.replace("&#34;", '"'), "the first version is kept"


def test_of_two_people_at_one_draft_none_overwrites_the_other(
    designing: FastAPI, chief: Browser, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    draft = begun(chief, form_id="birth-hai-nguoi")
    other = browser_of(designing, accounts, people[Role.OPERATOR, OWN])
    both = state_of(chief, draft)
    mine = {**both["design"], "title": "Của tôi"}
    assert asked(chief, draft, {"revision": both["revision"], "design": mine}).status_code == 200
    assert asked(chief, draft, {"revision": both["revision"], "design": mine}).status_code == 200, (
        "sent twice"
    )
    late = asked(
        other, draft, {"revision": both["revision"], "design": {**both["design"], "title": "Của bạn"}}
    )
    assert late.status_code == 409
    assert people[Role.SUPERVISOR, OWN] in late.json()["sentence"]
    assert state_of(chief, draft)["design"]["title"] == "Của tôi"
    assert asked(other, f"{draft}/drop", {"revision": both["revision"]}).status_code == 409
    assert asked(other, f"{draft}/save", {"revision": both["revision"] + 1}).status_code == 403
    now = state_of(chief, draft)["revision"]
    assert asked(chief, f"{draft}/drop", {"revision": now}).status_code == 200
    assert chief.get(draft).status_code == 404


def test_a_version_that_was_saved_meanwhile_is_not_overwritten(chief: Browser, desk: FormDesk) -> None:
    assert desk.own is not None
    desk.own.save(design("mau-chung"), "", "an", lambda number, file: None)
    first = chief.submit("/forms", {"origin": "mau-chung", "place": OWN}).headers["location"]
    second = chief.submit("/forms", {"origin": "mau-chung", "place": OWN}).headers["location"]
    for order, draft in enumerate((first, second)):
        now = state_of(chief, draft)
        kept = asked(
            chief, draft, {"revision": now["revision"], "design": {**now["design"], "note": f"bản {order}"}}
        )
        answer = asked(chief, f"{draft}/save", {"revision": kept.json()["revision"]})
        assert answer.status_code == (409 if order else 200), answer.text
    assert "bản 0" in desk.own.text("mau-chung")


def test_a_form_that_no_book_uses_yet_belongs_to_the_place_of_who_made_it(
    designing: FastAPI, desk: FormDesk, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    assert desk.own is not None
    desk.own.save(design("mau-cua-ho"), "", people[Role.SUPERVISOR, OTHER], lambda number, file: None)
    for place, saved in ((OWN, 422), (OTHER, 200)):
        browser = browser_of(designing, accounts, people[Role.SUPERVISOR, place])
        draft = browser.submit("/forms", {"origin": "mau-cua-ho", "place": place}).headers["location"]
        now = state_of(browser, draft)
        noted = {**confirmed(now["design"]), "note": place}
        kept = asked(browser, draft, {"revision": now["revision"], "design": noted})
        answer = asked(browser, f"{draft}/save", {"revision": kept.json()["revision"]})
        assert answer.status_code == saved, answer.text
        assert ("người của nơi khác" in answer.json().get("sentence", "")) == (saved == 422)
        seen = desk.own.base("mau-cua-ho")
        retiring = browser.submit("/forms/files/mau-cua-ho/retire", {"seen": seen, "retired": "true"})
        assert retiring.status_code == (303 if saved == 200 else 422)


def test_a_form_that_books_are_read_by_stays_one_of_its_register(
    chief: Browser, registry: Registry, folder: Path
) -> None:
    own = folder / "forms" / "birth-table.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(design_toml(design_of_form(SCHEMAS.form("birth-table"))), encoding="utf-8")
    registry.book_id(Ledger("birth-table", "Xã Thử", OWN, "01/2010"), "CO.SO.01")
    draft = chief.submit("/forms", {"origin": "birth-table", "place": OWN}).headers["location"]
    now = state_of(chief, draft)
    other = design_of_form(SCHEMAS.form("death-2006")).model_copy(update={"id": "birth-table"})
    changed = other.model_dump(mode="json", by_alias=True)
    kept = asked(chief, draft, {"revision": now["revision"], "design": changed}).json()
    answer = asked(chief, f"{draft}/save", {"revision": kept["revision"]})
    own.unlink()
    assert (answer.status_code, "1 quyển sổ loại “Khai sinh”" in answer.json()["sentence"]) == (422, True)


def test_a_form_is_retired_and_used_again_and_no_page_is_read_anew(
    designing: FastAPI,
    chief: Browser,
    desk: FormDesk,
    registry: Registry,
    folder: Path,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
) -> None:
    assert desk.own is not None
    desk.own.save(design("mau-cu"), "", "an", lambda number, file: None)
    mark = desk.declared.form("mau-cu").fingerprint
    path, page = "/forms/files/mau-cu", chief.get("/forms/files/mau-cu/versions")
    (seen,) = re.findall('name="seen" value="([^"]+)"', page.text)
    draft = chief.submit("/forms", {"origin": "mau-cu", "place": OWN}).headers["location"]
    operator = browser_of(designing, accounts, people[Role.OPERATOR, OWN])
    assert operator.submit(f"{path}/retire", {"seen": seen}).status_code == 403
    assert chief.submit(f"{path}/retire", {"seen": seen, "retired": "true"}).status_code == 303
    form = desk.declared.form("mau-cu")
    assert (form.retired, form.fingerprint) == (True, mark)
    assert load_form(folder / "forms" / "mau-cu.toml", SCHEMAS).fingerprint == mark
    assert "thôi dùng" in text_of(chief.get("/forms"))
    site = replace(designing.state.site, schemas=desk.declared)
    typed = {"form": "mau-cu", "place": "Xã Thử", "place_code": OWN, "volume": "01/2010"}
    with pytest.raises(LedgerError, match="thôi dùng cho sổ mới"):
        ledger_of_form(site, typed)
    assert ledger_of_form(site, typed, "mau-cu").form == "mau-cu", "a book that has it keeps it"
    twice = chief.submit(f"{path}/retire", {"seen": seen, "retired": "true"})
    assert (twice.status_code, "đã được lưu bản khác" in text_of(twice)) == (422, True)
    state = state_of(chief, draft)
    kept = asked(
        chief, draft, {"revision": state["revision"], "design": {**state["design"], "note": "x"}}
    ).json()
    assert asked(chief, f"{draft}/save", {"revision": kept["revision"]}).status_code == 409, "begun before"
    (seen,) = re.findall('name="seen" value="([^"]+)"', twice.text)
    assert chief.submit(f"{path}/retire", {"seen": seen, "retired": "false"}).status_code == 303
    assert not desk.declared.form("mau-cu").retired
    assert {"form-retired", "form-reinstated"} <= {row.action for row in registry.audit().recent(20)}
    assert chief.submit("/forms/files/birth-2006/retire", {"seen": seen}).status_code == 404


def test_pages_of_a_book_that_fit_no_form_open_the_designer(
    designing: FastAPI,
    chief: Browser,
    desk: FormDesk,
    registry: Registry,
    folder: Path,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
) -> None:
    (folder / "scans").mkdir()
    book = registry.book_id(Ledger("birth-2006", "Xã Thử", OWN, "01/2007"), "LA.MAU.01")
    for number in range(1, 15):
        sha256 = f"{number:064x}"
        (folder / "scans" / sha256).write_bytes(b"scan")
        registry.store_scan(book, sha256, f"{number}.jpg", 4, 1)
        like, size = ("death-2006" if number == 1 else ""), ((900, 600) if number == 2 else (600, 900))
        unfit = Finding("PAGE-FORM", Severity.REVIEW, (), {"form": like})
        registry.save_page(book, page(scan=sha256, kind=PageKind.UNKNOWN, size=size, findings=[unfit]), "f1")
    shown = text_of(chief.get(f"/books/{book}/scans"))
    assert "Thiết kế mẫu từ các trang này" in shown
    assert "12 trang cùng khổ" in shown, "neither the page of another form nor the one of another shape"
    address = chief.submit(f"/books/{book}/form", {}).headers["location"]
    draft = desk.drafts.draft(address.rsplit("/", 1)[1])
    assert [one.name for one in draft.specimens] == [f"{n}.jpg" for n in (3, 4, 5, 7, 8, 9, 10, 12, 13, 14)]
    assert (draft.place_code, draft.design.record, draft.design.years) == (OWN, "birth", (2007, 2007))
    assert chief.submit(f"/books/{book}/form", {}).headers["location"] == address, "pressed twice"
    stranger = browser_of(designing, accounts, people[Role.SUPERVISOR, OTHER])
    assert stranger.submit(f"/books/{book}/form", {}).status_code == 404


def test_a_form_of_acts_in_running_text_is_drawn_block_by_block(chief: Browser, desk: FormDesk) -> None:
    draft = begun(chief, form_id="birth-thanh-van", layout="act")
    sent(chief, f"{draft}/pages", encoded(picture(71), "JPEG"), name="a.jpg")
    assert asked(chief, f"{draft}/propose").status_code == 200
    desk.jobs.wait()
    now = state_of(chief, draft)
    assert (now["design"]["layout"], now["design"]["cells"]) == ("act", [])
    block = {"key": "a1", "box": [0.2, 0.1, 0.9, 0.5], "field": "child_name"}
    drawn = {**now["design"], "areas": [block, {**block, "key": "a2", "field": "mother_name"}]}
    kept = asked(chief, draft, {"revision": now["revision"], "design": drawn}).json()
    assert kept["flaws"] == [], "two fields may stand in one block, and no print is asked for"
    saved = asked(chief, f"{draft}/save", {"revision": kept["revision"]})
    assert saved.json() == {"form": "birth-thanh-van", "version": 1}


def test_a_picture_of_two_tables_is_parted_when_a_person_says_so(
    chief: Browser, desk: FormDesk, reader: MadeUpReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "shows_two", True)
    draft = begun(chief, form_id="birth-hai-bang", layout="table")
    assert "mỗi trang một bảng" in text_of(chief.get(draft))
    sent(chief, f"{draft}/pages", encoded(picture(72), "JPEG"), name="a.jpg")
    sides = []
    for parts in ("", "?parts=true", "", "?parts=false", ""):
        assert asked(chief, f"{draft}/propose{parts}").status_code == 200
        desk.jobs.wait()
        sides.append([page["side"] for page in state_of(chief, draft)["pages"]])
    assert sides == [[""], ["left", "right"], ["left", "right"], [""], [""]]
    assert asked(chief, f"{draft}/propose?parts=x").status_code == 422


def test_forms_of_the_program_are_copied_and_never_overwritten(chief: Browser, desk: FormDesk) -> None:
    draft = chief.submit("/forms", {"origin": "birth-2016", "place": OWN}).headers["location"]
    now = state_of(chief, draft)
    assert now["design"]["id"] == "birth-2016-rieng"
    stolen = {**now["design"], "id": "birth-2016"}
    kept = asked(chief, draft, {"revision": now["revision"], "design": stolen}).json()
    answer = asked(chief, f"{draft}/save", {"revision": kept["revision"]})
    assert answer.status_code == 422
    assert "đi kèm phần mềm" in answer.json()["sentence"]
    assert chief.submit("/forms", {**NEW, "form_id": "birth-2016"}).status_code == 422
    named = begun(chief, form_id="", first_year="2006", province="")
    assert state_of(chief, named)["design"]["id"] == "birth-2006-2"


def test_a_shared_file_comes_back_as_a_draft_that_only_a_supervisor_saves(
    chief: Browser, desk: FormDesk
) -> None:
    assert desk.own is not None
    desk.own.save(design("mau-gui"), "", "an", lambda number, file: None)
    file = chief.get("/forms/files/mau-gui")
    assert 'filename="mau-so-mau-gui.toml"' in file.headers["content-disposition"]
    answer = sent(chief, "/forms/import", file.content, place=OWN)
    draft = f"/forms/drafts/{answer.json()['draft']}"
    assert design_toml(desk.drafts.draft(answer.json()["draft"]).design) == file.text
    assert state_of(chief, draft)["saved_as"] == 0


def test_nothing_of_a_shared_file_counts_before_somebody_has_looked_at_each_place(
    chief: Browser, desk: FormDesk
) -> None:
    """Another office may have bound the mother's place to the father: whole books would be read so."""
    answer = sent(chief, "/forms/import", design_toml(design("mau-nhan")).encode(), place=OWN)
    draft = f"/forms/drafts/{answer.json()['draft']}"
    state = state_of(chief, draft)
    bound = [one for one in state["design"]["cells"] if one["field"] or one["fields"]]
    assert bound
    assert all(one["proposed"] for one in bound)
    refused = asked(chief, f"{draft}/save", {"revision": state["revision"]})
    assert (refused.status_code, "chưa ai xác nhận" in refused.json()["sentence"]) == (422, True)
    kept = asked(chief, draft, {"revision": state["revision"], "design": confirmed(state["design"])}).json()
    assert asked(chief, f"{draft}/save", {"revision": kept["revision"]}).status_code == 200


def test_a_form_that_is_not_used_any_more_stays_so_when_it_is_mended(chief: Browser, desk: FormDesk) -> None:
    assert desk.own is not None
    desk.own.save(design("mau-thoi"), "", "an", lambda number, file: None)
    base = desk.own.base("mau-thoi")
    desk.own.set_retired("mau-thoi", base, "an", lambda number, file: None, retired=True)
    draft = chief.submit("/forms", {"origin": "mau-thoi", "place": OWN}).headers["location"]
    state = state_of(chief, draft)
    changed = {"revision": state["revision"], "design": {**state["design"], "note": "đã sửa"}}
    kept = asked(chief, draft, changed).json()
    assert asked(chief, f"{draft}/save", {"revision": kept["revision"]}).status_code == 200
    form = desk.declared.form("mau-thoi")
    assert (form.note, form.retired) == ("đã sửa", True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "bắt buộc"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 5000, "mẫu sổ"),
        (b"a = " + b"[" * 400 + b"]" * 400, "sâu"),
        (b'id = "../../x"\n' + design_toml(design()).split("\n", 1)[1].encode(), "mẫu sổ"),
        (design_toml(design()).replace('record = "birth"', 'record = "khong-co"').encode(), "loại"),
        (design_toml(design()).replace("layout", "lay_out").encode(), "lay_out"),
        (b"#" * (300 * 1024), "quá"),
        (design_toml(design()).replace('label = "', 'label = "' + 10_000 * "x", 1).encode(), "mẫu sổ"),
    ],
)
def test_a_hostile_file_is_no_draft(chief: Browser, desk: FormDesk, content: bytes, told: str) -> None:
    before = len(desk.drafts.drafts())
    answer = sent(chief, "/forms/import", content, place=OWN)
    assert answer.status_code == 422
    assert told in answer.json()["sentence"]
    assert len(desk.drafts.drafts()) == before


def test_pages_that_are_no_scan_and_too_many_are_refused(
    chief: Browser, desk: FormDesk, reader: MadeUpReader
) -> None:
    draft = begun(chief, form_id="birth-trang")
    assert asked(chief, f"{draft}/propose").status_code == 422
    assert sent(chief, f"{draft}/pages", b"MZ no picture", name="a.jpg").status_code == 422
    assert sent(chief, f"{draft}/pages", b"", name="a.jpg").status_code == 422
    scan = encoded(picture(), "JPEG")
    assert sent(chief, f"{draft}/pages", scan, name="a\u202eb.jpg").status_code == 422
    assert sent(chief, f"{draft}/pages", scan, name="../../a.jpg").status_code == 200
    assert sent(chief, f"{draft}/pages", scan, name="a.jpg").status_code == 422, "the same file twice"
    reader.broken.add(desk.drafts.draft(draft.rsplit("/", 1)[1]).specimens[0].sha256)
    assert asked(chief, f"{draft}/propose").status_code == 200
    desk.jobs.wait()
    told = state_of(chief, draft)
    assert (told["job"]["good"], "/" in told["pages"][0]["flaw"]) == (False, False)
    assert asked(chief, f"{draft}/pages/1/remove").json()["pages"] == []


def test_what_is_wrong_is_said_at_its_box_and_longest_texts_are_bounded(chief: Browser) -> None:
    draft = begun(chief, form_id="birth-sai")
    now = state_of(chief, draft)
    wrong = design("birth-sai").model_dump(mode="json", by_alias=True)
    wrong["cells"][3]["field"] = "child_nam"
    kept = asked(chief, draft, {"revision": now["revision"], "design": wrong}).json()
    assert kept["flaws"][0]["key"] == wrong["cells"][3]["key"]
    assert asked(chief, f"{draft}/save", {"revision": kept["revision"]}).status_code == 422
    for key, value in (("title", "x" * 10_000), ("id", "../x"), ("years", [1, 2])):
        answer = asked(chief, draft, {"revision": kept["revision"], "design": {**wrong, key: value}})
        assert answer.status_code == 422
    twice = {**wrong, "cells": [wrong["cells"][0], wrong["cells"][0]]}
    assert asked(chief, draft, {"revision": kept["revision"], "design": twice}).status_code == 422


def test_pages_of_another_place_are_not_there(
    designing: FastAPI, chief: Browser, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    draft = begun(chief, form_id="birth-noi-khac")
    stranger = browser_of(designing, accounts, people[Role.SUPERVISOR, OTHER])
    assert stranger.get(draft).status_code == 404
    assert stranger.get(f"{draft}/state").status_code == 404
    assert asked(stranger, f"{draft}/drop", {"revision": 1}).status_code == 404
    assert draft not in stranger.get("/forms").text
    assert stranger.submit("/forms", {**NEW, "form_id": "birth-cua-ho"}).status_code == 422
    taken = sent(stranger, "/forms/import", design_toml(design("xin-vao")).encode(), place=OWN)
    assert taken.status_code == 422


def test_fields_are_borrowed_without_being_kept(chief: Browser) -> None:
    draft = begun(chief, form_id="birth-muon")
    now = state_of(chief, draft)
    bare = design("birth-muon").model_dump(mode="json", by_alias=True)
    for cell in bare["cells"]:
        cell.update(field=None, fields={}, kind=None, part=None)
    answer = asked(chief, f"{draft}/borrow", {"design": bare, "form": "birth-2006"}).json()
    assert sum(bool(cell["field"]) for cell in answer["design"]["cells"]) > 10
    assert state_of(chief, draft)["revision"] == now["revision"]
    assert asked(chief, f"{draft}/borrow", {"design": bare, "form": "death-2006"}).status_code == 422
