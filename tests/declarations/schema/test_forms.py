"""The forms: every field has its place, and a new form is one file."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.values.kinds import KINDS
from tests.declarations.schema.declarations import ASSUMED, PRINTED, ROOT, spoil

GUIDE = ROOT / "docs" / "how-to" / "add-a-form.md"
LIST_OF_FORMS = ROOT / "docs" / "reference" / "forms.md"


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


def test_a_mark_next_to_a_printed_text_is_a_term_or_keeps_the_text(schemas: Schemas) -> None:
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


@pytest.mark.parametrize("name", ASSUMED)
def test_a_form_of_which_no_sheet_was_seen_says_that_its_layout_is_assumed(
    schemas: Schemas, name: str
) -> None:
    form = schemas.form(name)
    assert form.evidence == "assumed"
    assert "giả định" in form.title.lower() + form.note.lower()
    if form.layout != "cover":
        assert "GIẢ ĐỊNH" in form.note
        required = {f.name for f in schemas.record(form.record).fields if f.required and not f.ledger}
        assert required <= set(form.field_names)


def test_the_list_of_forms_in_the_docs_is_complete(schemas: Schemas) -> None:
    listed = re.findall(
        r"^\| `([a-z0-9-]+)` \|.*\| (\d{4})–(\d{4}) \|", LIST_OF_FORMS.read_text("utf-8"), re.MULTILINE
    )
    declared = [(form.id, str(form.years[0]), str(form.years[1])) for form in schemas.forms.values()]
    assert sorted(listed) == sorted(declared)


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
