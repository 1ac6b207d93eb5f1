"""A book of scans becomes rows in the registry, whatever single pages do. The reading of a page is faked."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.base.errors import LedgerError, NotDeclared, SetupError
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Form, Schemas, with_own_forms
from pipeline.run_context import FaultOptions, RunContext
from pipeline.runs.book_reading import Progress, book_folders, digitize_book, digitize_books, folders_by_need
from pipeline.runs.workers import Workers
from pipeline.scans.store_check import check_store, note_whole_check
from pipeline.scans.workspace import Workspace
from tests.fake_books import LEDGER, failed, make_book
from tests.fake_pages import (
    BREAK,
    BUG,
    CRASH,
    EAT,
    GOOD,
    LOOP,
    changed_engines,
    draw,
    fake_page,
    need_a_program,
)


def test_every_page_of_every_scan_is_read_and_stored(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", GOOD, GOOD)
    draw(book / "b.png", GOOD, mark=7)
    report = digitize_book(book, context, workers=2)
    assert (report.scans, report.pages, report.read, report.known) == (2, 3, 3, 0)
    assert (report.entries, report.accepted, report.review) == (3, 0, 3)
    assert report.reasons == {"READ-LOW": 3}
    assert report.failures == ()
    with context.open_registry() as registry:
        assert registry.summary().entries == 3


def test_a_second_run_reads_nothing_again(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", GOOD, GOOD)
    digitize_book(book, context, workers=1)
    again = digitize_book(book, context, workers=1)
    assert (again.pages, again.read, again.known) == (2, 0, 2)


def refused(*_: object) -> NoReturn:
    raise AssertionError("nobody is to be asked")


def test_a_book_that_is_read_is_not_opened_again(book: Path, context: RunContext) -> None:
    draw(book / "b.tiff", GOOD, CRASH)
    held = replace(context, faults=FaultOptions(tries=1))
    digitize_book(book, held, workers=1)
    again = digitize_book(book, held, pool=refused)
    assert (again.pages, again.read, again.known, failed(again)) == (2, 0, 1, [("crash", "b.tiff", 2)])
    assert again.failed == ()


def test_the_book_that_a_run_left_half_read_comes_first_and_the_read_one_last(
    tmp_path: Path, context: RunContext
) -> None:
    root = tmp_path / "books"
    books = {name: make_book(root / name) for name in ("a-read", "b-half", "c-new", "d-read")}
    for name, folder in books.items():
        draw(folder / "1.tiff", GOOD, GOOD, mark=ord(name[0]))

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    for name in ("d-read", "a-read"):
        digitize_book(books[name], context, workers=1)
    with pytest.raises(KeyboardInterrupt):
        digitize_book(books["b-half"], context, workers=1, on_progress=stop)
    order = folders_by_need(book_folders(root), context)
    assert [folder.name for folder in order] == ["b-half", "c-new", "d-read", "a-read"]
    assert [report.read for report in digitize_books(root, context, workers=1)] == [1, 2, 0, 0]


LEADING = """
from pathlib import Path
Path("loaded").open("a").write("once\\n")
if __name__ == "__main__":
    from pipeline.declarations import schema
    from pipeline.runs.book_reading import digitize_book
    from pipeline.run_context import RunContext
    from tests.fake_pages import fake_engines, fake_page
    context = RunContext(Path("ws"), "sqlite:///a.db", schema.load(), fake_engines, read_page=fake_page)
    assert digitize_book(Path("book"), context, workers=2).read == 3
"""


def test_readers_do_not_load_the_program_that_leads(tmp_path: Path) -> None:
    draw(make_book(tmp_path / "book") / "1.tiff", GOOD, GOOD, GOOD)
    (tmp_path / "leads.py").write_text(LEADING, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(Path.cwd()), *sys.path))}
    subprocess.run([sys.executable, "leads.py"], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "loaded").read_text(encoding="utf-8") == "once\n"


WAITS = """
import sys
from pipeline.runs.book_reading import digitize_book
from pipeline.digitize.engines import default_engines
default_engines().fingerprint
import pipeline.runs.reader_preload
assert {"pandas", "fsspec", "xlsxwriter"}.isdisjoint(sys.modules) and "pytesseract" in sys.modules
import pandas
"""


@pytest.mark.tesseract
def test_no_run_waits_for_pandas_before_its_first_page() -> None:
    subprocess.run([sys.executable, "-c", WAITS], check=True)


SHARED = """
import multiprocessing
import numpy as np
import pipeline.runs.reader_preload
from pipeline.digitize.engines import default_engines
from pipeline.recognition.ocr import models
networks = default_engines().hand.networks
def seen(_=None):
    lines = [np.linspace(0, 1, one.height * 80, dtype=np.float32).reshape(1, 1, one.height, 80) for one in networks]
    said = [network.log_chances(line).tobytes() for network, line in zip(networks, lines, strict=True)]
    return said, models._session.cache_info().misses
