"""Crops of pages of real ink in one picture, to be looked at; and a writer made of pen fonts and the MNIST collection,
for a picture that may be kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.handwriting.books import HandBook, schemas_and_engines
from benchmarks.handwriting.pen_figures import collected_figures, stroke_width
from pipeline.base.model import Pixels
from pipeline.base.print_fonts import print_font
from pipeline.scans.intake import list_scans, page_of
from pipeline.training.evaluation import load_truth
from pipeline.training.synthetic_pages import WriterInk, write_book
from pipeline.training.synthetic_pages.line_drawing import draw_line
from pipeline.training.synthetic_pages.pen_fonts import draw_hand_style
from pipeline.training.synthetic_pages.writer_ink import EM, tight_piece

WIDTH, MARGIN, CAPTION = 1400, 14, 22
"""Of the picture and about each crop, in pixels."""

A_PAGE = 5
"""Crops of a page."""

AROUND = (25, 30)
"""What a crop shows beside and above its ink, in pixels."""

WORDS = (
    "Nguyễn Trần Lê Hồ Thị Văn Minh Ngọc Hoàng An Bình Mai Hạnh Xuân Tân Phú Long Châu Thành Giang Hưng Vĩnh Lộc "
    "Hòa Cần Thơ Phong Điền Ấp Mỹ Khánh Nam Việt Kinh"
)
"""What the writer of the specimen can write."""

FONT, DPI = "patrick-hand", 300
"""What the words of the specimen are drawn with, and how finely."""


class Excerpt(NamedTuple):
    """A part of a page and what stands there."""

    pixels: Pixels
    text: str


def specimen_ink(mnist: Path) -> WriterInk:
    """A writer whose words are drawn with a pen font and whose figures are of the MNIST collection."""
    rng = np.random.default_rng(7)
    hand = draw_hand_style(rng, (FONT,))
    words = {}
    for word in WORDS.split():
        patch = draw_line(word, hand, DPI, rng)
        if piece := tight_piece(patch.mask, patch.origin[1]):
            words[word.lower()] = (piece,)
    stroke = float(np.median([stroke_width(piece.mask) for (piece,) in words.values()]))
    spread = hand.size * DPI / 25.4 / EM
    plain = WriterInk(FONT, words, {}, spread, stroke, 1.6 * spread)
    figures = {digit: collected_figures(digit, plain, 235.0, mnist) for digit in "0123456789"}
    return replace(plain, figures=figures, lent=frozenset(figures))


def draw_picture(books: Sequence[HandBook], path: Path) -> None:
    """Crops of the books' pages, each with its truth in print under it."""
    crops = [crop for book in books for crop in _crops(book)]
    rows: list[list[Excerpt]] = [[]]
    for crop in crops:
        used = sum(row.pixels.shape[1] + MARGIN for row in rows[-1])
        if rows[-1] and used + crop.pixels.shape[1] + MARGIN > WIDTH:
            rows.append([])
        rows[-1].append(crop)
    heights = [max(drawing.pixels.shape[0] for drawing in row) + CAPTION + MARGIN for row in rows if row]
    picture = Image.new("RGB", (WIDTH, sum(heights) + MARGIN), (255, 255, 255))
    pencil, y = ImageDraw.Draw(picture), MARGIN
    for row, height in zip(rows, heights, strict=True):
        x = MARGIN
        for crop in row:
            picture.paste(Image.fromarray(crop.pixels), (x, y))
            base = y + crop.pixels.shape[0] + CAPTION - 5
            pencil.text((x, base), crop.text, font=print_font("regular", 18), fill=(90, 90, 90), anchor="ls")
            x += crop.pixels.shape[1] + MARGIN
        y += height
    picture.quantize(96).save(path, optimize=True)


def _crops(book: HandBook) -> Iterator[Excerpt]:
    schemas, _ = schemas_and_engines()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        drawn = write_book(
            Path(folder) / "book", schemas.form(book.form), schemas, book.options, (), book.strokes
        )
        truth = load_truth(drawn / "truth.json")
        pixels = page_of(list_scans(drawn)[0], 1).pixels
    record = schemas.record(truth.kind)
    entry = truth.entries[0]
    inks = [(name, quads) for name, quads in entry.ink.items() if name in entry.by_hand]
    for name, quads in inks[:A_PAGE]:
        corners = np.array(quads[0]).reshape(-1, 2)
        (left, top), (right, bottom) = corners.min(axis=0) - AROUND, corners.max(axis=0) + AROUND
        part = pixels[
            max(0, int(top)) : int(bottom), max(0, int(left)) : int(min(right, left + WIDTH - 2 * MARGIN))
        ]
        yield Excerpt(np.ascontiguousarray(part), entry.values[record.by_name[name].column or ""])
