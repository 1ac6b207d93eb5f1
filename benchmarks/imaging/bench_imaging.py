"""How well are pages seen? Parts: skew (real pages turned by us), gate (planted damage), boxes (fields on damaged
books), plate (a book teaches its form), ink (what is kept when print goes), spread (open books parted at the gutter),
timing.

Name the parts to run, or none for all. Wanted: skew: mean error ≤ 0.03°, ≥ 95 % within 0.1°, worst ≤ 0.3°, in no more
CPU time than jdeskew at 1024. Timing: < 0.4 CPU seconds a 300-dpi page before recognition.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.books.drawn_books import SEED
from benchmarks.figures import keep_figures, report_figures, say
from benchmarks.imaging import (
    field_boxes,
    ink,
    learned_template,
    page_gate,
    skew,
    spreads,
    timing,
)

Part = Callable[[argparse.Namespace], dict[str, Any]]

PARTS: dict[str, Part] = {
    "skew": lambda chosen: skew.measure_skew(chosen.data, chosen.seed, chosen.turns),
    "gate": lambda chosen: page_gate.measure_gate(chosen.pages * 4, chosen.seed),
    "boxes": lambda chosen: field_boxes.measure_boxes(chosen.pages, chosen.seed),
    "plate": lambda chosen: learned_template.measure_template(chosen.pages, chosen.seed),
    "ink": lambda chosen: ink.measure_ink(chosen.pages * 2, chosen.pages, chosen.seed),
    "spread": lambda chosen: spreads.measure_spread(chosen.pages * 4, chosen.seed),
    "timing": lambda chosen: timing.measure_timing(chosen.seed, chosen.pages),
}

ON_REAL_PAGES = frozenset({"skew"})
"""Parts that have nothing to measure without ``--data``."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}")
    parser.add_argument(
        "--data", type=Path, help="folder of real pages, see benchmarks/imaging/real_pages.py"
    )
    parser.add_argument("--turns", type=int, default=3, help="turns added to each page (skew)")
    parser.add_argument(
        "--pages", type=int, default=6, help="drawn pages a form (boxes, plate; gate, ink and spread by it)"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}")
    figures: dict[str, Any] = {"bench": "imaging", "seed": chosen.seed}
    for name in chosen.parts or PARTS:
        if name in ON_REAL_PAGES and chosen.data is None:
            say(f"{name}: cần thư mục trang thật (--data), bỏ qua")
            continue
        figures[name] = PARTS[name](chosen)
        keep_figures(f"imaging-{name}", {"seed": chosen.seed, **figures[name]})
    report_figures("imaging", figures)


if __name__ == "__main__":
    main()
