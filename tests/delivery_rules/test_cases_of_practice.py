"""Columns, lists and odd values met in practice: none goes out otherwise than meant without anybody being asked."""

from __future__ import annotations

import pytest

from benchmarks.delivery.bench_loading import TEMPLATES, OddValue, Verdict, delivered, judge, odd_values
from pipeline.delivery.export.preupload import row_faults
from pipeline.delivery.export.workbook import cell_of
from tests.delivery_rules.test_delivered import layers_of
from tests.registry.pages import SCHEMAS


@pytest.mark.parametrize("odd", odd_values(), ids=lambda odd: f"{odd.column or odd.name}-{odd.text}")
def test_an_odd_value_is_delivered_as_meant_or_somebody_is_asked_before(odd: OddValue) -> None:
    row = delivered(odd, 7, SCHEMAS)
    verdict = Verdict()
    faults = row_faults([row.cells], TEMPLATES[odd.record], SCHEMAS).get(0, ())
    judge(row, faults, SCHEMAS.record(odd.record), verdict)
    assert (verdict.only_rehearsal, verdict.wrong_keys, verdict.lost, verdict.empty) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("template", "count", "neighbours"),
    [
        ("KS60", 60, ("so", "quyenSo")),
        ("KS70", 70, ("so", "quyenSo")),
        ("KH44", 44, ("so", "quyenSo")),
        ("KT48", 48, ("so", "quyenSo")),
        ("CMC50", 50, ("nycQHNguoiDuocNhan", "nycQHNguoiNhan")),
        ("HN35", 35, ("nycNgayCapGiayToTuyThan", "nycNoiCapGiayToTuyThan")),
    ],
)
def test_a_file_has_the_columns_that_were_seen(
    template: str, count: int, neighbours: tuple[str, str]
) -> None:
    columns = SCHEMAS.columns(template)
    assert len(columns) == count
    assert columns.index(neighbours[1]) == columns.index(neighbours[0]) + 1


@pytest.mark.parametrize(
    ("record", "column", "text", "cell"),
    [
        ("marriage", "tinhTrangKetHon", "Đã hủy việc kết hôn", "Đã hủy việc kết hôn"),
        ("marriage", "tinhTrangKetHon", "Đã được công nhận việc kết hôn", "Đã được công nhận việc kết hôn"),
        ("marriage", "loaiDangKy", "Kết hôn lần đầu", "1"),
        ("parentage", "loaiXacNhan", "Cha nhận con", "1"),
        ("parentage", "loaiXacNhan", "Mẹ nhận con", "2"),
        ("parentage", "loaiXacNhan", "Con nhận cha", "3"),
        ("parentage", "loaiXacNhan", "Con nhận mẹ", "4"),
        ("birth", "nksLoaiKhaiSinh", "Trẻ bị bỏ rơi", "5"),
        ("birth", "nksGioiTinh", "Nữ", "2"),
    ],
)
def test_a_term_is_delivered_with_its_code(record: str, column: str, text: str, cell: str) -> None:
    assert cell_of(text, SCHEMAS.record(record).by_column[column], SCHEMAS) == cell


@pytest.mark.parametrize(
    "name",
    ["H'Hen Niê", "K’Brơi", "Y' Bliă", "CHEN", "MEI-LING", "Lý Thử (thế danh Mẫu)", "Nguyễn " * 11 + "Thử"],
)
def test_a_name_of_any_people_is_delivered_whole(name: str) -> None:
    one = layers_of(mother_name=name)["mother_name"]
    assert (one.delivered.value, one.delivered.rule, one.waits) == (name, "", False)


@pytest.mark.parametrize("text", ["30 tuổi", "40 tuổi"])
def test_an_age_is_a_lawful_cell(text: str) -> None:
    one = layers_of(mother_born_on=text)["mother_born_on"]
    assert (one.delivered.value, one.waits) == (text, False)
