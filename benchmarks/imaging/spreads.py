"""Open books: how many are parted, how near the gutter, and whether a single page is ever taken for two.

    python -m benchmarks.imaging.bench_imaging spread [--pages N]

Drawn books of every page form at three levels, with bindings that fall off and cast shadows more or less, upright and
on their side; against them single pages of all forms, upright, on their side, beside a dark and beside a light bed.
Both again as photographs: in pictures higher than wide or very wide, on tables of wood and cloth. Wanted: every gutter
within 1 % of the two pages' width, no single page parted. Where a book is not parted, its page must be marked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.books.open_books import FLAT, Binding, open_book
from benchmarks.books.table_photos import CLOTH, DARK, WOOD, photograph_on_table
from benchmarks.figures import percent, say, share
from benchmarks.imaging.gate_pages import chance
from pipeline.base.model import Ledger, PageImage, PageRef, Pixels
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, Engines, default_engines
from pipeline.digitize.normalize import normalize
from pipeline.digitize.page_context import PageContext, StageClock
from pipeline.digitize.sheets import DetectedSheets, detect_sheets
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.training.synthetic_pages.scanning import ScannedPage
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

LEVELS_DRAWN: tuple[ScannerLevel, ...] = ("mild", "normal", "hard")
NEAR = 0.01
PHOTOGRAPHED = ", chụp"
SHAPES, TONES = (0.75, 1.0, 0.56, 2.2), (WOOD, CLOTH, DARK)
DPI = 200


def measure_spread(pages: int, seed: int) -> dict[str, Any]:
    """The table on the screen, and its figures. ``pages``: open books a level, scanned and photographed; a sixth as
    many single pages a form, each scanned in four ways and photographed in two."""
    schemas, engines = schema.load(), default_engines()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    errors: dict[str, list[float]] = defaultdict(list)
    for way in ("", PHOTOGRAPHED):
        for level in LEVELS_DRAWN:
            for number in range(pages):
                say(f"sổ mở, {level}{way} {number + 1}/{pages}")
                error, detected, seconds = _open_book(schemas, engines, level, seed, number, way)
                count = counts[level + way]
                count["books"] += 1
                count["seconds"] += round(1000 * seconds)
                count["parted"] += detected.is_spread
                count["marked"] += detected.is_doubtful
                count["near"] += detected.is_spread and error <= NEAR
                errors[level + way] += [error] if detected.is_spread else []
    singles: dict[str, Counter[str]] = {"": Counter(), PHOTOGRAPHED: Counter()}
    for form in schemas.forms.values():
        for what, pixels in _singles(form, schemas, max(1, pages // 6), seed):
            say(f"trang đơn, {form.id}, {what}")
            detected, _ = _looked(pixels, _of_book(form, schemas), schemas, engines)
            single = singles[PHOTOGRAPHED if PHOTOGRAPHED in what else ""]
            single["pages"] += 1
            single["parted"] += detected.is_spread
            single["marked"] += detected.is_doubtful
    return _figures(counts, errors, singles)


def _open_book(
    schemas: Schemas, engines: Engines, level: ScannerLevel, seed: int, number: int, way: str
) -> tuple[float, DetectedSheets, float]:
    """How far the gutter lies off (share of the width, at the worse end), what was detected, and CPU seconds."""
    forms = [form for form in schemas.forms.values() if form.layout == "page"]
    form, rng = forms[number % len(forms)], chance(seed, number)
    writing: Any = "typed" if number % 2 else "hand"
    options = SynthOptions(
        seed=seed + number, entries=2, dpi=DPI, cover=False, scanner="none", writing=writing
    )
    left, right = (drawn.page.sheet.pixels for drawn in draw_book(form, schemas, options))
    binding = Binding(
        lost=float(rng.uniform(0, 4)),
        rise=float(rng.uniform(-2.5, 2.5)),
        shadow=float(rng.uniform(0.08, 0.6)),
    )
    scanner = replace(SCANNER_LEVELS[level], turned=0.25)
    book = open_book(left, right, DPI, scanner, rng, FLAT if number % 6 == 5 else binding)
    if way:
        shape, tone = SHAPES[number % len(SHAPES)], TONES[number % len(TONES)]
        at = float(rng.random()), float(rng.random())
        book = replace(book, scan=photograph_on_table(book.scan, shape, tone, rng, at))
    detected, seconds = _looked(book.scan.pixels, form, schemas, engines)
    if detected.gutter is None:
        return 1.0, detected, seconds
    width = np.linalg.norm(
        book.places(np.array([[0.0, 0.0]]), False) - book.places(np.array([[0.0, 0.0]]), True)
    )
    return _off(detected.gutter, book.gutter) / (2 * float(width)), detected, seconds


def _off(measured: np.ndarray, true: np.ndarray) -> float:
    """The larger distance of the ends of the true gutter from the line found, in pixels."""
    along = (measured[1] - measured[0]) / np.linalg.norm(measured[1] - measured[0])
    away = (true - measured[0]) @ np.array([-along[1], along[0]])
    return float(np.abs(away).max())


def _looked(pixels: Pixels, form: Form, schemas: Schemas, engines: Engines) -> tuple[DetectedSheets, float]:
    ledger = Ledger(form.id, "", "", f"01/{form.years[0]}")
    context = PageContext(form, ledger, schemas, engines, DigitizeOptions(), StageClock())
    picture = normalize(PageImage(PageRef("0" * 64, 1), pixels, 0), context)
    detected = detect_sheets(picture, context)
    return detected, sum(context.clock.seconds.values())


def _of_book(form: Form, schemas: Schemas) -> Form:
    """The form of the book in which that page is met: a cover is met among pages."""
    if form.layout != "cover":
        return form
    return next(
        candidate
        for candidate in schemas.forms.values()
        if candidate.layout == "page" and candidate.years[0] >= form.years[0]
    )


def _singles(form: Form, schemas: Schemas, count: int, seed: int) -> Iterator[tuple[str, Pixels]]:
    book = _of_book(form, schemas)
    rows = book.table.rows if book.table else 1
    for number in range(count):
        level = LEVELS_DRAWN[(number + len(form.id)) % len(LEVELS_DRAWN)]
        options = SynthOptions(
            seed=seed + number, entries=rows, dpi=DPI, scanner=replace(SCANNER_LEVELS[level], turned=0)
        )
        kind = "cover" if form.layout == "cover" else "entries"
        pixels = next(drawn.scan.pixels for drawn in draw_book(book, schemas, options) if drawn.kind == kind)
        yield "đứng", pixels
        yield "nằm", np.ascontiguousarray(np.rot90(pixels))
        for what, tone in (("cạnh nền tối", 30), ("cạnh nền sáng", 245)):
            height, width = pixels.shape[:2]
            bed = np.full((height, 2 * width, 3), tone, np.uint8)
            at = width * (number % 2)
            bed[:, at : at + width] = pixels
            yield what, bed
        for what, shape, colour in (("bàn gỗ", 0.75, WOOD), ("khăn trải", 1.7, CLOTH)):
            on = photograph_on_table(
                ScannedPage(pixels, np.eye(3), 0.0, 0), shape, colour, chance(seed, number), (number % 2, 0.5)
            )
            yield what + PHOTOGRAPHED, on.pixels


def _figures(
    counts: dict[str, Counter[str]], errors: dict[str, list[float]], singles: dict[str, Counter[str]]
) -> dict[str, Any]:
    columns = (
        "mức", "sổ mở", "tách đúng, gáy trong 1 %", "tách", "không tách, có nêu", "gáy lệch nhiều nhất", "CPU giây",
    )  # fmt: skip
    table = Table(*columns)
    figures: dict[str, Any] = {
        "single": dict(singles[""]), "single, photographed": dict(singles[PHOTOGRAPHED])
    }  # fmt: skip
    for level, count in counts.items():
        right, worst = share(count["near"], count["books"]), max(errors[level], default=None)
        seconds = count["seconds"] / 1000 / count["books"]
        row = (percent(right), str(count["parted"]), str(count["marked"]), percent(worst), f"{seconds:.1f}")
        table.add_row(level, str(count["books"]), *row)
        figures[level] = {**count, "seconds": seconds, "right": right, "worst": worst}
    Console(width=130).print(table)
    for way, single in singles.items():
        say(
            f"trang đơn{way}: {single['pages']} ảnh, tách nhầm {single['parted']}, nêu nhầm {single['marked']}"
        )
    return figures
