"""From a book through the registry to the package, and back by other libraries."""

from __future__ import annotations

import sqlite3
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image

from pipeline.base.errors import AlteredScan
from pipeline.base.files import sha256_of_file
from pipeline.base.model import Box, FieldStatus, Matrix, Pixels
from pipeline.books.book_checks import check_books
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery.deliverable import deliverable_book
from pipeline.delivery.entry_pdfs import CopyPlan, CopyRules, make_pdfs
from pipeline.delivery.export.compression import CopyOptions
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import package_flaws, read_manifest
from pipeline.delivery.export.preupload import preupload_faults
from pipeline.delivery.package import PackageProgress, PackageReport, export_book
from pipeline.delivery.package_sentences import format_package_report
from pipeline.registry import Registry, RegistryPart, Verdict, Withdrawn
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.scans.intake import list_scans, page_of
from pipeline.scans.workspace import Workspace
from pipeline.web.package_making import package_refusal
from tests.delivery.export.books import CLEAN, StoredTruth, box_of, stored
from tests.delivery.export.pdfs import assert_pdf_a_2b, pictures_of, text_of
from tests.delivery.export.rows import SCHEMAS, without_hints

NAMED = {"birth": "nksHoTen", "marriage": "chongHoTen", "death": "nktHoTen"}
FORMS = (
    "birth-2006",
    "marriage-2006",
    "death-2006",
    "birth-2016",
    "marriage-2016",
    "death-2016",
    "birth-table",
)
TWO = replace(CLEAN, entries=2, dpi=120)


def packed(book: StoredTruth, target: Path, options: PackageOptions = PackageOptions()) -> PackageReport:
    with book.context.open_registry() as registry:
        return export_book(registry, book.context, book.book_id, target, options, workers=1)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_decided_book_comes_back_from_its_package_as_the_registry_holds_it(
    form: str, tmp_path: Path
) -> None:
    book = stored(tmp_path, form, TWO)
    paper = DeliveryPolicy().changed(said_elsewhere="paper")
    report = packed(book, tmp_path / "out", PackageOptions(delivery=paper))
    assert (report.refused, report.entries, without_hints(report.faults)) == ("", 2, [])
    assert report.folder is not None
    told = read_manifest(report.folder)[1]
    assert not package_flaws(report.folder)
    (workbook,), (archive,) = report.folder.glob("*.xlsx"), report.folder.glob("*.zip")
    assert not without_hints(preupload_faults(workbook, told["template"], SCHEMAS))
    _assert_cells_equal_registry(book, workbook, told["template"])
    with zipfile.ZipFile(archive) as files:
        assert files.testzip() is None
        names = sorted(files.namelist())
        assert len(names) == 2
        for at, name in enumerate(names):
            data = files.read(name)
            (tmp_path / name).write_bytes(data)
            assert_pdf_a_2b(data)
            _assert_shows_its_entry(book, at, data, text_of(tmp_path / name))


def _assert_cells_equal_registry(book: StoredTruth, workbook: Path, template: str) -> None:
    sheet = openpyxl.load_workbook(workbook)[SCHEMAS.exports[template].sheet]
    header = [cell.value for cell in sheet[1]]
    columns = SCHEMAS.record(book.truth.kind).by_column
    with book.context.open_registry() as registry:
        entries = [registry.entry(entry_id) for entry_id in registry.entries(book.book_id)]
    in_words = [spec.name for spec in columns.values() if spec.kind == "date_words"]
    values = [
        {**entry.values, **{name: entry.decisions[name].text for name in in_words if name in entry.decisions}}
        for entry in entries
    ]
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == len(values)
    for row, value in zip(rows, values, strict=True):
        cells = {name: cell.value or "" for name, cell in zip(header, row, strict=True) if name in columns}
        wanted = {name: value[spec.name] or "" for name, spec in columns.items() if name in cells}
        assert cells == {name: unicodedata.normalize("NFC", text) for name, text in wanted.items()}
    filled = sum(bool(text) for value in values for text in value.values())
    assert filled > 12 * len(values), "the comparison above is of something"


def _assert_shows_its_entry(book: StoredTruth, at: int, data: bytes, text: str) -> None:
    entry, others = (
        book.truth.entries[at],
        [entry for entry in book.truth.entries if entry.page == book.truth.entries[at].page],
    )
    column = NAMED[book.truth.kind]
    name = unicodedata.normalize("NFC", " ".join(entry.values[column].split()))
    assert name in text, "the words can be searched for"
    for other in others:
        if other is not entry:
            assert other.values[column] not in text
    (picture,) = pictures_of(data)
    page = book.truth.pages[entry.page or 0]
    scan = next(scan for scan in list_scans(book.folder) if scan.path.name == page.scan)
    whole = page_of(scan, page.page_no).pixels
    assert 20_000 < len(data) < 140_000 * max(1.0, picture.size / 3 / (1240 * 1754))
    field = next(f.name for f in SCHEMAS.record(book.truth.kind).fields if f.column == column)
    ink = box_of(entry.ink[field][0])
    large = whole.shape[1], round(picture.shape[0] * whole.shape[1] / picture.shape[1])
    picture = np.asarray(Image.fromarray(picture).resize(large, Image.Resampling.BICUBIC))
    assert _likeness(_cut(whole, ink), picture, ink, several=len(others) > 1) > 0.8


