"""What does knowledge add to ink? Books of families, read with the ink alone and with ever more of what a clerk knows.

    make bench-clerk LINES="FOLDER …" [APART="FOLDER …"] [NAMES=FOLDER]
    python -m benchmarks.context.bench_clerk --lines FOLDER … [--apart FOLDER] [--names FOLDER] [--books 12] …

Every value is real ink of one person a book, cut out of folders of pen lines (``lines.tsv``): the writers of all
folders in turn; of a folder whose writers have no names a run of neighbouring lines counts as one. Of the folders of
``--apart`` networks learn most lines, so that only those are cut that ``hotich train`` keeps apart. Words of lists that
a writer left out are lent by others at the writer's size, and foreign names by the folders of ``--names``; figures are
of the MNIST collection. The books are written on the six forms as whole entries of families (``families``), and in
every other entry a value stands against all expectation (``Planted``): what must show is that none of them is bent and
accepted.

Networks and readers of print see each line once: what they saw stays in ``bench-out/clerk``, so that another knowledge
costs no network. Columns: ``off`` decodes the ink alone, ``kinds`` knows what can stand in each kind of field,
``entry`` weighs the fields of an entry together too, ``book`` is the second pass over the whole book. ``--revision``
reads the same pages with another revision of the code, second pass included. Nothing is accepted where the calibration
is of another reader than the one that reads.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.context.bench_context import read_with_revision
from benchmarks.context.book_scores import ScoredBook, is_right, read_pages
from benchmarks.context.clerk_books import ClerkBook, add_book_arguments, drawn_books
from benchmarks.context.families import KINDS
from benchmarks.context.read_books import told_page
from benchmarks.figures import percent, report_figures, say, share
from benchmarks.handwriting.books import tools
from benchmarks.handwriting.reading_cache import with_kept_ink
from benchmarks.handwriting.real_lines import FOLDED, plain
from pipeline.base.errors import ScanError, SetupError
from pipeline.base.model import FieldStatus, PageResult, Writing
from pipeline.base.text.tones import folded, split_tones
from pipeline.books.book_context.second_pass import second_pass
from pipeline.declarations.schema import Schemas
from pipeline.digitize.judge import EntryJudge
from pipeline.recognition.ocr import Engines
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans, page_of
from pipeline.training.evaluation import FieldOutcome, load_truth
from pipeline.training.evaluation.field_scores import upper_bound


@dataclass(frozen=True)
class Knowledge:
    """What weighs in a reading besides the ink.

    Attributes:
        kinds: What can stand in each kind of field.
        entry: What the fields of an entry say of one another.
        book: What the pages of a book say of one another.
    """

    kinds: bool = True
    entry: bool = True
    book: bool = True


VARIANTS: Mapping[str, Knowledge] = {
    "off": Knowledge(kinds=False, entry=False, book=False),
    "kinds": Knowledge(entry=False, book=False),
    "entry": Knowledge(book=False),
    "book": Knowledge(),
}


@dataclass(frozen=True)
class KnowledgeReading:
    """The pages of the books by the name of their folder, as ``read_books.py`` writes them, and the CPU seconds."""

    pages: Mapping[str, Sequence[Mapping[str, Any]]]
    seconds: Mapping[str, float] = field(default_factory=dict)


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    if not chosen.lines and not chosen.apart:
        say("không đo: cần dòng viết tay thật, make bench-clerk LINES=THƯ_MỤC (thư mục có lines.tsv)")
        return
    schemas = tools()[0].schemas
    try:
        books = list(drawn_books(chosen))
    except SetupError as error:
        raise SystemExit(str(error)) from None
    measured = {}
    for name, reading in _readings(books, chosen):
        measured[name] = {
            **figures_of(books, reading, schemas, tell=chosen.wrong),
            "seconds_a_page": reading.seconds,
        }
    _show(measured, Console(width=150))
    setting = {
        "seed": chosen.seed,
        "lines": [folder.name for folder in chosen.lines],
        "apart": [folder.name for folder in chosen.apart],
        "books": len(books),
        "pages": sum(book.ledger.entries or 0 for book in books),
    }
    report_figures("clerk", {**setting, **measured})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_book_arguments(parser)
    parser.add_argument("--revision", action="append", default=[], help="read with this revision too")
    parser.add_argument("--variant", action="append", choices=tuple(VARIANTS), help="only these variants")
    parser.add_argument("--jobs", type=int, default=1, help="pages of a revision at a time")
    parser.add_argument("--wrong", action="store_true", help="print each wrong value (invented people)")
    return parser.parse_args()


# --- reading --------------------------------------------------------------------------------------------------------


def _readings(
    books: Sequence[ClerkBook], chosen: argparse.Namespace
) -> Iterator[tuple[str, KnowledgeReading]]:
    """Yield what other revisions read, then what each variant does."""
    for reference in chosen.revision:
        name, read = read_with_revision(reference, [book.folder for book in books], chosen)
        yield name, KnowledgeReading(read.get("on", read["off"]))
    context, engines = tools()
    variants = {name: VARIANTS[name] for name in chosen.variant or VARIANTS}
    read_with: dict[bool, dict[str, list[PageResult | None]]] = {}
    for kinds in sorted({known.kinds for known in variants.values()}):
        kept = with_kept_ink(engines, chosen.kept / "seen", ink_alone=not kinds)
        read_with[kinds] = {book.folder.name: pages_of(book, context, kept, kinds) for book in books}
    for name, known in variants.items():
        yield name, _known(books, read_with[known.kinds], known, context)


def pages_of(book: ClerkBook, context: RunContext, engines: Engines, kinds: bool) -> list[PageResult | None]:
    """Return the pages of a book, each read for itself; ``None`` for a page that failed."""
    scans = {scan.path.name: scan for scan in list_scans(book.folder)}
    say(f"đọc {book.folder.name}{'' if kinds else ', chỉ mực'}")
    pages: list[PageResult | None] = []
    for page in load_truth(book.folder / "truth.json").pages:
        try:
            image = page_of(scans[page.scan], page.page_no, context.limits)
            read = context.read_page(image, book.form, book.ledger, context.schemas, engines, context.options)
            pages.append(read)
        except ScanError:
            pages.append(None)
    return pages


def _known(
    books: Sequence[ClerkBook],
    read: Mapping[str, Sequence[PageResult | None]],
    known: Knowledge,
    context: RunContext,
) -> KnowledgeReading:
    """Return the readings with a variant of knowledge; no network runs."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    began, count = time.process_time(), 0
    for book in books:
        pages = read[book.folder.name]
        count += len(pages)
        if known.book:
            there = [page for page in pages if page is not None]
            passed = second_pass(there, {}, book.form, book.ledger, context.schemas, context.options)
            pages = [None if page is None else passed.weighed(page) for page in pages]
        else:
            pages = [None if page is None else _judged(page, book, known, context) for page in pages]
        told[book.folder.name] = [told_page(page, 0.0) for page in pages]
    spent = (time.process_time() - began) / max(1, count)
    return KnowledgeReading(told, {"book" if known.book else "entry": spent})


