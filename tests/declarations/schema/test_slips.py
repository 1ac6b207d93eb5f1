"""A slip of the pen in a declaration is named by file, place and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations.schema import Form, Schemas
from tests.declarations.schema.declarations import complaint, spoil


@pytest.mark.parametrize(
    ("file", "old", "new", "nearest"),
    [
        ("records/birth.toml", "required = true", "requird = true", "required"),
        ("records/birth.toml", 'kind = "name"', 'kind = "nam"', "name"),
        ("records/birth.toml", 'vocab = "sex"', 'vocab = "sexe"', "sex"),
        ("records/birth.toml", 'ledger = "volume"', 'ledger = "volum"', "volume"),
        ("records/birth.toml", 'editions = ["KS70"]', 'editions = ["KS7"]', "KS70"),
        ("records/birth.toml", 'fields = ["entry_number"]', 'fields = ["entry_numbr"]', "entry_number"),
        ("records/birth.toml", 'predicate = "present"', 'predicate = "presnt"', "present"),
        ("forms/birth-2006.toml", 'field = "child_sex"', 'field = "child_sx"', "child_sex"),
        ("forms/birth-2006.toml", 'kind = "signer"', 'kind = "signr"', "signer"),
        ("forms/death-2006.toml", 'time = "deceased_died_at"', 'tim = "deceased_died_at"', "time"),
        ("forms/birth-2006.toml", 'part = "month"', 'part = "moth"', "month"),
        ("forms/birth-2006.toml", "cells = [", "cels = [", "cells"),
        ("forms/birth-2016.toml", 'field = "birth_type"', 'field = "birth_typ"', "birth_type"),
        ("exports/KS60.toml", 'record = "birth"', 'record = "brith"', "birth"),
        ("findings.toml", "look_at = ", "lok_at = ", "look_at"),
        ("vocab/sex.toml", 'finding = "L03"', 'finding = "L3"', "L03"),
        ("forms/birth-2016.toml", 'value = "Quá hạn"', 'value = "Quá hạng"', "Quá hạn"),
    ],
)
def test_a_slip_names_the_file_and_the_nearest_name(
    folder: Path, file: str, old: str, new: str, nearest: str
) -> None:
    spoil(folder / file, old, new)
    said = complaint(folder)
    assert Path(file).name in said
    assert f"“{nearest}”" in said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("forms/birth-2006.toml", ", from = 0.593, to = 0.721", "", "thiếu chỗ trống"),
        ("forms/birth-2006.toml", "from = 0.593, to = 0.721", "from = 0.593", "cả hai khóa from và to"),
        ("forms/birth-2006.toml", "from = 0.593, to = 0.721", "from = 0.721, to = 0.593", "phải nhỏ hơn"),
        ("forms/birth-2006.toml", 'kind = "signer", ', "", "cần một kiểu ghép"),
        ("forms/birth-2006.toml", 'title = "signer_title"', 'name_ = "signer_title"', "cùng các vai"),
        ("forms/birth-2006.toml", 'layout = "page"', 'layout = "table"', "cần phần [table]"),
        ("forms/birth-2006.toml", 'layout = "page"', 'layout = "sheet"', "“layout” không phải giá trị"),
        ("forms/birth-2006.toml", 'title = "', "titre_ = ", "không đọc được TOML"),
        ("forms/birth-2006.toml", "text_size = 0.0165", 'text_size = "lớn"', "“text_size” phải là một số"),
        ("forms/birth-2006.toml", 'record = "birth"\n', "", "“record” là khóa bắt buộc"),
        ("forms/birth-2006.toml", 'id = "birth-2006"', 'id = "birth-2007"', "phải trùng với tên tệp"),
        (
            "forms/birth-table.toml",
            'heading = "Số", width = 0.0',
            'heading = "Số", width = 0.1',
            "phải bằng 1",
        ),
        ("records/birth.toml", 'name = "volume_number"', 'name = "entry_number"', "khai báo hai lần"),
        ("records/birth.toml", 'column = "quyenSo"', 'column = "so"', "khai báo hai lần"),
        (
            "records/birth.toml",
            'fields = ["entry_number", "registered_on"]',
            'fields = ["entry_number"]',
            "hỏi 2",
        ),
        ("vocab/sex.toml", 'code = "2"', 'code = "1"', "khai báo hai lần"),
        ("forms/marriage-2016.toml", ", coded = false", "", "hãy ghi coded = false"),
    ],
)
def test_a_declaration_that_cannot_work_stops_the_loading(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    spoil(folder / file, old, new)
    assert said in complaint(folder)


def test_an_unknown_form_names_the_nearest_one(schemas: Schemas) -> None:
    with pytest.raises(SchemaError, match="marriage-2016"):
        schemas.form("mariage-2016")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "Không thấy thư mục khai báo" in complaint(tmp_path / "nothing")


def test_a_form_without_labels_on_an_area_prints_nothing_there(schemas: Schemas) -> None:
    form: Form = schemas.form("birth-2006")
    assert all(label.text for label in form.labels)
