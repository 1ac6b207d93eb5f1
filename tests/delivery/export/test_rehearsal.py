"""A package as the shared software would load it: what it refuses, what it reads otherwise, and what it taught us."""

from __future__ import annotations

import json
import threading
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from pipeline.base.errors import ReconcileError, StorageError
from pipeline.declarations.schema.shared_software import (
    LoadingRule,
    read_province_rules,
    write_province_rules,
)
from pipeline.delivery.export import rehearsal
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.rehearsal import (
    LoadingRefusal,
    learn_from_file,
    learn_rules,
    read_refusals,
    rehearse,
)
from pipeline.delivery.export.workbook import write_workbook
from pipeline.delivery.package import LoadingOverride, export_book
from tests.delivery.export.books import stored
from tests.delivery.export.rows import SCHEMAS, row
from tests.delivery.workbook_reading.test_workbook_reader import with_part


def package(
    folder: Path, *rows: dict[str, str], export: str = "KS60", pdfs: tuple[str, ...] | None = None
) -> Path:
    folder.mkdir(exist_ok=True)
    write_workbook(folder / "a.xlsx", export, rows, SCHEMAS)
    if pdfs is None:
        pdfs = tuple(cells["so"].split("/")[0] for cells in rows)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for number in pdfs:
            archive.writestr(f"KS.2010.93629.02.A4.{number}.pdf", b"%PDF-1.7")
    return folder


def broken(folder: Path, export: str, **changed: str) -> set[tuple[str, str, str]]:
    faults = rehearse(package(folder, row(export, **changed), export=export), SCHEMAS).faults
    return {(fault.check, fault.rule, fault.column) for fault in faults}


def test_a_good_package_passes_and_its_template_is_known_by_its_headers(tmp_path: Path) -> None:
    for export in ("KS60", "KS70", "KH44", "KT48"):
        loaded = rehearse(package(tmp_path / export, row(export), export=export), SCHEMAS)
        assert (loaded.template, loaded.rows, loaded.refused_rows) == (export, 1, 0), loaded


@pytest.mark.parametrize(
    ("export", "fault", "changed"),
    [
        ("KS60", ("LOAD", "R01", "nksDanToc"), {"nksDanToc": "x" * 27}),
        ("KS60", ("READ", "R20", "nksHoTen"), {"nksHoTen": "Lý  Thử"}),
        ("KS60", ("READ", "R21", "chaHoTen"), {"chaHoTen": "Không rõ"}),
        ("KS60", ("READ", "R21", "nksHoTen"), {"nksHoTen": "(Chưa đặt tên)"}),
        ("KS60", ("READ", "R23", "meQuocTich"), {"meQuocTich": "Việt Nam, Hoa Kỳ"}),
        ("KS60", ("READ", "R24", "nksNoiSinhDVHC"), {"nksNoiSinhDVHC": "Xã Mỹ Thuận, Tỉnh Kiên Giang"}),
        ("KS60", ("READ", "R25", "meSoGiayToTuyThan"), {"meSoGiayToTuyThan": "Hộ chiếu 301234567"}),
        ("KS60", ("READ", "R27", "so"), {"so": "2585/1985", "ngayDangKy": "01.02.1985"}),
        ("KS60", ("READ", "R40", "meLoaiGiayToTuyThan"), {"meSoGiayToTuyThan": "365123456"}),
        ("KS60", ("READ", "R41", "chaLoaiCuTru"), {"chaNoiCuTru": "Tạm trú: ấp 5"}),
        ("KS60", ("READ", "R44", "nksMatTich"), {"ghiChu": "Tuyên bố mất tích theo QĐ 4/2018"}),
        ("KS60", ("READ", "R48", "loaiDangKy"), {"loaiDangKy": ""}),
        ("KH44", ("READ", "R42", "tinhTrangKetHon"), {"ghiChu": "Đã ly hôn theo QĐ 12/2015/QĐST-HNGĐ"}),
        ("KT48", ("READ", "R43", "nktTinhTrangTuyenBoViecChet"), {"ghiChu": "Tòa án tuyên bố chết"}),
        ("KT48", ("READ", "R26", "nktGioPhutChet"), {"nktGioPhutChet": "3 giờ ngày 2/1/1979"}),
        ("KT48", ("READ", "R47", "gbtLoai"), {"gbtSo": "12"}),
    ],
)
def test_what_is_refused_or_read_otherwise_is_said(
    export: str, fault: tuple[str, str, str], changed: dict[str, str], tmp_path: Path
) -> None:
    assert fault not in broken(tmp_path / "good", export)
    assert fault in broken(tmp_path / "bad", export, **changed)


def test_a_row_without_its_pdf_and_a_pdf_without_its_row_are_said(tmp_path: Path) -> None:
    folder = package(tmp_path, row("KS60"), row("KS60", so="02/2010"), pdfs=("01", "03", "01cc"))
    faults = [fault for fault in rehearse(folder, SCHEMAS).faults if fault.check == "PDF"]
    assert [(fault.row, fault.number) for fault in faults] == [(3, "02/2010"), (0, "03")]


def test_other_files_are_no_package(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="đúng một"):
        rehearse(tmp_path, SCHEMAS)


