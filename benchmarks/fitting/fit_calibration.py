"""Fits ``ocr_models/calibration``: how sure a reading of handwriting is, and from when on it is accepted.

    python -m benchmarks.fitting.fit_calibration [--lines FOLDER] [--pens FOLDER] [--fonts FOLDER] [--pages N]
        [--pen-pages N] [--seed N] [--jobs N] [--write]

Books are drawn with pen fonts that no network is trained with, in many hands, on all forms, at all levels of damage,
and read by the very steps that read a page. ``--fonts``: the folder that ``scripts/training-fonts.sh FOLDER
calibration`` filled, of joined hands; without it no drawn hand joins. ``--lines``: a folder of real lines, of which
those of the writers kept out of training are glued into forms as places. ``--pens``: a folder of real lines too; of the
same writers words and figures are cut out and every value of ``--pen-pages`` pages a writer is put together of them
(``benchmarks/handwriting/pens.py``); ``--pages 0`` leaves the drawn hands out. What was read is kept under ``--kept``:
fitting anew is quick, and so is reading anew with other networks. A field counts as right when the registry would hold
what stands on paper (``Outcome.right``): a date, a number or a term of a list in its canonical form, a name, a place or
free text letter by letter (a place or name of real ink, whose label tells neither case nor punctuation, without these).
Prints what each hand's fields would have been accepted with by a calibration that never saw that hand. The card that
``--write`` writes names the command that draws the same books and fits on them again.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.figures import report_figures, say
from benchmarks.fitting.calibration_card import command_of, write
from benchmarks.fitting.calibration_figures import (
    bounds_of,
    labelled_fields,
    show,
    show_surest_wrong,
    strangers_of,
)
from benchmarks.handwriting.books import (
    CALIBRATION_PENS,
    HandBook,
    ReadHandBook,
    drawn_and_read,
    read_books,
    schemas_and_engines,
    without_strokes,
)
from benchmarks.handwriting.calibration_pens import calibration_pens
from benchmarks.handwriting.pens import real_ink_books
from benchmarks.handwriting.reading_cache import code_mark, entries_path, keep, kept_entries, with_memory
from benchmarks.handwriting.real_lines import cutouts_by_writer
from benchmarks.no_readers import NullReader
from pipeline.recognition.calibration import fit_calibration
from pipeline.training.dataset import CALIBRATION_WRITERS, real_lines
from pipeline.training.synthetic_pages import SynthOptions
from pipeline.training.synthetic_pages.pen_fonts import PenFont
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

SEED = 71_001
FOLDER = Path(__file__).resolve().parents[2] / "ocr_models" / "calibration"
FORMS = (
    "birth-2006", "marriage-2006", "death-2006", "birth-2006", "marriage-2006", "death-2006", "birth-2016",
    "marriage-2016", "death-2016",
)  # fmt: skip
LEVELS_DRAWN: tuple[ScannerLevel, ...] = ("mild", "normal", "normal", "hard")
DPI = (200, 200, 200, 300)
ENTRIES = 5
GLUED_FORMS = ("birth-2006", "marriage-2006", "death-2006")
LINES_A_BOOK = 14


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    console = Console(width=150)
    schemas, engines = schemas_and_engines()
    pens = BookPens(calibration_pens(chosen.fonts, chosen.kept / "pens"))
    books = [
        *_glued_books(chosen.lines, chosen.seed),
        *_pen_books(chosen.pens, chosen.pen_pages, chosen.seed),
        *_table_books(chosen.tables, chosen.seed, pens),
        *_drawn_books(chosen.pages, chosen.seed, pens),
    ]
    if chosen.print_only:
        for number, _ in enumerate(
            read_books(books, chosen.jobs, partial(print_read, kept=chosen.kept)), start=1
        ):
            say(f"đã đọc chữ in của sổ {number}/{len(books)}")
        return
    if engines.hand is None:
        raise SystemExit("chưa cài mô hình đọc chữ viết tay: không có gì để hiệu chuẩn")
    read = _read(books, chosen.jobs, chosen.kept)
    labelled = labelled_fields(read, schemas)
    samples = [labelled_field.sample for labelled_field in labelled]
    say(f"{len(samples)} ô của {len(read)} sổ; đang khớp")
    calibration = fit_calibration(samples, reader=engines.hand_fingerprint, share=chosen.share)
    strangers = strangers_of(labelled, chosen.share)
    figures = {
        "pages": sum(book.pages for book in read),
        "samples": len(samples),
        **bounds_of(calibration),
        "hands": {hand: stranger.as_dict() for hand, stranger in strangers.items()},
    }
    show(figures, strangers, console)
    if chosen.wrong:
        show_surest_wrong(labelled, calibration, console)
    if chosen.write:
        write(FOLDER, calibration, figures, read, command_of(chosen))
    report_figures("fit-calibration", {"seed": chosen.seed, **figures})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--lines", type=Path, help="folder with lines.tsv; only the writers kept for calibration"
    )
    parser.add_argument(
        "--pens", type=Path, help="folder with lines.tsv whose calibration writers write whole pages"
    )
    parser.add_argument("--pen-pages", type=int, default=24, help="pages of each of these writers")
    parser.add_argument(
        "--fonts", type=Path, help="folder of the joined pens; without it no drawn hand joins"
    )
    parser.add_argument("--pages", type=int, default=500, help="drawn pages, beside those with real lines")
    parser.add_argument("--tables", type=int, default=24, help="pages of the table form")
    parser.add_argument(
        "--share", type=float, default=0.5, help="share of entries to fit on; the rest bounds the risk"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="books at a time")
    parser.add_argument(
        "--kept", type=Path, default=Path("bench-out/calibration"), help="folder of what was read"
    )
    parser.add_argument(
        "--print-only", action="store_true", help="read labels and print of the pages, to be kept"
    )
    parser.add_argument("--write", action="store_true", help=f"write {FOLDER.name}/")
    parser.add_argument(
        "--wrong", action="store_true", help="print the surest readings that are wrong (synthetic people)"
    )
    return parser.parse_args()


# --- books ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BookPens:
    """What books are drawn with in turn: the pens of the package kept for calibration, and ``more``."""

    more: tuple[PenFont, ...]

    def of(self, number: int) -> tuple[str, int]:
        """The pen of book ``number``, and how many books each pen has had before."""
        names = (*CALIBRATION_PENS, *(pen.family for pen in self.more))
        return names[number % len(names)], number // len(names)


def _drawn_books(pages: int, seed: int, pens: BookPens) -> Iterator[HandBook]:
    """Books of five pages, each of other hands; more pages add books and change none."""
    for number in range(-(-pages // ENTRIES)):
        rng = np.random.default_rng([seed, number])
        pen, _ = pens.of(number)
        options = SynthOptions(
            seed=seed + number, entries=ENTRIES, pens=(pen,), more_pens=pens.more, cover=False,
            dpi=int(rng.choice(DPI)), scanner=LEVELS_DRAWN[int(rng.integers(len(LEVELS_DRAWN)))],
        )  # fmt: skip
        yield HandBook(pen, str(rng.choice(FORMS)), options)


def _table_books(pages: int, seed: int, pens: BookPens) -> Iterator[HandBook]:
    """Books of two pages of the table form: many small fields a page."""
    for number in range(-(-pages // 2)):
        pen, turn = pens.of(number)
        options = SynthOptions(
            seed=seed + 7000 + number, entries=16, pens=(pen,), more_pens=pens.more, cover=False,
            dpi=(200, 300)[turn % 2], scanner=LEVELS_DRAWN[(number + turn) % len(LEVELS_DRAWN)],
        )  # fmt: skip
        yield HandBook(pen, "birth-table", options)


def _glued_books(lines: Path | None, seed: int) -> Iterator[HandBook]:
    """Each writer's lines in forms of 2006, every line twice: on another form, at another level of damage."""
    if lines is None:
        return
    kept = [line for line in real_lines(lines) if line.writer in CALIBRATION_WRITERS]
    number = 0
    for writer, cutouts in sorted(cutouts_by_writer(kept).items()):
        for turn in range(2):
            for start in range(0, len(cutouts), LINES_A_BOOK):
                number += 1
                options = SynthOptions(
                    seed=seed + 5000 + number, entries=4, cover=False, blank=0.0, dpi=DPI[number % len(DPI)],
                    pens=(CALIBRATION_PENS[number % len(CALIBRATION_PENS)],),
                    scanner=LEVELS_DRAWN[(number + turn) % len(LEVELS_DRAWN)],
                )  # fmt: skip
                form = GLUED_FORMS[(number + turn) % len(GLUED_FORMS)]
                yield HandBook(writer, form, options, tuple(cutouts[start : start + LINES_A_BOOK]))


