"""Match form: find the declared form of a sheet, its orientation and its printed labels.

The orientations of the sheet are tried in turn. In each, the book's own form is matched by the quickest evidence first:
the learned template of the book, then the rules of a table, then the printed labels as the label engine reads them.
Labels are compared with all forms of which a sheet was seen, so that a page of another book is not taken for a page of
this book; an assumed layout is no evidence that a page belongs elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.model import Box, Word
from pipeline.declarations.schema import Form
from pipeline.digitize.normalize import NormalizedImage
from pipeline.digitize.orientations import deskewed_orientations
from pipeline.digitize.page_context import DigitizeOptions, PageContext
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.boxes import UNIT_SQUARE
from pipeline.layout.imaging.geometry.deskew import DeskewedPage
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.locate import form_fit, table_fit
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.form_likeness import have_same_labels, is_distinguished
from pipeline.layout.locate.label_matching import LabelCandidate, find_label_candidates
from pipeline.layout.locate.reworded_labels import find_reworded_labels
from pipeline.recognition.ocr import BlankForm

log = logging.getLogger(__name__)

CLEAR = 0.8
"""Confidence from which a printed word is clear. Of words on their side or upside down, fewer than one in eight are."""

FEWEST_CLEAR = 40
"""Number of clear words, being at least half of all words, that proves an orientation."""

MANY_LABELS = 12
"""Least number of labels of the book's own form on a page whose handwriting covers so much print that less than the
usual share of the print is read."""

OTHER_WORDS = 12
"""Number of printed words from which one half of a picture, next to a page of the form, is more than show-through."""

CLEAR_WORDS = 1 / 6
"""Least share of clear words in print. More than half of a page's words are clear, one in sixteen of the words that are
read in the grain of a table."""

FEWEST_COLUMNS = 6
"""Least number of columns of a table whose column widths alone identify a page in a book of another form."""

PRINTING_LEAD = 0.1
"""Lead in the share of print that another printing needs over the book's own form. An undecided page counts as the form
that the book was declared with."""

TEMPLATE_SHARE = 0.6
"""Least share of the form's printed text (by letters) in a match by the learned template."""


@dataclass(frozen=True, slots=True)
class FormMatch:
    """The match of a sheet in one orientation.

    Attributes:
        level: The sheet, deskewed in that orientation.
        form: The matched form: the book's own, another printing of that form, or a cover; ``None`` without a match.
        fit: The fit of that form on ``level``.
        words: Number of printed words.
        other: The form of another kind of book that matched instead.
        clear: Number of clear printed words.
    """

    level: DeskewedPage
    form: Form | None = None
    fit: FormFit | None = None
    candidates: tuple[LabelCandidate, ...] = ()
    words: int = 0
    other: str = ""
    clear: int = 0

    @property
    def is_upright(self) -> bool:
        """Whether clear print proves the orientation, whatever the form."""
        return self.clear >= FEWEST_CLEAR and 2 * self.clear >= self.words

    @property
    def is_sure(self) -> bool:
        """Whether the sheet is certainly a page in this orientation."""
        return self.form is not None or self.other != "" or self.is_upright

    @property
    def is_page(self) -> bool:
        """Whether the sheet is a page of some form or bears much print."""
        return self.is_sure or is_print(self.words, self.clear)


def is_print(words: int, clear: int) -> bool:
    """Return whether this number of words, with this number of clear words, is more than show-through."""
    return words >= OTHER_WORDS and clear >= CLEAR_WORDS * words


def match_form(image: NormalizedImage, context: PageContext, turns: Sequence[int] = ()) -> FormMatch:
    """Return the match of the first orientation that a form, another book's form or clear print decides.

    Args:
        turns: The quarter turns to try, clockwise in degrees and in that order; by default all four.

    Returns:
        The match; without a decision, the match of the orientation with the most clear words.
    """
    best: FormMatch | None = None
    for level in deskewed_orientations(image, context, turns):
        placed = _match_by_template(level, context)
        if placed is not None:
            return placed
        if level.ink_share < context.options.blank_ink / 4:
            log.debug("orientation %d°: no ink", level.turn)
            return FormMatch(level)
        match = _match_orientation(level, context)
        log.debug(
            "form %s, other form %s: %d labels found, share %.2f; %d words, %d clear",
            match.form.id if match.form else None,
            match.other or None,
            len(match.candidates),
            match.fit.share if match.fit else 0.0,
            match.words,
            match.clear,
        )
        if match.is_sure:
            return match
        if best is None or match.clear > best.clear:
            best = match
    assert best is not None
    return best


