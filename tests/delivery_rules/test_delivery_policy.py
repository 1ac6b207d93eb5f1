"""What an office sets of the delivery rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.delivery_rules import DELIVERY_RULES, DeliveryPolicy, read


def office(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_office_sets_some_rules_and_the_others_stay_as_usual(tmp_path: Path) -> None:
    policy = read(office(tmp_path, '[review]\ncheck = "all"\n[delivery]\nlunar_date = "note"\n'))
    assert (policy["lunar_date"], policy["ditto"]) == ("note", "above")
    assert policy.fingerprint != DeliveryPolicy().fingerprint
    assert read(tmp_path / "none.toml") == DeliveryPolicy()


def test_every_flaw_is_named_with_its_line(tmp_path: Path) -> None:
    path = office(tmp_path, '[delivery]\nlunar_dat = "note"\nditto = "below"\nshort_year = 3\n')
    with pytest.raises(SchemaError) as refused:
        read(path)
    told = refused.value.message.splitlines()
    assert ["dòng 2" in told[0], "dòng 3" in told[1], "dòng 4" in told[2]] == [True] * 3
    assert "lunar_date" in told[0]
    assert "above, confirm, note" in told[1]


def test_every_rule_lets_a_person_look_first_or_changes_nothing_but_the_form() -> None:
    without = [rule.name for rule in DELIVERY_RULES if "confirm" not in rule.choices]
    assert without == ["date_in_words"]
