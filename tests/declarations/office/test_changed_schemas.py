"""``office.toml``: what an office sets otherwise, and what it is told about a slip in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.base.model import Severity
from pipeline.declarations import schema
from pipeline.declarations.office.changed_schemas import with_office_changes
from pipeline.declarations.schema import Schemas
from pipeline.digitize.validate import rules_of
from pipeline.settings import Settings
from pipeline.values.kinds import KINDS
from tests.digitize.validate.entries import BIRTH, BLANK, SCHEMAS, Written, context, readings_of


def written(folder: Path, text: str) -> Path:
    path = folder / "office.toml"
    path.write_text(text, encoding="utf-8")
    return path


def rule(code: str, severity: str, *more: str) -> str:
    return "\n".join(
        ["[[rule]]", f'code = "{code}"', f'severity = "{severity}"', 'reason = "thử"', *more, ""]
    )


def severities(schemas: Schemas, change: Written) -> dict[str, Severity]:
    readings = readings_of("birth", {**BIRTH, **change})
    found = rules_of(schemas.record("birth"), schemas).findings_of(readings, context("birth-2016"))
    return {finding.code: finding.severity for finding in found}


def complaint(path: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        with_office_changes(SCHEMAS, path)
    return caught.value.message


OTHER_SURNAME: Written = {"child_name": "Phạm Minh Khang"}
ONE_SYLLABLE: Written = {"child_name": "Khang"}


def test_without_a_file_nothing_changes(tmp_path: Path) -> None:
    assert with_office_changes(SCHEMAS, tmp_path / "office.toml") is SCHEMAS


@pytest.mark.parametrize(("change", "code"), [(OTHER_SURNAME, "B02"), (ONE_SYLLABLE, "L05")])
def test_a_rule_is_as_serious_as_the_office_says(tmp_path: Path, change: Written, code: str) -> None:
    assert severities(SCHEMAS, change)[code] is Severity.REVIEW
    changed = with_office_changes(SCHEMAS, written(tmp_path, rule(code, "INFO")))
    assert severities(changed, change)[code] is Severity.INFO
    assert changed.severity_of(code) is Severity.INFO
    off = with_office_changes(SCHEMAS, written(tmp_path, rule(code, "OFF")))
    assert code not in severities(off, change)
    assert off.severity_of(code) is None


def test_a_rule_may_be_changed_for_one_field_only(tmp_path: Path) -> None:
    path = written(tmp_path, rule("D11", "OFF", 'field = "foreign_registered_on"'))
    changed = with_office_changes(SCHEMAS, path)
    assert "D11" not in severities(changed, {"foreign_registered_on": "13/03/2018"})
    assert "D11" in severities(changed, {"declarant_paper_issued_on": "13/03/2018"})


def test_the_checks_of_books_obey_the_office_too(tmp_path: Path) -> None:
    changed = with_office_changes(SCHEMAS, written(tmp_path, rule("K09", "INFO")))
    assert changed.severity_of("K09") is Severity.INFO


def test_an_alias_of_a_name_of_the_complete_list_makes_it_a_term(tmp_path: Path) -> None:
    text = '[[alias]]\nvocab = "nationality"\ncode = "Hoa Kỳ"\nalias = "Mỹ"\n'
    vocabulary = with_office_changes(SCHEMAS, written(tmp_path, text)).vocabularies["nationality"]
    assert KINDS["choice"].parse("Mỹ", vocabulary).canonical == "Hoa Kỳ (American)"


def test_an_alias_is_read_as_its_term(tmp_path: Path) -> None:
    text = '[[alias]]\nvocab = "ethnicity"\ncode = "khơ me"\nalias = "Khmer Nam Bộ"\n'
    changed = with_office_changes(SCHEMAS, written(tmp_path, text))
    parsed = KINDS["choice"].parse("khmer nam bộ", changed.vocabularies["ethnicity"])
    assert (parsed.canonical, parsed.problems) == ("Khơ Me", ())
    assert SCHEMAS.vocabularies["ethnicity"].codes.get("khmer nam bộ") is None


def test_a_term_of_its_own_has_a_code_of_its_own(tmp_path: Path) -> None:
    text = (
        '[[term]]\nvocab = "marriage-registration-type"\ncode = "CT-01"\nlabel = "Ghi chú kết hôn"\n'
        'aliases = ["Ghi chú"]\nreason = "thử"\n'
    )
    changed = with_office_changes(SCHEMAS, written(tmp_path, text))
    vocabulary = changed.vocabularies["marriage-registration-type"]
    assert SCHEMAS.vocabularies["marriage-registration-type"].uncoded == ("Ghi chú kết hôn",)
    assert vocabulary.uncoded == ()
    assert KINDS["choice"].parse("ghi chú kết hôn", vocabulary).canonical == "CT-01"
    assert KINDS["choice"].parse("Ghi chú", vocabulary).canonical == "CT-01"


def test_a_change_of_the_file_changes_what_readings_depend_on(tmp_path: Path) -> None:
    first = with_office_changes(SCHEMAS, written(tmp_path, rule("B02", "INFO"))).fingerprint
    second = with_office_changes(SCHEMAS, written(tmp_path, rule("B02", "OFF"))).fingerprint
    assert len({SCHEMAS.fingerprint, first, second}) == 3


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (rule("B2", "INFO"), 2, "không có quy tắc “B2”. Có phải là “B02”?"),
        (rule("B02", "LOW"), 3, "chỉ có thể là BLOCK, REVIEW, INFO hoặc OFF"),
        (rule("K01", "OFF"), 3, "giữ khóa của sự kiện"),
        (rule("READ-HAND", "INFO"), 2, "nói về việc đọc trang"),
        (rule("MISREAD", "OFF"), 2, "nói về việc đọc trang"),
        (rule("M03", "OFF"), 2, "chỉ là cách tính"),
        (
            rule("D11", "OFF", 'field = "declarant_paper_issued"'),
            5,
            "Có phải là “declarant_paper_issued_on”?",
        ),
        (rule("L05", "OFF", 'field = "child_name"'), 5, "không đổi riêng từng trường"),
        ('[[rule]]\ncode = "B02"\nseverity = "OFF"\n', 1, "thiếu “reason”"),
        ('[[rule]]\ncode = "B02"\nseverity = "OFF"\nreason = ""\n', 4, "thiếu “reason”"),
        ('[[rule]]\ncod = "B02"\nseverity = "OFF"\nreason = "x"\n', 2, "khóa lạ “cod”. Có phải là “code”?"),
        ('[[rules]]\ncode = "B02"\n', 1, "bảng lạ “rules”. Có phải là “rule”?"),
        ('rule = "B02"\n', 1, "phải viết thành các mục [[rule]]"),
        ('[[alias]]\nvocab = "ethnicty"\ncode = "Kinh"\nalias = "K"\n', 2, "Có phải là “ethnicity”?"),
        ('[[alias]]\nvocab = "ethnicity"\ncode = "Kin"\nalias = "K"\n', 3, "Có phải là “Kinh”?"),
        (
            '[[alias]]\nvocab = "ethnicity"\ncode = "Khơ Me"\nalias = "Thổ"\n',
            4,
            "đã là một cách viết của “Thổ”",
        ),
        ('[[alias]]\nvocab = "ethnicity"\ncode = "Kinh"\nalias = " "\n', 4, "phải có chữ"),
        ('[[alias]]\nvocab = "ethnicity"\ncode = "Kinh"\nalias = 3\n', 4, "phải là chữ trong dấu nháy kép"),
        ('[[term]]\nvocab = "sex"\ncode = "2"\nlabel = "X"\nreason = "x"\n', 3, "mã “2” đã có"),
        (
            '[[term]]\nvocab = "sex"\ncode = "9"\nlabel = "nam"\nreason = "x"\n',
            4,
            "đã là một cách viết của “Nam”",
        ),
    ],
)
def test_a_slip_is_told_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, f"# của xã Thử\n{text}")
    told = complaint(path)
    assert told.startswith(f"{path}, dòng {line + 1}: ")
    assert said in told


def test_all_slips_are_told_at_once_with_those_of_the_other_file(tmp_path: Path) -> None:
    written(tmp_path, rule("B2", "INFO") + rule("K01", "OFF"))
    (tmp_path / "places.toml").write_text('[[alias]]\ncode = "khong"\nname = "x"\n', encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        Settings().schemas_of(tmp_path)
    assert [line.split(":")[0].split("/")[-1] for line in caught.value.message.splitlines()] == [
        "office.toml, dòng 2", "office.toml, dòng 7", "places.toml, dòng 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"), [(b"[[rule]\n", "sai cú pháp TOML"), (b"\xff\xfe[", "UTF-8"), (b"\xef\xbb\xbf", "")]
)
def test_what_is_no_text_of_that_kind_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(data)
    if said:
        assert said in complaint(path)
    else:
        assert with_office_changes(SCHEMAS, path).findings == SCHEMAS.findings


def test_what_the_office_switched_off_is_not_missing_either(tmp_path: Path) -> None:
    changed = with_office_changes(SCHEMAS, written(tmp_path, rule("MISSING", "OFF")))
    assert "MISSING" not in severities(changed, {"child_sex": BLANK})
    assert schema.load().severity_of("MISSING") is Severity.REVIEW


COLUMNS = SCHEMAS.columns("HN35")


def columns_file(folder: Path, columns: tuple[str, ...], names: str = "", export: str = "HN35") -> Path:
    listed = ", ".join(f'"{name}"' for name in columns)
    return written(
        folder,
        f'[[export]]\nexport = "{export}"\ncolumns = [{listed}]\nnames = {{ {names} }}\nreason = "Tệp mẫu của Bộ"\n',
    )


def test_an_office_orders_renames_and_leaves_out_columns_of_an_assumed_workbook(tmp_path: Path) -> None:
    ours = tuple(
        "hoTen" if one == "nxnHoTen" else one for one in reversed(COLUMNS) if one != "nxnMucDichSuDung"
    )
    changed = with_office_changes(SCHEMAS, columns_file(tmp_path, ours, 'hoTen = "nxnHoTen"'))
    assert changed.columns("HN35") == ours
    assert changed.record("marital_status").by_column["hoTen"].name == "subject_name"
    assert (changed.exports["HN35"].evidence, changed.exports["HN35"].note) == (
        "own",
        "Cột do cơ quan đặt: Tệp mẫu của Bộ",
    )
    assert changed.fingerprint == SCHEMAS.fingerprint, "no page is read again for it"
    assert SCHEMAS.columns("HN35") == COLUMNS


@pytest.mark.parametrize(
    ("export", "columns", "names", "said"),
    [
        ("KS60", SCHEMAS.columns("KS60"), "", "mẫu của Bộ Tư pháp đã thấy"),
        ("HN53", COLUMNS, "", "Có phải là “HN35”"),
        ("HN35", (*COLUMNS, "nxnTen"), "", "không có cột “nxnTen”"),
        ("HN35", (*COLUMNS, COLUMNS[0]), "", "có hai lần"),
        ("HN35", COLUMNS[1:], "", "thiếu cột bắt buộc “so”"),
        ("HN35", COLUMNS, 'la = "so"', "không có trong “columns”"),
        ("HN35", ("x" * 81, *COLUMNS[1:]), f'{"x" * 81} = "so"', "dài nhất 80"),
        ("HN35", tuple("ghiChu" if one == "so" else one for one in COLUMNS), 'ghiChu = "so"', "hai lần"),
    ],
)
def test_a_slip_in_the_columns_of_a_workbook_is_told(
    tmp_path: Path, export: str, columns: tuple[str, ...], names: str, said: str
) -> None:
    assert said in complaint(columns_file(tmp_path, columns, names, export))
