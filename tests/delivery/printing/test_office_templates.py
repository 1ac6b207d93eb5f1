"""An office's own templates: set with an invented entry first, and known by what was accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.base.errors import PrintRefused, SchemaError
from pipeline.base.files import sha256_of_file
from pipeline.declarations.schema import RecordSpec
from pipeline.declarations.schema.declaration import parse_declaration
from pipeline.delivery.printing.contents import extract_rows
from pipeline.delivery.printing.office_templates import (
    ACCEPTED,
    OfficeTemplates,
    read_template,
    refuse_flaws,
)
from pipeline.delivery.printing.offices import read_offices
from pipeline.delivery.printing.paper_kinds import papers_of
from pipeline.delivery.printing.typesetting import shipped_template
from tests.declarations.schema.test_own_records import DECLARED
from tests.delivery.printing.papers import SCHEMAS
from tests.fake_audit import FakeAudit

DEATH = SCHEMAS.record("death")
(DEATH_EXTRACT,) = papers_of(DEATH)
BIRTH_EXTRACT, BIRTH_CERTIFICATE = papers_of(SCHEMAS.record("birth"))
SHIPPED = shipped_template("death-extract.typ")


def test_a_template_is_printed_from_once_it_was_accepted_and_until_it_is_changed(tmp_path: Path) -> None:
    audit = FakeAudit()
    templates = OfficeTemplates(tmp_path / "own", audit)
    assert not templates.of(DEATH_EXTRACT).is_own
    own = SHIPPED.replace("TRÍCH LỤC KHAI TỬ", "TRÍCH LỤC KHAI TỬ CỦA XÃ")
    made = templates.accept(DEATH, DEATH_EXTRACT, own, audit.note(DEATH_EXTRACT.audit_subject, ACCEPTED))
    assert (templates.of(DEATH_EXTRACT), templates.of(BIRTH_EXTRACT).is_own) == (made, False)
    path = tmp_path / "own" / "death-extract.typ"
    path.write_text(SHIPPED.replace("Nơi chết", "Chỗ chết"), encoding="utf-8")
    with pytest.raises(PrintRefused, match="không phải mẫu mà nhật ký ghi"):
        templates.of(DEATH_EXTRACT)
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(PrintRefused, match="Mẫu in"):
        templates.of(DEATH_EXTRACT)
    path.unlink()
    path.write_text(own, encoding="utf-8")
    assert templates.drop(DEATH_EXTRACT)
    assert not templates.of(DEATH_EXTRACT).is_own
    assert not templates.drop(DEATH_EXTRACT)
    assert path.with_suffix(".typ.old").read_text(encoding="utf-8") == own


def test_a_template_that_only_a_file_beside_it_calls_accepted_prints_nothing(tmp_path: Path) -> None:
    """Whoever writes into the workspace writes both; the audit holds neither."""
    path = tmp_path / "death-extract.typ"
    path.write_text(SHIPPED.replace("Nơi chết", "Chỗ chết"), encoding="utf-8")
    (tmp_path / "accepted.json").write_text(json.dumps({path.name: sha256_of_file(path)}), encoding="utf-8")
    with pytest.raises(PrintRefused, match="không phải mẫu mà nhật ký ghi"):
        OfficeTemplates(tmp_path).of(DEATH_EXTRACT)


OWN_FRAME = """#let extract(title, body) = { head(data.office, number: data.number); body; notes(); signature() }
#extract("""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('value("deceased_name")', '""'), "“Họ tên người chết”"),
        (('#extract("TRÍCH LỤC KHAI TỬ", {', "#official({ head(data.office)"), "số trích lục"),
        (("#extract(", OWN_FRAME), "chữ “BẢN DỰ THẢO”"),
    ],
    ids=["a name", "the number", "the mark of a draft"],
)
def test_a_template_that_leaves_out_what_an_extract_must_say_is_refused(
    change: tuple[str, str], told: str
) -> None:
    text = SHIPPED.replace(*change)
    assert text != SHIPPED
    with pytest.raises(PrintRefused, match=told):
        refuse_flaws(DEATH, DEATH_EXTRACT, text)