def _match_by_template(level: DeskewedPage, context: PageContext) -> FormMatch | None:
    """Match one orientation by the learned template of the book, if the book has one."""
    form, engines = context.form, context.engines
    if engines.template is None or form.layout != "page" or context.schemas.printings_of(form):
        return None
    with context.clock.stage("plate"):
        placed = match_template(engines.template, level, form, form.letter_height(level.dpi))
    return None if placed is None else FormMatch(level, form, *placed)


def _match_orientation(level: DeskewedPage, context: PageContext) -> FormMatch:
    """Match one orientation by rules, then by its printed labels."""
    form, engines, clock = context.form, context.engines, context.clock
    printings = context.schemas.printings_of(form)
    if form.layout == "table":
        with clock.stage("grid"):
            table = _match_tables((form, *printings), level)
        if table is not None:
            return table
    forms = context.schemas.forms.values()
    covers = [cover for cover in forms if cover.layout == "cover" and not cover.retired]
    rivals = rivals_of(form, forms)
    with clock.stage("labels"):
        words = engines.labels.words(level.print_only, level.dpi)
        own = _printing_of(level, form, printings, words)
        match = match_labels(level, [own, *covers, *rivals], words, context.options)
    if match.form is None and not match.other:
        with clock.stage("grid"):
            match = replace(match, other=_other_table(level, context))
    return match


def rivals_of(form: Form, forms: Iterable[Form]) -> list[Form]:
    """Return the other page forms in use of which a sheet was seen.

    Other printings of the form are left out, and so are forms with the same words: a copy is no evidence against the
    original.
    """
    return [
        rival
        for rival in forms
        if (rival.layout, rival.evidence, rival.retired) == ("page", "seen", False)
        and form.id not in (rival.id, rival.printing_of)
        and not have_same_labels(form, rival)
    ]


def _printing_of(level: DeskewedPage, form: Form, printings: Sequence[Form], words: Sequence[Word]) -> Form:
    """Return the printing of a form that a page shows: the form itself unless another printing fits clearly better."""
    if not printings or form.layout != "page":
        return form
    shares = {}
    for printing in (form, *printings):
        fit = form_fit.fit_form(printing, find_label_candidates(printing.labels, words), level.size)
        shares[printing.id] = 0.0 if fit is None else fit.share
    best = max(printings, key=lambda printing: shares[printing.id])
    log.debug("printings: %s", shares)
    return best if shares[best.id] >= shares[form.id] + PRINTING_LEAD else form


def _match_tables(forms: Sequence[Form], level: DeskewedPage) -> FormMatch | None:
    """Return the match with the first form, or with a later form whose columns fit the rules clearly better."""
    rules = find_table_rules(level)
    best: FormMatch | None = None
    for form in forms:
        fit = match_table(form, level, rules)
        if fit is None:
            continue
        lead = 0.0 if best is None or best.fit is None else best.fit.share + PRINTING_LEAD
        if best is None or fit.share >= lead:
            best = FormMatch(level, form, fit)
    return best


def _other_table(level: DeskewedPage, context: PageContext) -> str:
    """Return the id of another book's table form whose columns fit the rules of a page best, ``""`` without a fit."""
    own, rules = context.form, find_table_rules(level)
    best, share = "", 0.0
    for form in context.schemas.forms.values():
        if (
            form.table is None
            or form.retired
            or own.id in (form.id, form.printing_of)
            or len(form.table.columns) < FEWEST_COLUMNS
        ):
            continue
        fit = match_table(form, level, rules)
        if fit is not None and fit.share > share:
            best, share = form.id, fit.share
    return best


@dataclass(frozen=True, slots=True)
class TableRules:
    """The long rules of a deskewed page.

    Attributes:
        upright: The vertical rules.
        rows: The horizontal rules.
        extent: The y at which the vertical rules begin and end, if known.
    """

    upright: grid.RuleFamily
    rows: grid.RuleFamily
    extent: tuple[float, float] | None


def find_table_rules(level: DeskewedPage) -> TableRules:
    """Return the long rules of a deskewed page."""
    runs = grid.vertical_runs(level.ink)
    upright, rows = grid.find_rule_families(level.ink, runs)
    return TableRules(upright, rows, grid.vertical_extent(runs, upright))


