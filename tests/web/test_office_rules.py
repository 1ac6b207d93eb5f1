"""The office's own rules, terms and aliases on a page: seen before they are saved, refused where they are wrong."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pipeline.base.model import Severity
from pipeline.declarations.office.changed_schemas import SET_BY_OFFICES, with_office_changes
from pipeline.declarations.office.policies import load_policies
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_rules import (
    edited_rule,
    edited_terms,
    fields_of_rule,
    own_rows,
    settable_rules,
    shown_rules,
)
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join
from tests.web.test_office_settings import seen_on

RULES = {rule.code: rule for rule in settable_rules(SCHEMAS)}
BLOCKING = next(code for code, rule in RULES.items() if rule.severity is Severity.BLOCK)
BOUND = "D11"
FIELD = "foreign_registered_on"


def edited(text: str, code: str, severity: str, field: str = "", reason: str = "đã xem") -> str:
    form = {"severity": severity, "field": field, "reason": reason}
    return edited_rule(text, RULES[code], form, SCHEMAS).text


def test_every_rule_that_may_be_set_is_listed_and_found_by_its_words() -> None:
    listed = {one.rule.code for one in shown_rules(SCHEMAS, own_rows(""))}
    assert listed == {c for c, spec in SCHEMAS.findings.items() if spec.level in SET_BY_OFFICES}
    assert [one.rule.code for one in shown_rules(SCHEMAS, own_rows(""), "b02")] == ["B02"]
    assert BOUND in {
        one.rule.code
        for one in shown_rules(SCHEMAS, own_rows(""), fields_of_rule(BOUND, SCHEMAS)[FIELD].upper())
    }
    assert shown_rules(SCHEMAS, own_rows(""), "khong-co-chu-nay") == ()


def test_every_severity_that_the_form_offers_is_one_that_the_loader_takes(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    text = "# biên bản 3\n"
    for code, rule in RULES.items():
        text = edited(text, code, "REVIEW" if rule.severity is Severity.BLOCK else "OFF")
    file.write_text(text, encoding="utf-8")
    after = with_office_changes(SCHEMAS, file)
    assert {after.severity_of(code) for code in RULES} == {None, Severity.REVIEW}
    for code in RULES:
        text = edited(text, code, "")
    assert text.strip() == "# biên bản 3"


def test_a_severity_for_every_field_takes_the_place_of_those_of_single_fields() -> None:
    one = edited("", BOUND, "OFF", FIELD)
    assert [(row.field, row.severity) for row in own_rows(one).rules] == [(FIELD, "OFF")]
    again = edited(one, BOUND, "INFO", FIELD)
    assert [(row.field, row.severity) for row in own_rows(again).rules] == [(FIELD, "INFO")]
    whole = edited(again, BOUND, "OFF")
    assert [(row.field, row.severity) for row in own_rows(whole).rules] == [("", "OFF")]
    with pytest.raises(SettingsRefused, match="đang tắt ở mọi ô"):
        edited(whole, BOUND, "INFO", FIELD)


@pytest.mark.parametrize(
    ("code", "changed", "told"),
    [
        ("B02", {"reason": " "}, "Lý do"),
        ("B02", {"reason": "a" * 10_000}, "nhiều nhất"),
        ("B02", {"reason": "a\u202eb"}, "ký tự"),
        ("B02", {"severity": "NONE"}, "chọn một mức"),
        ("B02", {"severity": ""}, "không có gì để bỏ"),
        ("B02", {"field": "khong_co"}, "chọn một ô"),
        (BLOCKING, {"severity": "OFF"}, "chọn một mức"),
    ],
)
def test_what_is_no_severity_is_refused(code: str, changed: dict[str, str], told: str) -> None:
    form = {"severity": "REVIEW", "field": "", "reason": "đã xem", **changed}
    with pytest.raises(SettingsRefused, match=told):
        edited_rule("", RULES[code], form, SCHEMAS)


def test_a_term_and_an_alias_are_added_and_removed() -> None:
    form = {"kind": "term", "vocab": "ethnicity", "code": "X-1", "label": "Dân tộc thử", "reason": "mã tạm"}
    text = edited_terms("", form, SCHEMAS).text
    text = edited_terms(text, {**form, "kind": "alias", "code": "Kinh", "label": "Kinh thử"}, SCHEMAS).text
    rows = own_rows(text)
    assert ([row.code for row in rows.terms], [row.alias for row in rows.aliases]) == (["X-1"], ["Kinh thử"])
    for wrong in ("1", "-1", "²", "9" * 10_000):
        with pytest.raises(SettingsRefused, match="Không còn mục ấy"):
            edited_terms(text, {"kind": "term", "remove": wrong}, SCHEMAS)
    text = edited_terms(text, {"kind": "term", "remove": "0"}, SCHEMAS).text
    assert (own_rows(text).terms, len(own_rows(text).aliases)) == ((), 1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "office.toml"


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, file: Path) -> FastAPI:
    desk = StaffFileDesk(file, file.parent / "history", partial(load_policies, declared=SCHEMAS), clock)
    site = new_site(registry, SCHEMAS, office=OfficeDesk(settings=desk, declared=SCHEMAS), now=clock)
    return create_app(site)


@pytest.fixture
def administrator(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], file: Path
) -> Browser:
    file.write_text("# biên bản 3\n", encoding="utf-8")
    return browser_of(app, accounts, people[Role.ADMINISTRATOR, OWN])


def test_a_rule_is_changed_seen_before_and_put_back(
    administrator: Browser, app: FastAPI, accounts: Accounts, file: Path, registry: Registry
) -> None:
    at = "/rules/B02"
    form: dict[str, Any] = {"severity": "OFF", "reason": "Đã xem 200 nhiệm vụ"}
    form["seen"] = seen_on(administrator.get(at).text)
    before, preview = file.read_bytes(), text_of(administrator.submit(at, form))
    assert "tắt. Lý do: Đã xem 200 nhiệm vụ" in preview
    assert "từ quyển sổ nào bắt đầu được đọc sau khi lưu" in preview
    assert file.read_bytes() == before
    assert "chờ người thứ hai xác nhận rồi mới có hiệu lực: Quy tắc B02, mọi ô" in preview
    asked = administrator.submit(at, {**form, "confirmed": "yes"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/confirmations?asked=policy")
    assert file.read_bytes() == before
    join(accounts, "phu.trach.hai", Role.SUPERVISOR, None)
    (waiting,) = registry.open_policy_changes()
    second = browser_of(app, accounts, "phu.trach.hai")
    answered = second.submit(f"/confirmations/policies/{waiting.change_id}", {"answer": "confirmed"})
    assert answered.status_code == 303
    twice = administrator.submit(at, {**form, "confirmed": "yes"})
    assert (twice.status_code, "từ lúc bạn mở trang này" in text_of(twice)) == (422, True)
    assert with_office_changes(SCHEMAS, file).severity_of("B02") is None
    assert file.read_text(encoding="utf-8").startswith("# biên bản 3")
    shown = text_of(administrator.get("/rules?words=B02"))
    assert ("Đã xem 200 nhiệm vụ" in shown, "còn theo mức cũ của B02" in shown) == (True, True)
    back = {"severity": "", "seen": seen_on(administrator.get(at).text), "confirmed": "yes"}
    assert administrator.submit(at, back).status_code == 303
    assert own_rows(file.read_text(encoding="utf-8")).rules == ()
    assert [row.action for row in registry.audit().recent(2)] == ["policy-noted", "settings-changed"]
    kept = app.state.site.office.settings.history()[0]
    assert kept.lines == ("B02, mọi ô: tắt → như ban đầu",)
    assert administrator.get("/rules/PAGE-FORM").status_code == 404


def test_an_alias_of_another_term_is_refused_and_a_new_one_is_saved(
    administrator: Browser, file: Path
) -> None:
    before = file.read_bytes()
    form = {"kind": "alias", "vocab": "ethnicity", "code": "Khơ Me", "label": "Thổ", "confirmed": "yes"}
    form["seen"] = seen_on(administrator.get("/terms").text)
    refused = administrator.submit("/terms", form)
    assert (refused.status_code, "đã là một cách viết của" in text_of(refused)) == (422, True)
    assert file.read_bytes() == before
    assert administrator.submit("/terms", {**form, "label": "Khmer thử"}).status_code == 303
    assert "“Khmer thử” của “Khơ Me”" in text_of(administrator.get("/terms?saved=terms"))


def test_a_file_that_somebody_broke_is_told_and_rules_are_for_who_has_every_place(
    administrator: Browser, app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], file: Path
) -> None:
    file.write_text('[[rule]]\ncode = "B2"\n', encoding="utf-8")
    for path in ("/rules", "/terms"):
        shown = administrator.get(path)
        assert (shown.status_code, "office.toml" in text_of(shown), "dòng" in text_of(shown)) == (
            200,
            True,
            True,
        )
        assert str(file.parent) not in shown.text
    assert administrator.get("/rules/B02").status_code == 422
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    assert [chief.get(path).status_code for path in ("/rules", "/rules/B02", "/terms")] == [403] * 3
