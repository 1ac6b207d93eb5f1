"""The handbook in the browser: every page is shown, every link leads somewhere, nothing else is given out."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from fastapi import FastAPI

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.handbook import (
    HINTS,
    Handbook,
    HandbookPage,
    anchor_of,
    handbook_address,
    shipped_handbook,
)
from tests.web.browser import text_of
from tests.web.conftest import browser_of, join

DOCUMENTS = Path(__file__).parents[2] / "docs"
PAGES = sorted(
    f"{path.parent.name}/{path.stem}"
    for section in ("tutorial", "how-to", "reference")
    for path in (DOCUMENTS / section).glob("*.md")
)


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return shipped_handbook()


def test_every_link_and_picture_of_every_page_leads_somewhere(handbook: Handbook) -> None:
    shown = {name: handbook.page(name) for name in PAGES}
    contents = handbook.start()
    index = HandbookPage("Mục lục", contents.html + contents.technical, ())
    for name, page in {**shown, "index": index}.items():
        assert page is not None
        assert page.title
        anchors = {unescape(one) for one in re.findall(r' id="([^"]+)"', page.html)}
        for address in map(unescape, re.findall(r'href="([^"]+)"', page.html)):
            target, _, anchor = unquote(address).partition("#")
            if target.startswith("https://"):
                continue
            other = shown[target.removeprefix("/handbook/")] if target else page
            known = anchors if not target else set(re.findall(r' id="([^"]+)"', other.html if other else ""))
            assert not anchor or anchor in known, f"{name}: {address}"
        for picture in re.findall(r'src="/handbook/images/([^"]+)"', page.html):
            assert handbook.image(picture), f"{name}: {picture}"
        assert "<script" not in page.html
        prose = re.sub(r"<code.*?</code>", "", page.html, flags=re.DOTALL)
        assert not re.search(r"&lt;/?[a-z]", prose), f"{name}: HTML that the browser shows as it is written"


def test_the_contents_name_every_how_to_and_nothing_for_engineers(handbook: Handbook) -> None:
    start = handbook.start()
    contents = start.html + start.technical
    assert [name for name in PAGES if name.startswith("how-to") and f"/handbook/{name}" not in contents] == []
    assert "adr/" not in contents
    assert "ADR" not in contents


def test_what_is_for_engineers_stands_apart_and_is_found_last(handbook: Handbook) -> None:
    start = handbook.start()
    for name in ("how-to/train-a-reader", "how-to/use-a-cluster", "reference/commands"):
        assert f"/handbook/{name}" in start.technical
        assert f"/handbook/{name}" not in start.html
        page = handbook.page(name)
        assert page is not None
        assert page.is_technical
    assert "/handbook/how-to/review" in start.html
    found = handbook.search("sao lưu")
    assert [one.is_technical for one in found] == sorted(one.is_technical for one in found)
    assert {one.is_technical for one in found} == {False, True}
    assert found[0].name == "how-to/back-up"


def test_every_screen_has_its_page() -> None:
    assert {name.partition("#")[0] for _, name in HINTS} <= set(PAGES)
    assert handbook_address("/desk") == "/handbook/how-to/review"
    assert handbook_address("/books/7/entries") == "/handbook/how-to/scan-in-the-browser"
    assert handbook_address("/reports/pilot") == "/handbook/how-to/send-pilot-figures"
    assert handbook_address("/deskside") == "/handbook"


def test_pages_are_found_without_tones_and_those_with_the_words_in_their_heading_first(
    handbook: Handbook,
) -> None:
    names = [one.name for one in handbook.search("trich luc")]
    assert names[0] == "how-to/print"
    assert names == [one.name for one in handbook.search("TRÍCH LỤC")]
    withdrawal = handbook.search("xoa trang trung")[0]
    assert (withdrawal.name, "trang trùng" in withdrawal.excerpt) == ("how-to/withdraw", True)
    assert handbook.search("  ") == ()
    assert handbook.search("xyzzyx") == ()


def test_what_is_written_as_html_is_shown_as_it_is_written(tmp_path: Path) -> None:
    for folder in ("how-to", "images"):
        (tmp_path / folder).mkdir()
    (tmp_path / "how-to/a.md").write_text(
        "# Một\n\n## Hai bước\n\n<script>alert(1)</script> [x](javascript:alert(1)) [y](../../secret.md) "
        "[z](http://example.org) ![p](../images/none.png)\n\n## Hai bước\n",
        encoding="utf-8",
    )
    handbook = Handbook(tmp_path)
    page = handbook.page("how-to/a")
    assert page is not None
    assert page.parts == (("hai-bước", "Hai bước"), ("hai-bước-1", "Hai bước"))
    assert "&lt;script&gt;" in page.html
    assert "href" not in page.html
    assert "<img" not in page.html
    assert handbook.page("../how-to/a") is None
    assert handbook.start().html == ""


def test_anchors_are_those_that_the_documents_use() -> None:
    assert anchor_of("Phê duyệt trước khi bàn giao") == "phê-duyệt-trước-khi-bàn-giao"
    assert anchor_of("`hotich links confirm SỐ`") == "hotich-links-confirm-số"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_the_handbook_from_every_page(app: FastAPI, accounts: Accounts, role: Role) -> None:
    login = f"doc.{role.value}"
    join(accounts, login, role)
    browser = browser_of(app, accounts, login)
    assert 'href="/handbook"' in browser.get("/").text
    assert "Rà soát ở bàn làm việc" in text_of(browser.get("/handbook"))
    assert "Các phím" in text_of(browser.get("/handbook/how-to/review"))
    picture = browser.get("/handbook/images/desk.png")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert "In sự kiện, cấp trích lục" in text_of(browser.get("/handbook?q=trich+luc"))


def test_nothing_but_pages_and_pictures_is_given_out(app: FastAPI, accounts: Accounts) -> None:
    join(accounts, "to.mo", Role.REVIEWER)
    browser = browser_of(app, accounts, "to.mo")
    for path in ("how-to/none", "adr/0001-shape-of-the-house", "images/none.png", "how-to/..%2Findex"):
        assert browser.get(f"/handbook/{path}").status_code == 404
    assert "0 bài" in text_of(browser.get("/handbook?q=079301234567")), (
        "a long number is words like any other"
    )
    assert 'value="&lt;b&gt;"' in browser.get("/handbook?q=<b>").text
