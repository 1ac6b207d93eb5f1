"""What a workbook brings, what it leaves, and what people are asked."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pipeline.base.errors import ReconcileError
from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.imports.model import ImportMode
from tests.delivery.reconcile.files import COLUMNS, birth, write
from tests.delivery.workbook_import.books import AN, brought, desk_of, looked, waiting_book
from tests.registry.pages import SCHEMAS


@pytest.fixture
def registry(sqlite_url: str) -> Iterator[Registry]:
    with Registry.open(sqlite_url, SCHEMAS) as opened:
        yield opened


def test_a_look_counts_everything_and_brings_nothing(registry: Registry, tmp_path: Path) -> None:
    waiting_book(registry, sure={1: {"meHoTen": "Trần Thị Khác"}})
    file = write(
        tmp_path / "t.xlsx",
        [birth(1), birth(2, nksGioiTinh="9"), birth(3, nksNgaySinh="hôm nọ"), birth(3), birth(40)],
    )
    before = registry.summary()
    report = looked(registry, file, ImportMode.DECIDED)
    assert (report.rows, report.entries, report.differs) == (5, 2, 1)
    assert dict(report.unmatched_count) == {"double": 2, "no-entry": 1}
    assert dict(report.value_count) == {("Giới tính", "unknown-code"): 1}
    assert report.machine_agrees == report.fields
    assert (report.taken, registry.summary(), desk_of(registry).imports_for(AN)) == (None, before, ())
    said = " ".join(report.sentences())
    assert "trùng với một dòng khác của tệp (dòng 4, 5)" in said
    assert "Trần Thị" not in said, "no name is told"


def test_a_day_that_excel_keeps_is_asked_and_a_formula_never_comes_in(
    registry: Registry, tmp_path: Path
) -> None:
    (book,) = [waiting_book(registry, 1)]
    (entry_id,) = registry.entries(book)
    file = write(
        tmp_path / "t.xlsx",
        [birth(1, nksNgaySinh=date(2010, 2, 5), meHoTen='="a"&"b"', nksNoiSinh=1234567890123456789)],  # type: ignore[arg-type]
    )
    report = looked(registry, file)
    assert set(report.flaws.cells) == {
        ("nksNgaySinh", "serial-day"),
        ("meHoTen", "formula"),
        ("nksNoiSinh", "long-number"),
    }
    report = brought(registry, file, ImportMode.DECIDED, excel_days=True)
    assert dict(report.flaws.days) == {"nksNgaySinh": 1}
    values = registry.entry(entry_id).values
    assert (values["child_born_on"], values["mother_name"], values["child_birth_place"]) == (
        "05.02.2010",
        None,
        None,
    )


def test_words_of_an_old_font_come_in_as_they_read_and_are_told_or_stay_out(
    registry: Registry, tmp_path: Path
) -> None:
    ids = registry.entries(waiting_book(registry, 4))
    file = write(
        tmp_path / "t.xlsx",
        [
            birth(
                1,
                nksHoTen="NguyÔn Thö An",
                noiDangKy="",
                meHoTen="NguyÔn ThÞ H\xad¬ng",
                chaHoTen="TrÇn V¨n Tïng",
                nksNoiSinh="X· Phó ThÞnh",
            ),
            birth(2, meHoTen="NguyÔn ThÞ H\xad¬ng", chaHoTen="Trần Văn Tùng"),
            birth(3, meHoTen="Hélène Noël", nksNoiSinh="Hòa Bình"),
            birth(4, meHoTen="a\xadb"),
        ],
    )
    report = brought(registry, file, ImportMode.DECIDED)
    told = [registry.entry(entry_id).values["mother_name"] for entry_id in ids]
    assert told == ["Nguyễn Thị Hương", None, "Hélène Noël", None]
    assert registry.entry(ids[0]).values["child_birth_place"] == "Xã Phú Thịnh"
    assert dict(report.flaws.cells) == {("meHoTen", "old-font"): 1, ("meHoTen", "hidden"): 1}
    said = " ".join(report.sentences())
    assert "1 dòng gõ bằng phông TCVN3 (ABC)" in said
    assert "phông cũ" in said


def test_a_column_of_an_old_font_is_found_by_all_its_cells(registry: Registry, tmp_path: Path) -> None:
    ids = registry.entries(waiting_book(registry, 3))
    typed = ("TrÇn ThÞ H\xad¬ng", "NguyÔn ThÞ Tïng", "L\xad¬ng ThÞ Nô")
    rows = [birth(number, meHoTen=name) for number, name in enumerate(typed, start=1)]
    report = brought(registry, write(tmp_path / "t.xlsx", rows), ImportMode.DECIDED)
    assert [registry.entry(entry_id).values["mother_name"] for entry_id in ids] == [
        "Trần Thị Hương",
        "Nguyễn Thị Tùng",
        "Lương Thị Nụ",
    ]
    assert {column: font.name for column, font in report.flaws.column_fonts.items()} == {"meHoTen": "TCVN3"}


def test_texts_come_in_as_they_were_typed_and_codes_as_their_words(
    registry: Registry, tmp_path: Path
) -> None:
    (entry_id,) = registry.entries(waiting_book(registry, 1))
    brought(registry, write(tmp_path / "t.xlsx", [birth(1, nksNgaySinh="5/2/2010")]), ImportMode.DECIDED)
    decisions = registry.entry(entry_id).decisions
    assert {
        name: (decisions[name].text, decisions[name].canonical) for name in ("child_born_on", "child_sex")
    } == {
        "child_born_on": ("5/2/2010", "05.02.2010"),
        "child_sex": ("Nam", "1"),
    }
    assert {decision.author for decision in decisions.values()} == {AN.login}


def test_what_people_settled_is_never_overwritten_and_asked_about_once(
    registry: Registry, tmp_path: Path
) -> None:
    (entry_id,) = registry.entries(waiting_book(registry, 1))
    registry.decide(entry_id, [Verdict("mother_name", FieldStatus.READ, "Trần Thị Đúng")], author="lan")
    file = write(tmp_path / "t.xlsx", [birth(1)])
    first, second = brought(registry, file, ImportMode.DECIDED), brought(registry, file, ImportMode.DECIDED)
    assert (first.differs, second.differs, second.asked_before, second.import_id) == (1, 0, 1, 0)
    assert registry.entry(entry_id).values["mother_name"] == "Trần Thị Đúng"
    asked = registry.reconciliations().next_for(AN, first.reconciliation_id)
    assert asked is not None
    assert (asked.field, asked.ours, asked.entry_id) == (
        "mother_name",
        "Trần Thị Đúng",
        entry_id,
    )
    assert second.reconciliation_id == 0


def test_a_row_is_decided_by_an_unsure_number_only_where_a_person_of_it_is_read_there_too(
    registry: Registry, tmp_path: Path
) -> None:
    first, second = registry.entries(waiting_book(registry, 2, accepted=frozenset()))
    other = birth(2, nksHoTen="Lê Khác", meHoTen="Phạm Khác", chaHoTen="Lê Xa", nksNgaySinh="09.09.2009")
    file = write(tmp_path / "t.xlsx", [birth(1), other])
    report = brought(registry, file, ImportMode.DECIDED)
    assert dict(report.unmatched) == {"unsure": [3]}, "the machine may have read 02 for another number"
    assert (registry.entry(second).decisions, registry.entry(first).values["mother_name"]) == (
        {},
        birth(1)["meHoTen"],
    )
    assert "chưa chắc" in " ".join(report.sentences())
    assert brought(registry, file).entries == 2, "to be checked: somebody looks at the paper"


def test_hidden_sheets_are_told_and_not_read_and_merged_cells_named(
    registry: Registry, tmp_path: Path
) -> None:
    waiting_book(registry, 1)
    file = write(tmp_path / "t.xlsx", [birth(1)])
    book = openpyxl.load_workbook(file)
    hidden = book.copy_worksheet(book["Sheet"])
    hidden.title, hidden.sheet_state = "Cũ", "hidden"
    book["Sheet"].merge_cells("A5:A9")
    book.move_sheet(hidden, -1)
    book.active = 1
    book.save(file)
    report = looked(registry, file)
    assert (report.sheet, report.hidden, report.flaws.merged) == ("Sheet", ("Cũ",), ("A5:A9",))


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ([], COLUMNS, "không có dòng nào"),
        ([birth(1)], [one for one in COLUMNS if one not in ("so", "trangSo")], "không có cột số đăng ký"),
        ([{"a": "1"}], ["a", "b"], "Không thấy dòng tiêu đề"),
    ],
)
def test_a_file_of_which_nothing_can_come_is_refused_in_words(
    registry: Registry, tmp_path: Path, rows: list[dict[str, str]], columns: list[str], said: str
) -> None:
    waiting_book(registry, 1)
    with pytest.raises(ReconcileError, match=said):
        looked(registry, write(tmp_path / "t.xlsx", rows, columns))


def test_memory_does_not_grow_with_the_file(registry: Registry, tmp_path: Path) -> None:
    waiting_book(registry, 1)
    peaks = []
    for rows in (700, 2100):
        path = tmp_path / f"{rows}.xlsx"
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Sheet")
        sheet.append(["so", "quyenSo", "nksHoTen", "meHoTen", "ghiChu"])
        for number in range(rows):
            sheet.append([f"{number}/1999", "01/1999", f"Thử {number}", f"Mẫu {number}", "x" * 200])
        book.save(path)
        tracemalloc.start()
        assert looked(registry, path).unmatched_count["no-book"] == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 600_000
