"""What does a page gain from its book? Pages as read one by one, and as their book weighs them in a second pass.

    make bench-context [LINES=FOLDER]     python -m benchmarks.context.bench_context [--pages 12] [--revision REF] …

Books are drawn as offices keep them (``OfficeOptions``): one or two clerks, three officers with their titles in every
order, places that recur, numbers and dates that advance, half a seal on the edge, values that run over the rule and
over labels, notes, figures of one stroke; some on the sheets of another printer (``ReprintOptions``). Their pens are
those that no network is trained with. With ``LINES`` a folder of real pen lines, every value is real ink of one person
a book. ``--revision`` reads the same pages with another revision of the code too, with the networks and the calibration
of that revision; of one without a second pass (d3d426f) there are figures of single pages alone. ``--template`` reads
them once more as a run over a book does: its first five pages teach the form template that the others are placed by.
Books, and what revisions read of them, stay in ``bench-out/context``: empty it when books are drawn otherwise than
before. Columns: ``off`` every page for itself, ``on`` after the second pass, ``template`` the same with the template.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.checkouts import checkout_of, commit_of
from benchmarks.context.book_scores import ScoredBook, figures_of, read_pages
from benchmarks.figures import BENCH_OUT, percent, report_figures, say
from benchmarks.handwriting.books import TEST_PENS, schemas_and_engines
from benchmarks.handwriting.pen_figures import MNIST
from benchmarks.handwriting.pens import ink_of_writers
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.training.evaluation import load_truth
from pipeline.training.synthetic_pages import (
    OfficeOptions,
    ReprintOptions,
    SynthOptions,
    WriterInk,
    write_book,
)

SEED = 95_001
PAGES = 40

BOOKS: Mapping[str, bool] = {
    "birth-2006": False, "marriage-2006": False, "death-2006": True, "birth-2006-reprint": True, "birth-2016": True,
}  # fmt: skip
"""The books, each named after its form, and whether they are on another printer's sheets."""

READER = Path(__file__).with_name("read_books.py")

ROWS: Mapping[str, tuple[str, str]] = {
    "Nơi chốn đúng hẳn": ("places/share", "+20 điểm"),
    "Người ký: tên và chức vụ": ("signers/share", "95 %"),
    "Người ký: tên": ("signers/name", ""),
    "Người ký: chức vụ": ("signers/title", ""),
    "Số đăng ký": ("entry_numbers/share", "99 %"),
    "Ngày đăng ký": ("registration_dates/share", "99 %"),
    "Họ tên đúng hẳn": ("names/share", ""),
    "Giá trị đúng": ("right", ""),
    "Tự nhận": ("accepted", "+15 điểm"),
    "Sai trong số đã nhận": ("wrong_share", "không hơn"),
    "Lấn ô còn trọn": ("overflow/whole", "97 %"),
    "… qua đường kẻ dọc": ("overflow/rule/whole", ""),
    "… đè nhãn": ("overflow/label/whole", ""),
    "Ô giữ đủ mực, giấy đúng mẫu": ("boxes/declared/share", ""),
    "Ô giữ đủ mực, giấy in khác": ("boxes/reprinted/share", "98 %"),
    "Ghi chú trống cạnh dấu giáp lai, đã nhận": ("notes/sealed_blank_accepted/share", "97 %"),
    "Ghi chú có chữ đọc đúng": ("notes/alike", ""),
}
"""Rows of the table: the path of the figure, and its target."""

COUNTS: Mapping[str, tuple[str, str]] = {
    "Giá trị sai đã nhận": ("wrong_accepted", ""),
    "Ghi chú bị mất": ("notes/lost", "0"),
    "Trang hỏng": ("failed", "0"),
}


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    folders = _drawn_books(chosen, schemas)
    figures = {}
    for name, measured in _readings(folders, chosen):
        books = [_scored(folder, measured["pages"][folder.name], schemas) for folder in folders]
        figures[name] = {**figures_of(books), "second_pass_seconds": measured["second_pass_seconds"]}
    console = Console(width=150)
    _show(figures, console)
    if chosen.wrong:
        _show_wrong(figures, console)
    setting = {
        "seed": chosen.seed,
        "pages_a_book": chosen.pages,
        "books": [folder.name for folder in folders],
    }
    if chosen.lines:
        setting["lines"] = chosen.lines.name
    report_figures("context-pens" if chosen.lines else "context", {**setting, **figures})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=PAGES, help="pages a book")
    parser.add_argument("--book", action="append", choices=tuple(BOOKS), help="only these books")
    parser.add_argument(
        "--lines", type=Path, help="folder with lines.tsv: every value is real ink, a writer a book"
    )
    parser.add_argument("--writer", action="append", help="only these writers of the lines")
    parser.add_argument("--figures", type=Path, default=MNIST, help="folder of the MNIST collection")
    parser.add_argument("--revision", action="append", default=[], help="read with this revision too")
    parser.add_argument(
        "--template", action="store_true", help="read with the learnt template of each book too"
    )
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--scanner", choices=("none", "mild", "normal", "hard"), default="mild")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="pages at a time")
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "context", help="folder of the books")
    parser.add_argument("--wrong", action="store_true", help="count the wrong values accepted by field")
    return parser.parse_args()


# --- the books ------------------------------------------------------------------------------------------------------