def _cut(pixels: Pixels, box: Box) -> Matrix:
    shown: Matrix = (
        pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)].astype(float).mean(axis=2)
    )
    return shown


def _likeness(ink: Matrix, picture: Pixels, box: Box, *, several: bool) -> float:
    """Best correlation of the ink of the name on the scan with the copy at its place; where the page was cut, the
    place is looked for from top to bottom."""
    tops = range(picture.shape[0] - ink.shape[0]) if several else [int(box.top)]
    best = -1.0
    for top in tops:
        there = _cut(picture, Box(box.left, top, box.right, top + ink.shape[0]))
        if there.shape == ink.shape and there.std() > 0:
            best = max(best, float(np.corrcoef(ink.ravel(), there.ravel())[0, 1]))
    return best


def test_entries_that_are_not_settled_keep_the_book_back_or_are_left_out_by_name(tmp_path: Path) -> None:
    book = stored(tmp_path, "death-2006", replace(TWO, cover=False), decided=False)
    report = packed(book, tmp_path / "out")
    assert (report.refused, report.folder) == ("unsettled", None)
    assert {blocker.why for blocker in report.blockers} == {"task"}
    assert not (tmp_path / "out").exists()
    with book.context.open_registry() as registry:
        empty = export_book(
            registry, book.context, book.book_id, tmp_path / "out", PackageOptions(), partial=True, workers=1
        )
    assert empty.refused == "empty"


def exchange_in_store(book: StoredTruth) -> tuple[str, str]:
    """Swap the objects of the first two pages with entries in the store; return the hashes of their scans."""
    workspace = Workspace(book.context.workspace)
    with book.context.open_registry() as registry:
        entries = [registry.entry(entry_id) for entry_id in registry.entries(book.book_id)]
    one, other = dict.fromkeys(entry.ref.scan_sha256 for entry in entries[:2])
    paths = [workspace.stored(sha256) for sha256 in (one, other)]
    assert paths[0] is not None
    assert paths[1] is not None
    contents = [path.read_bytes() for path in paths if path]
    for path, content in zip(paths, reversed(contents), strict=True):
        assert path is not None
        path.chmod(0o644)
        path.write_bytes(content)
    return one, other


