"""Which column is which."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import ReconcileError, SchemaError
from pipeline.delivery.reconcile import find_layout, open_workbook, read_layout
from pipeline.registry import Registry
from tests.delivery.reconcile.files import birth, held, told, write
from tests.registry.pages import SCHEMAS

ROWS = [birth(number) for number in range(1, 11)]

MAPPED = """
record = "birth"
[columns]
so = "{Số}/{Năm}"
quyenSo = "Quyển"
ngayDangKy = "Ngày ĐK"
nksHoTen = "Họ tên trẻ"
meHoTen = "Mẹ"
"""


@pytest.mark.parametrize("export", ["KS60", "KS70", "KH44", "KT48"])
def test_the_ministrys_headers_are_known_with_their_hints(tmp_path: Path, export: str) -> None:
    columns = SCHEMAS.columns(export)
    file = write(tmp_path / "a.xlsx", [], [f"{column} \n i=[1,2,3]" for column in columns])
    with open_workbook(file) as book:
        layout = find_layout(book, SCHEMAS)
    assert layout.record.record == SCHEMAS.exports[export].record
    leading = SCHEMAS.exports[export].leading
    assert tuple(spec.column for spec in layout.fields) == columns[len(leading) :]
    assert layout.ignored == ()


def test_the_order_of_columns_does_not_matter(registry: Registry, tmp_path: Path) -> None:
    found, _, counts = held(registry, write(tmp_path / "a.xlsx", ROWS, ["cột lạ", *sorted(ROWS[0])]))
    assert (found, counts.ignored) == ([], ("cột lạ",))


def test_a_sheet_of_another_layout_is_mapped(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "layout.toml").write_text(MAPPED, encoding="utf-8")
    rows = [
        {
            "Số": row["so"].split("/")[0], "Năm": 2010, "Quyển": "1/2010", "Ngày ĐK": row["ngayDangKy"],
            "Họ tên trẻ": row["nksHoTen"], "Mẹ": row["meHoTen"] if number else "Trần Thị Khác",
        }
        for number, row in enumerate(ROWS)
    ]  # fmt: skip
    file = write(tmp_path / "a.xlsx", rows, list(rows[0]))
    found, _, _ = held(registry, file, layout=tmp_path / "layout.toml")
    assert told(found) == {("fields", 2, "meHoTen", "changed")}


def test_every_flaw_of_a_layout_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "layout.toml"
    path.write_text('record = "brith"\nheder = 1\n[columns]\nso = 3\n', encoding="utf-8")
    with pytest.raises(SchemaError) as refused:
        read_layout(path, SCHEMAS)
    assert "dòng 1" in refused.value.message
    assert "dòng 2" in refused.value.message
    assert "dòng 4" in refused.value.message


def test_a_missing_header_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "layout.toml"
    path.write_text(MAPPED, encoding="utf-8")
    file = write(tmp_path / "a.xlsx", [], ["Số", "Năm", "Quyển", "Ngày DK"])
    with open_workbook(file) as book, pytest.raises(ReconcileError, match="Ngày ĐK"):
        find_layout(book, SCHEMAS, read_layout(path, SCHEMAS))


def test_a_sheet_without_known_columns_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.xlsx", [], ["Số", "Tên"])
    with open_workbook(file) as book, pytest.raises(ReconcileError, match="--layout"):
        find_layout(book, SCHEMAS)
