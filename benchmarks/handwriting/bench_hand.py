"""How well is handwriting read, how honest is the confidence, how fast is it, with Tesseract ``vie`` beside it?

    make bench-hand [LINES=FOLDER] [APART=FOLDER]
    python -m benchmarks.handwriting.bench_hand [--lines FOLDER] [--apart FOLDER] …

Three sets, none of them trained on or calibrated on: real pen lines of a folder with ``lines.tsv`` (only when one is
named; of the folders of ``--apart`` those lines that ``hotich train`` keeps apart), books drawn with five pen fonts,
and the real lines glued into drawn forms as places. Wanted: see the last table; what was not measured stands there
too. Case, full stops, commas, colons, semicolons and hyphens do not count in character errors of real lines.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.figures import keep_figures, percent, print_figures, say
from benchmarks.handwriting.books import (
    TEST_PENS,
    HandBook,
    HandOutcome,
    all_read,
    fields_of,
    schemas_and_engines,
    with_tolerance,
)
from benchmarks.handwriting.curve import write_curve
from benchmarks.handwriting.lines import line_readings
from benchmarks.handwriting.pasted_lines import measure_pasted_lines
from benchmarks.handwriting.real_lines import lines_kept_apart
from benchmarks.handwriting.scores import curve_points, field_figures, figures_by
from benchmarks.handwriting.tables import (
    BenchPart,
    show_curve,
    show_fields,
    show_left_out,
    show_lines,
    show_targets,
    show_wrong,
)
from benchmarks.handwriting.targets import PARTS, all_targets, book_targets, line_targets
from benchmarks.handwriting.tesseract import on_same_fields, on_same_lines, read_by_both, show_beside
from benchmarks.handwriting.throughput import line_speed, page_speed
from pipeline.declarations.schema import Schemas
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.dataset import real_lines
from pipeline.training.synthetic_pages import SynthOptions

SEED = 93_001
FORMS = ("birth-2006", "marriage-2006", "death-2006", "birth-2016")
TOLERATED_EVERYWHERE = 0.004
"""The share of errors that the target for accepted fields allows; critical fields are usually allowed a quarter."""

CURVE = Path("bench-out/hand-curve.svg")
"""Where the curve of the books is drawn."""


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    console = Console(width=150)
    schemas, engines = schemas_and_engines()
    reader = engines.hand if isinstance(engines.hand, HandwritingReader) else None
    if reader is None:
        say("chưa cài mô hình đọc chữ viết tay: dòng thật và tốc độ đọc dòng không đo được")
    if not chosen.lines and not chosen.apart:
        say("không có LINES=THƯ_MỤC: không đo trên dòng thật")
    parts: dict[str, BenchPart] = {}
    if reader and "lines" in chosen.part:
        for folder in (*chosen.lines, *chosen.apart):
            parts[f"lines:{folder.name}"] = _real(folder, reader, chosen, console)
    if reader and "speed" in chosen.part:
        parts["speed"] = line_speed(chosen.lines, chosen.seed)
    if "books" in chosen.part:
        parts["books"] = _books(chosen, schemas, console)
    if "glued" in chosen.part:
        for folder in chosen.lines:
            parts[f"glued:{folder.name}"] = measure_pasted_lines(folder, chosen, schemas, console)
    if "pages" in chosen.part:
        parts["pages"] = page_speed(chosen)
    measured = {name: part.targets for name, part in parts.items()}
    targets = all_targets(measured, chosen.part, lines=bool(chosen.lines or chosen.apart))
    show_targets(list(targets), console)
    figures = {name: part.figures for name, part in parts.items()}
    _keep_by_part(figures, chosen.seed)
    print_figures("hand", {"seed": chosen.seed, **figures})


def _keep_by_part(figures: Mapping[str, Any], seed: int) -> None:
    """Keep the figures of each part as a result of its own (``hand-lines``), so that parts are measured alone."""
    for kind in dict.fromkeys(name.partition(":")[0] for name in figures):
        of_part = {name: measured for name, measured in figures.items() if name.partition(":")[0] == kind}
        keep_figures(f"hand-{kind}", {"seed": seed, **of_part})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=Path, action="append", default=[], help="folder with lines.tsv")
    parser.add_argument(
        "--apart",
        type=Path,
        action="append",
        default=[],
        help="as --lines; only lines that no network learns",
    )
    parser.add_argument("--writer", action="append", help="of real lines only those of these writers")
    parser.add_argument("--tesseract", type=int, default=100, help="lines of a folder read by Tesseract too")
    parser.add_argument("--entries", type=int, default=16, help="entries a book, one book a pen and form")
    parser.add_argument(
        "--glued", type=int, default=2, help="pages a writer whose lines are glued into forms"
    )
    parser.add_argument("--pages", type=int, default=5, help="pages a form of 2006 whose speed is measured")
    parser.add_argument("--pen", action="append", help="only these pens")
    parser.add_argument("--form", action="append", help="only these forms")
    parser.add_argument("--scanner", action="append", choices=("none", "mild", "normal", "hard"))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="books at a time")
    parser.add_argument("--part", action="append", choices=PARTS, help="only these parts")
    parser.add_argument(
        "--wrong", action="store_true", help="print each value read wrongly (synthetic people)"
    )
    chosen = parser.parse_args()
    chosen.part = chosen.part or PARTS
    chosen.pen, chosen.form = chosen.pen or TEST_PENS, chosen.form or FORMS
    chosen.scanner = chosen.scanner or ["normal"]
    return chosen


# --- real lines -----------------------------------------------------------------------------------------------------


def _real(folder: Path, reader: HandwritingReader, chosen: argparse.Namespace, console: Console) -> BenchPart:
    is_taught = folder in chosen.apart
    known = lines_kept_apart(folder) if is_taught else real_lines(folder)
    lines = [line for line in known if not chosen.writer or line.writer in chosen.writer]
    readings = line_readings(lines, reader)
    show_lines(folder.name, readings, console)
    rates = readings.rates()
    free, place = rates[readings.all_witnesses, "free"], rates[readings.all_witnesses, "place"]
    writers = readings.by_writer("free")
    worst = max(writers, key=lambda writer: writers[writer].plain or 0.0)
    console.print(f"Người viết khó đọc nhất: {worst}, lỗi ký tự {percent(writers[worst].plain)}.")
    beside = on_same_lines(folder.name, readings, chosen.tesseract)
    show_beside(beside, console)
    figures = {
        "ways": {f"{witness} {prior}": rate.as_dict() for (witness, prior), rate in rates.items()},
        "writers": {writer: rate.as_dict() for writer, rate in writers.items()},
        "worst_writer": worst,
        "only_kept_apart": is_taught,
        **beside.figures,
    }
    return BenchPart(figures, line_targets(folder.name, free.plain, place.plain))


# --- drawn books ----------------------------------------------------------------------------------------------------


def _test_books(chosen: argparse.Namespace) -> Iterator[HandBook]:
    seed = chosen.seed
    for pen in chosen.pen:
        for form in chosen.form:
            for scanner in chosen.scanner:
                seed += 1
                options = SynthOptions(
                    seed=seed, entries=chosen.entries, pens=(pen,), scanner=scanner, cover=False
                )
                yield HandBook(pen, form, options)


def _books(chosen: argparse.Namespace, schemas: Schemas, console: Console) -> BenchPart:
    books = list(_test_books(chosen))
    small = read_by_both(books)
    by_tesseract = [replace(book, by_tesseract=True) for book in small]
    read = all_read([*books, *(book for book in small if book not in books), *by_tesseract], chosen.jobs)
    ours = [book for book in read if book.book in books]
    fields = fields_of(ours, schemas)
    beside = on_same_fields(
        fields_of([book for book in read if book.book in small], schemas),
        fields_of([book for book in read if book.book in by_tesseract], schemas),
    )
    even = field_figures(fields_of([with_tolerance(book, TOLERATED_EVERYWHERE) for book in ours], schemas))
    every, by_kind = field_figures(fields), figures_by(fields, lambda f: f.group)
    by_words = figures_by([field for field in fields if field.group == "name" and field.by_hand], _by_words())
    by_pen = figures_by(fields, lambda f: f.entry.hand)
    by_form = figures_by(fields, lambda f: f.entry.form)
    by_level = figures_by(fields, lambda f: f.entry.level)
    show_fields("Sổ vẽ bằng chữ chưa từng học, theo kiểu", "Kiểu", {**by_kind, "tất cả": every}, console)
    show_fields("Họ tên, theo từ vựng mà máy dùng để cân nhắc", "Họ tên", by_words, console)
    show_fields("Theo phông chữ", "Phông", by_pen, console)
    show_fields("Theo mẫu sổ và bản quét", "Mẫu", {**by_form, **by_level}, console)
    show_left_out(every, console)
    show_curve(every, console)
    if every.curve:
        write_curve(every.curve, TOLERATED_EVERYWHERE, CURVE)
        console.print(f"Hình: {CURVE}")
    show_beside(beside, console)
    console.print(
        f"Nếu cơ quan cho sai {percent(TOLERATED_EVERYWHERE)} ở mọi ô, kể cả ô quan trọng: nhận thẳng "
        f"{percent(even.accepted_share)}, sai {even.wrong} trong {even.accepted} ô."
    )
    if chosen.wrong:
        show_wrong(fields, console)
    figures = {
        "pages": sum(book.pages for book in ours),
        "failures": sum(len(book.failures) for book in read),
        **every.as_dict(),
        "curve": curve_points(every),
        "tolerating_4_in_1000": even.as_dict(),
        "kinds": {name: group.as_dict() for name, group in by_kind.items()},
        "names_by_words": {name: word.as_dict() for name, word in by_words.items()},
        "pens": {name: group.as_dict() for name, group in by_pen.items()},
        "forms": {name: group.as_dict() for name, group in by_form.items()},
        "scans": {name: group.as_dict() for name, group in by_level.items()},
        **beside.figures,
    }
    return BenchPart(figures, book_targets(every, even, by_kind))


def _by_words() -> Callable[[HandOutcome], str]:
    """Tells names that the word lists hold in whole from those with a syllable that they lack: known words may help
    only where the ink leaves something open."""
    words = getattr(schemas_and_engines()[1].hand, "words", None)
    model = words.language.models["name"] if words else None
    return lambda field: (
        "mọi chữ có trong từ vựng"
        if model is not None and all(map(model.knows, field.outcome.truth.split()))
        else "có chữ ngoài từ vựng"
    )


if __name__ == "__main__":
    main()
