"""Acts in running text: are the acts of a page found, and does the place of a field narrow and hold its ink?

    python -m benchmarks.acts.bench_acts [--pages N] [--acts N] [--seed N] [--missed]

Books of several printings and hands are drawn (``drawn_acts``), ``--acts`` a page, a third of the pages of several acts
with the end of one from the page before. Their form is what a person draws on the first page of each: one block for the
whole text, the printed words before and behind each value. Wanted: at least 99 % of narrowed places hold 98 % of their
field's ink, at least 85 % of the fields of pages with one act are narrowed. A place is narrowed that takes at most 60 %
of its block.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.acts.drawn_acts import (
    ActPrinting,
    DrawnAct,
    DrawnActPage,
    Points,
    draw_act_page,
    draw_book_hand,
    draw_printing,
    ink_on_scan,
)
from benchmarks.figures import percent, report_figures, say, share
from benchmarks.no_readers import without_readers
from pipeline.base.model import Box, EntryResult, Ledger, PageImage, PageRef, PageResult
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import Engines, default_engines, digitize_page
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

SEED = 41_300

PAGES_A_BOOK = 4

HELD = 0.98
"""The share of a field's ink that its place holds at least."""

SEEN = 0.1
"""The share of a value's ink from which on it is seen beside another act."""

NARROW = 0.6
"""The share of its block that a narrowed place takes at most."""

FORMULA_WORDS = 3
"""Words of print before and behind a value that a person copies into the form."""

LEVELS: tuple[ScannerLevel, ...] = ("mild", "normal", "hard")


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """The place of a field: whether it is ``narrowed``, and the share of the field's ink that it ``held``."""

    where: str
    field: str
    narrowed: bool
    held: float


