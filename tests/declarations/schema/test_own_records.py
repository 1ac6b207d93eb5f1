"""Kinds of registers that an office declares itself: what they bring, and what a slip in them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.declarations.schema import Schemas, load_form, with_own_forms, with_own_records

DECLARED = """
record = "divorce_note"
title = "Ghi chú ly hôn"
prefix = "GCLH"
field = [
  { name = "entry_number", column = "so", kind = "entry_number", label = "Số", required = true },
  { name = "volume_number", column = "quyenSo", kind = "volume", label = "Quyển", required = true, ledger = "volume" },
  { name = "page_number", column = "trangSo", kind = "number", label = "Trang số" },
  { name = "registered_on", column = "ngayDangKy", kind = "date", label = "Ngày đăng ký", required = true },
  { name = "registration_place", column = "noi", kind = "place", label = "Nơi", required = true, ledger = "place" },
  { name = "notes", column = "ghiChu", kind = "text", label = "Ghi chú" },
  { name = "wife_name", column = "voHoTen", kind = "name", label = "Họ tên vợ", required = true },
]
rule = [ { code = "K01", predicate = "present", fields = ["entry_number"] } ]
book = { number = "entry_number", registered_on = "registered_on", page = "page_number", notes = "notes" }
person = [ { role = "wife", event = "party", name = "wife_name", male = false } ]
"""
FORM = """
id = "divorce-2016"
record = "divorce_note"
title = "Sổ ghi chú ly hôn"
layout = "page"
evidence = "seen"
years = [2016, 2025]
paper_mm = [210.0, 297.0]
frame = [0.03, 0.07, 0.97, 0.97]
line = [ { at = 0.1, cells = [ { label = "Số:", field = "entry_number", from = 0.1, to = 0.3 } ] } ]
"""


def written(folder: Path, text: str = DECLARED) -> Path:
    path = folder / "records" / "divorce_note.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_without_own_declarations_nothing_changes(schemas: Schemas, tmp_path: Path) -> None:
    assert with_own_records(schemas, tmp_path) is schemas


def test_an_own_register_has_a_workbook_and_its_forms_change_with_it_alone(
    schemas: Schemas, tmp_path: Path
) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "divorce-2016.toml").write_text(FORM, encoding="utf-8")
    marks = []
    for text in (DECLARED, DECLARED.replace("Họ tên vợ", "Họ và tên vợ")):
        own = with_own_forms(with_own_records(schemas, written(tmp_path, text)), tmp_path / "forms")
        assert own.columns("GCLH") == (
            "so", "quyenSo", "trangSo", "ngayDangKy", "noi", "ghiChu", "voHoTen",
        )  # fmt: skip
        assert (own.exports["GCLH"].evidence, own.fingerprint) == ("own", schemas.fingerprint)
        assert own.record("divorce_note").rules[0].severity is schemas.findings["K01"].severity
        marks.append(own.form("divorce-2016").fingerprint)
        assert load_form(tmp_path / "forms" / "divorce-2016.toml", own).fingerprint == marks[-1], (
            "saved or loaded"
        )
    assert marks[0] != marks[1], "its books are read again"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "wife_name"', 'name = "x; DROP TABLE book"', "chỉ được có chữ không dấu viết thường"),
        ('name = "wife_name"', 'name = "entry_id"', "không phải entry_id"),
        ('column = "voHoTen"', 'column = "vo ho ten"', "chỉ được có chữ không dấu và chữ số"),
        ('kind = "name", label', 'kind = "nam", label', "Có phải là “name”"),
        ('prefix = "GCLH"', 'prefix = "KS"', "là của sổ “Khai sinh”"),
        ('prefix = "GCLH"', 'prefix = "g1"', "chữ hoa không dấu"),
        ("Ghi chú ly hôn", "x" * 121, "dài nhất 120"),
        ("Ghi chú ly hôn", "a\\u202eb", "ký tự"),
        ('kind = "date"', 'kind = "text"', "cần trường “registered_on” kiểu date"),
        (', ledger = "volume"', "", "phải lấy từ bìa sổ"),
        ('code = "K01"', 'code = "K99"', "không có phát hiện “K99”"),
        ("book = {", "other = {", "khóa lạ"),
        ('record = "divorce_note"', 'record = "birth"', "phải trùng với tên tệp"),
        ("record = ", "record == ", "không đọc được TOML"),
    ],
)
def test_a_slip_in_an_own_register_is_told(
    schemas: Schemas, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in DECLARED
    found = with_own_records(schemas, written(tmp_path, DECLARED.replace(old, new, 1)))
    (flaw,) = found.register_flaws
    assert ("divorce_note.toml" in flaw.message, said in flaw.message) == (True, True)
    assert "divorce_note" not in found.records


def test_what_came_with_the_program_is_not_declared_again(schemas: Schemas, tmp_path: Path) -> None:
    path = tmp_path / "records" / "birth.toml"
    path.parent.mkdir()
    path.write_text(DECLARED.replace('record = "divorce_note"', 'record = "birth"'), encoding="utf-8")
    found = with_own_records(schemas, tmp_path)
    assert "“birth” đi kèm phần mềm" in found.register_flaws[0].message
    assert found.record("birth") is schemas.record("birth")


def test_another_printing_is_one_of_a_form_of_the_same_record(schemas: Schemas, tmp_path: Path) -> None:
    own = with_own_records(schemas, written(tmp_path))
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "divorce-2016.toml").write_text(FORM, encoding="utf-8")
    second = FORM.replace("divorce-2016", "divorce-2020", 1)
    (forms / "divorce-2020.toml").write_text(f'printing_of = "divorce-2016"{second}', encoding="utf-8")
    found = with_own_forms(own, forms)
    assert [one.id for one in found.printings_of(found.form("divorce-2016"))] == ["divorce-2020"]
    for base, said in (
        ("birth-2006", "cùng loại sự kiện"),
        ("divorce-2020", "không phải mẫu gốc"),
        ("x", "không có"),
    ):
        (forms / "divorce-2020.toml").write_text(f'printing_of = "{base}"{second}', encoding="utf-8")
        assert said in with_own_forms(own, forms).form_flaws["divorce-2020"].message
