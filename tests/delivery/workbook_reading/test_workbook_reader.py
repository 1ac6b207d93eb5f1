"""The reader of workbooks against files of other libraries, and against broken files."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import ReconcileError
from pipeline.delivery.workbook_reading.sheet_parts import SheetCell
from pipeline.delivery.workbook_reading.workbook_reader import open_workbook

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=4), st.booleans())
def test_texts_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], inline: bool
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "a.xlsx"
    options = {"constant_memory": inline, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Tờ")
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
    with open_workbook(path) as opened:
        read = [(number, list(cells.values())) for number, cells in opened.rows("Tờ")]
    assert read == list(enumerate(rows, start=1))


def test_rich_text_formulas_errors_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_rich_string(0, 0, "Trần ", bold, "Thị", " Mẫu")
        sheet.write_formula(0, 27, "=A1", value="Trần")
        sheet.write_formula(4, 1, "=1/0", value="#DIV/0!")
        sheet.write_boolean(4, 2, True)
        sheet.write_number(4, 3, 1.5)
    with open_workbook(path) as opened:
        rows = dict(opened.rows("Sheet1"))
    assert rows[1] == {0: "Trần Thị Mẫu", 27: "Trần"}
    assert rows[5] == {
        1: SheetCell("error", "#DIV/0!"),
        2: SheetCell("bool", "1"),
        3: SheetCell("number", "1.5"),
    }


def test_a_formula_without_a_stored_value_is_reported(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    with open_workbook(tmp_path / "a.xlsx") as opened:
        assert dict(opened.rows("Sheet")) == {1: {0: SheetCell("formula", "")}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "hỏng. Hãy mở bằng Excel"),
        (b"PK\x03\x04", "hỏng. Hãy mở bằng Excel"),
        (b"so,quyenSo", "không phải tệp .xlsx"),
        (b"\xd0\xcf\x11\xe0 Workbook", "tệp .xls của Excel 97–2003.*lưu lại thành .xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "có mật khẩu.*bỏ mật khẩu"),
        (b"\r\n<html><table>", "trang web.*lưu lại thành .xlsx"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_advice(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(ReconcileError, match=told), open_workbook(path):
        pass


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ReconcileError, match="không mở được"), open_workbook(tmp_path / "a.xlsx"):
        pass


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet><sheetData><row",
        b"<worksheet><row r='1'><c t='s'><v>999</v></c></row></worksheet>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet><row r='1'><c t='str'><v>&b;</v></c></row></worksheet>",
        b"<?xml version='1.0' encoding='AUTF-8'?><worksheet/>",
        b"<worksheet><row r='x'/></worksheet>",
        b"<worksheet><row r='99999999999999999999'/></worksheet>",
        b"<worksheet><row r='5'/><row r='5'><c t='str'><v>a</v></c></row></worksheet>",
    ],
)
def test_a_broken_or_hostile_sheet_is_refused_in_words(tmp_path: Path, sheet: bytes) -> None:
    good, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(good)) as book:
        book.add_worksheet().write_string(0, 0, "so")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            is_sheet = name.endswith("sheet1.xml")
            target.writestr(name, sheet if is_sheet else source.read(name))
    with pytest.raises(ReconcileError, match="hỏng"), open_workbook(bad) as opened:
        list(opened.rows("Sheet1"))


def test_shared_strings_with_entities_of_their_own_are_refused_in_words(tmp_path: Path) -> None:
    strings = b"<!DOCTYPE a [<!ENTITY b 'c'>]><sst><si><t>&b;</t></si></sst>"
    path = with_part(tmp_path / "a.xlsx", "sharedStrings.xml", [strings])
    with pytest.raises(ReconcileError, match="hỏng"), open_workbook(path) as book:
        list(book.rows("Sheet1"))


def test_a_part_with_damaged_deflate_data_is_refused_in_words(tmp_path: Path) -> None:
    path = with_part(
        tmp_path / "a.xlsx", "sheet1.xml", [b"<worksheet><row><c t='str'><v>so</v></c></row>" * 9]
    )
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    begin = info.header_offset + 30 + len(info.filename) + 20  # local header, name, the extra field of ZIP64
    data[begin : begin + 4] = b"\xff" * 4
    path.write_bytes(data)

    with pytest.raises(ReconcileError, match="hỏng"), open_workbook(path) as opened:
        list(opened.rows("Sheet1"))


def test_texts_that_excel_escapes_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_string(0, 0, "x")
    texts = {"a": "Trần_x000D_Thử", "b": "_x005F_x", "c": "Trần_x001F_Mẫu", "d": "_xD800_"}
    cells = "".join(f"<c t='str'><v>{text}</v></c>" for text in texts.values())
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            sheet = f"<worksheet><row>{cells}</row></worksheet>".encode()
            target.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    with open_workbook(changed) as opened:
        ((_, row),) = opened.rows("Sheet1")
    assert list(row.values()) == ["Trần Thử", "_x", "Trần Mẫu", " "]


def with_part(path: Path, ending: str, content: Iterable[bytes]) -> Path:
    """Write a workbook with a single text and a replaced part."""
    good = path.with_name("good.xlsx")
    with xlsxwriter.Workbook(str(good)) as book:
        book.add_worksheet().write_string(0, 0, "so")
    with (
        zipfile.ZipFile(good) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            if not name.endswith(ending):
                target.writestr(name, source.read(name))
                continue
            with target.open(name, "w", force_zip64=True) as file:
                for block in content:
                    file.write(block)
    return path


MB = 1 << 20
HOSTILE_PARTS = {
    "a cell without an end": ("sheet1.xml", [b"<worksheet><row><c t='str'><v>", *[b"a" * MB] * 300]),
    "a shared string without an end": ("sharedStrings.xml", [b"<sst><si><t>", *[b"a" * MB] * 300]),
    "a tag without an end": ("sheet1.xml", [b"<worksheet><row a='", *[b"a" * MB] * 300]),
    "a tag of the styles without an end": (
        "styles.xml",
        [b"<styleSheet><numFmt formatCode='", *[b"a" * MB] * 300],
    ),
    "shared strings": (
        "sharedStrings.xml",
        [b"<sst>", *[b"<si><t>" + b"a" * 32_000 + b"</t></si>"] * 10_000],
    ),
    "empty shared strings": ("sharedStrings.xml", [b"<sst>", *[b"<si/>" * 200_000] * 50]),
    "a row of too many cells": (
        "sheet1.xml",
        [b"<worksheet><row>", *[b"<c><v>1</v></c>" * 1_000] * 100, b"</row></worksheet>"],
    ),
    "a column beyond the last": (
        "sheet1.xml",
        [b"<worksheet><row><c r='ZZZZ1'><v>1</v></c></row></worksheet>"],
    ),
    "formats": ("styles.xml", [b"<styleSheet><cellXfs>", *[b"<xf numFmtId='1'/>" * 10_000] * 10]),
    "too many sheets": (
        "/workbook.xml",
        [b"<workbook><sheets>", *[b"<sheet name='a' r:id='rId1'/>" * 100] * 11, b"</sheets></workbook>"],
    ),
    "a list of sheets that is too long": (
        "/workbook.xml",
        [b"<workbook><sheets>", *[b"<a/>" * 250_000] * 5, b"</sheets></workbook>"],
    ),
    "a row number of 5000 digits": (
        "sheet1.xml",
        [b"<worksheet><row r='" + b"9" * 5_000 + b"'/></worksheet>"],
    ),
}


@pytest.mark.parametrize(("ending", "content"), HOSTILE_PARTS.values(), ids=HOSTILE_PARTS)
def test_a_workbook_that_swells_is_refused_in_bounded_memory(
    tmp_path: Path, ending: str, content: list[bytes]
) -> None:
    path = with_part(tmp_path / "a.xlsx", ending, content)
    program = (
        "import sys; from pathlib import Path\n"
        "from pipeline.base.errors import ReconcileError\n"
        "from pipeline.delivery.workbook_reading.workbook_reader import open_workbook\n"
        "try:\n"
        "    with open_workbook(Path(sys.argv[1])) as book: list(book.rows('Sheet1'))\n"
        "except ReconcileError as error: print(error.message)\n"
        "status = Path('/proc/self/status').read_text()\n"  # what getrusage says begins with the test's own peak
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=300
    )

    told, megabytes = run.stdout.splitlines()
    assert told.startswith("a.xlsx: ")
    assert int(megabytes) < 450


def test_first_rows_are_read_without_the_strings_behind_them(tmp_path: Path) -> None:
    strings = [b"<sst><si><t>so</t></si>", *[b"<si/>" * 200_000] * 5, b"</sst>"]
    path = with_part(tmp_path / "a.xlsx", "sharedStrings.xml", strings)
    with open_workbook(path, first_rows=True) as book:
        assert list(book.rows("Sheet1")) == [(1, {0: "so"})]
    cell = b"<worksheet><row><c t='s'><v>900000</v></c></row></worksheet>"
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(far, "w") as target:
        for name in source.namelist():
            target.writestr(name, cell if name.endswith("sheet1.xml") else source.read(name))
    with open_workbook(far, first_rows=True) as book, pytest.raises(ReconcileError, match=r"524\.288 chữ"):
        list(book.rows("Sheet1"))


def test_the_longest_cell_of_excel_passes_and_one_more_letter_does_not(tmp_path: Path) -> None:
    for length, passes in ((32_767, True), (32_768, False)):
        cell = b"<worksheet><row><c t='str'><v>" + b"a" * length + b"</v></c></row></worksheet>"
        path = with_part(tmp_path / f"{length}.xlsx", "sheet1.xml", [cell])
        with open_workbook(path) as book:
            if passes:
                assert dict(book.rows("Sheet1")) == {1: {0: "a" * length}}
            else:
                with pytest.raises(ReconcileError, match=r"32\.767 chữ"):
                    list(book.rows("Sheet1"))


def test_pipes_and_links_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "link.xlsx").symlink_to("/dev/zero")
    for name, told in (("pipe.xlsx", "tệp thường"), ("link.xlsx", "liên kết")):
        with pytest.raises(ReconcileError, match=told), open_workbook(tmp_path / name):
            pass


@given(
    st.sampled_from(["sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml", "workbook.xml.rels"]),
    st.data(),
)
@settings(deadline=None, max_examples=150)
def test_any_damage_to_a_part_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("part")
    with xlsxwriter.Workbook(str(folder / "a.xlsx")) as book:
        sheet = book.add_worksheet("Tờ")
        sheet.write_string(0, 0, "so")
        sheet.write_datetime(1, 1, datetime(2010, 1, 4), book.add_format({"num_format": "dd.mm.yyyy"}))  # noqa: DTZ001
    with zipfile.ZipFile(folder / "a.xlsx") as source, zipfile.ZipFile(folder / "b.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(ending):
                at = data.draw(st.integers(0, len(content)))
                put = data.draw(
                    st.binary(max_size=8) | st.sampled_from([b"<", b"'>", b"9" * 5_000, b"-1", b"_x202E_"])
                )
                content = content[:at] + put + content[data.draw(st.integers(at, len(content))) :]
            target.writestr(name, content)
    with suppress(ReconcileError), open_workbook(folder / "b.xlsx") as opened:
        for name in opened.sheets:
            list(opened.rows(name))
