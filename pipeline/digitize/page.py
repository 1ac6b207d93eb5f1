"""One page in, one result out: the stages of a page, each entered once.

``digitize_page`` reads from top to bottom: normalize, detect sheets and match their form, rectify, segment, recognize,
parse, validate, route. A picture of an open book is a loop around the same stages, once a sheet.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.base.model import (
    Box,
    Finding,
    Ledger,
    PageImage,
    PageKind,
    PageResult,
    Severity,
)
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize.act_page import read_act
from pipeline.digitize.context import DigitizeOptions, PageContext, StageClock
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.match import FormMatch
from pipeline.digitize.merge_spread import merge_spread
from pipeline.digitize.normalize import assess_quality, ink_share, normalize
from pipeline.digitize.recognize import recognize
from pipeline.digitize.rectify import RectifiedPage, rectify, template_view
from pipeline.digitize.segment import segment
from pipeline.digitize.sheets import Sheet, detect_sheets
from pipeline.digitize.stamp_kinds import stamp_findings, stamps_by_words
from pipeline.digitize.totals import is_total
from pipeline.layout.imaging import perceptual_hash
from pipeline.layout.locate.placed_labels import place_labels
from pipeline.recognition.ocr import Engines

log = logging.getLogger(__name__)

MORE_PAGES = "PAGE-HALF"
"""The finding of a picture that seems to show more pages than were read."""

NO_ENTRIES = "ROWS-NO-ENTRY"
"""The finding of a table between whose entries rows stand that are none: headings, totals carried over."""


def digitize_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions = DigitizeOptions(),
) -> PageResult:
    """Return everything that can be known of one page.

    Args:
        page: The decoded page, RGB (h, w, 3).
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
        engines: What recognizes labels, print and handwriting.
        options: Thresholds and resolutions of the stages.

    Returns:
        The result; a page that is none of the form has no entries and says so in its kind and findings.

    Raises:
        ScanError: A kind of it, for what the machine cannot do.
    """
    options = replace(options, routing=options.routing.for_reader(engines.hand_fingerprint))
    context = PageContext(form, ledger, schemas, engines, options, StageClock())
    log.info("page %d of scan %.12s, form %s", page.ref.page_no, page.ref.scan_sha256, form.id)
    picture = normalize(page, context)
    if form.layout == "act":
        return read_act(picture, context)
    detected = detect_sheets(picture, context)
    doubts = (Finding(MORE_PAGES, Severity.REVIEW),) if detected.is_doubtful else ()
    if not detected.is_spread:
        (sheet,) = detected.sheets
        return _digitize_sheet(sheet, doubts, context)
    results = [
        _digitize_sheet(sheet, doubts, replace(context, clock=StageClock())) for sheet in detected.sheets
    ]
    read_by = {result.form for result in results if result.kind is PageKind.ENTRIES}
    read_by_form = read_by.pop() if len(read_by) == 1 else form.id
    merged = merge_spread(results, detected, picture, read_by_form, is_table=form.table is not None)
    return replace(merged, timings=dict(Counter(context.clock.seconds) + Counter(merged.timings)))


def _digitize_sheet(sheet: Sheet, doubts: Sequence[Finding], context: PageContext) -> PageResult:
    """Take one sheet through the stages after its form was matched.

    Args:
        sheet: The sheet with its form.
        doubts: Findings of the picture as a whole.
        context: What the page is read with.
    """
    match, clock = sheet.match, context.clock
    has_printings = bool(context.schemas.printings_of(context.form))
    quality, flaws = assess_quality(sheet.image, match.form, match.fit, match.level, context)
    flaws = (*flaws, *doubts)
    result = PageResult(
        ref=sheet.image.page.ref,
        kind=PageKind.UNKNOWN,
        form=context.form.id,
        size=sheet.image.size,
        matrix=match.level.matrix,
        turn=match.level.turn,
        skew=match.level.skew,
        quality=quality,
        frame=None,
        labels=(),
        entries=(),
        findings=tuple(replace(flaw, severity=Severity.INFO) for flaw in flaws),
        timings=clock.seconds,
        hand_reader=context.engines.hand_fingerprint,
    )
    if match.form is None or match.fit is None:
        return _without_form(result, match, context.options)
    if match.form.layout == "cover":
        labels = place_labels(match.form, match.fit)
        findings = (*doubts, *(flaw for flaw in result.findings if flaw.code != MORE_PAGES))
        log.info("a cover: %s", match.form.id)
        return replace(result, kind=PageKind.COVER, form=match.form.id, labels=labels, findings=findings)
    context = replace(context, form=match.form)
    result = replace(result, form=match.form.id)
    with clock.stage("straighten"):
        page = rectify(sheet.image, match, context)
    with clock.stage("fields"):
        regions = segment(page, context)
    of_entries = [region for region in regions if region.is_entry]
    recognized = recognize(of_entries, page, context)
    if context.form.table is not None:
        recognized = tuple(entry for entry in recognized if not is_total(entry))
    if others := len(regions) - len(recognized):
        rows = Finding(NO_ENTRIES, Severity.INFO, (), {"rows": str(others)})
        result = replace(result, findings=(*result.findings, rows))
    with clock.stage("rules"):
        judge = EntryJudge(context.form, context.ledger, context.schemas, context.options.routing)
        stamps = stamps_by_words(page.stamps, recognized, context.record, context.schemas)
        entries = tuple(judge.entry(entry, (*flaws, *stamp_findings(entry, stamps))) for entry in recognized)
    is_teaching = context.options.teach and context.form.layout == "page" and not has_printings
    return replace(
        result,
        kind=PageKind.ENTRIES,
        size=(page.normalized.shape[1], page.normalized.shape[0]),
        matrix=page.matrix,
        frame=page.frame,
        labels=page.labels,
        entries=entries,
        timings=dict(clock.seconds),
        ink_print=_ink_print(page),
        stamps=stamps,
        view=template_view(page, context.form) if is_teaching else None,
    )


def _without_form(result: PageResult, match: FormMatch, options: DigitizeOptions) -> PageResult:
    """Return the result of a page that is none of the form: an empty one, or one that a person has to look at."""
    share = ink_share(match.level)
    if share < options.blank_ink:
        log.info("a blank page: ink share %.5f below %.5f", share, options.blank_ink)
        finding = Finding("PAGE-BLANK", Severity.INFO, (), {"ink": f"{share:.5f}"})
        return replace(result, kind=PageKind.BLANK, findings=(finding,))
    log.info("no page of the form: %d printed words, other form %s", match.words, match.other or None)
    finding = Finding("PAGE-FORM", Severity.REVIEW, (), {"words": str(match.words), "form": match.other})
    # pixels an inch follow from the form's paper, and this is the paper of another one
    findings = (flaw for flaw in result.findings if flaw.code != "SCAN-COARSE")
    return replace(result, findings=(finding, *findings))


def _ink_print(page: RectifiedPage) -> str:
    left, top = page.frame.corners.min(axis=0)
    right, bottom = page.frame.corners.max(axis=0)
    frame = Box(float(left), float(top), float(right), float(bottom))
    return perceptual_hash.ink_print(page.ink, frame, [label.box for label in page.labels])
