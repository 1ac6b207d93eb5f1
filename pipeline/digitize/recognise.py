"""Which form a page is and which way up it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.digitize.by_plate import told_by
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.imaging import grid, straighten
from pipeline.imaging.colour import Layers
from pipeline.imaging.ink import edges_of
from pipeline.locate import fit as fitting
from pipeline.locate import table as tables
from pipeline.locate.fit import Fit
from pipeline.locate.labels import Candidate, candidates
from pipeline.model import PageImage, Word
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a page in one orientation gave: how it lies and which form it is (``None``: none known, or
    ``other``, a form of another kind of book)."""

    level: straighten.Level
    form: Form | None
    fit: Fit | None
    candidates: tuple[Candidate, ...]
    words: int
    other: str = ""


def dpi_of(page: PageImage, form: Form) -> float:
    """Pixels an inch, from the paper's size: what the file says of itself is often wrong."""
    long_side = max(page.pixels.shape[:2])
    return float(long_side / (max(form.paper_mm) / 25.4))


def recognised(
    page: PageImage,
    layers: Layers,
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
        grey = straighten.scaled_down(layers.ink, scale)
    _, top, _, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * small_dpi
    covers = [other for other in schemas.forms.values() if other.layout == "cover"]
    others = [other for other in schemas.forms.values() if other.layout == "page" and other.id != form.id]
    lies = (page.pixels.shape[1] > page.pixels.shape[0]) == (form.paper_mm[0] > form.paper_mm[1])
    best: Seen | None = None
    for turn in turns or ((0, 180, 90, 270) if lies else (90, 270, 0, 180)):
        with watch.stage("deskew"):
            level = straighten.levelled(grey, scale, turn, letter, small_dpi)
        if ink_share(level) < options.blank_ink / 4:
            return Seen(level, None, None, (), 0)
        if form.layout == "table":
            with watch.stage("grid"):
                upright, rows = grid.ruled_lines(level.ink)
                reach = grid.upright_reach(level.ink, upright)
                fit = tables.fitted_table(form, upright, rows, level.size, reach)
                width, height = level.size
                turned = None if reach is None else (height - reach[1], height - reach[0])
                over = tables.fitted_table(
                    form, width - upright[::-1], height - rows[::-1], level.size, turned
                )
            if fit is not None and (over is None or fit.share > over.share):
                return Seen(level, form, fit, (), 0)
        if engines.plate is not None and form.layout == "page":
            with watch.stage("plate"):
                told = told_by(engines.plate, level, form, letter)
            if told is not None:
                return Seen(level, form, *told, 0)
        with watch.stage("labels"):
            words = engines.labels.words(level.print_only, small_dpi)
            seen = _best_form(level, [form, *covers, *others], words, options)
        if seen.form is not None or seen.other:
            return seen
        if best is None or seen.words > best.words:
            best = seen
    assert best is not None
    return best


def ink_share(level: straighten.Level) -> float:
    """Share of a page's pixels that is ink, the scanner's bed and dark edges left out."""
    return float(level.marks.area[~edges_of(level.marks)].sum() / level.ink.size)


def _best_form(
    level: straighten.Level, forms: Sequence[Form], words: Sequence[Word], options: DigitizeOptions
) -> Seen:
    """The form whose print the words are: the book's own (the first of ``forms``), a cover, or another book's form,
    which is then only named in ``other``: sister forms share much of their print, so they are asked before a doubtful
    page counts as the book's own."""
    best = Seen(level, None, None, (), len(words))
    share = options.min_print
    for number, form in enumerate(forms):
        found = candidates(form.labels, words)
        fit = fitting.fitted(form, found, level.size)
        if fit is None or fit.share <= share:
            continue
        share = fit.share
        if number == 0 or form.layout == "cover":
            best = Seen(level, form, fit, found, len(words))
            if share > options.sure_print:
                break
            share += 0.1 if number == 0 else 0.0
        else:
            best = Seen(level, None, None, (), len(words), form.id)
    return best
