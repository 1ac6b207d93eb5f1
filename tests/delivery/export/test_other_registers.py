"""Registers besides births, marriages and deaths: from a drawn book through the registry to what leaves the office."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.base.errors import PrintRefused
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import package_flaws, read_manifest
from pipeline.delivery.export.preupload import preupload_faults
from pipeline.delivery.package import export_book
from pipeline.delivery.package_sentences import format_package_report
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.office_printer import OfficePrinter
from pipeline.delivery.printing.pdf_text import text_of_pdf
from pipeline.delivery.printing.service import Asker
from pipeline.registry.search.model import SearchCriteria
from pipeline.scans.intake import DEFAULT_LIMITS
from pipeline.scans.workspace import Workspace
from tests.delivery.export.books import CLEAN, stored
from tests.delivery.export.rows import SCHEMAS, without_hints
from tests.delivery.printing.papers import order
from tests.registry.search.people import SUPERVISOR, WHY

ONE = replace(CLEAN, entries=1, dpi=100, scanner="none", blank=0.0, no_father=0.0, notes=0.0, cover=False)
ASKER = Asker("an")
WITHOUT_EXTRACT = {"GSGH", "LH"}
"""Workbooks of registers of which nobody described an extract: drafts of them list the fields by their labels."""


@pytest.mark.parametrize(
    ("form", "named", "template", "columns", "told"),
    [
        ("parentage-2006", "ncHoTen", "CMC50", "assumed", "Cột GIẢ ĐỊNH"),
        pytest.param(
            "marital-status-2006",
            "nxnHoTen",
            "HN35",
            "assumed",
            "Cột GIẢ ĐỊNH",
            marks=pytest.mark.slow,
        ),
        ("change-2016", "ntdHoTen", "TD", "own", "Bảng tính riêng của cơ quan"),
        ("guardianship-2016", "ndghHoTen", "GH", "own", "Bảng tính riêng của cơ quan"),
        pytest.param(
            "adoption-2016", "nnHoTen", "CN", "own", "Bảng tính riêng của cơ quan", marks=pytest.mark.slow
        ),
        *(
            pytest.param(form, named, template, "own", "Bảng tính riêng của cơ quan", marks=pytest.mark.slow)
            for form, named, template in (
                ("guardianship-2006", "ndghHoTen", "GH"),
                ("guardianship-end-2016", "nghHoTen", "CDGH"),
                ("supervision-2016", "ngsHoTen", "GSGH"),
                ("noted-divorce-2016", "nycHoTen", "LH"),
            )
        ),
    ],
)
def test_a_decided_book_is_delivered_found_and_listed_and_says_what_is_assumed(
    form: str, named: str, template: str, columns: str, told: str, tmp_path: Path
) -> None:
    book = stored(tmp_path, form, ONE)
    (entry,) = book.truth.entries
    name = entry.values[named]
    with book.context.open_registry() as registry:
        paper = PackageOptions(delivery=DeliveryPolicy().changed(said_elsewhere="paper"))
        report = export_book(registry, book.context, book.book_id, tmp_path / "out", paper, workers=1)
        assert (report.refused, report.entries, without_hints(report.faults), report.dropped) == (
            "",
            1,
            [],
            {},
        )
        (entry_id,) = registry.entries(book.book_id)
        values = registry.entry(entry_id).values
        match = registry.search(SUPERVISOR, SearchCriteria(name=name), WHY)
        printer = OfficePrinter(registry, Workspace(book.context.workspace), SCHEMAS, DEFAULT_LIMITS)
        view = printer.view(entry_id, ASKER)
        assert view.is_generic is (template in WITHOUT_EXTRACT)
        assert ("chưa có mẫu trích lục" in view.refusal_of_extract) is view.is_generic
        with pytest.raises(
            PrintRefused, match="chưa có mẫu trích lục" if view.is_generic else "chưa được khai"
        ):
            printer.issue(entry_id, order(), view.state, ASKER)
        draft = text_of_pdf(printer.draft(entry_id, Signer(), ASKER).content)
        assert name.casefold() in " ".join(draft.split()).casefold()
        listed = text_of_pdf(printer.book_list(book.book_id, ".pdf", ASKER).content)
    assert [hit.entry_id for hit in match.hits] == [entry_id]
    assert name.casefold() in " ".join(listed.split()).casefold()
    assert report.folder is not None
    assert not package_flaws(report.folder)
    manifest = read_manifest(report.folder)[1]
    assert (manifest["template"], manifest["template_columns"]) == (template, columns)
    assert any(told in line for line in format_package_report(report))
    (workbook,) = report.folder.glob("*.xlsx")
    assert not without_hints(preupload_faults(workbook, template, SCHEMAS))
    header, row = openpyxl.load_workbook(workbook)["Sheet1"].iter_rows(values_only=True)
    columns_of = SCHEMAS.columns(template)
    assert header == columns_of
    fields = SCHEMAS.record(book.truth.kind).by_column
    assert {at: cell or "" for at, cell in zip(columns_of, row, strict=True)} == {
        at: values[fields[at].name] or "" for at in columns_of
    }
    assert sum(cell is not None for cell in row) > 15