def test_refusals_become_rules_but_not_names_and_not_what_was_taken(tmp_path: Path) -> None:
    folder = package(
        tmp_path / "goi",
        row("KS60", nksDanToc="Mèo", meNgaySinh="1985", chaHoTen="Lý Thử"),
        row("KS60", so="02/2010", nksDanToc="Mèo", meNgaySinh="01.02.1985", nksQuocTich="Mỹ"),
        row("KS60", so="03/2010", nksDanToc="Kinh", meNgaySinh="1986"),
    )
    file = tmp_path / "tra-ve.csv"
    lines = ["Dòng,Số,Cột,Lý do", "2,,nksDanToc,không có", "3,,nksDanToc,không có", ",02/2010,nksQuocTich,lạ"]
    lines += ["2,,chaHoTen,sai", "2,,meNgaySinh,sai", "9,,nksDanToc,sai"]
    file.write_text("\n".join(lines), "utf-8")
    learnt = learn_rules(folder, read_refusals(file), SCHEMAS, (), "tra-ve.csv")
    assert [(rule.columns, rule.values) for rule in learnt.rules] == [
        (("nksDanToc",), ("Mèo",)),
        (("nksQuocTich",), ("Mỹ",)),
    ]
    assert [refusal.column for refusal, _ in learnt.kept_out] == ["chaHoTen", "meNgaySinh", "nksDanToc"]
    write_province_rules(tmp_path / "loading.toml", learnt.rules)
    assert read_province_rules(tmp_path / "loading.toml") == learnt.rules
    assert rehearse(folder, SCHEMAS, learnt.rules).refused_rows == 2
    again = learn_rules(folder, [LoadingRefusal("2", "", "nksDanToc", "")], SCHEMAS, learnt.rules, "x")
    assert not again.rules


def test_rules_that_two_people_bring_in_at_once_are_all_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = package(tmp_path / "goi", row("KS60", nksDanToc="Mèo", nksQuocTich="Mỹ"))
    province, both_read = tmp_path / "loading.toml", threading.Barrier(2)

    def read_then_wait(path: Path) -> tuple[LoadingRule, ...]:
        rules = read_province_rules(path)
        with suppress(threading.BrokenBarrierError):
            both_read.wait(0.5)
        return rules

    monkeypatch.setattr("pipeline.delivery.export.rehearsal.read_province_rules", read_then_wait)

    def learn(column: str) -> None:
        file = tmp_path / f"{column}.csv"
        file.write_text(f"Dòng,Cột,Lý do\n2,{column},lạ\n", "utf-8")
        learn_from_file(folder, file, SCHEMAS, province, file.name)

    with ThreadPoolExecutor(2) as people:
        list(people.map(learn, ("nksDanToc", "nksQuocTich")))
    assert {rule.columns[0] for rule in read_province_rules(province)} == {"nksDanToc", "nksQuocTich"}


def test_a_book_that_would_be_refused_is_held_back_unless_somebody_gives_a_reason(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2006")
    value = book.truth.entries[0].values["nksDanToc"]
    rule = LoadingRule(
        code="P01",
        columns=("nksDanToc",),
        values=(value,),
        outcome="refused",
        evidence="seen",
        source="t",
        says="t",
    )
    options = PackageOptions(province=(rule,))
    with book.context.open_registry() as registry:
        held = export_book(registry, book.context, book.book_id, tmp_path / "a", options, workers=1)
        assert held.refused == "unsettled"
        assert {(blocker.why, blocker.codes) for blocker in held.blockers} == {("fault", ("LOAD",))}
        word = LoadingOverride("thu", "phần mềm đã sửa danh mục")
        written = export_book(
            registry, book.context, book.book_id, tmp_path / "a", options, despite=word, workers=1
        )
    assert written.folder is not None
    assert written.despite
    manifest = json.loads((written.folder / "manifest.json").read_text("utf-8"))
    assert manifest["loading"] == {"refused": {"P01": 3}, "despite": word.reason, "by": "thu"}


def test_refusals_in_a_workbook_are_read_as_those_in_a_csv_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Dòng", "Cột", "Lý do"])
    book.worksheets[0].append([2, "nksDanToc", "không có"])
    book.save(tmp_path / "a.xlsx")
    assert read_refusals(tmp_path / "a.xlsx") == (LoadingRefusal("2", "", "nksDanToc", "không có"),)
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ReconcileError):
        read_refusals(tmp_path / "b.xlsx")


def test_lines_that_name_the_last_column_take_no_memory_for_those_before_it(tmp_path: Path) -> None:
    heads = "".join(
        f"<c r='{column}1' t='str'><v>{head}</v></c>" for column, head in (("A", "Dòng"), ("B", "Cột"))
    )
    line = b"<row><c r='XFD1' t='str'><v>a</v></c></row>"
    parts = [f"<worksheet><sheetData><row>{heads}</row>".encode(), line * 2000, b"</sheetData></worksheet>"]
    file = with_part(tmp_path / "a.xlsx", "sheet1.xml", parts)
    tracemalloc.start()
    try:
        assert len(read_refusals(file)) == 2000
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


def test_a_file_of_refusals_with_too_many_lines_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "MOST_REFUSALS", 2)
    (tmp_path / "a.csv").write_text("Dòng,Cột\n2,a\n3,a\n4,a\n", encoding="utf-8")
    with pytest.raises(StorageError, match="quá 2 dòng"):
        read_refusals(tmp_path / "a.csv")
