"""What the office has set, on a page: every key that may be set, what holds now, and whether the office chose it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline import delivery, review_policy, sampling
from pipeline.delivery import DELIVERY_RULES, RULES_BY_NAME, ApprovalPolicy, DeliveryPolicy
from pipeline.registry.model.accounts import Role
from pipeline.registry.services.accounts.accounts import Accounts
from pipeline.review.supervising.office_settings import SettingGroup, setting_groups
from pipeline.review_policy import BookPolicy, ReviewPolicy
from pipeline.sampling import SamplingPolicy
from tests.registry.pages import SCHEMAS
from tests.review.browser import text_of
from tests.review.conftest import OWN, browser_of

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
"""


def shown(groups: tuple[SettingGroup, ...]) -> dict[str, dict[str, str]]:
    return {group.table: {one.key: one.value for one in group.settings} for group in groups}


def test_every_key_that_an_office_may_set_is_shown() -> None:
    groups = setting_groups(ReviewPolicy(), SamplingPolicy(), DeliveryPolicy(), ApprovalPolicy(), SCHEMAS)
    keys = {table: set(values) for table, values in shown(groups).items()}
    assert keys["review"] == {one.name for one in fields(BookPolicy)} | {"lease_minutes"}
    assert keys["sampling"] == set(sampling.settings._Keys.model_fields)
    assert keys["delivery"] == {rule.name for rule in DELIVERY_RULES}
    assert keys["approval"] == {one.name for one in fields(ApprovalPolicy)}
    assert all(one.usual for group in groups for one in group.settings)


def test_what_the_file_sets_is_told_from_what_is_usual(tmp_path: Path) -> None:
    office = tmp_path / "office.toml"
    office.write_text(OFFICE, encoding="utf-8")
    groups = setting_groups(
        review_policy.read(office, SCHEMAS),
        sampling.read(office),
        delivery.read(office),
        delivery.read_approval(office),
        SCHEMAS,
    )
    own = {(group.table, one.key): one.value for group in groups for one in group.settings if not one.usual}
    assert own == {
        ("review", "check"): "ô trọng yếu",
        ("review", "open_fields"): "Giới tính",
        ("review", "lease_minutes"): "20",
        ("review", "[[review.book]]"): "Ô người thứ hai nhập độc lập: mọi ô",
        ("sampling", "acceptable"): "0,5",
        ("delivery", "lunar_date"): RULES_BY_NAME["lunar_date"].choices["note"],
        ("approval", "book"): "có",
    }


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_who_leads_and_who_administers_see_the_settings(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], role: Role
) -> None:
    browser = browser_of(app, accounts, people[role, OWN])
    assert 'href="/settings"' in browser.get("/").text
    page = browser.get("/settings")
    assert page.status_code == 200
    for told in ("Rà soát", "lease_minutes", "office.toml", "Phê duyệt sổ trước khi xuất gói"):
        assert told in text_of(page)