def _judged(page: PageResult, book: ClerkBook, known: Knowledge, context: RunContext) -> PageResult:
    """Return a page whose kept readings are judged again, each entry for itself."""
    routing = context.options.routing.for_reader(page.hand_reader)
    judge = EntryJudge(book.form, book.ledger, context.schemas, routing, joint=known.entry)
    return replace(page, entries=tuple(judge.again(entry, entry.regions, {}, {}) for entry in page.entries))


# --- figures --------------------------------------------------------------------------------------------------------


@dataclass
class Counts:
    """How many values there are; how many are right, accepted, and accepted but wrong."""

    of: int = 0
    right: int = 0
    accepted: int = 0
    wrong: int = 0

    def add(self, outcome: FieldOutcome) -> None:
        right = is_right(outcome)
        self.of += 1
        self.right += right
        self.accepted += outcome.predicted.accepted
        self.wrong += outcome.predicted.accepted and not right

    def told(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "right": share(self.right, self.of),
            "accepted": share(self.accepted, self.of),
            "accepted_fields": self.accepted,
            "wrong": self.wrong,
            "wrong_bound": upper_bound(self.wrong, self.accepted),
        }


def figures_of(
    books: Sequence[ClerkBook], reading: KnowledgeReading, schemas: Schemas, *, tell: bool = False
) -> dict[str, Any]:
    """Return the figures of a variant, as JSON can hold them: of expected values in all and by kind, and of planted
    ones."""
    kinds: dict[str, Counts] = {}
    every, critical, invented = Counts(), Counts(), 0
    planted = {kind: Counts() for kind in KINDS}
    failed = 0
    for book in books:
        truth = load_truth(book.folder / "truth.json")
        pages = read_pages(reading.pages[book.folder.name])
        failed += sum(page is None for page in pages)
        scored = ScoredBook(book.folder.name, book.form, book.record, truth, pages, False)
        for number, entry in enumerate(scored.entries):
            kind, names = book.planted.get(number, ("", ()))
            for found in entry.outcomes:
                spec = found.spec
                if spec is None:
                    continue
                if not found.truth:
                    predicted = found.predicted
                    read = predicted.status is FieldStatus.READ and predicted.writing is Writing.HAND
                    invented += read and predicted.accepted
                    continue
                if spec.name not in entry.truth.by_hand:
                    continue
                outcome = clerk_outcome(found, schemas)
                for counts in (
                    (planted[kind],)
                    if spec.name in names
                    else (every, kinds.setdefault(spec.vocab or spec.kind, Counts()))
                ):
                    counts.add(outcome)
                if spec.critical and spec.name not in names:
                    critical.add(outcome)
                if tell and not is_right(outcome):
                    _tell(book, outcome, kind if spec.name in names else "")
    bent = sum(counts.wrong for counts in planted.values())
    return {
        **every.told(),
        "failed": failed,
        "invented": invented,
        "critical": critical.told(),
        "kinds": {name: kinds[name].told() for name in sorted(kinds)},
        "planted": {
            "of": sum(counts.of for counts in planted.values()),
            "right": sum(counts.right for counts in planted.values()),
            "waiting": sum(counts.of - counts.accepted for counts in planted.values()),
            "bent_accepted": bent,
            "kinds": {
                kind: {
                    "of": counts.of,
                    "right": counts.right,
                    "waiting": counts.of - counts.accepted,
                    "bent_accepted": counts.wrong,
                }
                for kind, counts in planted.items()
            },
        },
    }


