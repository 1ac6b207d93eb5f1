"""The changes of reading again are reported and nothing is written. Reading is faked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.base.model import FieldStatus, PageImage, PageResult
from pipeline.declarations import schema
from pipeline.registry import Verdict
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book
from pipeline.runs.rereading import RereadPreview, outlook
from pipeline.scans.workspace import Workspace
from tests.fake_pages import GOOD, changed_engines, draw, fake_engines, fake_page


def other_page(page: PageImage, *others: Any, **named: Any) -> PageResult:
    """Return the same page by a model that reads the number otherwise and with confidence."""
    result = fake_page(page, *others, **named)
    (entry,) = result.entries
    (number,) = entry.readings
    sure = replace(number, text="7/2010", canonical="7/2010", accepted=True)
    return replace(result, entries=(replace(entry, readings=(sure,), findings=()),))


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    workspace = Workspace(tmp_path / "workspace")
    return RunContext(
        workspace.root,
        workspace.registry_url,
        schema.load(),
        make_engines=fake_engines,
        read_page=fake_page,
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book-1"
    folder.mkdir()
    (folder / "ledger.toml").write_text(
        'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "1"\nvolume = "01/2010"\n', encoding="utf-8"
    )
    draw(folder / "a.tiff", GOOD, GOOD, GOOD)
    return folder


def test_a_book_that_was_never_read_has_nothing_to_be_read_again(book: Path, context: RunContext) -> None:
    assert outlook(book, context, sample=2) == RereadPreview("book-1")
    with context.open_registry() as registry:
        assert registry.summary().books == 0


def test_a_preview_reports_changes_and_decisions_stay(book: Path, context: RunContext) -> None:
    digitize_book(book, context, workers=1)
    assert outlook(book, context, sample=2).outdated == 0
    with context.open_registry() as registry:
        for number, entry_id in enumerate(registry.entries(), start=1):
            verdict = Verdict("entry_number", FieldStatus.READ, f"{number}/2010")
            registry.decide(entry_id, [verdict], author="an")
    new = replace(context, make_engines=changed_engines, read_page=other_page)
    told = outlook(book, new, sample=2)
    assert (told.pages, told.outdated, told.sampled, told.changes) == (3, 3, 2, {"entry_number": 2})
    assert (told.changed, told.accepted, told.doubted, told.against) == (2, 2, 0, 2)
    assert outlook(book, new).outdated == 3  # nothing was written
    assert digitize_book(book, new, workers=1).reopened == 3
    with context.open_registry() as registry:
        values = [registry.entry(entry).values["entry_number"] for entry in registry.entries()]
    assert values == ["01/2010", "02/2010", "03/2010"]
