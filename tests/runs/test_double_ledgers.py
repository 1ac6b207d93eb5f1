"""Both copies of a ledger are read: they are compared, a person sees both inks, and one is delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.errors import BookInQuestion
from pipeline.base.model import COPY_AGREES, COPY_DIFFERS
from pipeline.declarations.ledger import load_ledger
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.package import export_book
from pipeline.registry import Registry
from pipeline.registry.statistics.book_states import BookStage
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book
from tests.context_pages import DIFFERENT, FIRST, SECOND, copied_page
from tests.fake_books import LEDGER, make_book
from tests.fake_pages import draw
from tests.registry.offices import AN, CHECKED

COPY = LEDGER + 'copy_of = "book-1"\n'


@pytest.fixture
def context(context: RunContext) -> RunContext:
    return replace(context, read_page=copied_page)


@pytest.fixture
def copy(book: Path) -> Path:
    """The second copy of the book, of which the second entry says something else."""
    folder = make_book(book.parent / "book-2", COPY)
    draw(book / "a.tiff", FIRST, SECOND)
    draw(folder / "b.tiff", DIFFERENT, FIRST, mark=7)
    return folder


@pytest.fixture
def registry(book: Path, copy: Path, context: RunContext) -> Iterator[Registry]:
    """A registry with both copies, the delivered one (1) read first."""
    digitize_book(book, context, workers=1)
    digitize_book(copy, context, workers=1)
    with context.open_registry() as registry:
        yield registry


def said(registry: Registry, code: str) -> list[tuple[str, ...]]:
    """The fields that a finding of each entry of the delivered book names."""
    return [
        tuple(name for one in entry.findings if one.code == code for name in one.fields)
        for entry in registry.stored_entries(1)
    ]


def test_both_copies_are_compared_and_only_one_is_keyed_and_delivered(
    registry: Registry, context: RunContext, tmp_path: Path
) -> None:
    assert said(registry, COPY_AGREES) == [
        ("child_name", "entry_number", "mother_name"),
        ("entry_number", "mother_name"),
    ]
    assert said(registry, COPY_DIFFERS) == [(), ("child_name",)]
    assert (registry.second_copy(1), registry.delivered_book(2), registry.second_copy(2)) == (2, 1, None)
    assert (list(registry.stored_entries(2)), registry.queue(2)) == ([], ())
    states = {state.book_id: state.stage for state in registry.statistics(None).book_states()}
    assert states == {1: BookStage.REVIEW, 2: BookStage.COPY}
    refused = export_book(registry, context, 2, tmp_path / "out", PackageOptions(), partial=True, workers=1)
    assert (refused.refused, refused.folder) == ("copy", None)


def test_whichever_copy_is_read_first(book: Path, copy: Path, context: RunContext) -> None:
    digitize_book(copy, context, workers=1)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        texts = {
            entry.ref.page_no: sorted(one.code for one in entry.findings if one.code.startswith("COPY"))
            for entry in registry.stored_entries(2)
        }
    assert texts == {1: [COPY_AGREES], 2: [COPY_AGREES, COPY_DIFFERS]}


def test_a_person_sees_the_ink_of_the_other_copy_and_never_its_reading(registry: Registry) -> None:
    desk = registry.desk(CHECKED)
    shown = desk.next_task(AN)
    assert shown is not None
    assert shown.copied is not None
    assert (shown.copied.book, shown.copied.ref.page_no) == ("book-2", 3 - shown.ref.page_no)
    assert shown.copied.boxes["child_name"]
    assert desk.page_of(AN, shown.task_id, of_copy=True).ref == shown.copied.ref
    assert "Lê Thị Hành" not in repr(shown)


def test_a_book_that_is_no_copy_after_all_is_keyed_and_delivered(
    registry: Registry, copy: Path, context: RunContext
) -> None:
    ledger = replace(load_ledger(copy), copy_of="")
    registry.correct_book(2, ledger, "book-2", author="chi", reason="không phải bản lưu")
    assert len(list(registry.stored_entries(2))) == len(registry.queue(2)) == 2
    digitize_book(copy.parent / "book-1", context, workers=1)
    assert said(registry, COPY_AGREES) == [(), ()]
    with pytest.raises(BookInQuestion):
        digitize_book(copy, context, workers=1)
