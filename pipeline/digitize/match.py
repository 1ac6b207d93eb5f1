"""Match form: which of the declared forms a sheet is, which way up it lies, and where its printed labels are.

The orientations of the sheet are tried in turn. In each, the book's own form is looked for by the quickest evidence
first: the rules of a table, then the learned template of the book, then the printed labels as the label engine reads
them. Labels are compared with all forms of which a sheet was seen, so that a page of another book is not taken for one
of this book; an assumed layout is no evidence that a page belongs elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.model import Box, Word
from pipeline.declarations.schema import Form
from pipeline.digitize.context import DigitizeOptions, PageContext
from pipeline.digitize.normalize import NormalizedImage, deskewed_orientations, ink_share, letter_height
from pipeline.layout.imaging.geometry import warp
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
"""The confidence of a printed word that is clear. On its side or upside down hardly one word in eight has it."""

FEWEST_CLEAR = 40
"""From how many clear words on, half of all, a page cannot lie otherwise."""

MANY_LABELS = 12
"""How many labels of the book's own form are found at least where handwriting runs over so much of its print that less
of that is found than is usually asked."""

OTHER_WORDS = 12
"""From how many printed words on, one half of a picture whose other half is a page of the form is more than what shows
through or lies beside it."""

CLEAR_WORDS = 1 / 6
"""What share of them is clear at least: more than half of a page's are, one in sixteen of those that the grain of a
table is taken for."""

FEWEST_COLUMNS = 6
"""Columns that a table has at least whose widths alone tell that a page of a book of another form is of it."""

PRINTING_LEAD = 0.1
"""How much more of its print another printing of the book's form has to show than that form itself: a page that may be
of either is one of the form that the book was declared with."""

TEMPLATE_SHARE = 0.6
"""The share of the form's printed text (by letters) that a learned template must find to be believed."""