def test_a_template_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.typ"
    for content in (b"\xff\xfe", b"x" * (1 << 20)):
        path.write_bytes(content)
        with pytest.raises(PrintRefused):
            read_template(path)
    with pytest.raises(PrintRefused):
        read_template(tmp_path / "none.typ")


def test_the_certificate_has_a_template_of_its_own(tmp_path: Path) -> None:
    audit = FakeAudit()
    templates = OfficeTemplates(tmp_path, audit)
    own = shipped_template("birth-certificate.typ").replace("GIẤY KHAI SINH", "GIẤY KHAI SINH CỦA XÃ")
    note = audit.note(BIRTH_CERTIFICATE.audit_subject, ACCEPTED)
    templates.accept(SCHEMAS.record("birth"), BIRTH_CERTIFICATE, own, note)
    assert (templates.of(BIRTH_CERTIFICATE).is_own, templates.of(BIRTH_EXTRACT).is_own) == (True, False)


def test_a_record_without_a_template_has_the_generic_one_until_an_office_accepts_its_own(
    tmp_path: Path,
) -> None:
    record = parse_declaration(RecordSpec, DECLARED.encode(), "", Path("x"))
    (paper,) = papers_of(record)
    audit = FakeAudit()
    templates = OfficeTemplates(tmp_path, audit)
    generic = templates.of(paper)
    assert (generic.is_generic, generic.is_own) == (True, False)
    rows = extract_rows(record, {field.name: "" for field in record.fields} | {"notes": "x"})
    assert {row["label"] for row in rows} == {
        field.label for field in record.fields if field.required and field.column and field.name != "notes"
    }, "what is blank and need not be there is left out"
    templates.accept(record, paper, generic.text, audit.note(paper.audit_subject, ACCEPTED))
    assert (templates.of(paper).is_generic, templates.of(paper).is_own) == (False, True)


OFFICES = """
[[office]]
code = "BA"
name = "Ủy ban nhân dân xã Bình An"
place = "Bình An"
places = ["00000", "00001"]

[[office]]
code = "TT"
name = "Ủy ban nhân dân xã Tân Thử"
superior = "Tỉnh Thử"
place = "Tân Thử"
"""


def test_offices_are_found_by_the_places_whose_books_they_keep(tmp_path: Path) -> None:
    path = tmp_path / "print.toml"
    assert read_offices(path).of("00000").code == ""
    path.write_text(OFFICES, encoding="utf-8")
    offices = read_offices(path)
    assert [offices.of(place).code for place in ("00000", "00001", "31333")] == ["BA", "BA", "TT"]
    path.write_text(
        OFFICES.replace('[[office]]\ncode = "TT"', '[[office]]\ncode = "TT"\nplaces = ["7"]'),
        encoding="utf-8",
    )
    assert read_offices(path).of("31333").name == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('code = "TT"', 'code = "ba"'), "đã là mã"),
        (('code = "TT"', 'code = "Bình An"'), "chữ cái không dấu"),
        (('places = ["00000", "00001"]', ""), "mọi nơi"),
        (('places = ["00000", "00001"]', "places = [1]"), "danh sách mã"),
        (('superior = "Tỉnh Thử"', 'cap_tren = "Tỉnh Thử"'), "khóa lạ"),
        (('place = "Tân Thử"', ""), "thiếu “place”"),
        (('code = "TT"', 'code = "TT"\nsigner = "Thử Ký"'), "phải có chức vụ"),
        (('code = "TT"', 'code = "TT"\nsigner_title = 7'), "trong ngoặc kép"),
        (('code = "TT"', f'code = "TT"\nsigner_title = "{"x" * 10_000}"'), "nhiều nhất 120"),
        (('code = "TT"', 'code = "TT"\nsigner_title = "Chủ tịch\\u202e"'), "ký tự điều khiển"),
        (('code = "TT"', 'code = "TT"\nsigner_title = "壬"'), "phông chữ"),
    ],
)
def test_flaws_of_offices_are_told_with_their_lines(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    path = tmp_path / "print.toml"
    changed = OFFICES.replace(*change)
    assert changed != OFFICES
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(SchemaError, match=told) as refused:
        read_offices(path)
    assert "dòng" in refused.value.message