def clerk_outcome(outcome: FieldOutcome, schemas: Schemas) -> FieldOutcome:
    """Return the outcome of a field of real ink: its label has neither case nor punctuation, the place of a tone varies
    in it, and two spellings of a listed term are one value."""
    read, spec = outcome.predicted, outcome.spec
    if spec is None or read.status is not FieldStatus.READ:
        return outcome
    vocabulary = schemas.vocabulary(spec)
    same = toned(outcome.truth) == toned(read.text) if outcome.kind in FOLDED else False
    if vocabulary is not None:
        code = vocabulary.codes.get(folded(read.text))
        same = code is not None and code == vocabulary.codes.get(folded(outcome.truth))
    return replace(outcome, predicted=replace(read, text=outcome.truth)) if same else outcome


def toned(text: str) -> Sequence[tuple[str, str]]:
    """Return the words of a text, each with its tone wherever that stands."""
    return [split_tones(word) for word in plain(text).split()]


def _tell(book: ClerkBook, outcome: FieldOutcome, planted: str) -> None:
    marks = [planted, "NHẬN" if outcome.predicted.accepted else ""]
    name = outcome.spec.name if outcome.spec else ""
    say(
        f"{book.form.id} {name}: {outcome.truth!r} đọc {outcome.predicted.text!r} "
        f"{outcome.predicted.confidence:.3f} {' '.join(filter(None, marks))}"
    )


# --- tables ---------------------------------------------------------------------------------------------------------


def _show(measured: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    table = Table("Kiểu", "Ô", *measured, title="Đúng / nhận thẳng / sai trong đó")
    first = next(iter(measured.values()))
    for kind in first["kinds"]:
        table.add_row(
            kind, str(first["kinds"][kind]["of"]), *(_cell(m["kinds"][kind]) for m in measured.values())
        )
    table.add_row("tất cả", str(first["of"]), *map(_cell, measured.values()))
    table.add_row(
        "trọng yếu", str(first["critical"]["of"]), *(_cell(m["critical"]) for m in measured.values())
    )
    table.add_row("nhận ở ô trống", "", *(str(m["invented"]) for m in measured.values()))
    table.add_row("trang hỏng", "", *(str(m["failed"]) for m in measured.values()))
    seconds = [m["seconds_a_page"] for m in measured.values()]
    table.add_row(
        "giây CPU một trang",
        "",
        *(", ".join(f"{value:.3f}" for value in spent.values()) or "–" for spent in seconds),
    )
    console.print(table)
    against = Table("Trái mọi dự đoán", "Ô", *measured, title="Đúng / chờ / sai mà nhận (phải là 0)")
    for kind in (*KINDS, ""):
        cells = [m["planted"]["kinds"][kind] if kind else m["planted"] for m in measured.values()]
        if cells[0]["of"]:
            against.add_row(
                kind or "tất cả",
                str(cells[0]["of"]),
                *(f"{cell['right']} / {cell['waiting']} / {cell['bent_accepted']}" for cell in cells),
            )
    console.print(against)


def _cell(told: Mapping[str, Any]) -> str:
    return f"{percent(told['right'])} / {percent(told['accepted'])} / {told['wrong']}"


if __name__ == "__main__":
    main()
