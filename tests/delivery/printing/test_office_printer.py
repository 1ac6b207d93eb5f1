"""What an office prints says what the registry holds, of settled entries alone."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from pipeline.base.errors import PrintRefused, RegistryError
from pipeline.base.files import sha256_of_file
from pipeline.base.model import FieldStatus
from pipeline.base.signing_key import signing_key
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.delivery.deliverable import deliverable_book
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import (
    write_manifest,
)
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.pdf_text import text_of_pdf
from pipeline.delivery.printing.service import HandoverOrder, HandoverParty, PrintedFile
from pipeline.registry import RegistryPart, Verdict, Withdrawn
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.extracts.model import IssueFilter
from pipeline.registry.publishing.model import PublishedState
from tests.delivery.printing.papers import order
from tests.delivery.printing.printed_office import ASKER, PrintedOffice, printed_office
from tests.registry.pages import SCHEMAS, blank, read

ORDER = AmendmentOrder("12/QĐ-UBND", "05.03.2020", "Luật Hộ tịch 2014, Điều 28", "UBND xã Thử")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PrintedOffice]:
    with printed_office(tmp_path) as made:
        yield made


def said(file: PrintedFile) -> str:
    return text_of_pdf(file.content)


FORGED_AMENDMENT = (
    "INSERT INTO amendment (id, book_id, scan_sha256, page_no, row, field, kind, old, text, canonical, "
    "decision_number, decided_on, authority, legal_basis, reason, author, noted_at) SELECT 7, book_id, sha256, 1, 0, "
    "'child_name', '{kind}', 'a', 'Kẻ Giả Mạo', 'Kẻ Giả Mạo', '1', '05.03.2020', 'x', 'x', '', 'an', "
    "'2026-01-01 00:00:00.000000' FROM scan"
)
FORGED_SIGNATURE = (
    "INSERT INTO amendment_signature (id, amendment_id, author, signed_at) "
    "VALUES (7, 7, 'binh', '2026-01-01 00:00:00.000000')"
)


@pytest.mark.parametrize("kind", ["correction", "unknown"])
def test_an_amendment_and_a_signature_that_somebody_put_in_leave_by_no_door(
    office: PrintedOffice, kind: str
) -> None:
    with closing(sqlite3.connect(office.workspace.registry_url.removeprefix("sqlite:///"))) as other:
        other.execute(FORGED_AMENDMENT.format(kind=kind))
        other.execute(FORGED_SIGNATURE)
        other.commit()
    beside = office.add(2, entry_number=read("entry_number", "42/2010"))

    view = office.printer.view(office.entry_id, ASKER)
    assert "bị sửa ngoài chương trình" in view.refusal
    with pytest.raises(PrintRefused):
        office.printer.issue(office.entry_id, order(), view.state, ASKER)

    policies = OfficePolicies()
    book = deliverable_book(
        office.registry, office.book_id, SCHEMAS, PackageOptions(approval=policies.approval)
    )
    assert {blocker.entry_id: blocker.why for blocker in book.blockers} == {office.entry_id: "tampered"}
    assert [settled.entry_id for settled in book.entries] == [beside], "only the forged entry is held back"

    published = office.registry.publishing().entry(
        None, office.entry_id, policies.delivery, policies.approval
    )
    assert published.state is PublishedState.ALTERED
    assert "Kẻ Giả Mạo" not in str(published)

    (held,) = office.registry.unproven_entries()
    assert held.tables == ("amendment", "amendment_signature")

    office.registry.settle_flaws(office.registry.audit().verify().flaws, document="BB-1/2026", by="admin")
    assert office.registry.unproven_entries() == ()
    if kind == "correction":
        office.registry.withdraw_amendment(office.entry_id, 7, author="an", reason="BB-1/2026")
    assert office.printer.view(office.entry_id, ASKER).refusal == ""
    assert "Kẻ Giả Mạo" not in said(office.printer.entry(office.entry_id, ASKER))


def test_an_extract_says_what_the_book_says_and_the_delivered_value_nowhere(office: PrintedOffice) -> None:
    entry_id = office.add(
        2,
        entry_number=read("entry_number", "42/2010"),
        child_born_on=read("child_born_on", "15/8/1990 ÂL", canonical=""),
        child_born_on_words=blank("child_born_on_words"),
        child_sex=read("child_sex", "Gái", canonical="2"),
        mother_born_on=read("mother_born_on", "khoảng 1930", canonical=""),
    )
    office.registry.decide(
        entry_id,
        [
            Verdict(name, FieldStatus.READ, text)
            for name, text in (("child_born_on", "15/8/1990 ÂL"), ("mother_born_on", "khoảng 1930"))
        ],
        author="an",
    )
    view = office.printer.view(entry_id, ASKER)
    assert view.refusal == ""
    text = said(office.printer.draft(entry_id, Signer(), ASKER))
    assert "15/8/1990 ÂL" in text
    assert "khoảng 1930" in text
    assert "Giới tính: Gái" in text
    assert ("Giới tính", "Gái") in view.rows
    assert "03/10/1990" not in text
    assert "trên sổ ghi" not in text


def test_an_extract_says_what_is_in_force_and_its_file_stays(office: PrintedOffice) -> None:
    amended = office.registry.amend(office.entry_id, "mother_name", "Thử Ba", ORDER, author="an")
    refused = office.printer.view(office.entry_id, ASKER)
    assert "ký xác nhận" in refused.refusal
    assert "“Họ tên mẹ”" in refused.refusal
    office.registry.sign_amendment(office.entry_id, amended, author="binh")
    view = office.printer.view(office.entry_id, ASKER)
    assert (view.refusal, view.refusal_of_extract, view.office.code) == ("", "", "BA")
    draft = said(office.printer.draft(office.entry_id, Signer(), ASKER))
    assert "BẢNDỰTHẢO" in draft.replace(" ", "")
    line = office.printer.issue(office.entry_id, order(), view.state, ASKER)
    assert line.held_words == ("cải chính do an ghi, binh ký xác nhận",)
    again = office.printer.issue(office.entry_id, order(), "stale", ASKER)
    assert (line.number, again) == (1, line), "a form sent twice issues one"
    file = office.printer.issued(line.extract_id, ASKER)
    text = said(file)
    for told in (
        f"Số: 1/{line.year}/TLKS-BS",
        "Họ, chữ đệm, tên: THỬ $X$ #LET MỘT",
        "Ngày, tháng, năm sinh: 05/03/2010 Ghi bằng chữ: Ngày năm tháng ba năm hai nghìn không trăm mười",
        "Giới tính: Nữ",
        "người mẹ: THỬ BA",
        "người cha: Năm sinh: Dân tộc: Quốc tịch: Nơi cư trú: Đăng ký",
        "Số: 41/2010 Quyển số: 01/2010 Ngày đăng ký: 12/03/2010",
        "Ghi chú: Đăng ký quá hạn",
        "Cải chính “Họ tên mẹ” từ “Thử Hai” thành “Thử Ba”, theo văn bản số 12/QĐ-UBND ngày 05/03/2020",
        "CHỦ TỊCH Thử Ký",
    ):
        assert told in text
    assert "Không có" not in text, "blank stays blank"
    office.registry.amend(office.entry_id, "notes", "Đã ghi thêm", ORDER, author="an")
    with pytest.raises(RegistryError, match="không còn đúng với sổ"):
        office.printer.issued(line.extract_id, ASKER)
    old = office.printer.issued(line.extract_id, ASKER, even_outdated=True)
    assert (old.content, old.name) == (file.content, f"KHONG-CON-DUNG-{file.name}")
    actions = {row.action for row in office.registry.audit().recent(40)}
    assert {"extract-drafted", "extract-issued", "extract-taken"} <= actions
    assert office.registry.audit().verify().flaws == ()


def test_the_code_on_a_paper_names_its_unchanged_line_and_nothing_else(
    office: PrintedOffice, tmp_path: Path
) -> None:
    view = office.printer.view(office.entry_id, ASKER)
    assert [paper.title for paper in view.papers] == ["Trích lục khai sinh", "Giấy khai sinh"]
    line = office.printer.issue(office.entry_id, order(paper="certificate"), view.state, ASKER)
    assert line.paper == "certificate"
    file = office.printer.issued(line.extract_id, ASKER)
    text = said(file)
    assert "GIẤY KHAI SINH (BẢN SAO)" in text
    assert f"Số: 1/{line.year}/GKS-BS" in text
    scan = tmp_path / "giay.pdf"
    scan.write_bytes(file.content)
    code = office.printer.code_on(scan)
    checked = office.printer.check(code.lower(), ASKER)
    assert (checked.flaw, checked.line) == ("", line)
    wanted = IssueFilter(office=line.office.lower(), year=line.year, number=line.number)
    assert office.registry.issued_extracts(wanted, author="an").rows == (line,)
    for forged in (code.replace(":1/", ":2/"), code[:-1], "HOTICH1:BA", "x"):
        with pytest.raises(PrintRefused):
            office.printer.check(forged, ASKER)
    office.registry.void_extract(line.extract_id, "sai tên", author="an")
    assert "đã hủy: sai tên" in office.printer.check(code, ASKER).flaw
    with closing(sqlite3.connect(office.workspace.registry_url.removeprefix("sqlite:///"))) as other:
        other.execute("DROP TRIGGER issued_extract_no_update")
        other.execute("UPDATE issued_extract SET subject = 'Kẻ Khác'")
        other.commit()
    assert "không còn như khi in" in office.printer.check(code, ASKER).flaw
    draft = office.printer.draft(office.entry_id, Signer(), ASKER)
    scan.write_bytes(draft.content)
    with pytest.raises(PrintRefused, match="Không thấy mã"):
        office.printer.code_on(scan)


def test_nothing_is_printed_of_what_waits_changed_or_contradicts_itself(office: PrintedOffice) -> None:
    names = ("child_name", "child_sex", "child_born_on", "mother_name", "father_name", "notes", "signer_name")
    waiting = office.add(2, **{name: read(name, "Thử", accepted=False) for name in names})
    refusal = office.printer.view(waiting, ASKER).refusal
    assert (refusal.count("“"), "và 1 trường nữa" in refusal) == (6, True), refusal
    for make in (
        lambda: office.printer.entry(waiting, ASKER),
        lambda: office.printer.draft(waiting, Signer(), ASKER),
        lambda: office.printer.issue(waiting, order(), office.printer.view(waiting, ASKER).state, ASKER),
    ):
        with pytest.raises(PrintRefused, match="còn chờ rà soát"):
            make()
    seen = office.printer.view(office.entry_id, ASKER).state
    office.registry.decide(
        office.entry_id, [Verdict("mother_name", FieldStatus.READ, "Thử Bốn")], author="an"
    )
    with pytest.raises(PrintRefused, match="đã thay đổi"):
        office.printer.issue(office.entry_id, order(), seen, ASKER)
    number = office.registry.amend(office.entry_id, "child_born_on", "06.03.2010", ORDER, author="an")
    office.registry.sign_amendment(office.entry_id, number, author="binh")
    view = office.printer.view(office.entry_id, ASKER)
    assert (view.refusal, "khác nhau" in view.refusal_of_extract) == ("", True)
    with pytest.raises(PrintRefused, match="khác nhau"):
        office.printer.issue(office.entry_id, order(), view.state, ASKER)
    foreign = office.add(3, child_name=read("child_name", "Thử 壬"))
    assert "壬" in office.printer.view(foreign, ASKER).refusal_of_extract
    whole = office.add(4)
    (office.workspace.stored(office.scan) or Path()).chmod(0o600)
    (office.workspace.stored(office.scan) or Path()).write_bytes(b"another")
    with pytest.raises(PrintRefused, match="không còn đúng"):
        office.printer.issue(whole, order(), office.printer.view(whole, ASKER).state, ASKER)
    office.registry.withdraw(RegistryPart(office.book_id), author="chi", reason="nhầm sổ")
    with pytest.raises(Withdrawn):
        office.printer.draft(whole, Signer(), ASKER)
    with pytest.raises(RegistryError):
        office.printer.book_list(office.book_id, ".pdf", ASKER)
    assert office.registry.issued_extracts(IssueFilter(), author="an").found == 0


def test_an_undecided_code_leaves_by_no_door_and_a_question_of_columns_holds_no_paper(
    office: PrintedOffice,
) -> None:
    box = read("birth_type", "Trẻ chưa xác định được cha, mẹ")
    undecided = office.add(2, birth_type=box, father_name=read("father_name", "Thử Cha"))
    asked = office.add(3, mother_residence_place=read("mother_residence_place", "Tạm trú: ấp 5"))
    for make in (
        lambda: office.printer.entry(undecided, ASKER),
        lambda: office.printer.draft(undecided, Signer(), ASKER),
        lambda: office.printer.issue(undecided, order(), office.printer.view(undecided, ASKER).state, ASKER),
    ):
        with pytest.raises(PrintRefused, match="“Loại khai sinh” chờ một người xác nhận"):
            make()
    assert office.printer.view(asked, ASKER).refusal_of_extract == ""
    book = deliverable_book(office.registry, office.book_id, SCHEMAS, PackageOptions())
    held = {blocker.entry_id: (blocker.why, blocker.fields) for blocker in book.blockers}
    assert held[undecided] == ("confirm", ("nksLoaiKhaiSinh",))
    assert held[asked] == ("confirm", ("meLoaiCuTru",))
    code = office.registry.delivery_layers(undecided, DeliveryPolicy())["birth_type"].proposals[0]
    office.registry.confirm_delivery(undecided, "birth_type", DeliveryPolicy(), author="an")
    book = deliverable_book(office.registry, office.book_id, SCHEMAS, PackageOptions())
    (row,) = (one for one in book.entries if one.entry_id == undecided)
    assert row.cells["nksLoaiKhaiSinh"] == code.value


def test_without_an_office_only_drafts_are_printed(office: PrintedOffice) -> None:
    office.workspace.print.unlink()
    view = office.printer.view(office.entry_id, ASKER)
    assert "trang Thiết lập" in view.refusal_of_extract
    assert office.printer.draft(office.entry_id, Signer(), ASKER).name.startswith("du-thao-")
    with pytest.raises(PrintRefused, match="trang Thiết lập"):
        office.printer.issue(office.entry_id, order(), view.state, ASKER)


def test_an_entry_is_printed_beside_its_page(office: PrintedOffice) -> None:
    file = office.printer.entry(office.entry_id, ASKER)
    text = said(file)
    for told in (
        "Thử $x$ #let Một",
        "Thử Hai",
        "05/03/2010",
        "Đăng ký quá hạn",
        "Để trống trên sổ",
        "người in: an",
    ):
        assert told in text
    with pikepdf.open(io.BytesIO(file.content)) as pdf:
        assert sum(len(page.get_images()) for page in pdf.pages) == 1
    assert file.name.endswith(".41.pdf")


def test_a_list_names_each_entry_and_nothing_that_waits(office: PrintedOffice) -> None:
    office.add(2, child_name=read("child_name", "Thử Kín", accepted=False))
    number = office.registry.amend(office.entry_id, "child_name", "=1+1", ORDER, author="an")
    assert number
    text = said(office.printer.book_list(office.book_id, ".pdf", ASKER))
    assert ("=1+1" in text, "Thử Kín" in text, "Cộng: 2 sự kiện, trong đó 1" in text) == (True, False, True)
    file = office.printer.book_list(office.book_id, ".xlsx", ASKER)
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=5, max_row=6)]
    assert [(row[1], row[4], row[5]) for row in rows] == [
        ("41/2010", "=1+1", "Xong"),
        ("41/2010", "", rows[1][5]),
    ]
    assert rows[1][5] != "Xong"
    assert {
        cell.data_type for row in sheet.iter_rows(min_row=5, max_row=6) for cell in row if cell.value
    } == {"s"}


def package(folder: Path, workspace_key: Path) -> Path:
    """A small package whose manifest is signed."""
    folder.mkdir()
    (folder / "KS.xlsx").write_bytes(b"sheet")
    manifest = {
        "made_at": "2026-11-29T05:00:00+00:00",
        "book": {"kind": "KS", "place_code": "00000", "volume": "01/2010", "closing_entries": None},
        "template": "KS70",
        "counts": {"entries": 7, "pdfs": 7},
        "complete": False,
        "not_settled": [{"why": "task"}],
        "files": {"KS.xlsx": sha256_of_file(folder / "KS.xlsx")},
    }
    write_manifest(folder, manifest, signing_key(workspace_key))
    return folder


def test_handover_minutes_say_what_the_manifest_says_once_it_was_verified(
    office: PrintedOffice, tmp_path: Path
) -> None:
    folder = package(tmp_path / "goi", office.workspace.package_key)
    asked = HandoverOrder(receiver=HandoverParty("Sở Tư pháp #let", "Thử Nhận", "Chuyên viên"))
    text = said(office.printer.handover(folder, asked, ASKER, office.book_id)).replace(" ", "")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for told in (
        manifest["files"]["KS.xlsx"],
        sha256_of_file(folder / "manifest.json"),
        manifest["key_fingerprint"].replace(" ", ""),
        "CHƯAĐỦ:1chỗkhôngcótronggói",
        "Sốsựkiệntronggói7",
        "SởTưpháp#let",
        "ỦybannhândânxãBìnhAn",
    ):
        assert told in text
    (folder / "KS.xlsx").write_bytes(b"other")
    with pytest.raises(PrintRefused, match=r"KS\.xlsx: tệp đã bị đổi"):
        office.printer.handover(folder, asked, ASKER)
    (folder / "KS.xlsx").write_bytes(b"sheet")
    data = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(data.replace(b'"entries": 7', b'"entries": 8'))
    with pytest.raises(PrintRefused, match="chữ ký"):
        office.printer.handover(folder, asked, ASKER)
