"""What the paper truly says never keeps the rest of a book back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.base.model import FieldStatus
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import package_flaws, read_manifest
from pipeline.delivery.package import PackageReport, export_book
from pipeline.registry import Verdict
from tests.delivery.export.books import CLEAN, StoredTruth, stored

FOUR = replace(CLEAN, entries=4, dpi=100, cover=False)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> StoredTruth:
    return stored(tmp_path_factory.mktemp("partial"), "birth-2006", FOUR)


def say(book: StoredTruth, at: int, field: str, text: str) -> None:
    """A person types what stands on paper."""
    with book.context.open_registry() as registry:
        entry_id = registry.entries(book.book_id)[at]
        registry.decide(entry_id, [Verdict(field, FieldStatus.READ, text)], author="an")


def packed(book: StoredTruth, target: Path, *, partial: bool = False) -> PackageReport:
    with book.context.open_registry() as registry:
        return export_book(
            registry, book.context, book.book_id, target, PackageOptions(), partial=partial, workers=1
        )


def rows_of(report: PackageReport) -> list[dict[str, str]]:
    assert report.folder is not None
    (path,) = report.folder.glob("*.xlsx")
    sheet = openpyxl.load_workbook(path)["DL Import"]
    header = [cell.value for cell in sheet[1]]
    return [
        {str(name): str(cell.value or "") for name, cell in zip(header, row, strict=True)}
        for row in sheet.iter_rows(min_row=2)
    ]


def test_what_stands_on_paper_is_delivered_in_the_form_of_the_ministry(
    book: StoredTruth, tmp_path: Path
) -> None:
    say(book, 0, "entry_number", "01")
    say(book, 1, "child_born_on", "15/8 ÂL")
    say(book, 2, "registered_on", "ngày nào đó")
    with book.context.open_registry() as registry:
        number = registry.entry(registry.entries(book.book_id)[0]).values["entry_number"]
    assert number == "01"
    whole = packed(book, tmp_path / "whole")
    assert (whole.refused, whole.folder) == ("unsettled", None)
    (held,) = whole.blockers
    assert (held.why, held.codes, held.fields) == ("confirm", ("registration_day",), ("ngayDangKy",))
    rest = packed(book, tmp_path / "rest", partial=True)
    first, second, third = rows_of(rest)
    assert first["so"] == f"01/{first['ngayDangKy'][-4:]}"
    assert (second["nksNgaySinh"], "Ngày sinh trên sổ ghi: 15/8 ÂL" in second["ghiChu"]) == ("", True)
    assert third["nksHoTen"]
    assert rest.folder is not None
    assert not package_flaws(rest.folder)
    manifest = read_manifest(rest.folder)[1]
    assert [row["why"] for row in manifest["not_settled"]] == ["confirm"]
    assert {one["rule"] for one in manifest["layered"]} == {"number_without_year", "lunar_date"}
    assert "15/8 ÂL" not in (rest.folder / "manifest.json").read_text(encoding="utf-8"), (
        "no value in the manifest"
    )
    layers = json.loads(next(rest.folder.glob("*.layers.json")).read_text(encoding="utf-8"))["layers"]
    assert [(one["written"], one["delivered"]) for one in layers] == [("01", first["so"]), ("15/8 ÂL", "")]
    again = packed(book, tmp_path / "again", partial=True)
    assert again.folder is not None
    for pattern in ("*.xlsx", "*.layers.json"):
        one, other = (next(folder.glob(pattern)) for folder in (rest.folder, again.folder))
        assert one.read_bytes() == other.read_bytes(), "a book that is exported again gives the same"
