"""Which form a page is and which way up it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.imaging import grid, straighten
from pipeline.locate import fit as fitting
from pipeline.locate import table as tables
from pipeline.locate.fit import Fit
from pipeline.locate.labels import Candidate, candidates
from pipeline.model import PageImage, Word
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a page in one orientation gave: how it lies and which form it is (``None``: none known)."""

    level: straighten.Level
    form: Form | None
    fit: Fit | None
    candidates: tuple[Candidate, ...]
    words: int


def dpi_of(page: PageImage, form: Form) -> float:
    """Pixels an inch, from the paper's size: what the file says of itself is often wrong."""
    long_side = max(page.pixels.shape[:2])
    return float(long_side / (max(form.paper_mm) / 25.4))


def recognised(
    page: PageImage,
    form: Form,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
    dpi: float,
    watch: Stopwatch,
) -> Seen:
    """The page looked at in the likeliest orientations until its printed labels are found."""
    scale = min(1.0, options.label_dpi / dpi)
    small_dpi = dpi * scale
    with watch.stage("quality"):
        grey = straighten.small_grey(page.pixels, scale)
    _, top, _, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * small_dpi
    covers = [other for other in schemas.forms.values() if other.layout == "cover"]
    lies = (page.pixels.shape[1] > page.pixels.shape[0]) == (form.paper_mm[0] > form.paper_mm[1])
    best: Seen | None = None
    for turn in (0, 180, 90, 270) if lies else (90, 270, 0, 180):
        with watch.stage("deskew"):
            level = straighten.levelled(grey, scale, turn, letter, small_dpi)
        if (level.ink > 0).mean() < options.blank_ink / 4:
            return Seen(level, None, None, (), 0)
        if form.layout == "table":
            with watch.stage("grid"):
                upright, rows = grid.ruled_lines(level.ink)
                fit = tables.fitted_table(form, upright, rows, level.size)
                width, height = level.size
                over = tables.fitted_table(form, width - upright[::-1], height - rows[::-1], level.size)
            if fit is not None and (over is None or fit.share > over.share):
                return Seen(level, form, fit, (), 0)
        with watch.stage("labels"):
            words = engines.labels.words(level.print_only, small_dpi)
            seen = _best_form(level, [*(() if form.table else (form,)), *covers], words, options)
        if seen.form is not None:
            return seen
        if best is None or seen.words > best.words:
            best = seen
    assert best is not None
    return best


def _best_form(
    level: straighten.Level, forms: Sequence[Form], words: Sequence[Word], options: DigitizeOptions
) -> Seen:
    best = Seen(level, None, None, (), len(words))
    share = options.min_print
    for form in forms:
        found = candidates(form.labels, words)
        fit = fitting.fitted(form, found, level.size)
        if fit is not None and fit.share > share:
            best, share = Seen(level, form, fit, found, len(words)), fit.share
            if share > 0.6:
                break
    return best
