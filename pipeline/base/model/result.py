"""The result of a run for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.base.model.geometry import Matrix
from pipeline.base.model.page import Frame, PageKind, PageRef, PlacedLabel, Quality, Stamp, TemplateView
from pipeline.base.model.reading import FieldReading, KeptRegion


class Severity(StrEnum):
    """The severity of a finding."""

    BLOCK = "BLOCK"
    REVIEW = "REVIEW"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw or a doubt about data.

    Attributes:
        code: The kind of flaw; its sentence is in ``schemas/findings.toml``.
        severity: Whether it blocks delivery, sends the fields to a person, or only informs.
        details: The values that complete the sentence.
    """

    code: str
    severity: Severity
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


HANDWRITTEN, UNSURE, NOT_READ = "READ-HAND", "READ-LOW", "READ-NONE"
TO_COPY = "READ-ACT"
"""The finding of a field in a running-text act, which a person copies from the image."""

CUT_SHORT = "INK-CUT"
"""The finding of a value whose writing may continue beyond the cut."""

LABEL_UNREAD = "LABEL-UNREAD"
"""The finding of a blank whose printed label was not read, so that it may be another place."""

BLANK_ALONE = "BLANK-ALONE"
"""The finding of a blank number, page or day that most other entries of the book have."""

PAGE_ORDER = "PAGE-ORDER"
"""The finding of a page number that contradicts the pages before and after it."""

NUMBER_ORDER = "NUMBER-ORDER"
"""The finding of a printed number that the book's order chose among the readings of its ink."""

SIGNER_BOOK = "SIGNER-BOOK"
"""The finding of an unreadable signer who was replaced by the book's officer with the best ink fit."""

BY_ENTRY = "ENTRY-SAYS"
"""The finding with the reason why an entry's other fields changed a reading or made it much surer."""

AGAINST_ENTRY = "ENTRY-OTHERWISE"
"""The finding of a clear reading that contradicts what the entry's other fields let expect."""

AGAINST_BOOK = "BOOK-OTHERWISE"
"""The finding of a clear reading that contradicts what the book's order lets expect."""

STAMP_BOOK = "STAMP-BOOK"
"""The finding of a stamp whose text is read on all pages of the book with the same stamp together."""

ACT_CONTINUED = "ACT-CONTINUED"
"""Code of the finding that above an act stands the end of an act of the page before."""

COPY_AGREES = "COPY-AGREES"
"""The finding of values that both copies of a ledger kept twice say alike."""

COPY_DIFFERS = "COPY-DIFFERS"
"""Code of the finding that the second copy of the ledger clearly has another value."""

STAMPED = "STAMP"
"""The finding with the kind of a stamp on a field."""

TEXT_END = "TEXT-END"
"""The finding of a value that is the end of a more frequent value of the book."""

REVIEW_REASONS = frozenset({HANDWRITTEN, UNSURE, NOT_READ, TO_COPY})
"""Codes of the findings that routing adds: the reasons why a reading without a rule's finding waits for a person."""

INK_LEFT = "INK-LEFT"
"""The finding of a value with ink beside its lines, or ink that no letter of its reading explains."""

INK_TOUCHES = "INK-TOUCHES"
"""The finding of a value that other ink touches."""

CONFIRMABLE = frozenset({HANDWRITTEN, UNSURE, INK_TOUCHES})
"""Codes of doubts that people's decisions on other entries of the book resolve."""

LEFT_PAGE, RIGHT_PAGE = 101, 102
"""Rows of the entries on two facing pages; no other entry has these numbers. Decisions on an image read as one page
therefore never count for one of its halves."""

LEFT_ROWS, RIGHT_ROWS = 201, 601
"""First rows of two facing pages that each hold their own table."""

FIRST_TYPED_ROW = 1001
"""First row of typed entries: a person added them to their page, and no form has as many rows."""


def facing_side(row: int) -> int | None:
    """Return the facing page of an entry: 0 left, 1 right; None: its image shows a single page."""
    if row in (LEFT_PAGE, RIGHT_PAGE):
        return row - LEFT_PAGE
    return None if row < LEFT_ROWS or row >= FIRST_TYPED_ROW else int(row >= RIGHT_ROWS)


@dataclass(frozen=True, slots=True)
class EntryResult:
    """A registered case on a page.

    Attributes:
        row: Its row on the page, from 0; on one-entry forms 0, in an image of two facing pages ``LEFT_PAGE`` or
            ``RIGHT_PAGE``, in an image of two facing tables from ``LEFT_ROWS`` or ``RIGHT_ROWS``.
        regions: Its field regions, kept for weighing them again.
        flaws: Its findings about the page as a whole, and about stamps on its fields.
    """

    row: int
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    regions: tuple[KeptRegion, ...] = field(default=(), compare=False, repr=False)
    flaws: tuple[Finding, ...] = field(default=(), compare=False, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the whole entry enters the registry without a person."""
        return all(reading.accepted for reading in self.readings) and not any(
            finding.severity is not Severity.INFO for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class PageResult:
    """All results for a page after a run.

    Attributes:
        kind: Whether it holds entries, is a cover, blank, or of unknown form.
        size: Width and height of the rectified page in pixels.
        matrix: From the original to the rectified page, (3, 3).
        turn: The quarter turn that makes it upright, in degrees clockwise.
        skew: Its remaining skew, in degrees.
        frame: The printed frame, if the form is known.
        findings: Flaws and doubts about the page as a whole.
        timings: CPU seconds by stage.
        hand_reader: Fingerprint of the reader behind its handwriting evidence (``Engines.hand_fingerprint``); ``""``:
            none.
        ink_print: A coarse map of its ink (``pipeline.layout.imaging.perceptual_hash``).
        view: Training input for its book's template, if requested.
    """

    ref: PageRef
    kind: PageKind
    form: str
    size: tuple[int, int]
    matrix: Matrix
    turn: int
    skew: float
    quality: Quality
    frame: Frame | None
    labels: tuple[PlacedLabel, ...]
    entries: tuple[EntryResult, ...]
    findings: tuple[Finding, ...]
    timings: Mapping[str, float]
    hand_reader: str = ""
    ink_print: str = ""
    stamps: tuple[Stamp, ...] = ()
    view: TemplateView | None = field(default=None, compare=False, repr=False)
