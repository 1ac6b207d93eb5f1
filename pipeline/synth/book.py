"""A whole synthetic book in a folder: its scans, its ``ledger.toml`` and its ``truth.json``."""

from __future__ import annotations

import json
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import SchemaError
from pipeline.model import Ledger
from pipeline.schema import Form, RecordSpec, Schemas
from pipeline.synth.cases import Case, case, officers
from pipeline.synth.containers import deliver, jpeg
from pipeline.synth.cuttings import Cutting
from pipeline.synth.habits import Habits
from pipeline.synth.land import land_of
from pipeline.synth.options import SynthOptions
from pipeline.synth.pages import Page, cover_page, entry_page
from pipeline.synth.pens import Hand, pen_hand, typed_hand
from pipeline.synth.people import Commune, chance, commune
from pipeline.synth.printing import print_form
from pipeline.synth.scanning import Scanned, quad, scanned
from pipeline.synth.sheet import Sheet
from pipeline.synth.texts import Clerk


@dataclass(frozen=True)
class Drawing:
    """One delivered page: the flat ``page`` it was made from, what the scanner made of it, its ``kind``."""

    page: Page
    scan: Scanned
    kind: str


@dataclass(frozen=True)
class Plan:
    """All of a book but its ink."""

    form: Form
    record: RecordSpec
    ledger: Ledger
    home: Commune
    hands: Sequence[Hand]
    cases: Sequence[Sequence[Case]]
    habits: Habits
    sealed: bool
    shift: float


def write_book(
    folder: Path, form: Form, schemas: Schemas, options: SynthOptions, cuttings: Iterable[Cutting] = ()
) -> Path:
    """Draw a book of that form into ``folder`` (made when missing, overwritten when there). Returns ``folder``.

    ``options``: see ``SynthOptions``; the same form, schemas and options give the same bytes. ``cuttings``: lines of
    real ink that stand in the blanks for places, as far as they go. The folder then holds the scans, ``ledger.toml``
    and ``truth.json`` (Ministry column → text as written; notes under keys with ``_``)."""
    plan = planned(form, schemas, options)
    quality = options.scanning.jpeg_quality
    drawings, files = [], []
    for drawing in _drawn(plan, schemas, options, deque(cuttings)):
        files.append(jpeg(drawing.scan.pixels, options.dpi, quality))
        drawings.append(_without_pixels(drawing))
    names = deliver(folder, _stem(plan), options.container, files, options.dpi, quality)
    (folder / "ledger.toml").write_text(_ledger_toml(plan.ledger), encoding="utf-8")
    truth = _truth(plan, drawings, names)
    (folder / "truth.json").write_text(_json(truth), encoding="utf-8")
    return folder


def write_books(
    folder: Path, forms: Sequence[Form], schemas: Schemas, options: SynthOptions
) -> tuple[Path, ...]:
    """One book of each form, each in a folder of its own named after the form. Returns those folders."""
    return tuple(write_book(folder / form.id, form, schemas, options) for form in forms)


def draw_book(form: Form, schemas: Schemas, options: SynthOptions) -> Iterator[Drawing]:
    """The pages of a book, one after the other, without writing anything: cover first when there is one."""
    return _drawn(planned(form, schemas, options), schemas, options, deque())


def chance_of(options: SynthOptions, form: Form, *purpose: int) -> np.random.Generator:
    """A stream of chance of its own for each purpose, so that one page does not depend on how another was drawn."""
    return np.random.default_rng([options.seed, zlib.crc32(form.id.encode()), *purpose])