@dataclass(frozen=True, slots=True)
class FormMatch:
    """What matching a sheet in one orientation gave.

    Attributes:
        level: The sheet, deskewed in that orientation.
        form: The form that matched: the book's own, another printing of it, or a cover; ``None`` where none did.
        fit: How that form lies on ``level``.
        candidates: Where its labels were found.
        words: How many printed words were read.
        other: The form of another kind of book that matched instead.
        clear: How many of the words are clear.
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
        """Whether so much print is clear that the page cannot lie otherwise, whatever its form."""
        return self.clear >= FEWEST_CLEAR and 2 * self.clear >= self.words

    @property
    def is_sure(self) -> bool:
        """Whether it can only be a page that lies this way."""
        return self.form is not None or self.other != "" or self.is_upright

    @property
    def is_page(self) -> bool:
        """Whether what was looked at is a page of some form or bears much print."""
        return self.is_sure or is_print(self.words, self.clear)


def is_print(words: int, clear: int) -> bool:
    """Return whether so many words, so many of them clear, are more than what shows through or lies next to a page."""
    return words >= OTHER_WORDS and clear >= CLEAR_WORDS * words


def match_form(image: NormalizedImage, context: PageContext, turns: Sequence[int] = ()) -> FormMatch:
    """Return the match of the first orientation that is decided: by a form, another book's form, or clear print.

    Args:
        image: The sheet.
        context: What the page is read with.
        turns: The quarter turns to try, clockwise in degrees and in that order; by default all four.

    Returns:
        The match; where no orientation is decided, the one with the most clear words.
    """
    best: FormMatch | None = None
    for level in deskewed_orientations(image, context, turns):
        placed = _match_by_template(level, context)
        if placed is not None:
            return placed
        if ink_share(level) < context.options.blank_ink / 4:
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
    """Match one orientation by the learned template of the book, where there is one."""
    form, engines = context.form, context.engines
    if engines.template is None or form.layout != "page" or context.schemas.printings_of(form):
        return None
    with context.clock.stage("plate"):
        found = match_template(engines.template, level, form, letter_height(form, level.dpi))
    return None if found is None else FormMatch(level, form, *found)


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
    covers = [other for other in forms if other.layout == "cover" and not other.retired]
    others = rivals_of(form, forms)
    with clock.stage("labels"):
        words = engines.labels.words(level.print_only, level.dpi)
        own = _printing_of(level, form, printings, words)
        match = match_labels(level, [own, *covers, *others], words, context.options)
    if match.form is None and not match.other:
        with clock.stage("grid"):
            match = replace(match, other=_other_table(level, context))
    return match


def rivals_of(form: Form, forms: Iterable[Form]) -> list[Form]:
    """Return the forms that a page of a book may be of instead: those in use of a page that was seen.

    Other printings of the form are none, nor is what prints the same words: a copy is no evidence against the original.
    """
    return [
        one
        for one in forms
        if (one.layout, one.evidence, one.retired) == ("page", "seen", False)
        and form.id not in (one.id, one.printing_of)
        and not have_same_labels(form, one)
    ]


def _printing_of(level: DeskewedPage, form: Form, printings: Sequence[Form], words: Sequence[Word]) -> Form:
    """Return the printing of a form that a page shows: the form itself unless another one is clearly more like it."""
    if not printings or form.layout != "page":
        return form
    shares = {}
    for one in (form, *printings):
        fit = form_fit.fit_form(one, find_label_candidates(one.labels, words), level.size)
        shares[one.id] = 0.0 if fit is None else fit.share
    best = max(printings, key=lambda one: shares[one.id])
    log.debug("printings: %s", shares)
    return best if shares[best.id] >= shares[form.id] + PRINTING_LEAD else form


def _match_tables(forms: Sequence[Form], level: DeskewedPage) -> FormMatch | None:
    """Return the match with the first form, or with another one whose columns the rules show clearly better."""
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
    """Return the table form of another book whose columns the rules of a page show best, ``""`` where none does."""
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
        upright: The vertical ones.
        rows: The horizontal ones.
        extent: The y from which to which the vertical ones run, where it is known.
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
        form: The form.
        level: The page.
        rules: Its rules, where they are known.

    Returns:
        The fit; ``None`` where the rules are not those of the form, or fit it better upside down.
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
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    frame = grid.frame_corners(upright, rows, (float(x[0]), float(y[0]), float(x[1]), float(y[1])))
    return replace(fit, matrix=warp.homography(unit, frame))


def match_template(
    template: BlankForm, level: DeskewedPage, form: Form, letter: float
) -> tuple[FormFit, tuple[LabelCandidate, ...]] | None:
    """Fit the form to a deskewed page through the labels that the learned template of its book finds there.

    Args:
        template: The template that earlier pages of the book have taught.
        level: The page.
        form: The form of the book.
        letter: The height of its printed letters in pixels.

    Returns:
        The fit and the labels; ``None`` where the template finds too little.
    """
    found = tuple(
        LabelCandidate(
            one.number,
            Box(one.left, one.baseline - 0.95 * letter, one.right, one.baseline + 0.3 * letter),
            one.baseline,
            0.7 + 0.3 * one.likeness,
            loose=False,
            learnt=True,
        )
        for one in template.find_labels(level.normalized, level.dpi)
    )
    fit = form_fit.fit_form(form, found, level.size) if found else None
    return (fit, found) if fit is not None and fit.share >= TEMPLATE_SHARE else None


def count_clear(words: Sequence[Word]) -> int:
    """Return how many of the words are clear."""
    return sum(word.confidence > CLEAR for word in words)


def match_labels(
    level: DeskewedPage, forms: Sequence[Form], words: Sequence[Word], options: DigitizeOptions
) -> FormMatch:
    """Match the printed words of a page with the labels of forms.

    Similar forms share much of their print, so that all are asked before a doubtful page counts as the book's own.

    Args:
        level: The deskewed page.
        forms: The book's own form first, then covers, then the forms of other books.
        words: The printed words that were read.
        options: How much of a form's print must be found.

    Returns:
        The match with the book's own form or a cover; a form of another book is only named in ``other``.
    """
    best = FormMatch(level, words=len(words), clear=count_clear(words))
    share = options.min_print
    own: FormMatch | None = None
    others = []
    for number, form in enumerate(forms):
        found = find_label_candidates(form.labels, words)
        fit = form_fit.fit_form(form, found, level.size)
        if fit is None:
            continue
        if number:
            others.append((form, fit))
        elif options.hidden_print <= fit.share <= share and len(fit.found) >= MANY_LABELS:
            own = FormMatch(level, form, fit, found, len(words))
        if fit.share <= share:
            continue
        share = fit.share
        if number == 0 or form.layout == "cover":
            best = FormMatch(level, form, fit, found, len(words))
            if share > options.sure_print:
                break
            share += 0.1 if number == 0 else 0.0
        else:
            best = FormMatch(level, words=len(words), other=form.id)
    if best.form is not None or best.other or own is None or own.form is None or own.fit is None:
        return _with_reworded(best, words)
    return (
        _with_reworded(own, words) if all(is_distinguished(own.form, own.fit, *o) for o in others) else best
    )


def _with_reworded(match: FormMatch, words: Sequence[Word]) -> FormMatch:
    """Return the match of a page with the labels that its press words otherwise among the candidates."""
    if match.form is None or match.fit is None or match.form.layout != "page":
        return match
    reworded = find_reworded_labels(match.form, match.fit, words)
    return replace(match, candidates=(*match.candidates, *reworded))
