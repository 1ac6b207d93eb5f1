"""A register that an office declares: its table and columns follow, what was declared stays, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.form_design.record_declaring import MOST_LETTERS, check_declaration, declare_record
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from tests.declarations.schema.test_own_records import DECLARED, FORM
from tests.registry.pages import LEDGER, SCAN, entry, page, read

WIFE = '  { name = "wife_name", column = "voHoTen", kind = "name", label = "Họ tên vợ", required = true },\n'
PERSON = 'person = [ { role = "wife", event = "party", name = "wife_name", male = false } ]'
COURT = '  { name = "court", column = "toaAn", kind = "text", label = "Tòa án" },\n'
MORE = DECLARED.replace(WIFE, WIFE + COURT)
LESS = DECLARED.replace(WIFE, "").replace(PERSON, "")


def context_of(folder: Path) -> RunContext:
    return Settings().run_context(folder)


def test_what_takes_the_place_of_a_flawed_declaration_has_all_that_entries_hold(tmp_path: Path) -> None:
    declare_record(context_of(tmp_path), DECLARED, "an")
    own = Workspace(tmp_path).own_schemas
    (own / "forms").mkdir()
    (own / "forms" / "divorce-2016.toml").write_text(FORM, encoding="utf-8")
    with context_of(tmp_path).open_registry() as registry:
        registry.book_id(replace(LEDGER, form="divorce-2016"), "GCLH.2016.01")
    (own / "records" / "divorce_note.toml").write_text("x", encoding="utf-8")
    context = context_of(tmp_path)
    assert "divorce_note" not in context.schemas.records
    with pytest.raises(SchemaError, match="“wife_name” mà khai báo này không có"):
        declare_record(context, LESS, "an")
    assert declare_record(context, MORE, "an").changed
    assert context_of(tmp_path).schemas.own_flaws == ()
    assert len(list((own / "records").glob("*.old"))) == 1


def test_columns_follow_the_declaration_and_no_value_is_lost(tmp_path: Path) -> None:
    made = declare_record(context_of(tmp_path), DECLARED, "an")
    assert (made.new, len(made.added)) == (True, 7)
    assert not declare_record(context_of(tmp_path), DECLARED, "an").changed
    forms = Workspace(tmp_path).own_forms
    forms.mkdir()
    (forms / "divorce-2016.toml").write_text(FORM, encoding="utf-8")
    context = context_of(tmp_path)
    with context.open_registry() as registry:
        book = registry.book_id(replace(LEDGER, form="divorce-2016"), "GCLH.2016.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        written = entry(read("entry_number", "01/2016"), read("wife_name", "Thử Một"))
        registry.save_page(book, page(written, form="divorce-2016"), "f1")
    made = declare_record(context_of(tmp_path), MORE, "an")
    assert (made.new, made.added) == (False, ("court",))
    with context_of(tmp_path).open_registry() as registry:
        (entry_id,) = registry.entries(book)
        values = registry.entry(entry_id).values
        assert (values["wife_name"], values["court"]) == ("Thử Một", None)
        assert [one.action for one in registry.audit().recent(20)].count("record-declared") == 2
        assert registry.audit().verify().flaws == ()
    with pytest.raises(
        SchemaError, match="có 1 quyển loại “Ghi chú ly hôn”, nên không bỏ trường “Họ tên vợ”"
    ):
        declare_record(context_of(tmp_path), LESS, "an")
    with pytest.raises(SchemaError, match="đổi kiểu của trường “Họ tên vợ”"):
        check_declaration(context_of(tmp_path), MORE.replace('kind = "name"', 'kind = "text"'))
    kept = sorted(one.name for one in (Workspace(tmp_path).own_schemas / "records").iterdir())
    assert len(kept) == 2
    assert kept[-1] == "divorce_note.toml"
    assert context_of(tmp_path).schemas.record("divorce_note").by_name["court"]


def test_a_declaration_that_is_too_long_or_wrong_changes_nothing(tmp_path: Path) -> None:
    for text, said in ((DECLARED + "#" * MOST_LETTERS, "dài quá"), (DECLARED.replace("K01", "K99"), "K99")):
        with pytest.raises(SchemaError, match=said):
            declare_record(context_of(tmp_path), text, "an")
    assert not Workspace(tmp_path).own_schemas.exists()


def test_an_account_that_may_not_add_tables_is_told_what_to_do_and_nothing_is_kept(
    tmp_path: Path, postgresql_url: str
) -> None:
    context = replace(context_of(tmp_path), registry_url=postgresql_url)
    with pytest.raises(SchemaError, match="bằng tài khoản chủ"):
        declare_record(context, DECLARED, "an")
    assert list((Workspace(tmp_path).own_schemas / "records").iterdir()) == []


def test_a_register_cannot_have_a_column_that_databases_give_every_table(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cơ sở dữ liệu dùng tên này"):
        check_declaration(context_of(tmp_path), DECLARED.replace("wife_name", "xmin"))
