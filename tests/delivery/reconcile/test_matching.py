"""Rows matched with entries, and the messages about them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.delivery.bench_reconcile import Measured, note
from benchmarks.delivery.planted_differences import KINDS, versions
from benchmarks.delivery.reconciliation_files import write_file, write_registry
from pipeline.delivery.reconcile import DifferenceKind, FieldDifferenceKind
from pipeline.delivery.registry_reconciliation import ReconciliationRun
from pipeline.delivery.workbook_reading import find_layout, open_workbook
from pipeline.registry import Registry
from tests.delivery.reconcile.files import birth, fill, held, told, write
from tests.registry.pages import LEDGER, SCHEMAS, entry, page, read

ROWS = [birth(number) for number in range(1, 11)]


def test_the_same_on_both_sides_is_no_difference(registry: Registry, tmp_path: Path) -> None:
    found, refused, counts = held(registry, write(tmp_path / "a.xlsx", ROWS))
    assert (found, refused) == ([], [])
    assert (counts.rows, counts.entries, counts.pairs, counts.same) == (10, 10, 10, 10)


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "_x202E_"])
def test_a_cell_with_characters_that_nobody_sees_is_named_and_not_compared(
    registry: Registry, tmp_path: Path, hidden: str
) -> None:
    rows = [*ROWS[:3], ROWS[3] | {"nksHoTen": f"Nguyễn{hidden} Thử"}, *ROWS[4:]]

    found, refused, _ = held(registry, write(tmp_path / "a.xlsx", rows))

    assert found == []
    assert [(one.row, one.column, one.reason) for one in refused] == [(5, "nksHoTen", "hidden")]


def test_every_planted_difference_is_found_and_none_is_invented(tmp_path: Path) -> None:
    made = versions(800, seed=7, each=4)
    assert set(made.by_kind) == set(KINDS)
    database, file = tmp_path / "a.db", tmp_path / "a.xlsx"
    Registry.open(f"sqlite:///{database}", SCHEMAS).close()
    write_registry(database, made.entries, SCHEMAS)
    write_file(file, made, SCHEMAS)
    measured = Measured()
    with Registry.open(f"sqlite:///{database}", SCHEMAS) as opened, open_workbook(file) as book:
        for difference in ReconciliationRun(opened, SCHEMAS, book, find_layout(book, SCHEMAS)).differences():
            note(difference, measured)
    assert measured.found == made.planted
    assert measured.refused == made.refused


def test_an_entry_whose_number_moved_onto_another_is_found_by_likeness(
    registry: Registry, tmp_path: Path
) -> None:
    rows = [*ROWS[:4], ROWS[4] | {"so": "07/2010"}, *ROWS[5:]]
    found, _, counts = held(registry, write(tmp_path / "a.xlsx", rows))
    assert told(found) == {("fields", 6, "so", "changed")}
    assert counts.by_likeness == 1
    assert 0.75 <= found[0].likeness < 1.0


def test_two_entries_with_swapped_numbers_are_distinguished_by_their_people(
    registry: Registry, tmp_path: Path
) -> None:
    rows = [ROWS[1] | {"so": "01/2010"}, ROWS[0] | {"so": "02/2010"}, *ROWS[2:]]
    found, _, _ = held(registry, write(tmp_path / "a.xlsx", rows))
    assert told(found) == {("fields", 2, "so", "changed"), ("fields", 3, "so", "changed")}


def test_a_key_with_other_people_is_still_reported_as_a_pair(registry: Registry, tmp_path: Path) -> None:
    stranger = {"so": "03/2010", "nksHoTen": "Lý Quốc Khôi", "meHoTen": "Đỗ Kim Yến", "chaHoTen": "Lý Phi",
                "ngayDangKy": "30.11.2010", "nksNgaySinh": "11.10.2010"}  # fmt: skip
    rows = [*ROWS[:2], ROWS[2] | stranger, *ROWS[3:]]
    found, _, _ = held(registry, write(tmp_path / "a.xlsx", rows))
    assert [one.kind for one in found] == [DifferenceKind.FIELDS]
    assert {field.column for field in found[0].fields} == set(stranger) - {"so"}


def test_a_row_that_comes_twice_and_an_entry_without_a_row(registry: Registry, tmp_path: Path) -> None:
    rows = [*ROWS[:8], ROWS[0], ROWS[9]]
    found, _, _ = held(registry, write(tmp_path / "a.xlsx", rows))
    assert told(found) == {("duplicate", 10, "", ""), ("missing", 0, "", "")}
    assert next(one for one in found if one.kind == "duplicate").of_row == 2
    assert next(one for one in found if one.kind == "missing").number == "09/2010"


def test_a_difference_in_writing_only_is_minor(registry: Registry, tmp_path: Path) -> None:
    rows = [
        ROWS[0] | {"nksHoTen": ROWS[0]["nksHoTen"].upper()},
        ROWS[1] | {"nksNoiSinh": "Trạm y tế, xã Thử Nghiệm"},
        ROWS[2]
        | {"so": "3/2010", "nksNgaySinh": ROWS[2]["nksNgaySinh"].replace(".", "/"), "nksGioiTinh": "Nam"},
        *ROWS[3:],
    ]
    found, _, _ = held(registry, write(tmp_path / "a.xlsx", rows))
    assert told(found) == {("fields", 2, "nksHoTen", "spelling"), ("fields", 3, "nksNoiSinh", "spelling")}
    assert all(one.is_minor for one in found)


def test_values_beyond_the_form_are_minor_and_blanks_are_not(registry: Registry, tmp_path: Path) -> None:
    rows = [
        ROWS[0] | {"meNoiCuTru": "xã Thử"},
        ROWS[1] | {"ghiChu": "có"},
        ROWS[2] | {"nksNoiSinh": ""},
        *ROWS[3:],
    ]
    found, _, _ = held(registry, write(tmp_path / "a.xlsx", rows))
    kinds = {field.column: (field.kind, one.is_minor) for one in found for field in one.fields}
    assert kinds == {
        "meNoiCuTru": (FieldDifferenceKind.BEYOND, True),
        "ghiChu": (FieldDifferenceKind.ONLY_THEIRS, False),
        "nksNoiSinh": (FieldDifferenceKind.ONLY_OURS, False),
    }


def test_fields_that_wait_for_a_person_are_not_compared(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", SCHEMAS) as registry:
        book_id = fill(registry, [birth(1)])
        readings = [read("entry_number", "02/2010"), read("volume_number", "01/2010")]
        doubtful = [read("child_name", "Nguyễn Thử", accepted=False), read("mother_name", "Trần Thị Mẫu Em")]
        registry.save_page(book_id, page(entry(*readings, *doubtful), page_no=1), "f2")
        rows = [{"so": "02/2010", "quyenSo": "01/2010", "nksHoTen": "Ai Đó", "meHoTen": "Trần Thị Mẫu Em"}]
        found, _, counts = held(registry, write(tmp_path / "a.xlsx", rows))
    assert found == []
    assert counts.unsettled == 1


def test_a_book_named_by_a_stray_row_is_not_reported_as_missing(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", SCHEMAS) as registry:
        book_id = fill(registry, [birth(number) for number in range(1, 13)])
        file = write(tmp_path / "a.xlsx", [birth(1)])
        found, _, counts = held(registry, file)
        assert (found, [book.compared for book in counts.books]) == ([], [False])
        wanted, _, _ = held(registry, file, book_ids=[book_id])
    assert [one.kind for one in wanted] == [DifferenceKind.MISSING] * 11


def test_a_strange_registration_place_still_finds_its_entry(registry: Registry, tmp_path: Path) -> None:
    rows = [row | {"noiDangKy": "UBND phường Mới"} for row in ROWS[:1]] + ROWS[1:]
    rows[1] = rows[1] | {"noiDangKy": "UBND xã Thử Nghiệm, huyện Cũ"}
    found, _, counts = held(registry, write(tmp_path / "a.xlsx", rows))
    assert {row[:3] for row in told(found)} == {("fields", 2, "noiDangKy"), ("fields", 3, "noiDangKy")}
    assert counts.places == {"UBND phường Mới": 1}


@pytest.mark.parametrize("columns", [("so", "ngayDangKy", "nksHoTen", "meHoTen", "chaHoTen")])
def test_columns_that_the_file_lacks_are_not_compared(
    registry: Registry, tmp_path: Path, columns: tuple[str, ...]
) -> None:
    found, _, counts = held(registry, write(tmp_path / "a.xlsx", ROWS, columns))
    assert found == []
    assert (counts.pairs, "quyenSo" in counts.absent) == (10, True)


def test_two_places_of_the_same_name_are_distinguished_by_their_people(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", SCHEMAS) as registry:
        fill(registry, [birth(number) for number in range(1, 5)])
        namesake = replace(LEDGER, place_code="11111")
        others = [
            birth(number, nksHoTen=f"Lý Khác {number}", meHoTen="Sơn Thị Khác") for number in range(1, 5)
        ]
        fill(registry, others, "KS.2010.02", namesake, "b" * 64)
        rows = [*(birth(number) for number in range(1, 5)), *others[:3]]
        rows[0] = rows[0] | {"chaHoTen": "Trần Văn Sai"}
        found, _, counts = held(registry, write(tmp_path / "a.xlsx", rows))
        assert told(found) == {("fields", 2, "chaHoTen", "changed")}
        assert (counts.pairs, [book.compared for book in counts.books]) == (7, [False, False])


def test_the_other_side_is_compared_with_what_was_delivered_of_the_paper(tmp_path: Path) -> None:
    written = [birth(1, so="01"), birth(2, nksNgaySinh="15/8 ÂL"), *map(birth, range(3, 11))]
    delivered = [
        birth(1),
        birth(2, nksNgaySinh="", ghiChu="Ngày sinh trên sổ ghi: 15/8 ÂL"),
        birth(3, nksNgaySinh=""),
        *map(birth, range(4, 11)),
    ]
    with Registry.open(f"sqlite:///{tmp_path}/a.db", SCHEMAS) as opened:
        fill(opened, written)
        found, refused, counts = held(opened, write(tmp_path / "a.xlsx", delivered))
    assert (refused, counts.same) == ([], 9)
    assert {(row, column) for _, row, column, _ in told(found)} == {(4, "nksNgaySinh")}
