"""Books of tiny pages for chaos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.intake.made_scans import HOSTILE
from benchmarks.orchestration.quick_reader import POISONS

LEDGER = """form = "birth-2006"
place = "UBND xã Thử"
place_code = "{place}"
volume = "{volume:02}/2010"
"""
PAGES_A_SCAN = 25
SCANS_A_BOOK = 10
GREY = 240


def draw_books(
    folder: Path, pages: int, poisons: int, random: np.random.Generator, scans_a_book: int = SCANS_A_BOOK
) -> int:
    """Books of scans of pages, ``poisons`` of them bad in each way in turn; returns how many pages there are."""
    bad = {int(page): POISONS[n % len(POISONS)] for n, page in enumerate(_apart(pages, poisons, random))}
    number = 0
    while number < pages:
        scan_no = number // PAGES_A_SCAN
        book = folder / f"KS.2010.{scan_no // scans_a_book + 1:02}"
        if not book.exists():
            book.mkdir(parents=True)
            volume = scan_no // scans_a_book + 1
            ledger = LEDGER.format(place=10_000 + volume, volume=volume)
            (book / "ledger.toml").write_text(ledger, encoding="utf-8")
        many = min(PAGES_A_SCAN, pages - number)
        first = number % (PAGES_A_SCAN * scans_a_book)
        sheets = [_sheet(bad.get(number + place, GREY), first + place + 1, random) for place in range(many)]
        sheets[0].save(book / f"quet-{scan_no:03}.tiff", save_all=True, append_images=sheets[1:])
        number += many
    return number


def strew_hostile_files(folder: Path, many: int, random: np.random.Generator) -> set[tuple[str, str]]:
    """Put hostile files of every kind in turn beside the scans of books; return folder and name of each.

    Of a kind that differs by nothing but its name a book has one: the same bytes twice in a book are one scan.
    """
    books = sorted(folder.iterdir())
    placed: set[tuple[str, str]] = set()
    for turn in range(-(-many // len(HOSTILE))):
        for (name, make, _), place in zip(HOSTILE, random.permutation(len(HOSTILE)), strict=True):
            book = books[(int(place) + turn) % len(books)]
            if len(placed) < many and not (book / name).exists():
                make(book / name)
                placed.add((book.name, name))
    return placed


def _apart(pages: int, poisons: int, random: np.random.Generator) -> Iterator[int]:
    yield from random.choice(pages, size=min(poisons, pages), replace=False)


def _sheet(grey: int, number: int, random: np.random.Generator) -> Image.Image:
    """Noise, with the entry's number in its last two pixels."""
    pixels = random.integers(0, 256, (24, 16), dtype=np.uint8)
    pixels[:2, :2] = grey
    pixels[-1, -2:] = divmod(number, 256)
    return Image.fromarray(pixels)