def _pen_books(lines: Path | None, pages: int, seed: int) -> Iterator[HandBook]:
    """Pages on which everything is ink of the writers kept for calibration."""
    if lines is not None:
        yield from real_ink_books(lines, CALIBRATION_WRITERS, pages=pages, seed=seed + 9000)


def _read(books: Sequence[HandBook], jobs: int, kept: Path) -> list[ReadHandBook]:
    read = []
    for number, book in enumerate(
        read_books(books, jobs, partial(read_or_kept, kept=kept, code=code_mark())), start=1
    ):
        if number % 10 == 0:
            say(f"đã đọc sổ {number}/{len(books)}")
        read.append(book)
    return sorted(read, key=lambda book: book.book.name)


def print_read(book: HandBook, kept: Path) -> ReadHandBook:
    """The book read without its handwriting: what is printed on it is then known when networks change."""
    engines = with_memory(schemas_and_engines()[1], kept / "print")
    return drawn_and_read(book, replace(engines, hand=NullReader()))


def read_or_kept(book: HandBook, kept: Path, code: str) -> ReadHandBook:
    """The book as it was read with these engines and that code before, or read now."""
    engines = with_memory(schemas_and_engines()[1], kept / "print")
    path = entries_path(kept / "entries", book, engines, code)
    if not path.exists():
        keep(path, drawn_and_read(book, engines).entries)
    entries = kept_entries(path)
    return ReadHandBook(without_strokes(book), entries, pages=len({entry.place[0] for entry in entries}))


if __name__ == "__main__":
    main()
