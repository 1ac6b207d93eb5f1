"""``hotich rules``: every rule with its source, and the page that is written from the same declarations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.base.errors import SchemaError
from pipeline.cli.app import app
from pipeline.declarations import schema
from pipeline.declarations.law_page import law_page, law_texts, sources_of
from pipeline.declarations.rules_page import rules_page
from pipeline.values.kinds import KINDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rules.md"
SCHEMAS = schema.load()


def told(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["rules", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTICH_WORKSPACE", str(tmp_path))
    return tmp_path


def test_the_page_is_what_the_declarations_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == rules_page(SCHEMAS)
    assert told("--markdown") == rules_page(SCHEMAS)


def test_every_rule_is_listed_with_its_sentence_and_its_source() -> None:
    rules = {rule["code"]: rule for rule in json.loads(told("--json"))}
    assert set(rules) == set(SCHEMAS.findings) | set(SCHEMAS.principles)
    for rule in rules.values():
        assert rule["source"], rule["code"]
        assert rule["sentence"], rule["code"]


def test_every_rule_over_fields_says_which() -> None:
    rules = json.loads(told("--json"))
    fieldless = [rule["code"] for rule in rules if rule["level"] in ("field", "entry") and not rule["asked"]]
    assert fieldless == []


def test_the_list_is_narrowed_by_family_and_by_record() -> None:
    assert {rule["family"] for rule in json.loads(told("--family", "m", "--json"))} == {"M"}
    deaths = {rule["code"] for rule in json.loads(told("--record", "death", "--json"))}
    assert {"T01", "K07"} <= deaths
    assert not {"B02", "M01"} & deaths
    assert "Ngày sinh của chồng" in told("--family", "M")


def test_an_unknown_family_or_record_names_what_there_is() -> None:
    assert CliRunner().invoke(app, ["rules", "--family", "X"]).exit_code != 0
    result = CliRunner().invoke(app, ["rules", "--record", "birt"])
    assert result.exit_code != 0
    assert "birth" in result.output + str(result.exception)


def test_what_the_office_changed_is_shown(workspace: Path) -> None:
    (workspace / "office.toml").write_text(
        '[[rule]]\ncode = "B02"\nseverity = "INFO"\nreason = "thử"\n'
        '[[rule]]\ncode = "B04"\nseverity = "OFF"\nreason = "vùng nhiều dân tộc"\n',
        encoding="utf-8",
    )
    shown = told("--family", "B")
    assert "phải có người xem → chỉ để biết" in shown
    assert "phải có người xem → tắt" in shown
    assert "vùng nhiều dân tộc" in shown
    assert rules_page(SCHEMAS) == told("--markdown")


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(
    text=st.text(st.sampled_from('0123456789/.- nNtTuổiâmlịchgiờphútố?"abĐ'), max_size=14)
    | st.text(max_size=12)
)
def test_no_kind_finds_anything_but_what_it_is_said_to(kind: str, text: str) -> None:
    vocabulary = SCHEMAS.vocabularies["sex"] if kind == "choice" else None
    allowed = {*KINDS[kind].problems, *(("L03",) if kind == "choice" else ())}
    assert set(KINDS[kind].parse(text, vocabulary).problems) <= allowed


NAMED_LAW = re.compile(
    r"(?:Nghị định|Thông tư(?: liên tịch)?|Quyết định) [0-9]+/[0-9]{4}/[A-ZĐa-z-]+"
    r"|(?:Bộ luật|Luật) [^,;:()”\d]{3,40}? [0-9]{4}"
)


def test_a_text_that_nobody_held_against_the_declarations_is_not_called_read(tmp_path: Path) -> None:
    line = '{ name = "Luật Thử", cited = "Luật Thử", state = "excerpt", held = "", about = "thử" }'
    (tmp_path / "law.toml").write_text(f"text = [{line}]", encoding="utf-8")
    with pytest.raises(SchemaError, match="Luật Thử"):
        law_texts(tmp_path)
    assert {text.state for text in law_texts() if not text.held} <= {"unread", "second-hand"}


def test_every_text_that_a_source_names_is_on_the_law_page_and_the_page_is_the_declared_one() -> None:
    texts = law_texts()
    named = {law for source in sources_of(SCHEMAS).values() for law in NAMED_LAW.findall(source)}
    assert len(named) > 10
    assert [law for law in sorted(named) if not any(re.search(text.cited, law) for text in texts)] == []
    assert told("--law") == law_page(SCHEMAS, texts) == PAGE.with_name("law.md").read_text("utf-8")
