"""What the office has set, on a page: every key that may be set, what holds now, and whether the office chose it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.campaign import ContractPolicy, ScanNorm
from pipeline.declarations.office.delivery_rules import DELIVERY_RULES, RULES_BY_NAME
from pipeline.declarations.office.learning import LearningPolicy
from pipeline.declarations.office.lot_sampling import SamplingPolicy
from pipeline.declarations.office.outside import MailPolicy, WebhookPolicy
from pipeline.declarations.office.policies import OfficePolicies, load_policies
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.office.signing import SigningPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.routes.office_settings import with_policies
from pipeline.web.supervising.former_defaults import keep_former_defaults
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_settings import (
    TABLES,
    SettingGroup,
    setting_groups,
)
from pipeline.web.supervising.office_work import read_policies
from pipeline.web.supervising.policy_changes import note_held
from pipeline.web.supervising.signing_desk import SigningDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join

OFFICE = """
[review]
check = "critical"
open_fields = ["child_sex"]
lease_minutes = 20

[[review.book]]
book = "KS.1975.*"
blind = "all"

[sampling]
acceptable = 0.5

[delivery]
lunar_date = "note"

[approval]
book = true

[learning]
hands = false
"""


def shown(groups: tuple[SettingGroup, ...]) -> dict[str, dict[str, str]]:
    return {group.table: {one.key: one.value for one in group.settings} for group in groups}


def test_every_key_that_an_office_may_set_is_shown() -> None:
    groups = setting_groups(OfficePolicies(), SCHEMAS)
    keys = {table: set(values) for table, values in shown(groups).items()}
    assert keys == {
        "review": set(ReviewPolicy.model_fields) - {"book"},
        "sampling": set(SamplingPolicy.model_fields),
        "delivery": {rule.name for rule in DELIVERY_RULES},
        "approval": set(ApprovalPolicy.model_fields),
        "learning": set(LearningPolicy.model_fields),
        "signing": set(SigningPolicy.model_fields),
        "webhook": set(WebhookPolicy.model_fields),
        "mail": set(MailPolicy.model_fields),
        "contract": set(ContractPolicy.model_fields),
        "scan_norm": set(ScanNorm.model_fields),
    }
    assert all(one.usual for group in groups for one in group.settings)


def test_every_table_on_the_page_may_stand_in_the_file(tmp_path: Path) -> None:
    office = tmp_path / "office.toml"
    office.write_text("".join(f"[{name}]\n" for name in TABLES), encoding="utf-8")
    assert load_policies(office, SCHEMAS) == OfficePolicies()


def test_what_the_file_sets_is_told_from_what_is_usual(tmp_path: Path) -> None:
    office = tmp_path / "office.toml"
    office.write_text(OFFICE, encoding="utf-8")
    groups = setting_groups(load_policies(office, SCHEMAS), SCHEMAS)
    own = {(group.table, one.key): one.value for group in groups for one in group.settings if not one.usual}
    assert own == {
        ("review", "check"): "ô quan trọng",
        ("review", "open_fields"): "Giới tính",
        ("review", "lease_minutes"): "20",
        ("review", "[[review.book]]"): "Ô người thứ hai nhập độc lập: mọi ô",
        ("sampling", "acceptable"): "0,5",
        ("delivery", "lunar_date"): RULES_BY_NAME["lunar_date"].choices["note"],
        ("approval", "book"): "có",
        ("learning", "hands"): "không",
    }


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_who_leads_and_who_administers_see_the_settings(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], role: Role
) -> None:
    browser = browser_of(app, accounts, people[role, OWN])
    assert 'href="/settings"' in browser.get("/").text
    page = browser.get("/settings")
    assert page.status_code == 200
    for told in ("Rà soát", "office.toml", "Phê duyệt sổ trước khi xuất gói"):
        assert told in text_of(page)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk") / "registry.db"


@pytest.fixture(scope="module")
def registry(database: Path) -> Iterator[Registry]:
    """A book with one entry that waits for people."""
    key = database.with_name("audit.key")
    with Registry.open(f"sqlite:///{database}", SCHEMAS, audit_key=key) as opened:
        book_id = opened.book_id(LEDGER, "KS.2010.01")
        opened.store_scan(book_id, SCAN, "scan.pdf", 1000, 1)
        opened.save_page(book_id, page(entry(read("child_name", "Thử Một", accepted=False))), "f1")
        yield opened


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "office.toml"


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, file: Path) -> FastAPI:
    check = partial(read_policies, declared=SCHEMAS, package=file.parent / "package.toml")
    desk = StaffFileDesk(file, file.parent / "history", check, clock)
    return create_app(
        new_site(
            registry,
            SCHEMAS,
            office=OfficeDesk(settings=desk, signing=SigningDesk(Workspace(file.parent))),
            now=clock,
        )
    )


@pytest.fixture(autouse=True)
def usual(app: FastAPI, file: Path) -> None:
    """Nothing is set, and that is what the application works by."""
    file.write_text("", encoding="utf-8")
    app.state.site = with_policies(app.state.site, OfficePolicies())


@pytest.fixture
def administrator(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(app, accounts, people[Role.ADMINISTRATOR, OWN])


@pytest.fixture(scope="module")
def second(app: FastAPI, accounts: Accounts) -> Browser:
    """Another person who sets what the whole office sets."""
    join(accounts, "phu.trach.hai", Role.SUPERVISOR, None)
    return browser_of(app, accounts, "phu.trach.hai")


@pytest.fixture(scope="module")
def third(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "phu.trach.ba", Role.SUPERVISOR, None)
    return browser_of(app, accounts, "phu.trach.ba")


def answer_newest(browser: Browser, registry: Registry, answer: str) -> httpx.Response:
    newest = registry.open_policy_changes()[-1]
    return browser.submit(f"/confirmations/policies/{newest.change_id}", {"answer": answer})


def seen_on(shown: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)
    assert found is not None
    return found[1]


def filled(**changed: object) -> dict[str, Any]:
    """The form of review as it comes, but for what is changed."""
    usual = {
        "check": "chosen",
        "blind": "none",
        "blind_first": "false",
        "most_wrong_critical": "1",
        "most_wrong": "2",
        "planted": "0,03",
        "letter_case": "ignored",
        "prefill_from": "0,2",
        "accept_clear": "true",
        "clear_sample": "0,1",
        "unseen_sample": "0,01",
        "teaching_first": "true",
        "lease_minutes": "15",
        "assigned_only": "false",
    }
    return usual | changed


APPROVAL = {"book": "false", "amendments": "false", "confirmed": "yes"}


def test_nobody_alone_switches_the_second_signature_off(
    administrator: Browser, second: Browser, third: Browser, app: FastAPI, file: Path, registry: Registry
) -> None:
    at = "/settings/approval"
    form = APPROVAL | {"seen": seen_on(administrator.get(at).text)}
    assert administrator.submit(at, form).headers["location"] == "/confirmations?asked=policy"
    assert (app.state.site.policies.approval.amendments, file.read_text()) == (True, "")
    line = "Phê duyệt: Người thứ hai ký xác nhận cải chính, bổ sung: có → không"
    for path in ("/", "/reports", "/confirmations"):
        assert line in text_of(second.get(path))
    assert answer_newest(administrator, registry, "confirmed").status_code == 403
    assert answer_newest(second, registry, "refused").status_code == 303
    assert line not in text_of(second.get("/"))

    administrator.submit(at, form)
    assert answer_newest(second, registry, "seen").status_code == 404, "it is not in force"
    assert answer_newest(second, registry, "confirmed").status_code == 303
    assert not app.state.site.policies.approval.amendments
    back = form | {"amendments": "true", "seen": seen_on(administrator.get(at).text)}
    assert administrator.submit(at, back).headers["location"] == "/settings?saved=approval"
    assert app.state.site.policies.approval.amendments, "tightening holds at once"

    assert line in text_of(third.get("/reports")), "it stands there also after it was undone"
    for browser, status in ((administrator, 403), (second, 403), (third, 303)):
        assert answer_newest(browser, registry, "seen").status_code == status
    assert line not in text_of(third.get("/reports"))
    actions = {row.action for row in registry.audit().recent(40)}
    assert {"policy-asked", "policy-refused", "policy-confirmed", "policy-seen"} <= actions


def test_what_somebody_loosened_by_hand_stands_in_the_reports_from_the_next_start(
    registry: Registry, third: Browser, file: Path
) -> None:
    note_held(registry, OfficePolicies(), "", SCHEMAS)
    before = len(registry.open_policy_changes())
    note_held(registry, OfficePolicies(), "", SCHEMAS)
    assert len(registry.open_policy_changes()) == before, "nothing has changed"
    note_held(registry, OfficePolicies(approval=ApprovalPolicy(book=True)), "", SCHEMAS)
    assert len(registry.open_policy_changes()) == before, "nothing is easier"
    note_held(registry, OfficePolicies(), "", SCHEMAS)
    found = registry.open_policy_changes()[-1]
    assert (found.author, found.waits) == ("console", False)
    assert "Phê duyệt sổ trước khi xuất gói: có → không (dòng lệnh trên máy chủ" in found.sentence
    assert answer_newest(third, registry, "seen").status_code == 303


@pytest.mark.parametrize(
    ("own", "noted", "signed_in", "kept"),
    [
        ("", None, False, {}),
        ("", None, True, {"check": "all", "blind": "critical"}),
        ('[review]\ncheck = "critical"\n', None, True, {"blind": "critical"}),
        ('[review]\ncheck = "chosen"\nblind = "none"\n', None, True, {}),
        ("", {"check": "all", "blind": "critical"}, False, {"check": "all", "blind": "critical"}),
        ("", {"check": "chosen", "blind": "none"}, True, {}),
    ],
)
def test_an_upgrade_keeps_what_an_office_had_until_two_people_loosen_it(
    tmp_path: Path, own: str, noted: dict[str, str] | None, signed_in: bool, kept: dict[str, str]
) -> None:
    office = tmp_path / "office.toml"
    office.write_text(own, encoding="utf-8")
    check = partial(read_policies, declared=SCHEMAS, package=tmp_path / "package.toml")
    desk = StaffFileDesk(office, tmp_path / "history", check)
    with Registry.open(f"sqlite:///{tmp_path / 'r.db'}", SCHEMAS, audit_key=tmp_path / "audit.key") as opened:
        accounts = opened.accounts()
        login, password = accounts.first_administrator() or ("", "")
        if signed_in:
            accounts.authenticate(login, password, "127.0.0.1")
        if noted is not None:
            opened.note_policies({"review": noted}, (), (), "console")
        assert keep_former_defaults(opened, desk) is bool(kept)
        held = desk.loaded().review
        for key, value in kept.items():
            assert getattr(held, key) == value
        assert len(desk.history()) == bool(kept)
        note_held(opened, desk.loaded(), desk.read().text, SCHEMAS)
        assert opened.open_policy_changes() == (), "nothing became easier"
        assert not keep_former_defaults(opened, desk), "the next start finds nothing to keep"


def test_a_loosening_that_somebody_put_into_the_database_is_not_confirmed(
    database: Path, second: Browser, registry: Registry, file: Path
) -> None:
    registry.ask_policy_change({}, ["x"], ["x"], seen="", text="", author="mot")
    change = registry.open_policy_changes()[-1]
    with closing(sqlite3.connect(database)) as other:
        other.execute("DROP TRIGGER policy_change_no_update")
        other.execute("UPDATE policy_change SET text = '[approval]' WHERE id = ?", [change.change_id])
        other.commit()
    assert answer_newest(second, registry, "confirmed").status_code != 303
    assert file.read_text() == ""


def test_a_file_that_changed_since_is_not_overwritten_by_a_confirmation(
    administrator: Browser, second: Browser, registry: Registry, file: Path
) -> None:
    at = "/settings/approval"
    administrator.submit(at, APPROVAL | {"seen": seen_on(administrator.get(at).text)})
    file.write_text("[approval]\nbook = true\n", encoding="utf-8")
    assert answer_newest(second, registry, "confirmed").status_code == 422
    assert file.read_text() == "[approval]\nbook = true\n"
    assert answer_newest(second, registry, "refused").status_code == 303


@pytest.mark.parametrize("table", TABLES)
def test_every_setting_declares_what_makes_it_easier(table: str) -> None:
    """A setting without it would wait for a second person at every change, whatever it says."""
    assert [setting.name for setting in TABLES[table].settings if setting.looser is None] == []


@pytest.mark.parametrize(
    ("table", "key", "before", "after", "loosened"),
    [
        ("review", "check", "all", "critical", True),
        ("review", "check", "none", "critical", False),
        ("review", "letter_case", "counts", "ignored", True),
        ("review", "blind_fields", frozenset({"notes"}), frozenset(), True),
        ("review", "blind_fields", frozenset(), frozenset({"notes"}), False),
        ("review", "open_fields", frozenset(), frozenset({"notes"}), True),
        ("review", "unseen_sample", 0.01, 0.0, True),
        ("review", "unseen_sample", 0.01, 0.02, False),
        ("review", "lease_minutes", 15, 200, False),
        ("sampling", "rejectable", 5.0, 9.0, True),
        ("sampling", "preset", "statistical", "two-rounds", True),
        ("delivery", "lunar_date", "confirm", "note", True),
        ("delivery", "lunar_date", "note", "confirm", False),
        ("approval", "amendments", True, False, True),
        ("approval", "amendments", False, True, False),
        ("learning", "hands", False, True, True),
    ],
)
def test_what_is_easier_follows_from_the_declaration_of_the_setting(
    table: str, key: str, before: object, after: object, loosened: bool
) -> None:
    setting = next(one for one in TABLES[table].settings if one.name == key)
    assert setting.is_looser(after, before) is loosened


def test_a_change_is_seen_before_it_is_saved_and_holds_at_once(
    administrator: Browser, second: Browser, app: FastAPI, file: Path, registry: Registry
) -> None:
    file.write_text(OFFICE.replace("[review]", "# biên bản 12\n[review]"), encoding="utf-8")
    at = "/settings/review"
    shown = administrator.get(at)
    assert 'value="0,2"' in shown.text
    assert "Từ 1 đến 240." in text_of(shown)
    form = filled(check="none", lease_minutes="20", open_fields=["child_sex"], seen=seen_on(shown.text))
    before = file.read_bytes()
    preview = administrator.submit(at, form)
    told = text_of(preview)
    assert "Ô phải có người thứ hai xem: ô quan trọng → không ô nào" in told
    assert "Đổi cách rà soát của 1 quyển sổ, trong đó 1 quyển đang có nhiệm vụ chờ (KS.2010.01)" in told
    assert file.read_bytes() == before
    assert "chờ người thứ hai xác nhận rồi mới có hiệu lực" in told
    asked = administrator.submit(at, {**form, "confirmed": "yes"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/confirmations?asked=policy")
    assert file.read_bytes() == before
    assert answer_newest(administrator, registry, "confirmed").status_code == 403, "not by its author"
    assert answer_newest(second, registry, "confirmed").status_code == 303
    assert file.read_text(encoding="utf-8").startswith('\n# biên bản 12\n[review]\ncheck = "none"\n')
    assert app.state.site.policies.review.every_book.check == "none"
    assert app.state.site.policies.review.books[0][0] == "KS.1975.*"
    assert app.state.site.policies.approval.book
    assert registry.audit().recent(1)[0].subject.startswith("settings:")
    page = text_of(administrator.get("/settings?saved=review"))
    assert "Rà soát: Ô phải có người thứ hai xem: ô quan trọng → không ô nào" in page
    again = administrator.submit(at, {**form, "check": "all", "lease_minutes": "99", "confirmed": "yes"})
    assert (again.status_code, "từ lúc bạn mở trang này" in text_of(again)) == (422, True)
    assert ('value="20"' in again.text, 'value="99"' in again.text) == (True, False)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"check": "moi"}, "chọn một giá trị"),
        ({"lease_minutes": "0"}, "Từ 1 đến 240"),
        ({"lease_minutes": "1,5"}, "số nguyên"),
        ({"prefill_from": "nan"}, "hãy ghi một số"),
        ({"prefill_from": "9" * 10_000}, "hãy ghi một số"),
        ({"blind_fields": ["<script>"]}, "không có trong mẫu nào"),
        ({"blind_fields": ["child_sex"], "open_fields": ["child_sex"]}, "không thể vừa ở"),
    ],
)
def test_a_value_that_is_none_is_refused_and_nothing_is_written(
    administrator: Browser, file: Path, changed: dict[str, object], told: str
) -> None:
    file.write_text("", encoding="utf-8")
    seen = seen_on(administrator.get("/settings/review").text)
    answer = administrator.submit("/settings/review", {**filled(**changed), "seen": seen, "confirmed": "yes"})
    assert (answer.status_code, told in text_of(answer), file.read_text()) == (422, True, "")
    file.write_text("[review]\nlease_minutes = 60\n", encoding="utf-8")
    stale = administrator.submit("/settings/review", {**filled(**changed), "seen": seen, "confirmed": "yes"})
    assert stale.status_code == 422
    assert seen_on(stale.text) == seen or "từ lúc bạn mở trang này" in text_of(stale)
    assert "<script>" not in answer.text.replace("<script src", "").replace('<script type="module"', "")


def test_levels_of_sampling_that_contradict_are_refused_by_the_loader_itself(
    administrator: Browser, file: Path
) -> None:
    file.write_text("", encoding="utf-8")
    at = "/settings/sampling"
    form = {
        "preset": "statistical",
        "acceptable": "6",
        "rejectable": "5",
        "producer_risk": "5",
        "consumer_risk": "10",
        "fields": "critical",
        "seen": seen_on(administrator.get(at).text),
    }
    answer = administrator.submit(at, form)
    assert (answer.status_code, "phải nhỏ hơn" in text_of(answer)) == (422, True)


def test_who_has_one_place_sees_and_does_not_change(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], file: Path
) -> None:
    file.write_text("", encoding="utf-8")
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    shown = chief.get("/settings").text
    assert ('href="/settings/review"' in shown, "Những lần đổi" in shown) == (False, False)
    for answer in (chief.get("/settings/review"), chief.submit("/settings/review", filled())):
        assert (answer.status_code, "cả cơ quan" in text_of(answer)) == (403, True)


def test_a_file_that_somebody_broke_by_hand_is_told_and_not_changed(
    administrator: Browser, file: Path
) -> None:
    file.write_text("[review]\ncheck = 5\n", encoding="utf-8")
    shown = administrator.get("/settings")
    assert (shown.status_code, "office.toml, dòng 2" in text_of(shown)) == (200, True)
    assert str(file.parent) not in shown.text
    assert administrator.get("/settings/review").status_code == 422


def test_every_form_shows_every_setting_of_its_table(administrator: Browser, file: Path) -> None:
    file.write_text("", encoding="utf-8")
    for table in TABLES.values():
        shown = administrator.get(f"/settings/{table.name}").text
        assert [spec.name for spec in table.settings if f'name="{spec.name}"' not in shown] == []
    assert administrator.get("/settings/khong").status_code == 404


def test_what_somebody_set_by_hand_is_told_before_it_holds_and_kept_with_the_change(
    administrator: Browser, second: Browser, registry: Registry, app: FastAPI, file: Path
) -> None:
    file.write_text('[approval]\namendments = false\n[[review.book]]\nbook = "X"\n', encoding="utf-8")
    by_hand = "Phê duyệt: Người thứ hai ký xác nhận cải chính, bổ sung: có → không"
    shown = text_of(administrator.get("/settings"))
    assert ("đã được sửa tay" in shown, by_hand in shown) == (True, True)
    assert app.state.site.policies.approval.amendments
    form = filled(lease_minutes="20", seen=seen_on(administrator.get("/settings/review").text))
    assert f"Sửa tay trong tệp: {by_hand}" in text_of(administrator.submit("/settings/review", form))
    administrator.submit("/settings/review", {**form, "confirmed": "yes"})
    assert app.state.site.policies.approval.amendments, "what somebody loosened by hand waits, too"
    assert answer_newest(second, registry, "confirmed").status_code == 303
    assert not app.state.site.policies.approval.amendments
    kept = app.state.site.office.settings.history()[0]
    assert kept.lines == (
        "Rà soát: Giữ một nhiệm vụ (phút): 15 → 20",
        f"Sửa tay trong tệp: {by_hand}",
        "Sửa tay trong tệp: Rà soát: mục riêng của từng sổ ([[review.book]]) đã đổi",
        "Người thứ hai xác nhận: phu.trach.hai",
    )


def test_what_package_toml_says_of_delivery_still_counts_after_a_change(
    administrator: Browser, app: FastAPI, file: Path
) -> None:
    package = file.parent / "package.toml"
    package.write_text('[package]\nmonth_and_year = "keep"\nillegible = "mờ"\n', encoding="utf-8")
    try:
        form = filled(lease_minutes="20", seen=seen_on(administrator.get("/settings/review").text))
        assert administrator.submit("/settings/review", {**form, "confirmed": "yes"}).status_code == 303
        held = app.state.site.policies.delivery
        assert (held.choices["month_and_year"], held.illegible_wording) == ("confirm", "mờ")
        at = "/settings/delivery"
        shown = administrator.get(at).text
        chosen = {rule.name: held.choices[rule.name] for rule in DELIVERY_RULES} | {"month_and_year": "year"}
        refused = administrator.submit(at, {**chosen, "seen": seen_on(shown), "confirmed": "yes"})
        assert (refused.status_code, "package.toml" in text_of(refused)) == (422, True)
        package.write_text("[package]\nsai = 1\n", encoding="utf-8")
        broken = administrator.get("/settings")
        assert ("package.toml, dòng 2" in text_of(broken), str(package) in broken.text) == (True, False)
    finally:
        package.unlink()
