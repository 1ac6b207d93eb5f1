"""The quality gate against planted damage: recall by reason, and false alarms on pages without any.

    python -m benchmarks.imaging.page_gate [--pages N]

Wanted: recall ≥ 95 % at ≤ 2 % false alarms. A page counts as told when the gate, or the look for its form, says
anything of it; as told rightly when it says what was planted. Missing pages are told by printed page numbers
(``make bench-injection``).
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.books.scan_damage import DAMAGES
from benchmarks.figures import percent, report_figures, say, share
from benchmarks.imaging.gate_pages import PLANTED, GoodPage, chance, good_pages, looked_at, measured
from benchmarks.no_readers import without_readers
from pipeline.base.model import Ledger, PageImage, PageRef, Pixels
from pipeline.books.book_rules import duplicate_page_findings
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, Engines, default_engines, digitize_page
from pipeline.digitize.quality import quality_findings
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from pipeline.training.synthetic_pages.scanning import scan_sheet
from pipeline.training.synthetic_pages.sheet import PaperSheet

SEED = 93_201
GOOD = "(trang tốt)"
OPTIONS = DigitizeOptions()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    report_figures("imaging-gate", measure_gate(chosen.pages, chosen.seed))


def measure_gate(pages: int, seed: int = SEED) -> dict[str, Any]:
    """The table on the screen, and its figures."""
    schemas, engines = schema.load(), default_engines()
    codes_by_damage: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for number, page in enumerate(good_pages(schemas, pages, seed)):
        say(f"trang {number + 1}/{pages}")
        for planted, codes in _told(page, number, seed, schemas, engines):
            codes_by_damage[planted].append(codes)
    for planted, codes in _scanned_twice(schemas, engines, seed):
        codes_by_damage[planted].append(codes)
    return _figures(codes_by_damage)


def _told(
    page: GoodPage, number: int, seed: int, schemas: Schemas, engines: Engines
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the planted damage and the reported codes: nothing, each damage, another book's page, an empty back."""
    yield GOOD, _codes(page.pixels, page.form, schemas, engines)
    for code, what in PLANTED.items():
        pixels = DAMAGES[what](page.pixels, page.dpi, chance(seed, number))
        if code == "SCAN-CUT":
            yield code, _codes(pixels, page.form, schemas, engines)
        else:
            yield (
                code,
                tuple(finding.code for finding in quality_findings(measured(pixels), engines, schemas)),
            )
    forms = [form for form in schemas.forms.values() if form.layout == "page"]
    other = forms[(forms.index(page.form) + 1 + number // len(forms)) % len(forms)]
    if other is not page.form:
        yield "PAGE-FORM", _codes(page.pixels, other, schemas, engines)
    sheet = page.drawing.page.sheet
    options = SynthOptions(scanner=page.level).scanning
    back = scan_sheet(
        PaperSheet.blank(page.form, page.dpi).pixels, sheet.pixels, page.dpi, options, chance(seed, number)
    )
    yield "PAGE-BLANK", _codes(back.pixels, page.form, schemas, engines)


def _codes(pixels: Pixels, form: Form, schemas: Schemas, engines: Engines) -> tuple[str, ...]:
    seen, quality = looked_at(pixels, form, schemas, engines)
    codes = tuple(finding.code for finding in quality_findings(quality, engines, schemas))
    if seen.form is None or seen.fit is None:
        empty = seen.level.ink_share < OPTIONS.blank_ink
        return ("PAGE-BLANK",) if empty else ("PAGE-FORM", *codes)
    return codes


def _scanned_twice(schemas: Schemas, engines: Engines, seed: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Draw books of three pages, each scanned twice; the first scan of a page must have no finding."""
    engines = without_readers(engines)
    for number, name in enumerate(("birth-2006", "death-2016", "marriage-2016")):
        form = schemas.form(name)
        options = SynthOptions(
            seed=seed + number, entries=3, dpi=200, cover=False, scanner=("normal", "hard", "mild")[number]
        )
        rows = []
        for page_no, drawing in enumerate(draw_book(form, schemas, options), start=1):
            again = scan_sheet(drawing.page.sheet.pixels, None, 200, options.scanning, chance(seed, page_no))
            rows += [
                {"page_id": 2 * page_no + copy, "book_id": 1, "scan": f"{copy}", "page_no": page_no,
                 "ink_print": _ink_print(pixels, form, schemas, engines), "copy": copy}
                for copy, pixels in enumerate((drawing.scan.pixels, again.pixels))
            ]  # fmt: skip
        prints = pd.DataFrame(rows)
        say(f"giống nhau {name}: {_likeness(prints)}")
        page_ids = {finding.page_id for finding in duplicate_page_findings(prints)}
        for row in rows:
            codes = ("SCAN-TWICE",) if row["page_id"] in page_ids else ()
            yield ("SCAN-TWICE" if row["copy"] else GOOD), codes


def _ink_print(pixels: Pixels, form: Form, schemas: Schemas, engines: Engines) -> str:
    ledger = Ledger(form.id, "", "", f"01/{max(form.years[0], 1976)}")
    return digitize_page(PageImage(PageRef("0" * 64, 1), pixels, 0), form, ledger, schemas, engines).ink_print


def _likeness(prints: pd.DataFrame) -> str:
    """The least correlation of two scans of a page, and the most of two pages."""
    levels = np.array([[int(digit, 16) for digit in ink_print] for ink_print in prints["ink_print"]], float)
    alike = np.corrcoef(levels)
    same = prints["page_no"].to_numpy()[:, None] == prints["page_no"].to_numpy()
    return f"cùng trang ≥ {alike[same].min():.3f}, khác trang ≤ {alike[~same].max():.3f}"


def _figures(codes_by_damage: dict[str, list[tuple[str, ...]]]) -> dict[str, Any]:
    table = Table("Lý do", "Trang", "Báo", "Báo đúng lý do", "Báo gì khác", title="Cổng chất lượng")
    figures: dict[str, Any] = {}
    planted, caught = 0, 0
    for code in (*PLANTED, "PAGE-FORM", "PAGE-BLANK", "SCAN-TWICE"):
        of_damage = codes_by_damage[code]
        any_, right = sum(bool(codes) for codes in of_damage), sum(code in codes for codes in of_damage)
        others = Counter(other for codes in of_damage for other in codes if other != code)
        table.add_row(
            code, str(len(of_damage)), percent(share(any_, len(of_damage))), percent(share(right, len(of_damage))),
            ", ".join(f"{name} {times}" for name, times in others.most_common(3)),
        )  # fmt: skip
        figures[code] = {
            "pages": len(of_damage),
            "told": share(any_, len(of_damage)),
            "rightly": share(right, len(of_damage)),
        }
        planted, caught = planted + len(of_damage), caught + any_
    alarms = Counter(code for codes in codes_by_damage[GOOD] for code in codes)
    false = sum(bool(codes) for codes in codes_by_damage[GOOD])
    table.add_row(
        GOOD,
        str(len(codes_by_damage[GOOD])),
        percent(share(false, len(codes_by_damage[GOOD]))),
        "",
        str(dict(alarms)),
    )
    Console(width=120).print(table)
    return {
        "recall": share(caught, planted), "planted": planted, "false_alarms": share(false, len(codes_by_damage[GOOD])),
        "good": len(codes_by_damage[GOOD]), "alarms": dict(alarms), "reasons": figures,
    }  # fmt: skip


if __name__ == "__main__":
    main()
