"""Own files of an office with flaws: each fails alone, what needs it is refused, and nothing takes its place."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest

from pipeline.base.errors import NotDeclared, SchemaError
from pipeline.declarations.office import applied
from pipeline.declarations.review_policy import read as read_review
from pipeline.declarations.schema import (
    FormShelf,
    Schemas,
    default_folder,
    refuse_flawed_workbook,
    with_own_forms,
    with_own_records,
)
from tests.declarations.schema.test_own_records import DECLARED, FORM, written

OWN = (default_folder() / "forms" / "birth-2006.toml").read_text(encoding="utf-8")
MINE = OWN.replace('id = "birth-2006"', 'id = "rieng"')


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def loaded(schemas: Schemas, folder: Path) -> Schemas:
    return with_own_forms(with_own_records(schemas, folder), folder / "forms")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id = = 1", "không đọc được TOML (sai cú pháp ở dòng 1, cột 6)"),
        (MINE.encode("utf-16"), "tệp không phải chữ UTF-8"),
        (MINE.replace('field = "child_name"', 'field = "child_nam"').encode(), "Có phải là “child_name”"),
        (MINE.encode() + b"#" * (50 << 20), "lớn hơn 256 KB"),
        (OWN.encode(), "phải trùng với tên tệp"),
        (b"a = " + b"[" * 100_000, "lồng nhau quá sâu"),
        (("x" * 10_000 + " = 1\n" + MINE).encode(), "khóa lạ"),
        ('id = "\u202e\x07a"'.encode(), "không đọc được TOML"),
    ],
    ids=["syntax", "utf-16", "field", "50 MB", "id", "depth", "long", "control"],
)
def test_a_form_with_a_flaw_fails_alone(schemas: Schemas, tmp_path: Path, content: bytes, said: str) -> None:
    put(tmp_path, "forms/rieng.toml", content)
    put(tmp_path, "forms/khac.toml", OWN.replace('id = "birth-2006"', 'id = "khac"'))
    found = loaded(schemas, tmp_path)
    assert {"khac", *schemas.forms} == set(found.forms)
    (flaw,) = found.own_flaws
    assert (flaw.file, said in flaw.message) == ("schemas/forms/rieng.toml", True), flaw.message
    assert (str(tmp_path) in flaw.message, flaw.message.isprintable(), len(flaw.message) < 600) == (
        False,
        True,
        True,
    )
    for ask in (found.form, found.forms.get, found.forms.__getitem__):
        with pytest.raises(NotDeclared, match=r"schemas/forms/rieng\.toml"):
            ask("rieng")
    assert "rieng" not in found.forms
    with pytest.raises(NotDeclared):
        copy.deepcopy(found).form("rieng")
    with pytest.raises(SchemaError, match="rieng"):
        found.refuse_own_flaws()


def test_what_is_no_file_of_the_folder_is_not_followed(schemas: Schemas, tmp_path: Path) -> None:
    outside = put(tmp_path, "elsewhere.toml", MINE)
    (tmp_path / "own" / "forms" / "folder.toml").mkdir(parents=True)
    (tmp_path / "own" / "forms" / "rieng.toml").symlink_to(outside)
    os.mkfifo(tmp_path / "own" / "forms" / "pipe.toml")
    found = loaded(schemas, tmp_path / "own")
    told = {flaw.name: flaw.message for flaw in found.own_flaws}
    assert told.keys() == {"folder", "rieng", "pipe"}
    assert "là một liên kết" in told["rieng"]
    assert "không phải là một tệp thường" in told["pipe"]


def test_of_two_files_of_one_name_neither_is_taken(schemas: Schemas, tmp_path: Path) -> None:
    for name in ("rieng", "Rieng"):
        put(tmp_path, f"forms/{name}.toml", MINE.replace('"rieng"', f'"{name}"'))
    found = loaded(schemas, tmp_path)
    assert found.form_flaws.keys() == {"rieng", "Rieng"}
    assert "cùng tên với “rieng.toml”" in found.form_flaws["Rieng"].message


def test_a_file_of_the_id_of_a_shipped_form_stops_the_books_of_that_form_alone(
    schemas: Schemas, tmp_path: Path
) -> None:
    put(tmp_path, "forms/birth-2006.toml", OWN)
    found = loaded(schemas, tmp_path)
    with pytest.raises(NotDeclared, match="đi kèm phần mềm"):
        found.form("birth-2006")
    assert found.form("birth-2016") is schemas.form("birth-2016")
    assert isinstance(found.forms, FormShelf)
    assert "birth-2006" in found.forms.shipped


def test_a_printing_with_a_flaw_stops_the_form_that_it_is_one_of(schemas: Schemas, tmp_path: Path) -> None:
    printing = f'printing_of = "birth-2006"\n{MINE}'
    put(tmp_path, "forms/rieng.toml", printing.replace('layout = "page"', 'layout = "pge"'))
    found = loaded(schemas, tmp_path)
    with pytest.raises(NotDeclared, match=r"Mẫu sổ “birth-2006” chưa dùng được.*rieng"):
        found.printings_of(found.form("birth-2006"))
    assert found.printings_of(found.form("birth-2016")) == ()
    with pytest.raises(NotDeclared):
        found.form_of_page(found.form("birth-2006"), "rieng")
    put(tmp_path, "forms/rieng.toml", printing)
    mended = loaded(schemas, tmp_path)
    assert [one.id for one in mended.printings_of(mended.form("birth-2006"))] == ["rieng"]


def test_a_printing_of_a_form_with_a_flaw_has_one_too(schemas: Schemas, tmp_path: Path) -> None:
    put(tmp_path, "forms/goc.toml", "x")
    put(tmp_path, "forms/rieng.toml", f'printing_of = "goc"\n{MINE}')
    assert loaded(schemas, tmp_path).form_flaws.keys() == {"goc", "rieng"}


def test_what_is_saved_meanwhile_ends_a_flaw(schemas: Schemas, tmp_path: Path) -> None:
    put(tmp_path, "forms/rieng.toml", "x")
    found = loaded(schemas, tmp_path)
    assert isinstance(found.forms, FormShelf)
    found.forms.put(schemas.form("birth-2006").model_copy(update={"id": "rieng"}))
    assert (found.form("rieng").id, found.own_flaws) == ("rieng", ())


def test_a_register_with_a_flaw_fails_with_its_forms_and_workbook_alone(
    schemas: Schemas, tmp_path: Path
) -> None:
    second = DECLARED.replace("divorce_note", "other_note").replace("GCLH", "KHAC")
    put(tmp_path, "records/other_note.toml", second)
    written(tmp_path, DECLARED.replace('kind = "name", label', 'kind = "nam", label'))
    put(tmp_path, "forms/divorce-2016.toml", FORM)
    put(
        tmp_path,
        "forms/other-2016.toml",
        FORM.replace("divorce-2016", "other-2016").replace("divorce_note", "other_note"),
    )
    found = loaded(schemas, tmp_path)
    assert (set(found.own_records), "GCLH" in found.exports) == ({"other_note"}, False)
    assert found.columns("KHAC")[-1] == "voHoTen"
    with pytest.raises(NotDeclared, match=r"Loại sổ “divorce_note”.*schemas/records/divorce_note.toml"):
        found.record("divorce_note")
    with pytest.raises(NotDeclared, match="divorce-2016"):
        found.form("divorce-2016")
    assert found.form("other-2016").record == "other_note"
    assert "divorce_note" in found.title_of("divorce_note")
    written(tmp_path)
    whole = loaded(schemas, tmp_path)
    assert whole.own_flaws == ()
    assert whole.form("other-2016").fingerprint == found.form("other-2016").fingerprint, (
        "not read anew for it"
    )


def test_a_list_with_a_flaw_takes_the_registers_that_use_it(schemas: Schemas, tmp_path: Path) -> None:
    written(
        tmp_path,
        DECLARED.replace(
            'kind = "name", label = "Họ tên vợ"', 'kind = "choice", vocab = "toa-an", label = "Tòa"'
        ),
    )
    put(tmp_path, "vocab/toa-an.toml", "x")
    found = loaded(schemas, tmp_path)
    assert [(one.folder, one.name) for one in found.own_flaws] == [
        ("vocab", "toa-an"),
        ("records", "divorce_note"),
    ]


def test_no_other_workbook_takes_the_place_of_one_with_a_flaw(schemas: Schemas, tmp_path: Path) -> None:
    written(tmp_path)
    put(tmp_path, "exports/rieng.toml", 'export = "rieng"\nrecord = "divorce_note"\ntitle = 1')
    found = loaded(schemas, tmp_path)
    assert found.exports_of("divorce_note") == ()
    with pytest.raises(NotDeclared, match=r"exports/rieng\.toml"):
        refuse_flawed_workbook(found, "divorce_note")
    refuse_flawed_workbook(found, "birth")


def test_what_the_office_sets_for_a_register_with_a_flaw_waits_with_it(
    schemas: Schemas, tmp_path: Path
) -> None:
    office = put(
        tmp_path,
        "office.toml",
        '[review]\nopen_fields = ["court_number"]\n'
        '[[rule]]\ncode = "K01"\nseverity = "REVIEW"\nfield = "court_number"\nreason = "thử"\n'
        '[[export]]\nexport = "GCLH"\ncolumns = ["so"]\nreason = "thử"\n',
    )
    text = DECLARED.replace('"entry_number", column', '"court_number", column')
    found = loaded(schemas, written(tmp_path, text))
    assert applied(found, office).exports == found.exports
    assert read_review(office, found).of_book("x").open_fields == {"court_number"}
    office.write_text('[review]\nopen_fields = ["khong_co"]\n', encoding="utf-8")
    with pytest.raises(SchemaError, match="khong_co"):
        read_review(office, found)
    with pytest.raises(SchemaError, match="không có trường"):
        read_review(put(tmp_path, "o.toml", '[review]\nopen_fields = ["court_number"]\n'), schemas)
