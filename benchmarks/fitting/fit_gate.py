"""Fits the limits of the quality gate on drawn pages with planted damage and writes ``ocr_models/page-gate``.

    python -m benchmarks.fitting.fit_gate [--pages N] [--write]

For each sign the limit that parts good pages from those that bear its damage, in the middle of the gap between them
(``best_limit``). ``make bench-imaging`` measures the gate on other pages.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.books.scan_damage import DAMAGES
from benchmarks.figures import report_figures, say
from benchmarks.imaging.gate_pages import PLANTED, chance, good_pages, looked_at, measured
from pipeline.declarations import schema
from pipeline.digitize import default_engines
from pipeline.layout.imaging.scan_quality import FLAW_MEASURES

CARD = Path(__file__).resolve().parents[2] / "ocr_models" / "page-gate" / "model.toml"
SEED = 52_001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--write", action="store_true", help="write the card")
    chosen = parser.parse_args()
    good, bad = measures(chosen.pages)
    limits = {code: best_limit(good[code], bad[code]) for code in FLAW_MEASURES}
    figures = {
        code: {
            "limit": round(limit, 3),
            "good_most": round(max(good[code]), 3),
            "bad_least": round(min(bad[code]), 3),
            "missed": sum(score < limit for score in bad[code]),
            "of": len(bad[code]),
        }
        for code, limit in limits.items()
    }
    if chosen.write:
        write(limits, figures, chosen.pages)
    report_figures("fit-gate", {"pages": chosen.pages, **figures})


def measures(pages: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """By sign what is measured on good pages and on pages with its damage (where the page was recognised)."""
    schemas, engines = schema.load(), default_engines()
    good: dict[str, list[float]] = defaultdict(list)
    bad: dict[str, list[float]] = defaultdict(list)
    for number, page in enumerate(good_pages(schemas, pages, SEED)):
        say(f"trang {number + 1}/{pages}")
        _, quality = looked_at(page.pixels, page.form, schemas, engines)
        for code, sign in FLAW_MEASURES.items():
            good[code].append(sign(quality))
        for code, what in PLANTED.items():
            pixels = DAMAGES[what](page.pixels, page.dpi, chance(SEED, number))
            if what != "cut":
                bad[code].append(FLAW_MEASURES[code](measured(pixels)))
                continue
            seen, quality = looked_at(pixels, page.form, schemas, engines)
            if seen.fit is not None:
                bad[code].append(FLAW_MEASURES[code](quality))
    return good, bad


def write(limits: dict[str, float], figures: dict[str, dict[str, float]], pages: int) -> None:
    """The card with the limits in the order of ``FLAW_MEASURES``."""
    card = {
        "name": "page-gate", "engine": "page-gate", "reads": [], "files": [], "licence": "Apache-2.0",
        "training_data": f"{pages} pages of drawn books of all page forms, at the levels none to hard, 200 and 300 dpi,"
        " and the same pages with planted damage (benchmarks/fitting/fit_gate.py).",
        "measured": f"On the pages fitted: {json.dumps(figures)}. On others: make bench-imaging.",
        "limits": "The damage is drawn, not photographed. A finger is known by its colour, so not on grey pictures.",
        "weights": [round(limits[code], 4) for code in FLAW_MEASURES], "mean": [], "spread": [],
    }  # fmt: skip
    codes = ", ".join(FLAW_MEASURES)
    head = f"# From which measure on a page is poor: {codes}; written by benchmarks/fitting/fit_gate.py.\n"
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in card.items()]
    CARD.parent.mkdir(exist_ok=True)
    CARD.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def best_limit(good: Sequence[float], bad: Sequence[float]) -> float:
    """The limit that parts the measures of good pages from those of bad ones with the fewest errors, where a false
    alarm counts as three pages missed; in the middle of the gap where there are several."""
    measures = sorted({*good, *bad})
    limits = [(low + high) / 2 for low, high in pairwise(measures)] or [measures[0] + 1]

    def errors(limit: float) -> float:
        alarms = sum(score >= limit for score in good) / max(1, len(good))
        return 3 * alarms + sum(score < limit for score in bad) / max(1, len(bad))

    least = min(errors(limit) for limit in limits)
    best = [limit for limit in limits if errors(limit) == least]
    return max(best, key=lambda limit: _room(limit, measures))


def _room(limit: float, measures: Sequence[float]) -> float:
    """Return the distance of the nearest measure from the limit, as a share of the limit."""
    return min(abs(measure - limit) for measure in measures) / max(limit, 1e-9)


if __name__ == "__main__":
    main()