def _drawn_books(chosen: argparse.Namespace, schemas: Schemas) -> list[Path]:
    """The folders of the books, drawn where they are not there yet."""
    folders = []
    for number, (name, strokes) in enumerate(_strokes(chosen)):
        reprinted = BOOKS[name]
        options = SynthOptions(
            seed=chosen.seed + number, entries=chosen.pages, pens=() if strokes else TEST_PENS, container="jpeg",
            dpi=chosen.dpi, scanner=chosen.scanner, cover=False, notes=0.3, first_number=1 + 37 * number,
            office=OfficeOptions(), reprint=ReprintOptions() if reprinted else None,
        )  # fmt: skip
        if strokes:
            options = replace(options, struck=0.0, no_father=0.0)
        mark = hashlib.sha256(f"{options}{strokes.fingerprint if strokes else ''}".encode()).hexdigest()[:8]
        folder = chosen.kept / f"{name}-{chosen.pages}-{mark}"
        if not (folder / "truth.json").is_file():
            say(f"vẽ {folder.name}")
            form = schemas.form(name.removesuffix("-reprint"))
            write_book(folder, form, schemas, options, strokes=strokes)
        folders.append(folder)
    return folders


def _strokes(chosen: argparse.Namespace) -> Iterator[tuple[str, WriterInk | None]]:
    names = chosen.book or tuple(BOOKS)
    if not chosen.lines:
        yield from ((name, None) for name in names)
        return
    for number, ink in enumerate(ink_of_writers(chosen.lines, chosen.writer, chosen.figures).values()):
        yield names[number % len(names)], ink


def _scored(folder: Path, pages: Sequence[Mapping[str, Any]], schemas: Schemas) -> ScoredBook:
    form = schemas.form(load_ledger(folder).form)
    reprinted = BOOKS[folder.name.rsplit("-", 2)[0]]
    truth = load_truth(folder / "truth.json")
    return ScoredBook(folder.name, form, schemas.record(form.record), truth, read_pages(pages), reprinted)


# --- reading --------------------------------------------------------------------------------------------------------


def _readings(folders: Sequence[Path], chosen: argparse.Namespace) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the readings of the books: by other revisions, then by this revision without and with the context."""
    for reference in chosen.revision:
        name, figures = read_with_revision(reference, folders, chosen)
        yield name, {"pages": figures["off"], "second_pass_seconds": None}
    figures = _read(None, folders, chosen)
    yield "off", {"pages": figures["off"], "second_pass_seconds": None}
    if "on" in figures:
        yield "on", {"pages": figures["on"], "second_pass_seconds": figures["second_pass_seconds"]}
    if chosen.template:
        figures = _read(None, folders, chosen, template=True)
        yield "template", {"pages": figures["on"], "second_pass_seconds": figures["second_pass_seconds"]}


def read_with_revision(
    reference: str, folders: Sequence[Path], chosen: argparse.Namespace
) -> tuple[str, Mapping[str, Any]]:
    """Return the short name of a revision, and what it reads of the books (see ``read_books``)."""
    commit = commit_of(reference)
    return commit[:7], _read(commit, folders, chosen)


def _read(
    commit: str | None, folders: Sequence[Path], chosen: argparse.Namespace, *, template: bool = False
) -> Mapping[str, Any]:
    """Return what a commit, or the files as they are, read of the books; a commit reads the same books once."""
    books = hashlib.sha256(" ".join(folder.name for folder in folders).encode()).hexdigest()[:8]
    out = (chosen.kept / f"read-{commit[:7] if commit else 'here'}-{books}.json").resolve()
    if not (commit and out.is_file()):
        say(f"đọc {len(folders)} sổ, bản {commit[:7] if commit else 'này'}")
        with checkout_of(commit) if commit else nullcontext(Path.cwd()) as root:
            paths = [str(folder.resolve()) for folder in folders]
            environment = {**os.environ, "PYTHONPATH": str(root), "READ_BOOKS_JOBS": str(chosen.jobs)}
            if template:
                environment["READ_BOOKS_TEMPLATE"] = "1"
            command = [sys.executable, str(READER), str(out), *paths]
            subprocess.run(command, cwd=root, check=True, env=environment)
    figures: Mapping[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


# --- tables ---------------------------------------------------------------------------------------------------------


def _show(figures: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    table = Table("Đo gì", "Muốn", *figures, title="Cả quyển cùng nói")
    for label, (path, wanted) in ROWS.items():
        table.add_row(label, wanted, *(percent(_at(figure, path)) for figure in figures.values()))
    for label, (path, wanted) in COUNTS.items():
        table.add_row(label, wanted, *(str(_at(figure, path)) for figure in figures.values()))
    seconds = [figure["seconds_a_page"] for figure in figures.values()]
    table.add_row(
        "Giây CPU một trang", "+10 %", *("–" if spent is None else f"{spent:.2f}" for spent in seconds)
    )
    later = [figure["second_pass_seconds"] for figure in figures.values()]
    table.add_row("Giây CPU lượt thứ hai", "", *("–" if spent is None else f"{spent:.2f}" for spent in later))
    console.print(table)


def _at(value: Any, path: str) -> Any:
    for step in path.split("/"):
        value = value[step]
    return value


def _show_wrong(figures: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    for name, figure in figures.items():
        for field, count in figure["wrong_fields"].items():
            console.print(f"{name}: {field}: {count} giá trị sai đã nhận", markup=False)


if __name__ == "__main__":
    main()