def match_table(form: Form, level: DeskewedPage, rules: TableRules | None = None) -> FormFit | None:
    """Fit a table form to a deskewed page through its rules.

    Args:
        rules: The rules of the page; by default they are found here.

    Returns:
        The fit; ``None`` if the rules do not fit the form or fit better upside down.
    """
    rules = rules or find_table_rules(level)
    upright, rows, extent = rules.upright, rules.rows, rules.extent
    across, down = upright.without_perspective(upright.at, rows), rows.without_perspective(rows.at, upright)
    reach = (
        None
        if extent is None
        else (
            float(rows.without_perspective(extent[0], upright)),
            float(rows.without_perspective(extent[1], upright)),
        )
    )
    fit = table_fit.fit_table(form, across, down, level.size, reach)
    if fit is None:
        return None
    width, height = level.size
    turned = None if reach is None else (height - reach[1], height - reach[0])
    over = table_fit.fit_table(form, width - across[::-1], height - down[::-1], level.size, turned)
    if over is not None and fit.share <= over.share:
        return None
    (left, top), (right, bottom) = fit.to_pixels(0.0, 0.0), fit.to_pixels(1.0, 1.0)
    x, y = (
        upright.with_perspective(np.array([left, right]), rows),
        rows.with_perspective(np.array([top, bottom]), upright),
    )
    frame = grid.frame_corners(upright, rows, (float(x[0]), float(y[0]), float(x[1]), float(y[1])))
    return replace(fit, matrix=warp.homography(UNIT_SQUARE, frame))


def match_template(
    template: BlankForm, level: DeskewedPage, form: Form, letter: float
) -> tuple[FormFit, tuple[LabelCandidate, ...]] | None:
    """Fit the form to a deskewed page through the labels that the learned template of its book finds.

    Args:
        template: The template learned from earlier pages of the book.
        letter: Height of printed letters in pixels.

    Returns:
        The fit and the labels; ``None`` if the template finds too few labels.
    """
    candidates = tuple(
        LabelCandidate(
            label.number,
            Box(label.left, label.baseline - 0.95 * letter, label.right, label.baseline + 0.3 * letter),
            label.baseline,
            0.7 + 0.3 * label.likeness,
            loose=False,
            learnt=True,
        )
        for label in template.find_labels(level.normalized, level.dpi)
    )
    fit = form_fit.fit_form(form, candidates, level.size) if candidates else None
    return (fit, candidates) if fit is not None and fit.share >= TEMPLATE_SHARE else None


def count_clear(words: Sequence[Word]) -> int:
    """Return the number of clear words."""
    return sum(word.confidence > CLEAR for word in words)


def match_labels(
    level: DeskewedPage, forms: Sequence[Form], words: Sequence[Word], options: DigitizeOptions
) -> FormMatch:
    """Match the printed words of a page with the labels of forms.

    Similar forms share much of their print, so that all forms are compared before a doubtful page counts as the book's
    own.

    Args:
        forms: The book's own form first, then covers, then the forms of other books.
        options: The least shares of print.

    Returns:
        The match with the book's own form or a cover; ``other`` names a form of another book.
    """
    best = FormMatch(level, words=len(words), clear=count_clear(words))
    share = options.min_print
    own: FormMatch | None = None
    rivals = []
    for number, form in enumerate(forms):
        candidates = find_label_candidates(form.labels, words)
        fit = form_fit.fit_form(form, candidates, level.size)
        if fit is None:
            continue
        if number:
            rivals.append((form, fit))
        elif options.hidden_print <= fit.share <= share and len(fit.labels) >= MANY_LABELS:
            own = FormMatch(level, form, fit, candidates, len(words))
        if fit.share <= share:
            continue
        share = fit.share
        if number == 0 or form.layout == "cover":
            best = FormMatch(level, form, fit, candidates, len(words))
            if share > options.sure_print:
                break
            share += 0.1 if number == 0 else 0.0
        else:
            best = FormMatch(level, words=len(words), other=form.id)
    if best.form is not None or best.other or own is None or own.form is None or own.fit is None:
        return _with_reworded(best, words)
    return (
        _with_reworded(own, words) if all(is_distinguished(own.form, own.fit, *o) for o in rivals) else best
    )


def _with_reworded(match: FormMatch, words: Sequence[Word]) -> FormMatch:
    """Return the match with the reworded labels of the page among its candidates."""
    if match.form is None or match.fit is None or match.form.layout != "page":
        return match
    reworded = find_reworded_labels(match.form, match.fit, words)
    return replace(match, candidates=(*match.candidates, *reworded))
