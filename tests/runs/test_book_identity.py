"""A ``ledger.toml`` that contradicts the registry is a question, and never a second book of the same pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.base.errors import BookInQuestion, RegistryError
from pipeline.base.model import BookSeries
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book, digitize_books
from pipeline.runs.rereading import outlooks
from tests.fake_books import LEDGER, failed, make_book
from tests.fake_pages import GOOD, draw
from tests.runs.conftest import BOOK, context_in

FULL = LEDGER + 'opened_on = "04.01.2010"\nclosed_on = "31.12.2010"\nentries = 2\n'


def say(book: Path, text: str) -> None:
    (book / "ledger.toml").write_text(text, encoding="utf-8")


def books_of(context: RunContext) -> list[tuple[str, str]]:
    with context.open_registry() as registry:
        frame = registry.book_columns()
        return list(zip(frame["folder_name"].tolist(), frame["volume"].tolist(), strict=True))


def question(book: Path, context: RunContext) -> str:
    with pytest.raises(BookInQuestion) as caught:
        digitize_book(book, context, workers=1)
    return caught.value.message


@pytest.fixture(scope="module")
def folder_of_read(tmp_path_factory: pytest.TempPathFactory, schemas: Schemas) -> Path:
    """Return a folder with a read book, and the workspace of that run; a test works in a copy."""
    folder = tmp_path_factory.mktemp("read")
    book = make_book(folder / BOOK, FULL)
    draw(book / "1.tiff", GOOD, GOOD)
    digitize_book(book, context_in(folder, schemas), workers=1)
    return folder


@pytest.fixture
def read(folder_of_read: Path, tmp_path: Path) -> Path:
    """A book that was read into the registry of ``context``."""
    shutil.copytree(folder_of_read, tmp_path, dirs_exist_ok=True)
    return tmp_path / BOOK


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"01/2010"', '"02/2010"', "quyển số: ledger.toml ghi “02/2010”, sổ dữ liệu ghi “01/2010”"),
        ('place_code = "1"', 'place_code = "2"', "mã nơi đăng ký: ledger.toml ghi “2”, sổ dữ liệu ghi “1”"),
        ("UBND xã Thử", "UBND xã Khác", "nơi đăng ký: ledger.toml ghi “UBND xã Khác”"),
        ('"04.01.2010"', '"05.01.2010"', "ngày mở sổ: ledger.toml ghi “05.01.2010”"),
        ("entries = 2", "entries = 3", "tổng số sự kiện: ledger.toml ghi “3”, sổ dữ liệu ghi “2”"),
        ('"birth-2006"', '"birth-2016"', "mẫu sổ: ledger.toml ghi “birth-2016”, sổ dữ liệu ghi “birth-2006”"),
        ('"birth-2006"', '"death-2006"', "mẫu sổ: ledger.toml ghi “death-2006”"),
        (
            "entries = 2",
            'entries = 2\nseries = "quá hạn"',
            "loại quyển: ledger.toml ghi “quá hạn”, sổ dữ liệu ghi “thường”",
        ),
    ],
)
def test_a_ledger_that_says_otherwise_is_asked_about_and_makes_no_book(
    read: Path, context: RunContext, old: str, new: str, told: str
) -> None:
    say(read, FULL.replace(old, new))
    asked = question(read, context)
    assert "Đây có phải là sổ mã 1 (quyển 01/2010" in asked
    assert told in asked
    assert f"hotich book correct 1 --from {read}" in asked
    assert books_of(context) == [("book-1", "01/2010")]


def test_the_other_books_are_read_and_the_question_is_in_the_report(read: Path, context: RunContext) -> None:
    say(read, FULL.replace('"01/2010"', '"02/2010"'))
    draw(make_book(read.parent / "book-2", LEDGER.replace("01/2010", "03/2010")) / "1.png", GOOD, mark=9)
    asked, other = sorted(digitize_books(read.parent, context, workers=1), key=lambda report: report.folder)
    assert failed(asked) == [("book-question", "ledger.toml", None)]
    assert (other.read, other.failures) == (1, ())
    assert books_of(context) == [("book-1", "01/2010"), ("book-2", "03/2010")]


def test_a_file_that_is_put_right_goes_on(read: Path, context: RunContext) -> None:
    say(read, FULL.replace('"01/2010"', '"02/2010"'))
    question(read, context)
    say(read, FULL)
    assert digitize_book(read, context, workers=1).known == 2


def test_what_the_cover_told_later_is_taken_and_what_is_left_out_is_kept(
    book: Path, context: RunContext
) -> None:
    draw(book / "1.png", GOOD)
    digitize_book(book, context, workers=1)
    for text in (FULL, LEDGER):
        say(book, text)
        digitize_book(book, context, workers=1)
        with context.open_registry() as registry:
            assert registry.known_book(1).ledger.entries == 2
    assert books_of(context) == [("book-1", "01/2010")]
    assert digitize_book(book, context, workers=1).read == 0


def test_a_folder_that_was_renamed_is_asked_about(read: Path, context: RunContext) -> None:
    moved = read.rename(read.parent / "KS.2010.01")
    asked = question(moved, context)
    assert "Thư mục có 1 bản quét của sổ ấy." in asked
    assert "tên thư mục: nay là “KS.2010.01”, trước là “book-1”" in asked
    assert books_of(context) == [("book-1", "01/2010")]


def test_one_scan_of_many_that_is_another_books_too_makes_no_question(
    read: Path, context: RunContext
) -> None:
    other = make_book(read.parent / "book-2", LEDGER.replace("01/2010", "02/2010"))
    shutil.copyfile(read / "1.tiff", other / "1.tiff")
    for number in range(2, 4):
        draw(other / f"{number}.png", GOOD, mark=number)
    assert digitize_book(other, context, workers=1).read == 4


def test_another_office_may_have_a_folder_of_that_name(
    read: Path, context: RunContext, tmp_path: Path
) -> None:
    other = make_book(tmp_path / "other" / read.name, FULL.replace('place_code = "1"', 'place_code = "2"'))
    draw(other / "1.tiff", GOOD, mark=5)
    assert digitize_book(other, context, workers=1).read == 1
    assert len(books_of(context)) == 2


def test_a_person_says_that_it_is_another_book(read: Path, context: RunContext) -> None:
    say(read, FULL.replace('"01/2010"', '"02/2010"'))
    question(read, context)
    ledger = load_ledger(read)
    with context.open_registry() as registry:
        with pytest.raises(RegistryError, match="vì sao"):
            registry.add_book(ledger, read.name, author="an", reason=" ")
        registry.add_book(ledger, read.name, author="an", reason="Hai quyển quét chung một tệp")
        with pytest.raises(RegistryError, match="đã có"):
            registry.add_book(ledger, read.name, author="an", reason="lần nữa")
    assert digitize_book(read, context, workers=1).read == 2
    assert books_of(context) == [("book-1", "01/2010"), ("book-1", "02/2010")]


def test_a_book_without_a_scan_yet_is_asked_about_too(book: Path, context: RunContext) -> None:
    digitize_book(book, context, workers=1)
    say(book, LEDGER.replace("01/2010", "02/2010"))
    asked = question(book, context)
    assert "quyển số" in asked
    assert "bản quét" not in asked


def test_a_preview_of_rereading_asks_likewise(read: Path, context: RunContext) -> None:
    say(read, FULL.replace('"01/2010"', '"02/2010"'))
    with pytest.raises(BookInQuestion):
        list(outlooks(read, context))


def test_the_series_of_a_book_is_kept(book: Path, context: RunContext) -> None:
    say(book, LEDGER + 'series = "đăng ký lại"\n')
    draw(book / "1.png", GOOD)
    digitize_book(book, context, workers=1)
    assert digitize_book(book, context, workers=1).known == 1
    with context.open_registry() as registry:
        assert registry.known_book(1).ledger.series is BookSeries.AGAIN
