"""Draw a whole synthetic book into a folder: its scans, its ``ledger.toml`` and its ``truth.json``."""

from __future__ import annotations

import json
import logging
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.base.errors import SchemaError
from pipeline.base.model import Ledger
from pipeline.base.text.toml_text import toml_value
from pipeline.declarations.schema import FieldSpec, Form, RecordSpec, Schemas
from pipeline.training.synthetic_pages.cases import SyntheticCase, draw_case, draw_officers
from pipeline.training.synthetic_pages.clerk import Clerk, ClerkHabits
from pipeline.training.synthetic_pages.form_printing import print_form
from pipeline.training.synthetic_pages.office import Office, OrderedEntry, WritingWays, draw_order
from pipeline.training.synthetic_pages.pages import FlatPage, draw_cover_page, draw_entry_page
from pipeline.training.synthetic_pages.pasted_lines import InkCutout
from pipeline.training.synthetic_pages.pen_fonts import HandStyle, draw_hand_style, draw_type_style
from pipeline.training.synthetic_pages.people import (
    Commune,
    SyntheticPerson,
    draw_commune,
    geography_of_year,
    happens,
)
from pipeline.training.synthetic_pages.reprint import Printing, draw_printing
from pipeline.training.synthetic_pages.scanning import ScannedPage, encode_jpeg, quad, scan_sheet, write_pages
from pipeline.training.synthetic_pages.sheet import PaperSheet
from pipeline.training.synthetic_pages.spelled_values import SpelledWords
from pipeline.training.synthetic_pages.synthesis_options import OfficeOptions, SynthOptions
from pipeline.training.synthetic_pages.writer_ink import WriterInk

log = logging.getLogger(__name__)

STROKE_SIZE_MM = (5.0, 7.0)
"""Height of the em (``pipeline.training.synthetic_pages.writer_ink.EM``) of hands that write with real strokes."""


CaseChange = Callable[[Sequence[SyntheticCase], RecordSpec, SpelledWords | None], Sequence[SyntheticCase]]
"""A change of the cases of a book, by the words that its strokes spell if it is written with real strokes."""


@dataclass(frozen=True)
class SyntheticPage:
    """A delivered page.

    Attributes:
        page: The flat page with its ink.
        kind: ``cover`` or ``entries``.
    """

    page: FlatPage
    scan: ScannedPage
    kind: str


@dataclass(frozen=True)
class ClerkTerm:
    """The months of a clerk.

    Attributes:
        first_page: The clerk's first page, from 0.
    """

    first_page: int
    hand: HandStyle
    habits: ClerkHabits


@dataclass(frozen=True)
class BookPlan:
    """A book without its ink.

    Attributes:
        sealed: Whether pages bear a round seal over their edge.
        shift: Offset of the printed lines from the declared places, as a share of the frame's height.
        spelled: Words spelled by real strokes, if the book is written with them.
        office: The office that keeps the book; ``None``: independent pages.
        terms: The clerks of an office in the order of their terms.
    """

    form: Form
    record: RecordSpec
    ledger: Ledger
    home: Commune
    hands: Sequence[HandStyle]
    cases: Sequence[Sequence[SyntheticCase]]
    habits: ClerkHabits
    sealed: bool
    shift: float
    spelled: SpelledWords | None
    printing: Printing
    office: Office | None = None
    terms: Sequence[ClerkTerm] = ()

    def sheet(self, dpi: float) -> PaperSheet:
        """Return a blank sheet of the book, before printing."""
        printing = self.printing
        return PaperSheet.blank(
            printing.form, dpi, self.shift, printing.face, printing.rule_ink, printing.double
        )

    def writing(self, page: int) -> tuple[Sequence[HandStyle], ClerkHabits]:
        """Return the hands on a page, from 0, and the habits of its clerk."""
        for term in reversed(self.terms):
            if page >= term.first_page:
                return [term.hand], term.habits
        return self.hands, self.habits