@dataclass(slots=True)
class Measured:
    """The counts over the pages of a measurement.

    Attributes:
        pages: The number of pages; the other numbers are of acts, entries and pages, as their names say.
        places: The places of the fields in the text.
        margins: The places of the number and the notes, to which no print guides.
        shown_with: For each act whether the picture around its places shows ink of another act.
    """

    pages: int = 0
    acts: int = 0
    found: int = 0
    entries: int = 0
    falsely_parted: int = 0
    continued: int = 0
    continued_told: int = 0
    continued_wrongly: int = 0
    unparted_told: int = 0
    lost_untold: int = 0
    places: tuple[FieldPlace, ...] = ()
    margins: tuple[FieldPlace, ...] = ()
    shown_with: tuple[bool, ...] = ()

    def figures(self) -> dict[str, Any]:
        """Return what was measured; shares 0..1."""
        narrowed = [place for place in self.places if place.narrowed]
        whole = [place for place in self.places if not place.narrowed]
        return {
            "pages": self.pages,
            "acts": self.acts,
            "acts_found": self.found,
            "falsely_parted": self.falsely_parted,
            "fields": len(self.places),
            "narrowed": share(len(narrowed), len(self.places)),
            "narrowed_fields": len(narrowed),
            "narrowed_held": share(sum(spot.held >= HELD for spot in narrowed), len(narrowed)),
            "blocks_held": share(sum(spot.held >= HELD for spot in whole), len(whole)),
            "margins_held": share(sum(margin.held >= HELD for margin in self.margins), len(self.margins)),
            "shown_with_another": sum(self.shown_with),
            "pages_run_over": self.continued,
            "pages_run_over_told": self.continued_told,
            "pages_run_over_wrongly": self.continued_wrongly,
            "pages_unparted_told": self.unparted_told,
            "pages_with_a_lost_act_untold": self.lost_untold,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=48)
    parser.add_argument(
        "--acts", type=int, default=0, help="acts a page; by default 1, and 3 on a third of the pages"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--missed", action="store_true", help="name every place that lacks ink of its field")
    chosen = parser.parse_args()
    schemas, engines = schema.load(), without_readers(default_engines())
    rounds = (
        [(chosen.acts, chosen.pages)] if chosen.acts else [(1, chosen.pages), (3, max(1, chosen.pages // 3))]
    )
    table = Table(
        "Sự kiện mỗi trang", "Trang", "Thấy", "Tách sai", "Trường thu hẹp", "Giữ đủ mực", "Báo trang nối"
    )
    by_acts: dict[str, Any] = {}
    for acts, pages in rounds:
        measured = measure(acts, pages, schemas, engines, chosen.seed)
        figures = measured.figures()
        by_acts[f"acts_{acts}"] = figures
        table.add_row(
            str(acts),
            str(figures["pages"]),
            f"{figures['acts_found']} / {figures['acts']}",
            str(figures["falsely_parted"]),
            f"{percent(figures['narrowed'])} của {figures['fields']}",
            percent(figures["narrowed_held"]),
            f"{figures['pages_run_over_told']} / {figures['pages_run_over']}",
        )
        say(f"{acts} acts a page, narrowed by field: {_by_field(measured.places)}")
        if chosen.missed:
            for place in (*measured.places, *measured.margins):
                if place.held < HELD or not place.narrowed:
                    extent = "narrowed" if place.narrowed else "block"
                    say(f"{place.where} {place.field}: {extent}, held {place.held:.3f}")
    Console(width=120).print(table)
    report_figures("acts", {"seed": chosen.seed, **by_acts})


def measure(acts: int, pages: int, schemas: Schemas, engines: Engines, seed: int) -> Measured:
    """Return the counts over drawn pages.

    Args:
        acts: The number of acts that begin on each page.
    """
    total = Measured()
    places: list[FieldPlace] = []
    for number, form, page in _drawn(acts, pages, schemas, seed):
        result = _read(page, form, schemas, engines, number)
        places += _judge(result, page, form, total, f"page {number}")
    total.places = tuple(places)
    return total


def form_of(printing: ActPrinting, page: DrawnActPage, name: str, *, parted: bool) -> Form:
    """Return the form that a person designs on the first page of a book: roughly drawn blocks, and printed words.

    Args:
        name: The id of the form.
        parted: Whether its pages hold several acts.
    """
    wide, high = page.size
    edges = (8 * wide / printing.paper[0], 18 * high / printing.paper[1]) if printing.framed else (0.0, 0.0)
    frame = (
        (edges[0] / wide, edges[1] / high, 1 - edges[0] / wide, 1 - 8 / printing.paper[1])
        if printing.framed
        else (0.0, 0.0, 1.0, 1.0)
    )

    def shares(box: Box) -> list[float]:
        left, top, right, bottom = frame
        across, down = (right - left) * wide, (bottom - top) * high
        u0, v0 = (box.left - left * wide) / across, (box.top - top * high) / down
        return [u0, v0, (box.right - left * wide) / across, (box.bottom - top * high) / down]

    first = next(act for act in page.acts if act.is_whole)
    text = Box(page.text.left, page.text.top, page.text.right, first.bottom + 8)
    margin = Box(page.margin.left, page.margin.top, page.margin.right, first.bottom + 8)
    parts = printing.text
    areas: list[dict[str, Any]] = [
        {"box": shares(page.number), "field": "entry_number"},
        {"box": shares(margin), "field": "notes"},
    ]
    if parted:
        opening = Box(
            text.left, text.top, text.right, text.top + 1.6 * printing.leading * wide / printing.paper[0]
        )
        areas.append({"box": shares(opening), "after": parts[0], "begins_act": True})
    for at, part in enumerate(parts):
        if at % 2 and not part.startswith("@"):
            after = " ".join(parts[at - 1].split()[-FORMULA_WORDS:])
            before = " ".join(parts[at + 1].split()[:FORMULA_WORDS])
            areas.append({"box": shares(text), "field": part, "after": after, "before": before})
    return Form.model_validate(
        {
            "id": name, "record": "birth", "title": "Khai sinh ghi thành văn", "layout": "act", "evidence": "seen",
            "years": (1930, 1975), "paper_mm": printing.paper, "frame": frame, "area": areas,
        }
    )  # fmt: skip


def _drawn(acts: int, pages: int, schemas: Schemas, seed: int) -> Iterator[tuple[int, Form, DrawnActPage]]:
    for number in range(pages):
        book, at = divmod(number, PAGES_A_BOOK)
        rng = np.random.default_rng([seed, acts, book])
        printing = draw_printing(rng, acts)
        printing = replace(printing, wording=book % 2)
        hand = draw_book_hand(rng, printing)
        level = LEVELS[book % len(LEVELS)]
        specimen = draw_act_page(
            printing, hand, schemas, acts, (seed, acts, book, 999), level="none", continued=False
        )
        form = form_of(printing, specimen, f"act-{book}", parted=acts > 1)
        continued = acts > 1 and at % 3 == 1
        page = draw_act_page(
            printing, hand, schemas, acts, (seed, acts, book, at), level=level, continued=continued
        )
        yield number, form, page


def _read(page: DrawnActPage, form: Form, schemas: Schemas, engines: Engines, number: int) -> PageResult:
    known = replace(schemas, forms={**schemas.forms, form.id: form})
    image = PageImage(PageRef("0" * 64, number + 1), page.scan.pixels, 200.0)
    return digitize_page(image, form, Ledger(form.id, "Xã Thử", "93611", "01/1960"), known, engines)


def _judge(
    result: PageResult, page: DrawnActPage, form: Form, total: Measured, where: str
) -> list[FieldPlace]:
    """Count the acts and findings of a page; return the places of the fields of the acts that have an entry."""
    matrix = result.matrix @ page.scan.matrix
    whole = [act for act in page.acts if act.is_whole]
    entries = {number: _entries_of(result.entries, act, matrix) for number, act in enumerate(whole)}
    codes = {finding.code for finding in result.findings}
    runs_over = len(whole) < len(page.acts)
    total.pages += 1
    total.acts += len(whole)
    total.entries += len(result.entries)
    total.found += sum(len(entry) == 1 for entry in entries.values())
    total.falsely_parted += max(0, len(result.entries) - len(whole))
    total.continued += runs_over
    total.continued_told += runs_over and "ACT-CONTINUED" in codes
    total.continued_wrongly += not runs_over and "ACT-CONTINUED" in codes
    total.unparted_told += "ACT-UNPARTED" in codes
    is_told = bool(codes & {"ACT-UNPARTED", "ACT-CONTINUED"})
    total.lost_untold += len(result.entries) < len(whole) and not is_told
    block = {
        area.field: (area.box[2] - area.box[0]) * (area.box[3] - area.box[1])
        for area in form.areas
        if area.after
    }
    frame = result.frame.corners if result.frame is not None else np.zeros((4, 2))
    extent = float(np.prod(frame.max(axis=0) - frame.min(axis=0)))
    places, margins = [], []
    for number, act in enumerate(whole):
        for entry in entries[number][:1]:
            boxes = [reading.box for reading in entry.readings if reading.box is not None]
            around = reduce(Box.union, boxes)
            others = [
                ink for on_page in page.acts if on_page is not act for ink in on_page.ink.values() if len(ink)
            ]
            shown = any(_share_in(ink_on_scan(ink, matrix), around) > SEEN for ink in others)
            total.shown_with = (*total.shown_with, shown)
            for reading in entry.readings:
                ink = act.ink.get(reading.field)
                if reading.box is None or ink is None or not len(ink):
                    continue
                held = _share_in(ink_on_scan(ink, matrix), reading.box)
                place = f"{where} act {number}"
                if reading.field not in block:
                    margins.append(FieldPlace(place, reading.field, False, held))
                    continue
                narrowed = reading.box.area <= NARROW * block[reading.field] * extent
                places.append(FieldPlace(place, reading.field, narrowed, held))
    total.margins = (*total.margins, *margins)
    return places


def _entries_of(entries: Sequence[EntryResult], act: DrawnAct, matrix: Points) -> list[EntryResult]:
    """Return the entries whose places begin in the upper half of an act, or a little above it."""
    top, bottom = (float(ink_on_scan(np.array([[800.0, y]]), matrix)[0, 1]) for y in (act.top, act.bottom))
    own = []
    for entry in entries:
        begin = min((reading.box.top for reading in entry.readings if reading.box is not None), default=-1.0)
        if top - 0.4 * (bottom - top) <= begin <= (top + bottom) / 2:
            own.append(entry)
    return own


def _share_in(points: Points, box: Box) -> float:
    x, y = points.T
    return float(np.mean((x >= box.left) & (x <= box.right) & (y >= box.top) & (y <= box.bottom)))


def _by_field(places: Sequence[FieldPlace]) -> dict[str, str]:
    every, narrowed = (
        Counter(place.field for place in places),
        Counter(place.field for place in places if place.narrowed),
    )
    return {name: f"{narrowed[name]}/{count}" for name, count in every.items()}


if __name__ == "__main__":
    main()
