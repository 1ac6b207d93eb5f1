"""Which form a page is and which way up it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.digitize.by_plate import told_by
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.imaging.geometry import deskew, warp
from pipeline.imaging.ink.binarization import ColourLayers
from pipeline.imaging.ink.cleanup import find_scan_edges
from pipeline.imaging.ruling import grid
from pipeline.locate import form_fit as fitting
from pipeline.locate import table_fit as tables
from pipeline.locate.form_fit import FormFit, is_distinguished
from pipeline.locate.label_matching import LabelCandidate, find_label_candidates
from pipeline.model import PageImage, Word
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas

CLEAR = 0.8
"""The confidence of a printed word that is clear. On its side or upside down hardly one word in eight has it."""

FEWEST_CLEAR = 40

MANY_LABELS = 12
"""How many labels of the book's own form are found at least where handwriting runs over so much of its print that less
of that is found than is usually asked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a page in one orientation gave: how it lies and which form it is (``None``: none known, or
    ``other``, a form of another kind of book), and how many printed ``words`` are seen, ``clear`` ones among them."""

    level: deskew.DeskewedPage
    form: Form | None
    fit: FormFit | None
    candidates: tuple[LabelCandidate, ...]
    words: int
    other: str = ""
    clear: int = 0

    @property
    def is_upright(self) -> bool:
        """Whether so much print is clear that the page cannot lie otherwise, whatever its form."""
        return self.clear >= FEWEST_CLEAR and 2 * self.clear >= self.words


def dpi_of(page: PageImage, form: Form) -> float:
    """Pixels an inch, from the paper's size: what the file says of itself is often wrong."""
    long_side = max(page.pixels.shape[:2])
    return float(long_side / (max(form.paper_mm) / 25.4))


def recognised(
    page: PageImage,
    layers: ColourLayers,
    form: Form,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
    dpi: float,
    watch: Stopwatch,
    turns: Sequence[int] = (),
) -> Seen:
    """The page looked at in the likeliest orientations (``turns``, where any are named) until its printed labels are
    found."""
    scale = min(1.0, options.label_dpi / dpi)
    small_dpi = dpi * scale
    with watch.stage("deskew"):
        grey = warp.downscale(layers.ink, scale)
    _, top, _, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * small_dpi
    covers = [other for other in schemas.forms.values() if other.layout == "cover"]
    others = [other for other in schemas.forms.values() if other.layout == "page" and other.id != form.id]
    lies = (page.pixels.shape[1] > page.pixels.shape[0]) == (form.paper_mm[0] > form.paper_mm[1])
    best: Seen | None = None
    for turn in turns or ((0, 180, 90, 270) if lies else (90, 270, 0, 180)):
        with watch.stage("deskew"):
            level = deskew.deskew(grey, scale, turn, letter, small_dpi)
        if ink_share(level) < options.blank_ink / 4:
            return Seen(level, None, None, (), 0)
        if form.layout == "table":
            with watch.stage("grid"):
                fit = _by_rules(form, level)
            if fit is not None:
                return Seen(level, form, fit, (), 0)
        if engines.template is not None and form.layout == "page":
            with watch.stage("plate"):
                told = told_by(engines.template, level, form, letter)
            if told is not None:
                return Seen(level, form, *told, 0)
        with watch.stage("labels"):
            words = engines.labels.words(level.print_only, small_dpi)
            seen = best_form(level, [form, *covers, *others], words, options)
        if seen.form is not None or seen.other or seen.is_upright:
            return seen
        if best is None or seen.clear > best.clear:
            best = seen
    assert best is not None
    return best


def _by_rules(form: Form, level: deskew.DeskewedPage) -> FormFit | None:
    """A table form laid over a levelled page through its rules; ``None`` where they are not its own, or upside down."""
    runs = grid.vertical_runs(level.ink)
    upright, rows = grid.find_rule_families(level.ink, runs)
    seen = grid.vertical_extent(runs, upright)
    across, down = upright.without_perspective(upright.at, rows), rows.without_perspective(rows.at, upright)
    reach = (
        None
        if seen is None
        else (
            float(rows.without_perspective(seen[0], upright)),
            float(rows.without_perspective(seen[1], upright)),
        )
    )
    fit = tables.fit_table(form, across, down, level.size, reach)
    if fit is None:
        return None
    width, height = level.size
    turned = None if reach is None else (height - reach[1], height - reach[0])
    over = tables.fit_table(form, width - across[::-1], height - down[::-1], level.size, turned)
    if over is not None and fit.share <= over.share:
        return None
    (left, top), (right, bottom) = fit.to_pixels(0.0, 0.0), fit.to_pixels(1.0, 1.0)
    x, y = (
        upright.with_perspective(np.array([left, right]), rows),
        rows.with_perspective(np.array([top, bottom]), upright),
    )
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    frame = grid.frame_corners(upright, rows, (float(x[0]), float(y[0]), float(x[1]), float(y[1])))
    return replace(fit, matrix=warp.homography(unit, frame))


def clear_of(words: Sequence[Word]) -> int:
    """How many of the words are clear."""
    return sum(word.confidence > CLEAR for word in words)


def ink_share(level: deskew.DeskewedPage) -> float:
    """Share of a page's pixels that is ink, the scanner's bed and dark edges left out."""
    return float(level.components.area[~find_scan_edges(level.components)].sum() / level.ink.size)


def best_form(
    level: deskew.DeskewedPage, forms: Sequence[Form], words: Sequence[Word], options: DigitizeOptions
) -> Seen:
    """The form whose print the words are: the book's own (the first of ``forms``), a cover, or another book's form,
    which is then only named in ``other``: sister forms share much of their print, so they are asked before a doubtful
    page counts as the book's own."""
    clear = clear_of(words)
    best = Seen(level, None, None, (), len(words), clear=clear)
    share = options.min_print
    own: Seen | None = None
    others = []
    for number, form in enumerate(forms):
        found = find_label_candidates(form.labels, words)
        fit = fitting.fit_form(form, found, level.size)
        if fit is None:
            continue
        if number:
            others.append((form, fit))
        elif options.hidden_print <= fit.share <= share and len(fit.found) >= MANY_LABELS:
            own = Seen(level, form, fit, found, len(words))
        if fit.share <= share:
            continue
        share = fit.share
        if number == 0 or form.layout == "cover":
            best = Seen(level, form, fit, found, len(words))
            if share > options.sure_print:
                break
            share += 0.1 if number == 0 else 0.0
        else:
            best = Seen(level, None, None, (), len(words), form.id)
    if best.form is not None or best.other or own is None or own.form is None or own.fit is None:
        return best
    return own if all(is_distinguished(own.form, own.fit, *other) for other in others) else best
