"""``hotich demo``: pictures of what was read, a page a book."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Hotich
from tests.fake_books import make_book
from tests.fake_pages import BREAK, GOOD, draw


@pytest.mark.usefixtures("fake_reading")
def test_the_first_page_with_entries_of_every_book_that_was_read_is_drawn(
    hotich: Hotich, book: Path, tmp_path: Path
) -> None:
    draw(book / "a.tiff", BREAK, GOOD, GOOD)
    hotich("run", book.parent)
    make_book(book.parent / "book-2")
    pictures = tmp_path / "pictures"
    told = hotich("demo", book.parent, "--pictures", pictures)
    assert told.exit_code == 0, told.output
    assert "Vẽ ảnh: book-1, trang 2" in told.stderr
    assert "hotich serve --workspace" in told.stdout
    assert sorted(path.name for path in pictures.iterdir()) == [
        "book-1-overlay.jpg",
        "book-1-record.jpg",
        "index.html",
    ]
    assert "Sổ đăng ký khai sinh, mẫu 2006 (một trang một sự kiện): book-1, trang 2" in (
        pictures / "index.html"
    ).read_text(encoding="utf-8")


def test_a_demo_of_books_that_nobody_read_has_no_picture(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    told = hotich("demo", book.parent, "--pictures", tmp_path / "pictures")
    assert told.exit_code == 0, told.output
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["index.html"]
