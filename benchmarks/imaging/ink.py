"""Is the pen's ink kept while print is taken away, and does each step pay?

    python -m benchmarks.imaging.ink [--pages N] [--cer N]

Pen, leaders and rules are drawn apart and laid on one sheet, which is scanned without moving: of each layer's pixels
that count as ink before a step, how many do so after it? Wanted: ≥ 99 % of the pen's, ≤ 2 % of the leaders'. A pixel is
a leader's if it is paper where the same sheet is drawn and scanned without leaders: under a stroke and on its soft edge
it is the stroke's. Dots that hang together with a stroke are told apart, and of the pen's marks (strokes, dots, tones)
it is counted how many lose a quarter or fall apart. Then pages are read with each step left out: character errors of
handwritten fields.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, report_figures, say, share
from benchmarks.imaging.gate_pages import chance
from pipeline.base.model import Ledger, Matrix, PageImage, PageRef, Pixels
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import Engines, default_engines, digitize_page, normalize, rectify
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, find_components
from pipeline.layout.imaging.ruling.leader_dots import DotLeaders, find_leaders
from pipeline.layout.imaging.ruling.leader_removal import remove_overwritten_dots
from pipeline.layout.imaging.ruling.ruled_lines import erase_rules
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book, form_printing
from pipeline.training.synthetic_pages.form_printing import draw_leader
from pipeline.training.synthetic_pages.scanning import scan_sheet
from pipeline.training.synthetic_pages.sheet import PaperSheet

SEED = 96_201
SCANNER = replace(SCANNER_LEVELS["normal"], skew=0.0, perspective=0.0)
HALF = 128
"""From which coverage on a drawn pixel belongs to its layer."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--cer", type=int, default=4, help="pages read with each step left out")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    report_figures("imaging-ink", measure_ink(chosen.pages, chosen.cer, chosen.seed))


def measure_ink(pages: int, read: int, seed: int = SEED) -> dict[str, Any]:
    """The tables on the screen, and their figures: of so many ``pages`` what is kept, and so many ``read`` with each
    step left out."""
    schemas = schema.load()
    kept = measure_kept(schemas, pages, seed)
    return {"kept": kept, "cer": measure_reading(schemas, read, seed) if read else {}}


