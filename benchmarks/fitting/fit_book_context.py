"""Fits how much a book counts when its lines are weighed again (``WeighingOptions.per_letter``).

    python -m benchmarks.fitting.fit_book_context [--books N] [--pages N] [--seed N] [--keep FILE]

Books of one hand each are drawn line by line, with an officer or three, a dozen places of which some recur, and the
names and places of the networks' own training text beside them. The networks that ship read every line once; then all
lines are weighed by their book at several weights. A line's text is right when it is the very text that was drawn. The
log loss of the chances decides, over all lines; the share of right lines and the lines that context made wrong stand
beside it. Last come the fields that the calibration that ships accepts without the second pass and with it, at the
weight in use; it is taken as if it had been made for the readers at hand.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.figures import say
from pipeline.base.model import Box, Crop, Ledger, PageKind, PageRef, PageResult, Quality, Writing
from pipeline.books.book_context.book_model import make_model, pool_of
from pipeline.books.book_context.kept_page import pack_page, unpack_page
from pipeline.books.book_context.line_weighing import WeighingOptions, weigh_region
from pipeline.books.book_context.second_pass import second_pass
from pipeline.books.book_context.sightings import said_in_book
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, default_engines
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.regions import (
    EntryRegion,
    FieldRegion,
    RecognizedEntry,
    RecognizedField,
    RecognizedLine,
    TextLine,
)
from pipeline.digitize.route import RoutingOptions
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.recognition import calibration
from pipeline.recognition.ocr.models import default_folder
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.handwriting import draw_handwriting
from pipeline.training.synthetic_lines.lines import add_background
from pipeline.training.synthetic_lines.writers import WriterStyle
from pipeline.training.synthetic_pages.people import (
    draw_commune,
    draw_person,
    geography_of_year,
    happens,
    pick,
)
from pipeline.values.kinds import COMPOSITES

SEED = 71_001
FORM = "birth-2006"
WEIGHTS = (0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.3)
TITLES = ("Chủ tịch UBND xã", "PCT", "CT", "Phó Chủ tịch")
WORDINGS = ("{name} - {title}", "{title} {name}", "{name}, {title}", "{title}: {name}")


@dataclass(frozen=True)
class DrawnBook:
    """A book's pages as the networks read them, with the true text of each region by page."""

    pages: tuple[PageResult, ...]
    truth: tuple[dict[str, str], ...]


