"""A book that was read is weighed as a whole: real registry, real workers, pages whose lines are made of texts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus, PageRef
from pipeline.books.book_context.second_pass import first_fingerprint
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import StoredEntry, Verdict
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book
from pipeline.runs.rereading import outlook
from pipeline.scans.workspace import Workspace
from tests.context_pages import CLEAR, OTHER, PLAIN, UNSURE, written_page
from tests.fake_pages import changed_engines, draw
from tests.registry.offices import AN, CHECKED

FIELD = "registrar_name"


@pytest.fixture
def context(context: RunContext) -> RunContext:
    return replace(context, read_page=written_page)


def stored(context: RunContext) -> list[StoredEntry]:
    """Return the entries of the book, in its order."""
    with context.open_registry() as registry:
        return list(registry.stored_entries(1))


def registrars(context: RunContext) -> list[str]:
    return [next(one.text for one in entry.readings if one.field == FIELD) for entry in stored(context)]


def _said(context: RunContext) -> dict[PageRef, list[tuple[str, str, str, bool]]]:
    return {
        entry.ref: [(one.field, one.text, one.canonical, one.accepted) for one in entry.readings]
        for entry in stored(context)
    }


def fingerprints(context: RunContext) -> dict[PageRef, str]:
    with context.open_registry() as registry:
        return registry.fingerprints(1)


def test_the_pages_of_a_book_help_one_another(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR, OTHER)
    report = digitize_book(book, context, workers=2)
    assert registrars(context) == ["Trần Văn Tuấn"] * 3 + ["Lê Thị Hạnh"]
    assert (report.read, report.weighed) == (4, 3)
    assert {ref.page_no for ref, one in fingerprints(context).items() if one != first_fingerprint(one)} == {
        1,
        2,
        3,
    }
    assert (report.entries, report.accepted + report.review) == (4, 4)
    with context.open_registry() as registry:
        (second,) = (entry.entry_id for entry in registry.stored_entries(1) if entry.ref.page_no == 2)
        past = registry.past_readings(second)
    assert [(one.reading.text, one.latest) for one in past if one.reading.field == FIELD] == [
        ("Trần Văn Tuân", False),
        ("Trần Văn Tuấn", True),
    ]
    assert first_fingerprint(past[-1].fingerprint) == past[0].fingerprint != past[-1].fingerprint


def test_a_second_run_reads_and_saves_nothing(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    before = fingerprints(context)
    again = digitize_book(book, context, workers=1)
    assert (again.read, again.known, again.weighed) == (0, 3, 0)
    assert fingerprints(context) == before


def test_a_book_is_weighed_again_when_further_pages_were_scanned(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    assert registrars(context) == ["Trần Văn Tuân", "Trần Văn Tuấn"]
    draw(book / "b.tiff", CLEAR, mark=7)
    assert digitize_book(book, context, workers=1).weighed == 3
    assert registrars(context) == ["Trần Văn Tuấn"] * 3


def test_pages_that_arrive_one_by_one_come_to_what_all_at_once_come_to(
    book: Path, context: RunContext, tmp_path: Path
) -> None:
    greys = [CLEAR, UNSURE, OTHER, CLEAR, UNSURE]
    places = list(range(len(greys)))
    random.Random(4).shuffle(places)
    for place in places:
        draw(book / f"{place}.png", greys[place], mark=place)
        digitize_book(book, context, workers=1)
    at_once = replace(context, workspace=tmp_path / "other")
    at_once = replace(at_once, registry_url=Workspace(at_once.workspace).registry_url)
    digitize_book(book, at_once, workers=1)
    assert _said(context) == _said(at_once)
    assert fingerprints(context) == fingerprints(at_once)


def test_without_context_every_page_stands_alone(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR)
    digitize_book(book, replace(context, book_context=False), workers=1)
    assert registrars(context)[1] == "Trần Văn Tuân"
    assert not Workspace(context.workspace).kept_pages(1).exists()


def test_a_decision_stays_and_its_task_closed(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", UNSURE, UNSURE, OTHER)
    digitize_book(book, context, workers=1)
    first = stored(context)[0]
    with context.open_registry() as registry:
        registry.decide(first.entry_id, [Verdict(FIELD, FieldStatus.READ, "Trần Văn Tuấn")], author="an")
    report = digitize_book(book, context, workers=1)
    assert (report.weighed, report.reopened) == (1, 0)
    assert registrars(context) == ["Trần Văn Tuân", "Trần Văn Tuấn", "Lê Thị Hạnh"]
    after = stored(context)[0]
    assert after.values[FIELD] == "Trần Văn Tuấn"
    assert after.readings == first.readings


def test_a_decision_on_what_the_book_said_stays_when_the_book_says_something_else(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        registry.decide(
            stored(context)[1].entry_id, [Verdict(FIELD, FieldStatus.READ, "Trần Văn Tuấn")], author="an"
        )
    for file in Workspace(context.workspace).kept_pages(1).iterdir():
        if not file.name.endswith("-2.bin"):
            file.unlink()
    report = digitize_book(book, context, workers=1)
    assert report.reopened == 0
    assert registrars(context)[1] == "Trần Văn Tuấn"


def test_a_page_that_somebody_has_in_hand_is_left_alone(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        task = registry.desk(ReviewPolicy(check="all", blind="critical")).next_task(AN)
        assert task is not None
    draw(book / "b.tiff", CLEAR, mark=7)
    digitize_book(book, context, workers=1)
    held = stored(context)[0]
    assert held.ref == task.ref
    assert registrars(context) == ["Trần Văn Tuân", "Trần Văn Tuấn", "Trần Văn Tuấn"]
    with context.open_registry() as registry:
        registry.desk(ReviewPolicy(check="all", blind="critical")).hand_back(AN, task.task_id)
    digitize_book(book, context, workers=1)
    assert registrars(context) == ["Trần Văn Tuấn"] * 3


def test_a_page_with_keyed_values_is_left_alone(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        desk = registry.desk(CHECKED)
        task = desk.next_task(AN)
        assert task is not None
        words = [Verdict(work.field, FieldStatus.READ, "Thử Hai") for work in task.fields]
        desk.key(AN, task.task_id, task.version, words, token="once")
    draw(book / "b.tiff", CLEAR, mark=7)
    digitize_book(book, context, workers=1)
    assert registrars(context) == ["Trần Văn Tuân", "Trần Văn Tuấn", "Trần Văn Tuấn"]


def test_a_page_without_kept_lines_stays_and_proves_nothing(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", CLEAR, PLAIN, UNSURE)
    report = digitize_book(book, context, workers=1)
    assert report.weighed == 0
    assert registrars(context) == ["Trần Văn Tuấn", "Trần Văn Tuân", "Trần Văn Tuân"]


@pytest.mark.parametrize("content", [b"", b"no page at all"])
def test_a_file_that_is_damaged_counts_as_none(book: Path, context: RunContext, content: bytes) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR)
    digitize_book(book, replace(context, book_context=False), workers=1)
    folder = Workspace(context.workspace).kept_pages(1)
    folder.mkdir(parents=True)
    for ref in fingerprints(context):
        (folder / f"{ref.scan_sha256}-{ref.page_no}.bin").write_bytes(content)
    assert digitize_book(book, context, workers=1).weighed == 0


def test_pages_that_are_read_anew_are_weighed_anew(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    report = digitize_book(book, replace(context, make_engines=changed_engines), workers=1)
    assert (report.read, report.weighed) == (3, 3)
    assert registrars(context)[1] == "Trần Văn Tuấn"


def test_a_preview_compares_what_the_book_says_with_what_it_would_say(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", CLEAR, UNSURE, CLEAR)
    digitize_book(book, context, workers=1)
    changed = replace(context, make_engines=changed_engines)
    assert outlook(book, context).outdated == 0
    preview = outlook(book, changed, sample=3)
    assert (preview.outdated, preview.sampled, preview.changed) == (3, 3, 0)
    assert outlook(book, replace(changed, book_context=False), sample=3).changed == 1