def measure_kept(schemas: Schemas, pages: int, seed: int) -> dict[str, Any]:
    """Shares of pen and print that stay, over pages of all page forms at 200 and 300 dpi in turn."""
    counts: dict[str, int] = defaultdict(int)
    forms = [form for form in schemas.forms.values() if form.layout == "page"]
    for number in range(pages):
        form, dpi = forms[number % len(forms)], (200, 300)[number // len(forms) % 2]
        say(f"nét mực {number + 1}/{pages}")
        options = SynthOptions(seed=seed + number, entries=1, dpi=dpi, cover=False, scanner="none")
        (drawing,) = draw_book(form, schemas, options)
        with patch.object(form_printing, "draw_leader", lambda *_: None):
            (unprinted,) = draw_book(form, schemas, options)
        seen = _ink(drawing.page.sheet, chance(seed, number))
        alone = _ink(unprinted.page.sheet, chance(seed, number))
        for name, count in _kept(drawing.page.sheet, seen, alone).items():
            counts[name] += count
    figures = {
        "pen_after_leaders": share(counts["pen after leaders"], counts["pen"]),
        "leaders_after_leaders": share(counts["leaders after leaders"], counts["leaders"]),
        "free_leaders_after_leaders": share(counts["free leaders after leaders"], counts["free leaders"]),
        "pen_marks": counts["marks"],
        "pen_marks_lost": counts["marks lost"],
        "pen_marks_cut": counts["marks cut"],
        "pen_after_rules": share(counts["pen after rules"], counts["pen"]),
        "rules_after_rules": share(counts["rules after rules"], counts["rules"]),
    }
    components = (
        f"{figures['pen_marks']} nét rời của bút: {figures['pen_marks_lost']} mất một phần tư trở lên, "
        f"{figures['pen_marks_cut']} bị cắt rời"
    )
    table = Table("Bước", "Nét bút còn lại", "Nét in còn lại", title="Mực giữ lại", caption=components)
    free = figures["free_leaders_after_leaders"]
    table.add_row(
        "bỏ dòng chấm, chấm không dính nét bút", percent(figures["pen_after_leaders"]), percent(free)
    )
    table.add_row(
        "bỏ dòng chấm", percent(figures["pen_after_leaders"]), percent(figures["leaders_after_leaders"])
    )
    table.add_row(
        "bỏ khung, dòng kẻ", percent(figures["pen_after_rules"]), percent(figures["rules_after_rules"])
    )
    Console(width=100).print(table)
    return figures


@dataclass(frozen=True, slots=True)
class _Ink:
    """The ink of a scanned sheet."""

    normalized: Pixels
    mask: Pixels
    components: ConnectedComponents


def _ink(sheet: PaperSheet, rng: np.random.Generator) -> _Ink:
    pixels = scan_sheet(sheet.pixels, None, sheet.dpi, SCANNER, rng).pixels
    normalized = binarization.normalize_illumination(binarization.ink_layer(pixels))
    return _Ink(normalized, *binarization.binarize(normalized))


def _kept(sheet: PaperSheet, ink: _Ink, alone: _Ink) -> Mapping[str, int]:
    """Pixels of each layer that are ink before the steps, and that still are after each; ``alone``: the ink of the same
    sheet without leaders."""
    seen, pen, lines = ink.mask > 0, _pen(sheet), _rules(sheet)
    dots, lines = _leaders(sheet) & ~pen & (alone.mask == 0), lines & ~pen
    letter = sheet.form.text_size * sheet.frame.height
    leaders = remove_overwritten_dots(
        find_leaders(ink.components, letter), ink.mask, ink.components, ink.normalized, letter
    )
    free = dots & ~_touching(ink.mask, ink.components, pen)
    without_leaders = np.where(leaders.mask > 0, 0, ink.mask).astype(np.uint8)
    bare = erase_rules(without_leaders, _frame_lines(sheet), max(2.0, 0.07 * letter))
    return {
        **_marks(alone, pen, without_leaders),
        "pen": int((seen & pen).sum()),
        "pen after leaders": int(((without_leaders > 0) & pen).sum()),
        "leaders": int((seen & dots).sum()),
        "leaders after leaders": int(((without_leaders > 0) & dots).sum()),
        "free leaders": int((seen & free).sum()),
        "free leaders after leaders": int(((without_leaders > 0) & free).sum()),
        "pen after rules": int(((bare > 0) & pen).sum()) + int((seen & pen & (without_leaders == 0)).sum()),
        "rules": int((seen & lines).sum()),
        "rules after rules": int(((bare > 0) & lines).sum()),
    }


def _marks(alone: _Ink, pen: np.ndarray, left: Pixels) -> Mapping[str, int]:
    """How many connected marks the pen made, and how many of them have lost a quarter of their ink or more, or fallen
    apart, in what is ``left``."""
    numbers = alone.components.label_image(0, 0, left.shape[1], left.shape[0])
    own = np.unique(numbers[pen & (numbers > 0)])
    kept = np.bincount(numbers[left > 0], minlength=len(alone.components.area) + 1)
    pieces = find_components(np.where(np.isin(numbers, own) & (left > 0), np.uint8(255), np.uint8(0)))
    y, x = pieces.runs[0], pieces.runs[1]
    mark = np.zeros(len(pieces.area), int)
    mark[pieces.runs[3]] = numbers[y, x]
    return {
        "marks": len(own),
        "marks lost": int((kept[own] <= 0.75 * alone.components.area[own - 1]).sum()),
        "marks cut": int((np.bincount(mark, minlength=len(kept))[own] > 1).sum()),
    }


def _touching(ink: Pixels, components: ConnectedComponents, pen: np.ndarray) -> np.ndarray:
    """The marks of ink that hold anything of the pen."""
    numbers = components.label_image(0, 0, ink.shape[1], ink.shape[0])
    touched = np.zeros(len(components.area) + 1, bool)
    touched[np.unique(numbers[pen & (ink > 0)])] = True
    touched[0] = False
    return touched[numbers]


def _pen(sheet: PaperSheet) -> np.ndarray:
    """Where the pen wrote."""
    layer = np.zeros(sheet.pixels.shape[:2], bool)
    for ink in sheet.inks:
        if ink.by_hand:
            left, top = round(ink.box.left), round(ink.box.top)
            x, y = max(0, left), max(0, top)
            part = ink.mask[y - top :, x - left :] >= HALF
            place = layer[y : y + part.shape[0], x : x + part.shape[1]]
            place |= part[: place.shape[0], : place.shape[1]]
    return layer


def _leaders(sheet: PaperSheet) -> np.ndarray:
    """Where the press set leaders."""
    bare = PaperSheet.blank(sheet.form, sheet.dpi, sheet.shift)
    for row in sheet.form.lines:
        for cell in row.cells:
            if cell.from_ is not None and cell.to is not None and not cell.printed:
                draw_leader(bare, cell.from_, cell.to, row.at)
    return bare.pixels[:, :, 0] < 255 - HALF


def _rules(sheet: PaperSheet) -> np.ndarray:
    """Where the frame and its inner rules stand."""
    layer = np.zeros(sheet.pixels.shape[:2], bool)
    half = max(1.0, sheet.mm(0.3)) / 2
    for (x0, y0), (x1, y1) in _frame_lines(sheet):
        left, right = round(min(x0, x1) - half), round(max(x0, x1) + half)
        top, bottom = round(min(y0, y1) - half), round(max(y0, y1) + half)
        layer[max(0, top) : bottom, max(0, left) : right] = True
    return layer


def _frame_lines(sheet: PaperSheet) -> list[Matrix]:
    box = sheet.frame
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    lines = [np.array(ends) for ends in zip(corners, [*corners[1:], corners[0]], strict=True)]
    return lines + [np.array([(sheet.x(u), box.top), (sheet.x(u), box.bottom)]) for u in sheet.form.rules]


def _no_leaders(components: ConnectedComponents, _letter: float) -> DotLeaders:
    none = np.zeros(components.shape, np.uint8)
    return DotLeaders(np.zeros((0, 4), np.int32), np.zeros((0, 2)), np.zeros(0, np.int32), none)


def _free_alone(leaders: DotLeaders, *_: object) -> DotLeaders:
    return leaders


def _rules_stay(ink: Pixels, _rules: Sequence[Matrix], _width: float) -> Pixels:
    return ink


def _red_stays(rgb: Pixels) -> ColourLayers:
    return replace(split_colour_layers(rgb), ink=np.ascontiguousarray(rgb[:, :, 1]))


def _light_stays(grey: Pixels) -> Pixels:
    return grey


STEPS: Mapping[str, tuple[Any, str, Callable[..., Any]] | None] = {
    "mọi bước": None,
    "không bỏ dòng chấm": (rectify, "find_leaders", _no_leaders),
    "không bỏ chấm dính nét bút": (rectify, "remove_overwritten_dots", _free_alone),
    "không bỏ khung, dòng kẻ": (rectify, "erase_rules", _rules_stay),
    "không tách màu đỏ": (normalize, "split_colour_layers", _red_stays),
    "không san sáng": (binarization, "normalize_illumination", _light_stays),
}
"""What is left out in a reading: the module, the name in it, and what takes its place."""


def measure_reading(schemas: Schemas, pages: int, seed: int) -> dict[str, Any]:
    """Character errors of handwritten fields with every step, and with each left out."""
    engines = default_engines()
    forms = [form for form in schemas.forms.values() if form.layout == "page"]
    wrong: dict[str, int] = defaultdict(int)
    letters: dict[str, int] = defaultdict(int)
    for number in range(pages):
        form = forms[number % len(forms)]
        options = SynthOptions(seed=seed + 500 + number, entries=1, dpi=200, cover=False, scanner="normal")
        (drawing,) = draw_book(form, schemas, options)
        texts = drawing.page.entries[0].texts
        fields = {
            name for ink in drawing.page.sheet.inks if ink.by_hand and not ink.struck for name in ink.fields
        }
        for step, change in STEPS.items():
            say(f"đọc {number + 1}/{pages} {step}")
            with ExitStack() as stack:
                if change is not None:
                    stack.enter_context(patch.object(*change))
                read = dict(_read(drawing.scan.pixels, form, schemas, engines))
            for name in fields & texts.keys():
                if texts[name]:
                    wrong[step] += Levenshtein.distance(texts[name].casefold(), read.get(name, "").casefold())
                    letters[step] += len(texts[name])
    figures = {step: share(wrong[step], letters[step]) for step in STEPS}
    table = Table("Cách đọc", "Lỗi ký tự", title=f"Lỗi ký tự của ô viết tay, {letters['mọi bước']} ký tự")
    for step, rate in figures.items():
        table.add_row(step, percent(rate))
    Console(width=100).print(table)
    return figures


def _read(pixels: Pixels, form: Form, schemas: Schemas, engines: Engines) -> Iterator[tuple[str, str]]:
    ledger = Ledger(form.id, "", "", f"01/{max(form.years[0], 1976)}")
    result = digitize_page(PageImage(PageRef("0" * 64, 1), pixels, 0), form, ledger, schemas, engines)
    for entry in result.entries:
        for reading in entry.readings:
            yield reading.field, reading.text


if __name__ == "__main__":
    main()