def draw_texts(rng: np.random.Generator, schemas: Schemas, pages: int) -> Iterator[dict[str, str]]:
    """Yield what each page of a book says in the slots that are compared."""
    home = draw_commune(rng, geography_of_year(schemas.places.gazetteer, 2010))
    officers = [
        (draw_person(rng, home).name, TITLES[int(rng.integers(len(TITLES)))])
        for _ in range(int(rng.integers(1, 4)))
    ]
    wording = pick(rng, WORDINGS)
    near = [draw_commune(rng, home) for _ in range(5)]
    for number in range(pages):
        name, title = officers[min(len(officers) - 1, number * len(officers) // pages)]
        commune = (
            home if happens(rng, 0.5) else pick(rng, near) if happens(rng, 0.6) else draw_commune(rng, home)
        )
        yield {
            "signer_name+signer_title": wording.format(name=name, title=title),
            "child_native_place": commune.short,
            "declarant_relation": pick(rng, ("Cha ruột", "Mẹ ruột", "Cha đẻ", "Bà nội")),
        }


def read_book(rng: np.random.Generator, schemas: Schemas, form: Form, pens: FontSet, pages: int) -> DrawnBook:
    """Draw and read a book in a single hand."""
    hand = WriterStyle.draw(rng, pens, shouting=False)
    truth = tuple(draw_texts(rng, schemas, pages))
    slots = {slot.name: slot for slot in form.slots}
    record = schemas.record(form.record)
    crops = [
        Crop(
            add_background(draw_handwriting(text, hand, rng), None, hand.unit, rng),
            200.0,
            slots[name].kind or record.by_name[slots[name].field_names[0]].kind,
            usual=record.by_name[slots[name].field_names[0]].usual if not slots[name].kind else (),
            year=2010,
        )
        for page in truth
        for name, text in page.items()
    ]
    reader = default_engines().hand
    assert reader is not None
    readings = iter(reader.read(crops))
    ledger = Ledger(form.id, "UBND xã", "", "01/2010")
    judge = EntryJudge(form, ledger, schemas, RoutingOptions())
    results = []
    for number, page in enumerate(truth):
        fields = []
        for at, name in enumerate(page):
            line = TextLine(0, Box(0, 40.0 * at, 400, 40.0 * at + 30), np.empty(0, np.int64))
            region = FieldRegion(slots[name], (line,), line.box)
            fields.append(
                RecognizedField(region, Writing.HAND, (RecognizedLine(line, line.box, next(readings)),))
            )
        nothing: ConnectedComponents = None  # type: ignore[assignment]
        place = EntryRegion(0, tuple(field.region for field in fields), nothing, nothing)
        entry = judge.entry(RecognizedEntry(place, tuple(fields)), ())
        results.append(
            PageResult(
                PageRef(f"{number:064d}", 1), PageKind.ENTRIES, form.id, (400, 400), np.eye(3), 0, 0.0,
                Quality(1.0, 1.0, 0.0, 200.0), None, (), (entry,), (), {}, reader.fingerprint,
            )
        )  # fmt: skip
    return DrawnBook(tuple(results), truth)


def outcomes(
    book: DrawnBook, form: Form, schemas: Schemas, options: WeighingOptions | None
) -> Iterator[tuple[str, bool, float]]:
    """Yield slot, whether the text is right, and the chance that it was given, for each region."""
    record = schemas.record(form.record)
    model = make_model(said_in_book(book.pages, {}, form, record))
    pools = {slot.name: pool_of(slot, record) for slot in form.slots}
    for page, truth in zip(book.pages, book.truth, strict=True):
        for region in page.entries[0].regions:
            now = region if options is None else weigh_region(region, pools[region.slot], model, options)
            reading = now.lines[0].reading
            yield region.slot, reading.text == truth[region.slot], reading.confidence


def keep_books(books: Sequence[DrawnBook], folder: Path) -> None:
    """Keep what was read in a folder that is not there yet."""
    for number, book in enumerate(books):
        place = folder / f"{number:03d}"
        place.mkdir(parents=True)
        (place / "truth.json").write_text(json.dumps(book.truth, ensure_ascii=False))
        for at, page in enumerate(book.pages):
            (place / f"{at:03d}.page").write_bytes(pack_page(page, ""))


def kept_books(folder: Path) -> list[DrawnBook]:
    """Return what was kept in a folder."""
    return [
        DrawnBook(
            tuple(unpack_page(file.read_bytes()).result for file in sorted(place.glob("*.page"))),
            tuple(json.loads((place / "truth.json").read_text())),
        )
        for place in sorted(folder.iterdir())
    ]


def accepted(books: Sequence[DrawnBook], form: Form, schemas: Schemas) -> Iterator[str]:
    """Yield for each field how many values are right, accepted and wrong among these, alone and in the book."""
    known = calibration.read(default_folder() / "calibration" / calibration.FILE)
    counts: Counter[tuple[str, str, str]] = Counter()
    ledger = Ledger(form.id, "UBND xã", "", "01/2010")
    for book in books:
        routing = RoutingOptions(calibration=replace(known, reader=book.pages[0].hand_reader))
        judge = EntryJudge(form, ledger, schemas, routing)
        alone = [
            replace(page, entries=tuple(judge.again(entry, entry.regions, {}, {}) for entry in page.entries))
            for page in book.pages
        ]
        passed = second_pass(alone, {}, form, ledger, schemas, DigitizeOptions(routing=routing))
        for page, true_values in zip(alone, book.truth, strict=True):
            truth = _by_field(true_values, form, schemas)
            for way, result in (("alone", page), ("in the book", passed.weighed(page))):
                for reading in result.entries[0].readings:
                    if reading.field not in truth:
                        continue
                    is_right = reading.text == truth[reading.field]
                    counts[reading.field, way, "all"] += 1
                    counts[reading.field, way, "right"] += is_right
                    counts[reading.field, way, "accepted"] += reading.accepted
                    counts[reading.field, way, "wrong among accepted"] += reading.accepted and not is_right
    for field, way in dict.fromkeys((field, way) for field, way, _ in counts):
        asked = ("all", "right", "accepted", "wrong among accepted")
        yield f"{field}, {way}: " + ", ".join(f"{counts[field, way, kind]} {kind}" for kind in asked)


def _by_field(by_column: Mapping[str, str], form: Form, schemas: Schemas) -> dict[str, str]:
    """Return the true text of each field of a page."""
    texts: dict[str, str] = {}
    for slot in form.slots:
        if slot.name not in by_column:
            continue
        if not slot.kind:
            texts[slot.field_names[0]] = by_column[slot.name]
            continue
        kind = COMPOSITES[slot.kind]
        shares = kind.split(by_column[slot.name], schemas.vocabularies.get(kind.vocabulary))
        texts |= {field: shares[role] for role, field in slot.roles.items()}
    return texts


def loss(right: bool, chance: float) -> float:
    chance = min(max(chance, 1e-3), 1 - 1e-3)
    return -math.log(chance if right else 1 - chance)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--books", type=int, default=24)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--keep", type=Path, help="the folder where what was read is kept, to be weighed again"
    )
    chosen = parser.parse_args(argv)
    schemas = schema.load()
    form = schemas.form(FORM)
    if chosen.keep and chosen.keep.exists():
        books = kept_books(chosen.keep)
    else:
        pens = FontSet.find()
        books = [
            read_book(np.random.default_rng([chosen.seed, number]), schemas, form, pens, chosen.pages)
            for number in range(chosen.books)
        ]
        if chosen.keep:
            keep_books(books, chosen.keep)
    before = [outcome for book in books for outcome in outcomes(book, form, schemas, None)]
    for weight in (None, *WEIGHTS):
        options = None if weight is None else replace(WeighingOptions(), per_letter=weight)
        after = [outcome for book in books for outcome in outcomes(book, form, schemas, options)]
        parts = [f"{'off' if weight is None else weight}"]
        for slot in sorted({slot_share[0] for slot_share in after}):
            some = [slot_share for slot_share in after if slot_share[0] == slot]
            parts.append(f"{slot} {np.mean([slot_share[1] for slot_share in some]):.3f}")
        lost = sum(old[1] and not new[1] for old, new in zip(before, after, strict=True))
        won = sum(new[1] and not old[1] for old, new in zip(before, after, strict=True))
        sure = [slot_share for slot_share in after if slot_share[2] >= 0.95]
        parts.append(
            f"won {won} lost {lost} loss {np.mean([loss(slot_share[1], slot_share[2]) for slot_share in after]):.4f}"
        )
        parts.append(
            f"sure {len(sure)} wrong {sum(not slot_share[1] for slot_share in sure)} of {len(after)}"
        )
        say("; ".join(parts))
    for line in accepted(books, form, schemas):
        say(line)


if __name__ == "__main__":
    main()