def write_book(
    folder: Path,
    form: Form,
    schemas: Schemas,
    options: SynthOptions,
    cutouts: Iterable[InkCutout] = (),
    strokes: WriterInk | None = None,
    changed: CaseChange | None = None,
) -> Path:
    """Draw a book of a form into a folder. The same arguments give the same bytes.

    The folder then holds the scans, ``ledger.toml`` and ``truth.json`` (text as written by Ministry column; notes under
    keys with a leading ``_``).

    Args:
        folder: Target folder; created if missing, overwritten if present.
        cutouts: Lines of real ink to paste into the blanks for places, as long as they last.
        strokes: Real strokes to write every value with; values that they do not spell are left blank.
        changed: Returns the cases that are written, from those drawn.

    Returns:
        ``folder``.

    Raises:
        SchemaError: The form is a cover.
    """
    plan = plan_book(form, schemas, options, strokes, changed)
    quality = options.scanning.jpeg_quality
    drawings, files = [], []
    for drawing in _draw_pages(plan, schemas, options, deque(cutouts)):
        files.append(encode_jpeg(drawing.scan.pixels, options.dpi, quality))
        drawings.append(_without_pixels(drawing))
    names = write_pages(folder, _stem(plan), options.container, files, options.dpi, quality)
    (folder / "ledger.toml").write_text(_ledger_toml(plan.ledger), encoding="utf-8")
    truth = _truth(plan, drawings, names)
    (folder / "truth.json").write_text(_json(truth), encoding="utf-8")
    log.info(
        "book drawn: form %s, seed %d, %d entries on %d pages, %d files",
        form.id, options.seed, len(truth["entries"]), len(drawings), len(dict(names)),
    )  # fmt: skip
    return folder


def draw_book(form: Form, schemas: Schemas, options: SynthOptions) -> Iterator[SyntheticPage]:
    """Yield the pages of a book in order without writing files; a cover comes first."""
    return _draw_pages(plan_book(form, schemas, options), schemas, options, deque())


def random_stream(options: SynthOptions, form: Form, *purpose: int) -> np.random.Generator:
    """Return a random stream for a purpose, so that pages are independent of each other."""
    return np.random.default_rng([options.seed, zlib.crc32(form.id.encode()), *purpose])


