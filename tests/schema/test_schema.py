"""The declarations under ``schemas/``: all load, fit each other, and a slip of the pen is told with the right name."""

from __future__ import annotations

import csv
import re
import shutil
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline import schema
from pipeline.errors import SchemaError
from pipeline.kinds import KINDS, Vocabulary
from pipeline.schema import Form, Schemas

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "add-a-form.md"
LIST_OF_FORMS = ROOT / "docs" / "reference" / "forms.md"
PRINTED = ("birth-2006", "marriage-2006", "death-2006", "birth-2016", "marriage-2016", "death-2016")


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return schema.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the declarations to spoil."""
    return Path(shutil.copytree(schema.default_folder(), tmp_path / "schemas"))


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def complaint(folder: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        schema.load(folder)
    return caught.value.message


# --- what is there ------------------------------------------------------------------------------------------------


def test_all_records_forms_exports_and_lists_are_there(schemas: Schemas) -> None:
    assert set(schemas.records) == {"birth", "marriage", "death"}
    assert set(schemas.exports) == {"KS60", "KS70", "KH44", "KT48"}
    assert set(schemas.forms) == {*PRINTED, "birth-table", "cover-2006", "cover-2016"}


def test_the_columns_are_the_ministrys_in_its_order(schemas: Schemas) -> None:
    wanted = defaultdict(list)
    with (ROOT / "tests" / "data" / "ministry_columns.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            wanted[row["template"]].append(row["column"])
    assert {name: list(schemas.columns(name)) for name in schemas.exports} == dict(wanted)


def test_the_ethnic_groups_are_54_and_tho_is_never_an_alias(schemas: Schemas) -> None:
    terms = schemas.vocabs["ethnicity"].terms
    assert len(terms) == 54
    assert "thổ" not in {alias.casefold() for term in terms for alias in term.aliases}
    vocabulary = Vocabulary.of(terms)
    assert KINDS["choice"].parse("Thổ", vocabulary).canonical == "Thổ"
    assert KINDS["choice"].parse("khmer", vocabulary).canonical == "Khơ Me"


def test_no_alias_belongs_to_two_terms(schemas: Schemas) -> None:
    for vocab in schemas.vocabs.values():
        known = Vocabulary.of(vocab.terms).codes
        for term in vocab.terms:
            for word in (term.label, *term.aliases):
                assert KINDS["choice"].parse(word, Vocabulary.of(vocab.terms)).canonical == term.code, word
        assert set(known.values()) == {term.code for term in vocab.terms}


def test_every_finding_says_something_and_where_it_comes_from(schemas: Schemas) -> None:
    for finding in schemas.findings.values():
        assert finding.sentence.endswith("."), finding.code
        assert finding.look_at, finding.code
        assert finding.source, finding.code


def test_every_code_that_the_program_raises_has_a_sentence(schemas: Schemas) -> None:
    raised = set()
    for file in (ROOT / "pipeline").rglob("*.py"):
        raised |= set(
            re.findall(r'"((?:PAGE|READ)-[A-Z]+|PART|[A-Z]\d\d)"', file.read_text(encoding="utf-8"))
        )
    assert raised <= set(schemas.findings)


# --- the forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRINTED)
def test_every_field_of_a_form_has_one_place_on_it(name: str, schemas: Schemas) -> None:
    form = schemas.form(name)
    placed = [field for slot in form.slots for field in slot.field_names]
    assert len(placed) == len(set(placed))
    for slot in form.slots:
        assert slot.pieces or slot.area
    assert set(form.field_names) <= set(schemas.record(form.record).by_name)


@pytest.mark.parametrize("name", PRINTED)
def test_labels_and_blanks_of_a_line_do_not_overlap(name: str, schemas: Schemas) -> None:
    form = schemas.form(name)
    extents: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for label in form.labels:
        if label.slot:
            extents[label.v].append((label.u0, label.u1))
    for slot in form.slots:
        for piece in slot.pieces:
            extents[piece.v].append((piece.u0, piece.u1))
    for line in extents.values():
        ordered = sorted(line)
        for (_, end), (start, _) in pairwise(ordered):
            assert start >= end - 0.002


@pytest.mark.parametrize("name", PRINTED)
def test_the_printed_forms_hold_what_every_record_needs(name: str, schemas: Schemas) -> None:
    form = schemas.form(name)
    for spec in schemas.record(form.record).fields:
        if spec.required and spec.ledger is None:
            assert spec.name in form.field_names


def test_the_2006_sheets_have_the_volume_on_the_cover_only(schemas: Schemas) -> None:
    for name in PRINTED:
        assert ("volume_number" in schemas.form(name).field_names) == name.endswith("2016")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("birth-2006", "father_name", "mother_name"),
        ("birth-2016", "mother_name", "father_name"),
        ("marriage-2006", "husband_name", "wife_name"),
        ("marriage-2016", "wife_name", "husband_name"),
    ],
)
def test_the_order_of_persons_turns_round_in_2016(
    name: str, first: str, second: str, schemas: Schemas
) -> None:
    names = schemas.form(name).field_names
    assert names.index(first) < names.index(second)


def test_the_paper_on_the_2016_birth_sheet_is_the_declarants(schemas: Schemas) -> None:
    names = schemas.form("birth-2016").field_names
    assert "declarant_paper_number" in names
    assert "mother_paper_number" not in names
    assert "father_paper_number" not in names


def test_a_mark_beside_a_printed_text_is_a_term_or_keeps_the_text(schemas: Schemas) -> None:
    uncoded = set()
    for name in PRINTED:
        form = schemas.form(name)
        for box in form.boxes:
            vocabulary = schemas.vocabulary(schemas.record(form.record).by_name[box.field])
            assert vocabulary is not None
            parsed = KINDS["choice"].parse(box.value, vocabulary)
            if parsed.problems:
                assert parsed == (box.value, ("UNCODED",))
                uncoded.add(box.value)
            else:
                assert parsed.canonical in vocabulary.labels
    assert uncoded == {"Trẻ chưa xác định được cha, mẹ", "Ghi chú kết hôn"}


def test_a_check_box_may_have_no_column_of_the_ministry(schemas: Schemas) -> None:
    form = schemas.form("death-2016")
    assert {box.field for box in form.boxes} == {"registration_type", "deceased_age_group"}
    assert "deceased_age_group" in schemas.record("death").by_name
    assert "" not in schemas.columns("KT48")


def test_signature_areas_are_told_apart_and_hold_no_field(schemas: Schemas) -> None:
    signatures = [slot for slot in schemas.form("marriage-2006").slots if slot.signature]
    assert len({slot.name for slot in signatures}) == 3
    assert not any(slot.field_names for slot in signatures)


def test_the_table_form_says_that_its_layout_is_assumed(schemas: Schemas) -> None:
    form = schemas.form("birth-table")
    assert form.evidence == "assumed"
    assert "GIẢ ĐỊNH" in form.note
    assert {"child_name", "mother_name", "entry_number"} <= set(form.field_names)


def test_the_list_of_forms_in_the_docs_is_complete(schemas: Schemas) -> None:
    listed = re.findall(
        r"^\| `([a-z0-9-]+)` \|.*\| (\d{4})–(\d{4}) \|", LIST_OF_FORMS.read_text("utf-8"), re.MULTILINE
    )
    declared = [(form.id, str(form.years[0]), str(form.years[1])) for form in schemas.forms.values()]
    assert sorted(listed) == sorted(declared)


# --- a new form is a file -----------------------------------------------------------------------------------------


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_form_of_the_guide_loads_as_it_stands(folder: Path) -> None:
    (folder / "forms" / "birth-example.toml").write_text(example(), encoding="utf-8")
    form = schema.load(folder).form("birth-example")
    slots = {slot.name: slot for slot in form.slots}
    assert [piece.part for piece in slots["child_born_on"].pieces] == ["day", "month", "year"]
    assert [piece.v for piece in slots["child_birth_place"].pieces] == [0.16, 0.19]
    assert slots["signer_name+signer_title"].kind == "signer"
    assert form.boxes[0].value == "Đăng ký lại"


def test_a_form_that_was_copied_and_changed_loads_by_itself(tmp_path: Path, schemas: Schemas) -> None:
    text = (schema.default_folder() / "forms" / "death-2006.toml").read_text(encoding="utf-8")
    text = text.replace('id = "death-2006"', 'id = "death-ours"').replace("Nguyên nhân chết:", "Chết vì:")
    file = tmp_path / "death-ours.toml"
    file.write_text(text, encoding="utf-8")
    form = schema.load_form(file, schemas)
    assert "Chết vì:" in {label.text for label in form.labels}
    assert form.field_names == schemas.form("death-2006").field_names
    assert form.fingerprint != schemas.form("death-2006").fingerprint


def test_the_sentence_of_the_guide_is_what_a_typo_says(tmp_path: Path, schemas: Schemas) -> None:
    file = tmp_path / "birth-example.toml"
    file.write_text(example().replace('"child_name"', '"child_nam"'), encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        schema.load_form(file, schemas)
    said = caught.value.message.removeprefix(f"{file}: ")
    assert f"schemas/forms/birth-example.toml: {said}" in GUIDE.read_text(encoding="utf-8")


def test_any_change_of_a_declaration_changes_the_fingerprint(folder: Path, schemas: Schemas) -> None:
    assert schema.load(folder).fingerprint == schemas.fingerprint
    spoil(folder / "forms" / "birth-2006.toml", "Giới tính:", "Nam, nữ:")
    changed = schema.load(folder)
    assert changed.fingerprint != schemas.fingerprint
    assert changed.form("birth-2006").fingerprint != schemas.form("birth-2006").fingerprint
    assert changed.form("death-2006").fingerprint == schemas.form("death-2006").fingerprint


# --- slips of the pen ---------------------------------------------------------------------------------------------


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
