"""Markup in every kind of text that people and files write, shown in a real browser: it stays text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.base.model import FieldStatus, Severity
from pipeline.registry import CrossEntryFinding, Link, Registry, RegistryPart, Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.accounts.saved_filters import FilteredPage
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.custody.model import BookDescription
from pipeline.registry.guidelines import GuidedField
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.scans.workspace import Workspace
from tests.registry.pages import SCHEMAS, entry, finding, page, read
from tests.web.desk.office import SINGLE, Office

MARK = "\"'><x-mark><img src=x onerror=ran()>"
"""Leaves an attribute and an element, and shows itself as an element even where its script may not run."""

WATCH = """
window.ran = () => { window.hasRun = true }
window.refused = []
addEventListener("securitypolicyviolation", event => window.refused.push(event.violatedDirective), true)
"""
FOUND = "[document.querySelectorAll('x-mark').length, window.hasRun || false, window.refused]"
NOT_WALKED = re.compile(r"/(logout|pictures|static|handbook|api|healthz)\b|\.(pdf|xlsx|zip|json|csv|toml)$")
MOST_PAGES = 90
TEXTS = (
    "person", "place", "folder", "scan", "failure", "reading", "parent", "order", "authority", "amended",
    "withdrawal", "comment", "question", "guideline", "filter", "file", "theirs", "shelf",
)  # fmt: skip
"""Kinds of texts, each with its name in it."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with a registry of its own: others' pages show none of its texts."""
    workspace = Workspace(tmp_path)
    with Registry.open(workspace.registry_url, SCHEMAS) as registry:
        yield Office(registry, workspace, place="10001")


def test_markup_in_texts_of_people_and_files_is_shown_as_text(office: Office, chromium: Browser) -> None:
    book_id, entry_id = _written(office)
    books, entries = f"/books/{book_id}", f"/entries/{entry_id}"
    pages = (books, f"{books}/entries", f"{books}/pages", f"{books}/approval", f"{books}/amendments", entries)
    found: dict[str, object] = {}
    shown: set[str] = set()
    with office.open():
        for name, starts in (
            ("phu.trach", ("/", "/desk", *pages, f"{entries}/amendments", f"{entries}/links", "/reconcile")),
            ("ra.soat", ("/", "/desk", "/comments", "/guidelines")),
            ("quan.tri", ("/", "/accounts", "/settings")),
        ):
            context = chromium.new_context()
            context.add_init_script(WATCH)
            context.add_cookies([{"name": "hotich", "value": office.session(name), "url": office.url}])
            at = context.new_page()
            at.on("dialog", lambda dialog: dialog.dismiss())
            for address in _walked(at, office.url, starts):
                seen, text = at.evaluate(FOUND), at.content()
                if seen != [0, False, []]:
                    found[f"{name} {address}"] = seen
                shown |= {one for one in TEXTS if f"text-{one} " in text}
            context.close()
    assert found == {}
    assert shown == set(TEXTS)


def _walked(at: Page, url: str, starts: tuple[str, ...]) -> Iterator[str]:
    """Go to each kind of page that links reach, and yield its address."""
    waiting, kinds = deque(starts), {_kind(one) for one in starts}
    for _ in range(MOST_PAGES):
        if not waiting:
            return
        address = waiting.popleft()
        answer = at.goto(f"{url}{address}", wait_until="networkidle" if address == "/desk" else "load")
        if answer is None or answer.status >= 400:
            continue
        yield address
        for link in at.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
            kind = _kind(link)
            if link.startswith("/") and kind not in kinds and not NOT_WALKED.search(kind):
                kinds.add(kind)
                waiting.append(link)


def _kind(address: str) -> str:
    path = address.partition("?")[0].partition("#")[0]
    return re.sub(r"[0-9a-f]{12,}|\d+|(?<=^/guidelines/).*|(?<=^/accounts/).*", "#", path)


def _text(what: str) -> str:
    return f"text-{what} {MARK}"


def _written(office: Office) -> tuple[int, int]:
    """An office with markup in all its texts; returns its book and an entry of it."""
    registry, accounts = office.registry, office.registry.accounts(office.clock)
    for name, role in (
        ("phu.trach", Role.SUPERVISOR),
        ("ra.soat", Role.REVIEWER),
        ("quan.tri", Role.ADMINISTRATOR),
    ):
        office.hire(name, role)
        accounts.rename(office.login(name), _text("person"), "admin")
    book_id = registry.book_id(
        replace(office.ledger, place=_text("place"), volume="01/2010"), f"{_text('folder')} {office.place}"
    )
    scan = f"{int(office.place):064x}"
    registry.store_scan(book_id, scan, _text("scan"), 1000, 2)
    registry.save_failure(book_id, scan, _text("scan"), 2, "timeout", _text("failure"))
    doubt = replace(finding("READ-LOW", "child_name"), details={"text": _text("reading")})
    entries = [
        entry(
            read("child_name", _text("reading"), accepted=False),
            read("mother_name", _text("parent")),
            findings=[doubt],
            row=row,
        )
        for row in range(3)
    ]
    registry.save_page(book_id, page(*entries, scan=scan), "f1")
    first, second, _ = registry.entries(book_id)
    registry.decide(
        first,
        [Verdict("child_name", FieldStatus.READ, _text("reading"))],
        author="an",
        reason=_text("reason"),
    )
    order = AmendmentOrder(_text("order"), "05.03.2020", _text("order"), _text("authority"))
    registry.amend(first, "mother_name", _text("amended"), order, author="an")
    registry.save_checks(
        [CrossEntryFinding(book_id, 1, second, replace(doubt, severity=Severity.REVIEW))], ["K07"]
    )
    registry.save_links([Link("person", first, "child", second, "child", 0.5, {"name": "same"})])
    registry.withdraw(RegistryPart(book_id, scan, 1, 2), author="an", reason=_text("withdrawal"))
    desk, supervisor, reviewer = (
        registry.desk(SINGLE, now=office.clock),
        office.person("phu.trach"),
        office.person("ra.soat"),
    )
    task = desk.next_task(reviewer)
    assert task is not None
    desk.comment(reviewer, task.task_id, _text("comment"), f"{office.place}")
    desk.ask(reviewer, task.task_id, _text("question"))
    for field in ("child_name", "notes"):
        guided = GuidedField("birth", field)
        desk.write_guideline(
            supervisor, guided, _text("guideline"), without=(), seen=0, token=f"{office.place} {field}"
        )
    registry.save_filter(supervisor, FilteredPage.BOOKS, _text("filter"), {"text": MARK})
    registry.reconciliations().save(
        "birth",
        _text("file"),
        scan,
        [
            FoundDifference(
                "fields",
                office.place,
                book_id,
                first,
                field="child_name",
                field_kind="changed",
                ours=_text("reading"),
                theirs=_text("theirs"),
            )
        ],
        {},
        author="an",
    )
    shelf = BookDescription(
        f"KS.{office.place}", office.place, "birth", "01/2010", _text("shelf"), "", _text("shelf")
    )
    registry.describe_books([shelf], author="an")
    return book_id, first
