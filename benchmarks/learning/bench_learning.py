"""How many values of a book wait for a person after 0, 5, 10, 20 and 40 entries were checked?

    make bench-learning     python -m benchmarks.learning.bench_learning [--pages 60] [--book FORM] [--seed N]
                                [--lines FOLDER [--writer W …]] [--order ORDER …]
                            … --lines FOLDER --hands N [--registers FOLDER] [--seconds S]
                            … --lines FOLDER --tries N [--minutes M] [--steps N]
                            … --lines FOLDER --office MINUTES

Books are drawn as offices keep them, in pens that nothing is trained or fitted with, and with ``--lines`` in the ink of
one writer each; all are read once by what ships and stay in ``bench-out/learning``. A simulated reviewer then checks
their entries in the order in which the desk hands them out: those from which the machine learns most first
(``book_context.teaching_entries``), or from the first page to the last. One reviewer is perfect, one errs in 0.4 of a
thousand values, and once in the first ten entries at least. After each step the book is weighed as beside the desk
(``runs.clear_pass``). Told is how many values wait on an entry that nobody has checked yet, of which kind and why, how
many of them are read rightly, how many keys they cost by the shortest way, how many are clear on the entries that are
left, how many of all fields of these the machine is done with, and how many of those are wrong.

With ``--hands`` no book is checked: the hands that are read worst are learnt as at night, put before the gate, and read
on lines that were not learnt (``benchmarks.learning.hand_trials``); with ``--tries`` neither: harmful and good readers
are put before both gates (``benchmarks.learning.gate_trials``); with ``--office`` neither: a network goes on learning
lines of several writers as ``hotich learn`` does (``benchmarks.learning.office_trial``). Their figures are told as
``learning-hands``, ``learning-gate`` and ``learning-office``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from benchmarks.handwriting.books import schemas_and_engines
from benchmarks.learning import learning_books
from benchmarks.learning.checked_steps import ORDERS, Step, figures_of_book, summed

REVIEWERS = {"perfect": 0.0, "erring": 0.0004}
"""The share of values that a reviewer decides wrongly."""

WORDS = {"perfect": "không sai", "erring": "sai 0,4 ‰"}


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    if chosen.hands or chosen.tries or chosen.office:
        _report_trials(chosen)
        return
    schemas, _ = schemas_and_engines()
    console = Console(width=150)
    books: dict[str, Any] = {}
    real: set[str] = set()
    for book in learning_books.learning_books(chosen, schemas):
        say(f"đối chiếu sổ {book.name}, {len(book.paper.entries)} mục")
        real |= {book.name} if book.hand else set()
        books[book.name] = figures_of_book(book, chosen.seed, REVIEWERS, chosen.order or tuple(ORDERS))
    together = _together([book for name, book in books.items() if name not in real])
    pens = _together([book for name, book in books.items() if name in real])
    for title, some in (("Nét bút vẽ", together), ("Nét bút thật", pens)):
        _show(title, some, console)
    _show_groups(books, console)
    figures: dict[str, Any] = {
        "seed": chosen.seed,
        "pages": chosen.pages,
        "books": books,
        **together,
        "pens": pens,
    }
    report_figures("learning", figures)


def _report_trials(chosen: argparse.Namespace) -> None:
    console = Console(width=150)
    if chosen.hands:
        from benchmarks.learning.hand_trials import hand_figures

        report_figures("learning-hands", hand_figures(chosen, console))
    if chosen.tries:
        from benchmarks.learning.gate_trials import gate_figures

        report_figures("learning-gate", gate_figures(chosen, console))
    if chosen.office:
        from benchmarks.learning.office_trial import office_figures

        report_figures("learning-office", office_figures(chosen, console))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    learning_books.arguments(parser)
    parser.add_argument("--order", action="append", choices=tuple(ORDERS), help="only this order")
    parser.add_argument("--hands", type=int, default=0, help="so many hands are learnt")
    parser.add_argument("--seconds", type=float, default=600.0, help="processor time of learning a hand")
    parser.add_argument("--registers", type=Path, help="folder of real register pages: one clerk is learnt")
    parser.add_argument("--tries", type=int, default=0, help="so many harmful and good tries for each gate")
    parser.add_argument(
        "--minutes", type=float, default=30.0, help="no try is begun after so much processor time"
    )
    parser.add_argument(
        "--office", type=float, default=0, help="so many minutes an office's reader is taught"
    )
    parser.add_argument("--steps", type=int, default=120, help="steps of these adaptations")
    return parser.parse_args()


def _together(books: Sequence[Mapping[str, Sequence[Step]]]) -> dict[str, Sequence[Step]]:
    return {name: summed([book[name] for book in books]) for name in (books[0] if books else ())}


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace(".", ",")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %".replace(".", ",")


def _show(title: str, together: Mapping[str, Sequence[Step]], console: Console) -> None:
    table = Table(
        "Thứ tự, người", "Đã đối chiếu", "Ô chờ một mục", "lặp lại", "Phím một mục", "Ô đã rõ", "sai",
        "Máy nhận", "sai", "sai nhiều nhất", title=title,
    )  # fmt: skip
    for name, steps in together.items():
        order, reviewer = name.split("-")
        for step in steps:
            table.add_row(
                f"{ORDERS[order]}, {WORDS[reviewer]}" if not step["checked"] else "",
                str(step["checked"]), _number(step["waiting_an_entry"]), _number(step["waiting_repeated"]),
                _number(step["keys_an_entry"]), str(step["clear"]), str(step["clear_wrong"]),
                _percent(step["done"]), str(step["done_wrong"]), _percent(step["done_most_wrong"]),
            )  # fmt: skip
    if together:
        console.print(table)


def _show_groups(books: Mapping[str, Mapping[str, Sequence[Step]]], console: Console) -> None:
    """Show what waits in each book at first: by kind, and why."""
    for name, book in books.items():
        first = next(iter(book.values()))[0]["groups"]
        for title, groups in (("Kiểu", first["kind"]), ("Vì sao chờ", first["reason"])):
            table = Table(title, "Ô chờ một mục", "đọc đúng", title=name)
            for group, figures in groups.items():
                table.add_row(group or "–", _number(figures["an_entry"]), _percent(figures["right"]))
            console.print(table)


if __name__ == "__main__":
    main()