def test_a_page_that_was_exchanged_in_the_store_is_never_signed(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2006", replace(TWO, entries=3, cover=False))
    swapped = exchange_in_store(book)

    whole = packed(book, tmp_path / "whole")
    assert (whole.refused, whole.folder) == ("unsettled", None)
    assert [(blocker.why, blocker.codes) for blocker in whole.blockers] == [("scan", ("altered",))] * 2
    assert all("bản quét trong kho" in told for told, _ in package_refusal(whole, book.book_id).places)

    with book.context.open_registry() as registry:
        rest = export_book(
            registry, book.context, book.book_id, tmp_path / "rest", PackageOptions(), partial=True, workers=1
        )
    assert rest.folder is not None
    assert rest.entries == 1
    manifest = read_manifest(rest.folder)[1]
    assert (manifest["complete"], [one["why"] for one in manifest["not_settled"]]) == (False, ["scan"] * 2)
    (archive,) = rest.folder.glob("*.zip")
    with zipfile.ZipFile(archive) as files:
        assert len(files.namelist()) == 1
    workspace = Workspace(book.context.workspace)
    assert [workspace.flaw_of(sha256) for sha256 in swapped] == ["altered"] * 2


def test_a_value_that_was_changed_behind_the_program_is_never_signed(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2006", replace(TWO, cover=False))
    with book.context.open_registry() as registry:
        changed, other = registry.entries(book.book_id)
    database = sqlite3.connect(Workspace(book.context.workspace).root / "hotich.db")
    with database:
        database.execute("UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = ?", (changed,))
    database.close()

    whole = packed(book, tmp_path / "whole")
    assert (whole.refused, whole.folder) == ("unsettled", None)
    (held,) = whole.blockers
    assert (held.why, held.entry_id, held.codes) == ("tampered", changed, ("birth_record",))
    ((told, _),) = package_refusal(whole, book.book_id).places
    assert "bị sửa ngoài chương trình" in told

    with book.context.open_registry() as registry:
        rest = export_book(
            registry, book.context, book.book_id, tmp_path / "rest", PackageOptions(), partial=True, workers=1
        )
    assert rest.folder is not None
    assert rest.entry_ids == (other,)
    assert "Người Khác" not in str(read_manifest(rest.folder))
    (workbook,) = rest.folder.glob("*.xlsx")
    sheets = openpyxl.load_workbook(workbook).worksheets
    assert "Người Khác" not in {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert [one["why"] for one in read_manifest(rest.folder)[1]["not_settled"]] == ["tampered"]


def test_a_page_that_is_exchanged_while_the_package_is_made_ends_it(tmp_path: Path) -> None:
    """What is checked before is hashed again when it is decoded: nothing is signed in between."""
    book = stored(tmp_path, "birth-2006", replace(TWO, cover=False))
    with book.context.open_registry() as registry:
        found = deliverable_book(registry, book.book_id, SCHEMAS, PackageOptions())
        names = found.names(SCHEMAS, PackageOptions())
        plan = CopyPlan(registry, Workspace(book.context.workspace), SCHEMAS, found, names, ())
        job = next(iter(plan.jobs()))
    exchange_in_store(book)
    rules = CopyRules(CopyOptions(), book.context.limits, datetime.now(UTC), 60.0)

    with pytest.raises(AlteredScan):
        make_pdfs(job, rules)


def test_a_scan_that_is_lost_holds_its_entry_back_and_no_other(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2006", replace(TWO, cover=False))
    with book.context.open_registry() as registry:
        lost = registry.entry(registry.entries(book.book_id)[0]).ref.scan_sha256
    path = Workspace(book.context.workspace).stored(lost)
    assert path is not None
    path.unlink()

    with book.context.open_registry() as registry:
        rest = export_book(
            registry, book.context, book.book_id, tmp_path / "rest", PackageOptions(), partial=True, workers=1
        )

    assert (rest.entries, [(one.why, one.codes) for one in rest.blockers]) == (1, [("scan", ("missing",))])


def test_an_amended_entry_goes_out_with_its_current_value_and_the_page_of_the_decision(
    tmp_path: Path,
) -> None:
    book = stored(tmp_path, "birth-2006", TWO)
    with book.context.open_registry() as registry:
        entry_id = registry.entries(book.book_id)[0]
        entry = registry.entry(entry_id)
        paper = registry.book(book.book_id).pages[-1].ref
        order = AmendmentOrder("12/QĐ-UBND", "05.03.2026", "Luật Hộ tịch 2014, Điều 28", paper=paper)
        number = registry.amend(entry_id, "child_name", "Trần Văn Cải Chính", order, author="an")
        on_paper = entry.values["child_name"] or ""
        held = export_book(registry, book.context, book.book_id, tmp_path / "no", PackageOptions(), workers=1)
        assert [(blocker.why, blocker.fields) for blocker in held.blockers] == [("signature", ("nksHoTen",))]
        registry.sign_amendment(entry_id, number, author="binh")
        wanted = PackageOptions(approval=ApprovalPolicy(book=True))
        none = export_book(registry, book.context, book.book_id, tmp_path / "no", wanted, workers=1)
        assert (none.refused, none.folder, (tmp_path / "no").exists()) == ("unapproved", None, False)
        registry.approve_book(book.book_id, registry.value_digest(book.book_id)[0], author="chi")

        def taken_back(progress: PackageProgress) -> None:
            if registry.book_approval(book.book_id) is not None:
                registry.withdraw_approval(book.book_id, author="chi", reason="xem sót")

        late = export_book(
            registry, book.context, book.book_id, tmp_path / "no", wanted, workers=1, on_copied=taken_back
        )
        assert (late.refused, late.folder, list((tmp_path / "no").iterdir())) == ("unapproved", None, [])
        registry.approve_book(book.book_id, registry.value_digest(book.book_id)[0], author="chi")
        report = export_book(registry, book.context, book.book_id, tmp_path / "out", wanted, workers=1)
    assert report.folder is not None
    (workbook,), (archive,) = report.folder.glob("*.xlsx"), report.folder.glob("*.zip")
    sheet = openpyxl.load_workbook(workbook)[SCHEMAS.exports["KS70"].sheet]
    column = [cell.value for cell in sheet[1]].index("nksHoTen")
    assert sheet[2][column].value == "Trần Văn Cải Chính"
    with zipfile.ZipFile(archive) as files:
        names = files.namelist()
        corrections = [name for name in names if name.endswith("cc.pdf")]
        assert (len(names), corrections) == (3, [names[0].replace(".pdf", "cc.pdf")])
        (tmp_path / "entry.pdf").write_bytes(files.read(names[0]))
    assert unicodedata.normalize("NFC", on_paper) in text_of(tmp_path / "entry.pdf")
    amended = read_manifest(report.folder)[1]["amended"]
    assert [(one["column"], one["decision"], one["paper"]) for one in amended] == [
        ("nksHoTen", "12/QĐ-UBND", True)
    ]
    assert [(one["noted_by"], one["signed_by"]) for one in amended] == [("an", "binh")]
    approval = read_manifest(report.folder)[1]["approval"]
    assert (approval["book"], approval["amendments"], approval["approved_by"]) == (True, True, "chi")
    assert "Cải Chính" not in (report.folder / "manifest.json").read_text(encoding="utf-8")


def test_a_value_that_is_still_in_words_keeps_the_book_back(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2016", replace(TWO, entries=1))
    spec, words = next(
        (spec, vocabulary.uncoded[0])
        for spec in SCHEMAS.record("birth").fields
        if (vocabulary := SCHEMAS.vocabulary(spec)) is not None and vocabulary.uncoded
    )
    with book.context.open_registry() as registry:
        (entry_id,) = registry.entries(book.book_id)
        registry.decide(entry_id, [Verdict(spec.name, FieldStatus.READ, words)], author="thu")
        assert registry.summary(book.book_id).uncoded == {words: 1}
    report = packed(book, tmp_path / "out")
    held = [(blocker.why, blocker.fields, blocker.codes) for blocker in report.blockers]
    assert (report.refused, report.folder) == ("unsettled", None)
    assert held == [("confirm", (spec.column,), ("unknown_parent",))], "both parents are named"
    assert not list((tmp_path / "out").glob("*"))


def test_columns_that_a_template_lacks_are_reported(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2016", replace(TWO, entries=1))
    with book.context.open_registry() as registry:
        (entry_id,) = registry.entries(book.book_id)
        number = Verdict("child_id_number", FieldStatus.READ, "092210001234")
        registry.decide(entry_id, [number], author="thu")
    report = packed(book, tmp_path / "out", PackageOptions(birth_template="KS60"))
    assert report.folder is not None
    assert report.dropped["nksSoDinhDanh"] == 1
    assert read_manifest(report.folder)[1]["counts"]["dropped"] == dict(report.dropped)
    assert any("nksSoDinhDanh (1 sự kiện)" in line for line in format_package_report(report))
    assert packed(book, tmp_path / "whole").dropped == {}


def look_at_doubts(registry: Registry, book: StoredTruth) -> None:
    """What the check of the whole book doubts is as people say it is: numbers are missing on purpose."""
    check_books(registry, book.context.schemas, [book.book_id])
    for task in registry.queue(book.book_id):
        if task.entry_id is None:
            registry.settle_page(task.page_id, author="an")
            continue
        decided = registry.entry(task.entry_id).decisions
        words = [(field, decided[field].text if field in decided else "") for field in task.fields]
        registry.decide(
            task.entry_id, [Verdict(field, FieldStatus.READ, text) for field, text in words], author="an"
        )


def test_an_entry_that_was_delivered_and_is_withdrawn_is_told_and_named_in_the_next_package(
    tmp_path: Path,
) -> None:
    book = stored(tmp_path, "birth-2006", replace(TWO, cover=False))
    first = packed(book, tmp_path / "first")
    assert first.folder is not None
    assert (first.withdrawn, read_manifest(first.folder)[1]["withdrawn"]) == ((), [])
    with book.context.open_registry() as registry:
        gone = registry.entries(book.book_id)[0]
        number = registry.withdraw(registry.part_of_entry(gone), author="chi", reason="dòng gạch bỏ")
        look_at_doubts(registry, book)
        second = export_book(
            registry,
            book.context,
            book.book_id,
            tmp_path / "second",
            PackageOptions(),
            partial=True,
            workers=1,
        )
    assert second.folder is not None
    assert second.entries == 1
    assert any("GÓI TRƯỚC CÓ 1 VIỆC NAY ĐÃ THU HỒI" in line for line in format_package_report(second))
    (told,) = read_manifest(second.folder)[1]["withdrawn"]
    assert told["number"] not in {row["number"] for row in read_manifest(second.folder)[1]["not_settled"]}
    assert told["manifest"] == sha256_of_file(first.folder / "manifest.json")
    assert not package_flaws(first.folder)
    assert not package_flaws(second.folder)
    with book.context.open_registry() as registry:
        registry.reinstate(number, author="chi", reason="không gạch")
    assert packed(book, tmp_path / "third").withdrawn == ()


def test_a_withdrawn_book_is_not_delivered(tmp_path: Path) -> None:
    book = stored(tmp_path, "birth-2006", replace(TWO, cover=False))
    with book.context.open_registry() as registry:
        registry.withdraw(RegistryPart(book.book_id), author="chi", reason="sổ ghi nhầm")
    with pytest.raises(Withdrawn, match="sổ ghi nhầm"):
        packed(book, tmp_path / "out")
    assert not (tmp_path / "out").exists()
