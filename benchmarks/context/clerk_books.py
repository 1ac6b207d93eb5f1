"""Books of families in real ink: every value is ink of one person a book, every other entry holds a planted value."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from benchmarks.context.families import FOREIGN_WORDS, LISTED_WORDS, Planted, families
from benchmarks.figures import BENCH_OUT, say
from benchmarks.handwriting.books import tools
from benchmarks.handwriting.ink_pieces import LentWords, lent_words, writer_ink
from benchmarks.handwriting.pen_figures import MNIST
from benchmarks.handwriting.pens import PEN_FORMS
from benchmarks.handwriting.real_lines import lines_kept_apart
from pipeline.base.errors import SetupError
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.dataset import RealLine, real_lines
from pipeline.training.synthetic_pages import OfficeOptions, SynthOptions, WriterInk, write_book
from pipeline.training.synthetic_pages.cases import SyntheticCase
from pipeline.training.synthetic_pages.spelled_values import SpelledWords

SEED = 96_001
BOOKS, PAGES = 12, 6

RUN, APART = 60, 140
"""Lines of a writer without a name, and lines between two of them: neighbours are mostly of one hand."""

NAMED = 200
"""Where a writer has more lines than this, the lines do not name their writers."""

FEWEST = 20
"""Lines from which a writer is asked for a book."""


@dataclass(frozen=True)
class ClerkBook:
    """A drawn book; ``planted`` names what was planted by number of the entry: the kind and its fields."""

    folder: Path
    form: Form
    record: RecordSpec
    ledger: Ledger
    planted: Mapping[int, tuple[str, tuple[str, ...]]]


def add_book_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``drawn_books`` goes by."""
    parser.add_argument(
        "--lines", type=Path, action="append", default=[], help="folder with lines.tsv; repeatable"
    )
    parser.add_argument(
        "--apart",
        type=Path,
        action="append",
        default=[],
        help="as --lines; only lines that no network learns",
    )
    parser.add_argument(
        "--names", type=Path, action="append", default=[], help="folder that lends foreign names"
    )
    parser.add_argument("--books", type=int, default=BOOKS)
    parser.add_argument("--pages", type=int, default=PAGES, help="pages a book, an entry each")
    parser.add_argument("--figures", type=Path, default=MNIST, help="folder of the MNIST collection")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--scanner", choices=("none", "mild", "normal", "hard"), default="mild")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--kept", type=Path, default=BENCH_OUT / "clerk", help="folder of books and of what was seen"
    )


def drawn_books(chosen: argparse.Namespace) -> Iterator[ClerkBook]:
    """Yield the books, drawn where they are not there yet."""
    context, engines = tools()
    hand = engines.hand
    if not isinstance(hand, HandwritingReader):
        raise SetupError("Chưa cài mô hình đọc chữ viết tay: không tìm được chữ trong dòng để cắt.")
    lent: LentWords | None = None
    collections = _collections(chosen)
    for number, lines in enumerate(writers_of(collections, chosen.books)):
        form = context.schemas.form(PEN_FORMS[number % len(PEN_FORMS)])
        options = SynthOptions(
            seed=chosen.seed + number, entries=chosen.pages, container="jpeg", dpi=chosen.dpi,
            scanner=chosen.scanner, cover=False, notes=0.0, first_number=1 + 37 * number, struck=0.0, no_father=0.0,
            blank=0.03, office=OfficeOptions(overflow=0.2),
        )  # fmt: skip
        mark = hashlib.sha256(f"{options}{[line.path for line in lines]}{_code()}".encode()).hexdigest()[:8]
        folder = chosen.kept / f"{number:02}-{lines[0].writer}-{form.id}-{mark}"
        if not (folder / "planted.json").is_file():
            say(f"vẽ {folder.name}")
            lent = lent or _lent(collections, chosen.names, hand)
            ink = lent.to(writer_ink(lines[0].writer, lines, hand, engines.digits, chosen.figures))
            _draw(folder, form, context.schemas, options, ink, number)
        planted = json.loads((folder / "planted.json").read_text(encoding="utf-8"))
        yield ClerkBook(
            folder, form, context.schemas.record(form.record), load_ledger(folder),
            {int(entry): (kind, tuple(names)) for entry, (kind, names) in planted.items()},
        )  # fmt: skip


@dataclass(frozen=True)
class LineCollection:
    """Real lines of a folder.

    Attributes:
        run: Lines of a writer without a name; 0 where the lines name their writers.
        between: Lines between two writers without a name.
    """

    lines: Sequence[RealLine]
    run: int
    between: int

    @classmethod
    def read(cls, folder: Path, *, apart: bool) -> LineCollection:
        """Read a folder, or of it only the lines that no network learns."""
        lines = real_lines(folder)
        run = RUN if max(Counter(line.writer for line in lines).values(), default=0) > NAMED else 0
        return cls(lines_kept_apart(folder) if apart else lines, run, 0 if apart else APART)

    def writers(self) -> Iterator[Sequence[RealLine]]:
        """Yield the lines of each writer."""
        if not self.run:
            by_writer: dict[str, list[RealLine]] = {}
            for line in self.lines:
                by_writer.setdefault(line.writer, []).append(line)
            yield from (lines for _, lines in sorted(by_writer.items()) if len(lines) >= FEWEST)
            return
        for start in range(0, len(self.lines) - self.run + 1, self.run + self.between):
            run = self.lines[start : start + self.run]
            yield [replace(line, writer=f"{run[0].path.parent.name}-{start}") for line in run]


def _collections(chosen: argparse.Namespace) -> Sequence[LineCollection]:
    read = [LineCollection.read(folder, apart=False) for folder in chosen.lines]
    return [*read, *(LineCollection.read(folder, apart=True) for folder in chosen.apart)]


def writers_of(collections: Sequence[LineCollection], books: int) -> list[Sequence[RealLine]]:
    """Return the lines of as many writers as there are books, spread over the collections and within each of them."""
    by_collection = [list(collection.writers()) for collection in collections]
    each = -(-books // max(1, len(collections)))
    spread = [known[:: max(1, len(known) // each)] for known in by_collection]
    turns = [lines for turn in zip_longest(*spread) for lines in turn if lines]
    return turns[:books]


def _lent(collections: Sequence[LineCollection], names: Sequence[Path], hand: HandwritingReader) -> LentWords:
    listed = lent_words([known.lines for known in collections], LISTED_WORDS, hand).words
    foreign = lent_words([real_lines(folder) for folder in names], FOREIGN_WORDS, hand).words
    return LentWords({**listed, **foreign})


def _draw(
    folder: Path, form: Form, schemas: Schemas, options: SynthOptions, ink: WriterInk, number: int
) -> None:
    planted = Planted(first=3 * number)

    def changed(
        cases: Sequence[SyntheticCase], record: RecordSpec, spelled: SpelledWords | None
    ) -> Sequence[SyntheticCase]:
        assert spelled is not None
        of_families = families(cases, record, spelled, options.seed)
        return planted.in_cases(of_families, record, spelled, options.seed)

    write_book(folder, form, schemas, options, strokes=ink, changed=changed)
    (folder / "planted.json").write_text(json.dumps(planted.fields, ensure_ascii=False), encoding="utf-8")


def _code() -> str:
    """Changes with the families and what is planted."""
    return hashlib.sha256(Path(__file__).with_name("families.py").read_bytes()).hexdigest()
