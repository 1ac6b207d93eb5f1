"""Ledgers drawn twice, as offices kept them: the same entries in two books, and what is read of both."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.context.read_books import read_page
from pipeline.base.model import PageResult
from pipeline.books.book_context.kept_page import pack_page, unpack_page
from pipeline.declarations.schema import Schemas
from pipeline.training.synthetic_pages import OfficeOptions, SynthOptions, write_book
from pipeline.training.synthetic_pages.pen_fonts import PenFont

FORMS = ("birth-2006", "marriage-2006", "death-2006", "birth-2016")


@dataclass(frozen=True)
class DoubleLedger:
    """The folders of a book and of its second copy, which a clerk of the same hand wrote or of another."""

    book: Path
    copy: Path
    same_hand: bool


def draw_ledgers(
    target: Path,
    schemas: Schemas,
    pens: Sequence[str],
    more_pens: Sequence[PenFont] = (),
    *,
    seed: int,
    books: int,
    pages: int,
) -> Iterator[DoubleLedger]:
    """Yield ledgers, drawn where they are not there yet: copies of another hand, and in turn of the same.

    Args:
        pens: Families of pens; every book is written with one of them, its copy of another hand with the next.
    """
    for number in range(books):
        form = FORMS[number % len(FORMS)]
        own, other = pens[number % len(pens)], pens[(number + 1) % len(pens)]
        first = SynthOptions(
            seed=seed + number, entries=pages, pens=(own,), more_pens=tuple(more_pens), container="jpeg", dpi=200,
            scanner="mild", cover=False, notes=0.3, first_number=1 + 37 * number, office=OfficeOptions(),
        )  # fmt: skip
        drawn = {
            "book": first,
            "same": replace(first, copy=1),
            "other": replace(first, copy=2, pens=(other,)),
        }
        folders = {name: target / f"{number:03d}-{form}-{name}" for name in drawn}
        for name, options in drawn.items():
            if not (folders[name] / "truth.json").is_file():
                write_book(folders[name], schemas.form(form), schemas, options)
        yield DoubleLedger(folders["book"], folders["other"], same_hand=False)
        yield DoubleLedger(folders["book"], folders["same"], same_hand=True)


def read_ledger(folder: Path, jobs: int = 1) -> list[PageResult | None]:
    """Return the pages of a book as the first pass reads them, kept beside its scans; ``None`` for a failed page."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    places = [(folder, page["scan"], page["page_no"]) for page in truth["_pages"]]
    if jobs > 1:
        with ProcessPoolExecutor(jobs, mp_context=get_context("forkserver")) as pool:
            return list(pool.map(_read_page, places))
    return [_read_page(place) for place in places]


def _read_page(place: tuple[Path, str, int]) -> PageResult | None:
    folder, scan, page_no = place
    kept = folder / "read" / f"{scan}-{page_no}"
    if not kept.is_file():
        page, _ = read_page(place)
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b"" if page is None else pack_page(page, ""))
    packed = kept.read_bytes()
    return unpack_page(packed).result if packed else None