with multiprocessing.get_context("fork").Pool(1) as pool:
    forked = pool.map(seen, [None])
assert forked == [seen()] and forked[0][1] == len(networks) == 2
"""


@pytest.mark.tesseract
def test_readers_are_forked_with_the_networks_that_they_share() -> None:
    subprocess.run([sys.executable, "-c", SHARED], check=True)


def test_a_run_with_other_readers_reads_everything_again(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    digitize_book(book, context, workers=1)
    assert digitize_book(book, replace(context, make_engines=changed_engines), workers=1).read == 1


def test_a_page_that_breaks_crashes_loops_eats_memory_or_meets_a_bug_costs_only_itself(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", GOOD, CRASH, BREAK, EAT, GOOD, BUG, LOOP, GOOD)
    report = digitize_book(book, replace(context, page_seconds=6.0), workers=2)
    assert report.read == 3
    assert failed(report) == [
        ("crash", "a.tiff", 2),
        ("broken", "a.tiff", 3),
        ("memory", "a.tiff", 4),
        ("fault", "a.tiff", 6),
        ("timeout", "a.tiff", 7),
    ]
    with context.open_registry() as registry:
        assert sum(registry.summary().failures.values()) == 5


def test_a_bug_is_named_by_its_place_and_never_by_its_message(book: Path, context: RunContext) -> None:
    draw(book / "a.png", BUG)
    (failure,) = digitize_book(book, context, workers=1).failures
    assert "KeyError" in failure.message
    assert "a bug" not in failure.message


def test_a_page_that_failed_is_tried_again_and_its_failure_is_cleared(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    digitize_book(book, context, workers=1)
    mended = digitize_book(book, replace(context, read_page=good_page), workers=1)
    assert (mended.read, mended.known, mended.failures) == (1, 1, ())
    with context.open_registry() as registry:
        assert registry.summary().failures == {}


def test_files_that_are_no_scans_are_named(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    (book / "notes.txt").write_text("ghi chú")
    (book / "empty.pdf").touch()
    (book / "cut.pdf").write_bytes(b"%PDF-1.4\nnothing")
    report = digitize_book(book, context, workers=1)
    assert report.read == 1
    assert {(code, scan) for code, scan, _ in failed(report)} == {
        ("unknown-type", "notes.txt"),
        ("empty", "empty.pdf"),
        ("broken", "cut.pdf"),
    }


def test_messages_name_a_scan_as_its_folder_does(book: Path, context: RunContext) -> None:
    (book / "quét 1.pdf").write_bytes(b"%PDF-1.4\nnothing")
    (failure,) = digitize_book(book, context, workers=1).failures
    assert "quét 1.pdf" in failure.message


def test_the_same_scan_under_two_names_is_read_once(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    draw(book / "b.png", GOOD)
    report = digitize_book(book, context, workers=1)
    assert (report.scans, report.read, report.duplicates) == (1, 1, ("b.png",))


def test_scans_are_kept_under_their_hash_and_stay_where_they_were(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    digitize_book(book, context, workers=1)
    (stored,) = [path for path in Workspace(context.workspace).objects.rglob("*") if path.is_file()]
    assert stored.read_bytes() == (book / "a.png").read_bytes()


def test_a_book_without_scans_is_an_empty_report(book: Path, context: RunContext) -> None:
    assert digitize_book(book, context, workers=1).pages == 0


def test_progress_counts_each_page_read_of_those_to_read(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", GOOD, BREAK, GOOD)
    seen: list[Progress] = []
    digitize_book(book, context, workers=1, on_progress=seen.append)
    assert [(page.done, page.total) for page in seen] == [(1, 3), (2, 3), (3, 3)]
    assert {page.page.page_no for page in seen} == {1, 2, 3}


def test_a_run_that_is_stopped_keeps_what_it_read_and_the_next_one_goes_on(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", GOOD, GOOD, GOOD, GOOD)

    def stop(page: Progress) -> None:
        if page.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digitize_book(book, context, workers=1, on_progress=stop)
    rest = digitize_book(book, context, workers=1)
    assert (rest.known, rest.read) == (2, 2)


def test_nothing_is_left_in_the_scratch_folder(
    book: Path, context: RunContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("pipeline.runs.workers._quick_folder", lambda: str(scratch))
    draw(book / "a.tiff", GOOD, CRASH)
    digitize_book(book, context, workers=1)
    assert list(scratch.iterdir()) == []


def test_scratch_folders_of_killed_runs_are_removed(
    book: Path, context: RunContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    dead, alive = scratch / "hotich-pages-999999999-a", scratch / f"hotich-pages-{os.getpid()}-a"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    monkeypatch.setattr("pipeline.runs.workers._quick_folder", lambda: str(scratch))
    draw(book / "a.png", GOOD)
    digitize_book(book, context, workers=1)
    assert list(scratch.iterdir()) == [alive]


def test_a_missing_program_of_the_machine_stops_the_run(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    with pytest.raises(SetupError):
        digitize_book(book, replace(context, read_page=need_a_program), workers=1)


def test_a_broken_ledger_stops_that_book_only(tmp_path: Path, context: RunContext) -> None:
    root = tmp_path / "books"
    draw(make_book(root / "a", 'fro = "birth-2006"\n') / "a.png", GOOD)
    draw(make_book(root / "b", LEDGER.replace("birth-2006", "birth-2066")) / "a.png", GOOD)
    draw(make_book(root / "c") / "a.png", GOOD)
    (root / "d").mkdir()
    draw(root / "d" / "a.png", GOOD)
    reports = list(digitize_books(root, context, workers=1))
    assert [report.folder for report in reports] == ["a", "b", "c", "d"]
    assert [[failure.code for failure in report.failures] for report in reports] == [
        ["ledger"],
        ["schema"],
        [],
        ["ledger"],
    ]
    assert reports[2].read == 1


def test_an_own_form_with_a_flaw_stops_its_books_alone(
    tmp_path: Path, context: RunContext, schemas: Schemas
) -> None:
    root, own = tmp_path / "books", Workspace(context.workspace).own_forms
    own.mkdir(parents=True)
    (own / "rieng.toml").write_text("x", encoding="utf-8")
    (own / "in-khac.toml").write_text('printing_of = "birth-2016"\nx', encoding="utf-8")
    for name, form in (("a", "rieng"), ("b", "birth-2006"), ("c", "birth-2016")):
        draw(make_book(root / name, LEDGER.replace("birth-2006", form)) / "a.png", GOOD)
    flawed = replace(context, schemas=with_own_forms(schemas, own))
    reports = list(digitize_books(root, flawed, workers=1))
    assert [(report.read, failed(report)) for report in reports] == [
        (0, [("schema", "ledger.toml", None)]),
        (1, []),
        (0, [("schema", "ledger.toml", None)]),
    ]
    told = reports[2].failures[0].message
    assert "Mẫu sổ “birth-2016”" in told
    assert "schemas/forms/in-khac.toml: không đọc được TOML" in told
    with flawed.open_registry() as registry:
        assert len(registry.book_rows("birth")) == 1, "of the others nothing was kept"


def test_pages_that_a_printing_read_are_not_read_without_it(
    tmp_path: Path, context: RunContext, schemas: Schemas
) -> None:
    book, own = make_book(tmp_path / "books" / "a"), tmp_path / "forms"
    draw(book / "a.png", GOOD)
    assert digitize_book(book, context, workers=1).read == 1
    own.mkdir()
    (own / "birth-2006.toml").write_text("x", encoding="utf-8")
    with context.open_registry() as registry:
        assert registry.forms_read_by(1) == {"birth-2006"}
    flawed = replace(context, schemas=with_own_forms(schemas, own))
    with pytest.raises(NotDeclared, match="đi kèm phần mềm"):
        digitize_book(book, flawed, workers=1)


def test_ledgers_of_an_attacker_stop_no_other_book(tmp_path: Path, context: RunContext) -> None:
    root = tmp_path / "books"
    for name, more in (
        ("a", "entries = " + "[" * 60_000),
        ("b", "entries = " + "9" * 5_000),
        ("c", f"pages = {2**63}"),
    ):
        make_book(root / name, f"{LEDGER}{more}\n")
    (root / "d").mkdir()
    os.mkfifo(root / "d" / "ledger.toml")
    (root / "e").mkdir()
    (root / "e" / "ledger.toml").symlink_to("/dev/zero")
    draw(make_book(root / "f") / "a.png", GOOD)

    reports = list(digitize_books(root, context, workers=1))

    assert {report.folder: [failure.code for failure in report.failures] for report in reports} == {
        **{name: ["ledger"] for name in "abcde"},
        "f": [],
    }


def test_a_fault_of_the_program_over_one_book_stops_no_other(
    tmp_path: Path, context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "books"
    for name in ("a", "b"):
        draw(make_book(root / name) / "a.png", GOOD)

    def at_fault(folder: Path) -> Ledger:
        if folder.name == "a":
            raise ZeroDivisionError("Nguyễn Văn An")
        return load_ledger(folder)

    monkeypatch.setattr("pipeline.runs.book_reading.load_ledger", at_fault)

    first, second = digitize_books(root, context, workers=1)

    assert [(failure.code, failure.scan) for failure in first.failures] == [("fault", "a")]
    assert "ZeroDivisionError" in first.failures[0].message
    assert "Nguyễn" not in first.failures[0].message
    assert second.read == 1


def alter(context: RunContext) -> Path:
    """Change the only scan of a store; return its path."""
    (path,) = Workspace(context.workspace).objects.glob("*/*")
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    return path


def test_a_copy_altered_before_its_pages_are_read_is_put_right_from_the_folder(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    digitize_book(book, context, workers=1)
    path, source = alter(context), (book / "a.tiff").read_bytes()

    again = digitize_book(book, context, workers=1)

    assert path.read_bytes() == source
    assert failed(again) == [("broken", "a.tiff", 2)]
    assert len(list(Workspace(context.workspace).altered.iterdir())) == 1


def test_a_copy_of_a_read_book_that_the_check_found_wrong_is_put_right(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", GOOD)
    digitize_book(book, context, workers=1)
    path, source = alter(context), (book / "a.tiff").read_bytes()
    workspace = Workspace(context.workspace)
    with context.open_registry() as registry:
        note_whole_check(workspace, check_store(workspace, registry.stored_scans()), "2026-11-28")

    digitize_book(book, context, workers=1)

    assert path.read_bytes() == source


def test_a_scan_altered_while_it_is_read_fails_by_name(book: Path, context: RunContext) -> None:
    """The copy in the store is hashed by the process that decodes it."""
    draw(book / "a.tiff", GOOD, GOOD)
    seen: list[Path] = []

    def alter_after_counting(_context: RunContext, form: Form, ledger: Ledger) -> Workers:
        seen.append(alter(context))
        return Workers(context, form, ledger, 1)

    report = digitize_book(book, context, pool=alter_after_counting)

    assert [(code, scan) for code, scan, _ in failed(report)] == [("altered", "a.tiff")]
    assert "bản sao lưu" in report.failures[0].message
    assert seen


def test_a_page_whose_rows_were_tampered_with_is_a_failure_and_the_others_are_read(
    book: Path, context: RunContext
) -> None:
    """What was changed stays as it is, so that the flaw stays; the page is named, by code and without a value."""
    draw(book / "a.tiff", GOOD, GOOD)
    digitize_book(book, context, workers=1)
    path = Workspace(context.workspace).root / "hotich.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE birth_record SET child_name = 'Lý Khác' WHERE entry_id = 1")
    anew = replace(context, make_engines=changed_engines)

    report = digitize_book(book, anew, workers=1)

    assert (report.read, failed(report), report.failed) == (1, [("tampered", "a.tiff", 1)], ("tampered",))
    (failure,) = report.failures
    assert "hotich audit verify" in failure.message
    assert "Lý" not in failure.message
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT child_name FROM birth_record WHERE entry_id = 1").fetchall()
    assert names == [("Lý Khác",)]
    with context.open_registry() as registry:
        found = registry.audit().verify()
        registry.settle_flaws(found.flaws, document="BB-1/2026", by="console")
    assert {(flaw.kind.value, flaw.table) for flaw in found.flaws} == {
        ("row-altered", "birth_record"),
        ("tampering-found", "birth_record"),
    }
    again = digitize_book(book, anew, workers=1)
    assert (again.read, failed(again)) == (1, [])


def test_a_folder_with_a_ledger_is_one_book(book: Path) -> None:
    assert book_folders(book) == (book,)
    assert book_folders(book.parent) == (book,)


def test_a_folder_without_books_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LedgerError, match=r"ledger\.toml"):
        book_folders(tmp_path)


good_page = partial(fake_page, only_good=True)


def test_links_are_refused_and_named_and_stop_nothing_else(
    book: Path, context: RunContext, tmp_path: Path
) -> None:
    """Neither a scan nor a book is read through a link: what it leads to is somebody else's."""
    elsewhere = make_book(tmp_path / "elsewhere" / "their-book")
    draw(elsewhere / "secret.png", GOOD, mark=5)
    draw(book / "a.png", GOOD)
    (book / "b.png").symlink_to(elsewhere / "secret.png")
    (book.parent / "link-book").symlink_to(elsewhere)
    (book.parent / "nowhere").symlink_to(tmp_path / "gone")
    reports = {report.folder: report for report in digitize_books(book.parent, context, workers=1)}
    assert set(reports) == {"book-1", "link-book", "nowhere"}
    assert (reports["book-1"].read, failed(reports["book-1"])) == (1, [("unknown-type", "b.png", None)])
    for name in ("link-book", "nowhere"):
        (failure,) = reports[name].failures
        assert (reports[name].read, failure.code) == (0, "ledger")
        assert f"«{name}» là một liên kết" in failure.message
    (stored,) = Workspace(context.workspace).objects.glob("*/*")
    assert stored.read_bytes() == (book / "a.png").read_bytes()
