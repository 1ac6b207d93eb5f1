"""The month: eight books, nights that read them, days at the desk, the delivery at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks.life.paper import Paper, PaperPage, pages_of, read_paper
from benchmarks.orchestration.quick_reader import engines
from pipeline.base.model import Ledger
from pipeline.declarations import schema
from pipeline.declarations.ledger import LEDGER_FILE, ledger_text, load_ledger
from pipeline.delivery.deliverable import book_layers
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.package import PackageReport, export_book
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_books
from pipeline.runs.book_run import BookReport
from pipeline.training.synthetic_pages import SynthOptions, write_book

FORMS = (
    "birth-2006",
    "birth-2016",
    "marriage-2006",
    "marriage-2016",
    "death-2006",
    "death-2016",
    "birth-table",
    "birth-2006",
)
"""The forms of the books, in turn."""

DPI = 100


@dataclass
class LifeBook:
    """A book of the month.

    Attributes:
        folder: Its folder, with scans and ``ledger.toml``.
        pages: What stands on its pages, by the name of the scan.
        free: The scans that no mishap has met yet.
    """

    folder: Path
    ledger: Ledger
    pages: dict[str, PaperPage]
    free: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.folder.name

    def record(self, month: Month) -> str:
        """Return the name of its record."""
        return month.schemas.form(self.ledger.form).record

    def write_ledger(self, ledger: Ledger) -> None:
        """Write ``ledger.toml`` as somebody would."""
        (self.folder / LEDGER_FILE).write_text(ledger_text(ledger), encoding="utf-8")


class Month:
    """The office, its books and its registry.

    Args:
        root: The folder of everything.
        url: An empty registry.
    """

    def __init__(self, root: Path, url: str, pages: int, seed: int, forms: tuple[str, ...] = FORMS) -> None:
        self.root, self.schemas = root, schema.load()
        self.paper = Paper(root / "paper.json")
        self.inbox = root / "books"
        self.context = RunContext(
            root / "workspace",
            url,
            self.schemas,
            make_engines=partial(engines, 1),
            read_page=partial(read_paper, paper=self.paper.path),
            book_context=False,
        )
        self.books = [self._drawn(number, form, pages, seed + number) for number, form in enumerate(forms, 1)]
        self.reports: dict[str, BookReport] = {}
        """Of the last night, by the name of the book's folder."""
        self.typed_rows: dict[tuple[str, int], int] = {}
        """Of entries that people added, by scan and row in the registry: the row on paper."""
        self.off_form: dict[tuple[str, str], str] = {}
        """What people type into fields that the form has no place for, by book and field."""
        self.mistyped: dict[tuple[str, int, str], str] = {}
        """What everybody types instead of what stands on the paper, by scan, row and field."""

    def night(self) -> None:
        """Read the folder of books."""
        self.paper.save()
        self.reports = {book.folder: book for book in digitize_books(self.inbox, self.context)}

    def book_id(self, registry: Registry, book: LifeBook) -> int:
        """Return the number of a book in the registry."""
        (named,) = registry.books_named(book.name)
        return named

    def page_scan(self, registry: Registry, book: LifeBook, name: str) -> str:
        """Return the SHA-256 of a scan of a book that has this file name."""
        names = registry.scans_named(self.book_id(registry, book))
        (scan_sha256,) = (sha256 for sha256, scan_name in names.items() if scan_name == name)
        return scan_sha256

    def add_scan(self, book: LifeBook, like: str, name: str, page: PaperPage) -> str:
        """Scan a page once more, as a file of another name with other bytes; return its SHA-256."""
        path = book.folder / name
        with Image.open(book.folder / like) as picture:
            picture.save(path, quality=70 + len(self.paper.pages) % 25)
        return self.paper.add(path, page)

    def deliver(self, registry: Registry, target: Path, *, partial: bool = False) -> dict[str, PackageReport]:
        """Export every book; return the reports by the name of the book's folder."""
        return {
            book.name: export_book(
                registry,
                self.context,
                self.book_id(registry, book),
                target,
                PackageOptions(),
                partial=partial,
            )
            for book in self.books
        }

    def _drawn(self, number: int, form_id: str, pages: int, seed: int) -> LifeBook:
        form = self.schemas.form(form_id)
        rows = form.table.rows if form.table else 1
        options = SynthOptions(
            seed=seed,
            entries=pages * rows,
            dpi=DPI,
            container="jpeg",
            cover=False,
            skew=0.0,
            turned=0.0,
            ditto=0.0,
            volume=number,
        )
        folder = write_book(self.inbox / f"so-{number:02}", form, self.schemas, options)
        ledger = load_ledger(folder)
        drawn_pages = pages_of(folder, form, self.schemas.record(form.record), ledger)
        (folder / "truth.json").unlink()
        for name, page in drawn_pages.items():
            self.paper.add(folder / name, page)
        return LifeBook(folder, ledger, drawn_pages, sorted(drawn_pages))


def confirm_deliveries(month: Month, registry: Registry) -> int:
    """Let a person confirm the first value of all that waits to be delivered; return the keys."""
    policy = PackageOptions().delivery
    keys = 0
    for book in month.books:
        waiting = [
            (entry.entry_id, name)
            for entry, layers in book_layers(registry, month.book_id(registry, book), month.schemas, policy)
            for name, layer in layers.items()
            if layer.waits
        ]
        for entry_id, name in waiting:
            registry.confirm_delivery(entry_id, name, policy, author="phu-trach")
            keys += 1
    return keys