def plan_book(
    form: Form,
    schemas: Schemas,
    options: SynthOptions,
    strokes: WriterInk | None = None,
    changed: CaseChange | None = None,
) -> BookPlan:
    """Return the plan of a book, without ink.

    With ``strokes``, a single hand writes it, and its cases contain only what they spell.

    Raises:
        SchemaError: The form is a cover.
    """
    if form.layout == "cover":
        raise SchemaError(f"Mẫu “{form.id}” là bìa sổ, không có việc nào để ghi. Hãy chọn một mẫu trang.")
    rng = random_stream(options, form, 0)
    record = schemas.record(form.record)
    first, last = form.years
    year = options.year or int(rng.integers(max(first, min(last, 1976)), min(last, 2024) + 1))
    volume = f"{options.volume or int(rng.integers(1, 4)):02}/{year}"
    home = draw_commune(rng, geography_of_year(schemas.places.gazetteer, year))
    spelled = None
    if strokes and options.office:
        chosen = random_stream(options, form, 7)
        spelled, home = SpelledWords.gather(strokes, schemas.places.gazetteer, year, chosen).at_home(
            home, chosen
        )
    rows = form.table.rows if form.table else 1
    pages = -(-options.entries // rows)
    ledger = Ledger(
        form=form.id,
        place=f"UBND {home.full}",
        place_code=_place_code(rng, home, options),
        volume=volume,
        opened_on=f"02.01.{year}",
        closed_on=f"31.12.{year}",
        entries=options.entries,
        pages=pages,
    )
    typed = options.typed
    shift = float(rng.uniform(-1, 1)) * options.printing
    office, order = None, None
    if options.office:
        office_rng = random_stream(options, form, 5)
        office = Office.draw(office_rng, options.office, home)
        order = draw_order(
            office_rng,
            options.office,
            entries=options.entries,
            rows=rows,
            first=options.first_number,
            year=year,
        )
        pages = order[-1].page_no
        ledger = replace(ledger, pages=pages)
    hands = [
        draw_type_style(rng) if typed else draw_hand_style(rng, options.pens, options.more_pens)
        for _ in range(1 if typed else 3)
    ]
    signers = draw_officers(rng, record, home)
    days = sorted(int(day) for day in rng.integers(0, 360, options.entries))
    order = order or [
        OrderedEntry(
            options.first_number + index, 1 + index // rows, date(year, 1, 2) + timedelta(days=days[index])
        )
        for index in range(options.entries)
    ]
    cases = [
        draw_case(
            random_stream(options, form, 1, index), record, home,
            office.officers(record, entry.registered_on.month) if office else signers, number=entry.number,
            page_no=entry.page_no, volume=volume, registered_on=entry.registered_on, no_father=options.no_father,
            private=office is not None,
        )
        for index, entry in enumerate(order)
    ]  # fmt: skip
    habits = ClerkHabits.draw(rng, typed)
    sealed = happens(rng, 0.6)
    if strokes:
        rng = random_stream(options, form, 4)
        spelled = spelled or SpelledWords.gather(strokes, schemas.places.gazetteer, year, rng)
        known: dict[str, SyntheticPerson] = {}
        cases = [spelled.case(case, known, rng) for case in cases]
        size = float(rng.uniform(*STROKE_SIZE_MM))
        hands = [replace(hands[0], strokes=strokes, size=size, alpha=strokes.alpha(rng))]
        habits = replace(habits, capitals=0.0, abbreviates=0.0)
    if changed:
        cases = list(changed(cases, record, spelled))
    terms: Sequence[ClerkTerm] = ()
    if office:
        sealed = happens(office_rng, office.options.half_seal)
        strokes_hand = hands[0] if strokes else None
        terms = _clerk_terms(office_rng, options, office.options, -(-len(cases) // rows), strokes_hand)
    printing = draw_printing(
        random_stream(options, form, 6), form, options.reprint, f"{home.province_type} {home.province}"
    )
    grouped = [cases[start : start + rows] for start in range(0, len(cases), rows)]
    return BookPlan(
        form=printing.form,
        record=record,
        ledger=ledger,
        home=home,
        hands=hands,
        cases=grouped,
        habits=habits,
        sealed=sealed,
        shift=shift,
        spelled=spelled,
        printing=printing,
        office=office,
        terms=terms,
    )


def _place_code(rng: np.random.Generator, home: Commune, options: SynthOptions) -> str:
    """Return the place code of the book: its commune's code if an office keeps it, else an invented code."""
    made_up = f"936{int(rng.integers(10, 99))}"
    return home.code if options.office and home.code else made_up


def _clerk_terms(
    rng: np.random.Generator, options: SynthOptions, office: OfficeOptions, pages: int, hand: HandStyle | None
) -> Sequence[ClerkTerm]:
    """Return the clerks with their first pages; with a ``hand`` all write with it, each with habits of their own."""
    clerks = min(int(rng.integers(1, office.clerks + 1)), pages)
    starts = [0, *sorted(int(page) for page in rng.choice(np.arange(1, pages), clerks - 1, replace=False))]
    terms = []
    for start in starts:
        style = hand or (
            draw_type_style(rng) if options.typed else draw_hand_style(rng, options.pens, options.more_pens)
        )
        style = replace(style, one_stroke=not style.typed and happens(rng, office.one_stroke))
        habits = replace(ClerkHabits.draw(rng, options.typed), ways=WritingWays.draw(rng))
        if hand:
            habits = replace(habits, capitals=0.0, abbreviates=0.0)
        terms.append(ClerkTerm(start, style, habits))
    return terms


def _draw_pages(
    plan: BookPlan, schemas: Schemas, options: SynthOptions, cutouts: deque[InkCutout]
) -> Iterator[SyntheticPage]:
    cover = _cover_form(plan.form, schemas) if options.cover else None
    if cover:
        rng = random_stream(options, plan.form, 2)
        page = draw_cover_page(rng, cover, plan.hands[0], plan.ledger, plan.record.title, options.dpi)
        flat = replace(options.scanning, show_through=(0.0, 0.0))
        yield SyntheticPage(page, scan_sheet(page.sheet.pixels, None, options.dpi, flat, rng), "cover")
    empty = plan.sheet(options.dpi)
    print_form(empty)
    behind = empty
    for number, cases in enumerate(plan.cases):
        rng = random_stream(options, plan.form, 3, number, *([options.copy] if options.copy else []))
        contents = random_stream(options, plan.form, 8, number) if options.copy else None
        hands, habits = plan.writing(number)
        clerk = Clerk(plan.form, plan.record, schemas, habits, options, plan.office)
        sheet = empty.copy()
        page = draw_entry_page(rng, clerk, hands, cases, sheet, plan.sealed, cutouts, plan.spelled, contents)
        yield SyntheticPage(
            page, scan_sheet(page.sheet.pixels, behind.pixels, options.dpi, options.scanning, rng), "entries"
        )
        behind = page.sheet


def _cover_form(form: Form, schemas: Schemas) -> Form | None:
    """Return the cover of the form's years, preferably of its record; ``None`` if none is declared."""
    for cover in sorted(schemas.forms.values(), key=lambda other: (other.record != form.record, other.id)):
        if cover.layout == "cover" and cover.years[0] <= form.years[0] <= cover.years[1]:
            return cover
    return None


def _without_pixels(drawing: SyntheticPage) -> SyntheticPage:
    """Return the page without its pixels, which are large."""
    nothing = np.zeros((1, 1, 3), np.uint8)
    sheet = replace(drawing.page.sheet, pixels=nothing)
    return SyntheticPage(
        replace(drawing.page, sheet=sheet), replace(drawing.scan, pixels=nothing), drawing.kind
    )


def _json(truth: Mapping[str, Any]) -> str:
    """Return readable JSON: a line for each value, the numbers of a quad on one line."""
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    return re.sub(r"\[[\s\d.,-]+\]", lambda match: re.sub(r"\s+", " ", match.group()), text) + "\n"


def _stem(plan: BookPlan) -> str:
    number, year = plan.ledger.volume.split("/")
    return f"{plan.record.prefix}.{year}.{plan.ledger.place_code}.{number}"


def _ledger_toml(ledger: Ledger) -> str:
    lines = ["# Sổ tổng hợp do máy vẽ, không phải sổ thật."]
    keys = ("form", "place", "place_code", "volume", "opened_on", "closed_on", "entries", "pages")
    lines += [f"{key} = {toml_value(getattr(ledger, key))}" for key in keys]
    return "\n".join(lines) + "\n"


def _truth(
    plan: BookPlan, drawings: Sequence[SyntheticPage], names: Sequence[tuple[str, int]]
) -> dict[str, Any]:
    """Return the truth of the pages in the format of ``hotich evaluate``."""
    pages, entries = [], []
    for index, (drawing, (name, page_no)) in enumerate(zip(drawings, names, strict=True)):
        matrix = drawing.scan.matrix
        labels = [{"text": text, "quad": quad(box, matrix)} for text, box in drawing.page.sheet.labels]
        seals = [quad(box, matrix) for box in drawing.page.sheet.seals]
        pages.append(
            {
                "scan": name, "page_no": page_no, "kind": drawing.kind, "turn": drawing.scan.turn,
                "skew": round(drawing.scan.skew, 3), "labels": labels, "seals": seals,
            }
        )  # fmt: skip
        entries += [_entry_truth(plan, drawing, entry.row, index) for entry in drawing.page.entries]
    return {
        "kind": plan.record.record, "year": plan.ledger.year, "_note": "Dữ liệu tổng hợp do máy vẽ.",
        "_form": plan.form.id, "entries": entries, "_pages": pages,
    }  # fmt: skip


def _entry_truth(plan: BookPlan, drawing: SyntheticPage, row: int, page: int) -> dict[str, Any]:
    entry = next(entry for entry in drawing.page.entries if entry.row == row)
    ink: dict[str, list[list[float]]] = {}
    struck: dict[str, list[list[float]]] = {}
    by_hand: set[str] = set()
    for line in drawing.page.sheet.inks:
        if line.row == row:
            by_hand.update(filter(None, line.fields if line.by_hand else ()))
            for name in filter(None, line.fields):
                (struck if line.struck else ink).setdefault(name, []).append(
                    quad(line.box, drawing.scan.matrix)
                )
    overflow: dict[str, list[list[float]]] = {}
    for overflow_line in drawing.page.sheet.overflows:
        if overflow_line.row == row:
            for name in overflow_line.fields:
                overflow.setdefault(name, []).append(quad(overflow_line.box, drawing.scan.matrix))
    columns: dict[str, Any] = {
        spec.column: _with_year(spec, entry.texts[spec.name], plan.ledger)
        for spec in plan.record.fields
        if spec.column and spec.name in entry.texts
    }
    notes: Mapping[str, Any] = {
        "_page": page, "_row": row, "_ink": ink, "_struck": sorted(struck), "_struck_ink": struck,
        "_overflow": overflow,
        "_ditto": dict(entry.ditto), "_by_hand": sorted(name for name in by_hand if entry.texts.get(name)),
    }  # fmt: skip
    return {**columns, **notes}


def _with_year(spec: FieldSpec, text: str, ledger: Ledger) -> str:
    """Return the text; the number of an entry gets the book's year, which the page may omit."""
    is_without = spec.value_kind.is_entry_number and text and "/" not in text
    return f"{text}/{ledger.year}" if is_without else text