def planned(form: Form, schemas: Schemas, options: SynthOptions) -> Plan:
    if form.layout == "cover":
        raise SchemaError(f"Mẫu “{form.id}” là bìa sổ, không có việc nào để ghi. Hãy chọn một mẫu trang.")
    rng = chance_of(options, form, 0)
    record = schemas.record(form.record)
    first, last = form.years
    year = options.year or int(rng.integers(max(first, 1976), min(last, 2024) + 1))
    volume = f"{options.volume or int(rng.integers(1, 4)):02}/{year}"
    home = commune(rng, land_of(schemas.places.gazetteer, year))
    rows = form.table.rows if form.table else 1
    pages = -(-options.entries // rows)
    ledger = Ledger(
        form.id, f"UBND {home.full}", f"936{int(rng.integers(10, 99))}", volume,
        f"02.01.{year}", f"31.12.{year}", options.entries, pages,
    )  # fmt: skip
    typed = options.typed
    shift = float(rng.uniform(-1, 1)) * options.printing
    hands = [
        typed_hand(rng) if typed else pen_hand(rng, options.pens, options.more_pens)
        for _ in range(1 if typed else 3)
    ]
    signers = officers(rng, record, home)
    days = sorted(int(day) for day in rng.integers(0, 360, options.entries))
    cases = [
        case(
            chance_of(options, form, 1, number), record, home, signers, number=options.first_number + number,
            page_no=1 + number // rows, volume=volume, registered_on=date(year, 1, 2) + timedelta(days=days[number]),
            no_father=options.no_father,
        )
        for number in range(options.entries)
    ]  # fmt: skip
    grouped = [cases[start : start + rows] for start in range(0, len(cases), rows)]
    return Plan(form, record, ledger, home, hands, grouped, Habits.drawn(rng, typed), chance(rng, 0.6), shift)


def _drawn(
    plan: Plan, schemas: Schemas, options: SynthOptions, cuttings: deque[Cutting]
) -> Iterator[Drawing]:
    clerk = Clerk(plan.form, plan.record, schemas, plan.habits, options)
    cover = _cover_form(plan.form, schemas) if options.cover else None
    if cover:
        rng = chance_of(options, plan.form, 2)
        page = cover_page(rng, cover, plan.hands[0], plan.ledger, plan.record.title, options.dpi)
        flat = replace(options.scanning, show_through=(0.0, 0.0))
        yield Drawing(page, scanned(page.sheet.pixels, None, options.dpi, flat, rng), "cover")
    behind = Sheet.blank(plan.form, options.dpi, plan.shift)
    print_form(behind)
    for number, cases in enumerate(plan.cases):
        rng = chance_of(options, plan.form, 3, number)
        sheet = Sheet.blank(plan.form, options.dpi, plan.shift)
        page = entry_page(rng, clerk, plan.hands, cases, sheet, plan.sealed, cuttings)
        yield Drawing(
            page, scanned(page.sheet.pixels, behind.pixels, options.dpi, options.scanning, rng), "entries"
        )
        behind = page.sheet


def _cover_form(form: Form, schemas: Schemas) -> Form | None:
    """The cover of that form's years; None when none is declared."""
    for cover in sorted(schemas.forms.values(), key=lambda other: other.id):
        if cover.layout == "cover" and cover.years[0] <= form.years[0] <= cover.years[1]:
            return cover
    return None


def _without_pixels(drawing: Drawing) -> Drawing:
    """The same page without its pictures, which are large."""
    nothing = np.zeros((1, 1, 3), np.uint8)
    sheet = replace(drawing.page.sheet, pixels=nothing)
    return Drawing(replace(drawing.page, sheet=sheet), replace(drawing.scan, pixels=nothing), drawing.kind)


def _json(truth: Mapping[str, Any]) -> str:
    """JSON to read and to compare: one line a value, the numbers of a quad on one line."""
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    return re.sub(r"\[[\s\d.,-]+\]", lambda found: re.sub(r"\s+", " ", found.group()), text) + "\n"


def _stem(plan: Plan) -> str:
    number, year = plan.ledger.volume.split("/")
    return f"{plan.record.prefix}.{year}.{plan.ledger.place_code}.{number}"


def _ledger_toml(ledger: Ledger) -> str:
    lines = ["# Sổ tổng hợp do máy vẽ, không phải sổ thật."]
    keys = ("form", "place", "place_code", "volume", "opened_on", "closed_on")
    lines += [f"{key} = {json.dumps(getattr(ledger, key), ensure_ascii=False)}" for key in keys]
    lines += [f"entries = {ledger.entries}", f"pages = {ledger.pages}"]
    return "\n".join(lines) + "\n"


def _truth(plan: Plan, drawings: Sequence[Drawing], names: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """What stands on the pages, as ``hotich evaluate`` reads it."""
    pages, entries = [], []
    for index, (drawing, (name, page_no)) in enumerate(zip(drawings, names, strict=True)):
        matrix = drawing.scan.matrix
        labels = [{"text": text, "quad": quad(box, matrix)} for text, box in drawing.page.sheet.labels]
        pages.append(
            {
                "scan": name, "page_no": page_no, "kind": drawing.kind, "turn": drawing.scan.turn,
                "skew": round(drawing.scan.skew, 3), "labels": labels,
            }
        )  # fmt: skip
        entries += [_entry_truth(plan, drawing, entry.row, index) for entry in drawing.page.entries]
    return {
        "kind": plan.record.record, "year": plan.ledger.year, "_note": "Dữ liệu tổng hợp do máy vẽ.",
        "_form": plan.form.id, "entries": entries, "_pages": pages,
    }  # fmt: skip


def _entry_truth(plan: Plan, drawing: Drawing, row: int, page: int) -> dict[str, Any]:
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
    columns: dict[str, Any] = {
        spec.column: _as_told(spec.kind, entry.texts[spec.name], plan.ledger)
        for spec in plan.record.fields
        if spec.column and spec.name in entry.texts
    }
    notes: Mapping[str, Any] = {
        "_page": page, "_row": row, "_ink": ink, "_struck": sorted(struck), "_struck_ink": struck,
        "_ditto": dict(entry.ditto), "_by_hand": sorted(name for name in by_hand if entry.texts.get(name)),
    }  # fmt: skip
    return {**columns, **notes}


def _as_told(kind: str, text: str, ledger: Ledger) -> str:
    """An entry's number is told with the book's year, which the page need not repeat."""
    return f"{text}/{ledger.year}" if kind == "entry_number" and text and "/" not in text else text
