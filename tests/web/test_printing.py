"""Printing in the browser of a supervisor: refused with a sentence, drafted, issued once, listed, declared void."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus
from pipeline.registry import Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.extracts.model import IssueFilter
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from tests.delivery.printing.printed_office import ASKER, PrintedOffice, printed_office
from tests.registry.pages import LEDGER, SCHEMAS, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import browser_of, join

SCRIPT = "<script>alert(1)</script>"
FORM = {
    "recipient": SCRIPT,
    "reason": "làm hồ sơ",
    "copies": "2",
    "signer": "Thử Ký",
    "signer_title": "Chủ tịch",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintedOffice]:
    with printed_office(Path(tmp_path_factory.mktemp("office"))) as made:
        yield made


@pytest.fixture(scope="module")
def browsers(office: PrintedOffice) -> dict[str, Browser]:
    """A supervisor of the place, one of another place, a checker."""
    accounts = office.registry.accounts()
    app = create_app(new_site(office.registry, SCHEMAS, work=ServerWork(printer=office.printer)))
    for login, role, place in (
        ("chi", Role.SUPERVISOR, LEDGER.place_code),
        ("xa", Role.SUPERVISOR, "31333"),
        ("kiem", Role.CHECKER, LEDGER.place_code),
    ):
        join(accounts, login, role, place)
    return {login: browser_of(app, accounts, login) for login in ("chi", "xa", "kiem")}


def _code_of(office: PrintedOffice, extract_id: int) -> str:
    scan = office.workspace.root / "giay.pdf"
    scan.write_bytes(office.printer.issued(extract_id, ASKER).content)
    return office.printer.code_on(scan)


def hidden(shown: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]+)"', shown)
    assert found is not None
    return found[1]


def test_an_extract_is_drafted_issued_once_taken_and_declared_void(
    office: PrintedOffice, browsers: dict[str, Browser]
) -> None:
    chi, place = browsers["chi"], f"/entries/{office.entry_id}"
    assert f'href="{place}/print"' in chi.get(place).text
    assert "In, cấp trích lục…" in text_of(chi.get("/extracts")), "an empty register says how one is issued"
    shown = chi.get(f"{place}/print").text
    assert (hidden(shown, "signer"), hidden(shown, "signer_title")) == ("Thử Ký", "Phó Chủ tịch")
    form = {**FORM, "seen": hidden(shown, "seen"), "token": hidden(shown, "token")}
    draft = chi.submit(f"{place}/extract/draft", form)
    assert (draft.status_code, draft.content[:5], draft.headers["cache-control"]) == (
        200,
        b"%PDF-",
        "no-store",
    )
    lacking = chi.submit(f"{place}/extract", {**form, "reason": " "})
    assert (lacking.status_code, "lý do cấp" in text_of(lacking)) == (422, True)
    assert SCRIPT not in lacking.text
    assert 'value="Thử Ký"' in lacking.text, "what was typed stays"
    stale = chi.submit(f"{place}/extract", {**form, "seen": "0" * 64, "token": "another"})
    assert (stale.status_code, "đã thay đổi" in text_of(stale)) == (422, True)
    done = [chi.submit(f"{place}/extract", form) for _ in range(2)]
    assert {one.headers["location"] for one in done} == {"/extracts?issued=1"}
    (line,) = office.registry.issued_extracts(IssueFilter(), author="an").rows
    assert (line.author, line.copies, line.recipient) == ("chi", 2, SCRIPT)
    listed = chi.get("/extracts?issued=1")
    assert (SCRIPT in listed.text, "1 trích lục" in text_of(listed)) == (False, True)
    assert chi.get("/extracts/1").content[:5] == b"%PDF-"
    text = _code_of(office, line.extract_id)
    checked = chi.submit("/extracts/check", {"code": text})
    assert (checked.status_code, "khớp với sổ cấp" in text_of(checked)) == (200, True)
    bent = chi.submit("/extracts/check", {"code": text[:-4]})
    assert (bent.status_code, "không do cơ quan này ký" in text_of(bent)) == (422, True)
    change = [Verdict("mother_name", FieldStatus.READ, "Thử Bốn")]
    office.registry.decide(office.entry_id, change, author="an")
    old = chi.get("/extracts/1")
    assert (old.status_code, "không còn đúng với sổ" in text_of(old)) == (422, True)
    listed = chi.get("/extracts")
    assert "quyết định khác từ khi cấp" in text_of(listed)
    (way,) = re.findall(r'href="(/extracts/1\?[^"]+)"', listed.text)
    taken = chi.get(way)
    assert (taken.content[:5], "KHONG-CON-DUNG" in taken.headers["content-disposition"]) == (b"%PDF-", True)
    assert "Không có trích lục nào như vậy" in text_of(chi.get("/extracts?number=abc"))
    assert chi.submit("/extracts/1/void", {"reason": " "}).status_code == 422
    void = chi.submit("/extracts/1/void", {"reason": "sai tên"})
    assert void.headers["location"] == "/extracts?voided=1"
    assert "sai tên" in text_of(chi.get("/extracts"))
    late = chi.get("/extracts/1")
    assert (late.status_code, "đã hủy" in text_of(late)) == (422, True)


def test_what_waits_is_told_and_not_printed(office: PrintedOffice, browsers: dict[str, Browser]) -> None:
    waiting = office.add(2, child_name=read("child_name", "Thử Kín", accepted=False))
    shown = browsers["chi"].get(f"/entries/{waiting}/print")
    assert "còn chờ rà soát" in text_of(shown)
    assert "Thử Kín" not in shown.text
    assert f"<title>In Khai sinh số 41/2010, quyển {LEDGER.volume}" in shown.text, (
        "by it a browser names a file"
    )
    for answer in (
        browsers["chi"].get(f"/entries/{waiting}/print.pdf"),
        browsers["chi"].submit(f"/entries/{waiting}/extract/draft", FORM),
    ):
        assert (answer.status_code, "còn chờ rà soát" in text_of(answer)) == (422, True)


@pytest.mark.parametrize("login", ["xa", "kiem"])
def test_nobody_else_prints_lists_or_takes_anything(
    office: PrintedOffice, browsers: dict[str, Browser], login: str
) -> None:
    browser, place = browsers[login], f"/entries/{office.entry_id}"
    for path in (f"{place}/print", f"{place}/print.pdf"):
        assert browser.get(path).status_code == 403
    for path in (f"{place}/extract/draft", f"{place}/extract", "/extracts/1/void"):
        assert browser.submit(path, {**FORM, "seen": "0", "token": "t"}).status_code == 403
    assert browser.get("/extracts/1").status_code == 403
    assert browser.get(f"/books/{office.book_id}/list.xlsx").status_code in (403, 404)
    assert SCRIPT[1:] not in browser.get("/extracts").text


def test_a_book_is_listed_for_its_supervisor(office: PrintedOffice, browsers: dict[str, Browser]) -> None:
    shown = browsers["chi"].get(f"/books/{office.book_id}/entries").text
    for ending, begin in ((".pdf", b"%PDF-"), (".xlsx", b"PK")):
        path = f"/books/{office.book_id}/list{ending}"
        assert f'href="{path}"' in shown
        assert browsers["chi"].get(path).content.startswith(begin)
    assert office.registry.audit().recent(1)[0].action == "list-printed"
