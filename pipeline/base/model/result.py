"""What one run makes of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.base.model.geometry import Matrix
from pipeline.base.model.page import Frame, PageKind, PageRef, PlacedLabel, Quality, Stamp, TemplateView
from pipeline.base.model.reading import FieldReading, KeptRegion


class Severity(StrEnum):
    """How grave a finding is."""

    BLOCK = "BLOCK"
    REVIEW = "REVIEW"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw or a doubt about data.

    Attributes:
        code: What is wrong; its sentence is in ``schemas/findings.toml``.
        severity: Whether it blocks delivery, sends the fields to a person, or only informs.
        fields: The fields it is about.
        details: What the sentence is completed by.
    """

    code: str
    severity: Severity
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


HANDWRITTEN, UNSURE, NOT_READ = "READ-HAND", "READ-LOW", "READ-NONE"
TO_COPY = "READ-ACT"
"""The finding of a field of an act in running text, which a person copies from the picture."""

CUT_SHORT = "INK-CUT"
"""The finding of a value whose writing may go on where it was cut."""

LABEL_UNREAD = "LABEL-UNREAD"
"""The finding of a blank beside which its printed label was not read, so that it may be another place."""

BLANK_ALONE = "BLANK-ALONE"
"""The finding of a blank number, page or day that most other entries of the book have."""

PAGE_ORDER = "PAGE-ORDER"
"""The finding of a page that the pages before and behind it contradict."""

NUMBER_ORDER = "NUMBER-ORDER"
"""The finding of a printed number that the order of the book chose among what its readers made of the ink."""

SIGNER_BOOK = "SIGNER-BOOK"
"""The finding of a signer who cannot be read and is the officer of the book that the ink fits best."""

STAMPED = "STAMP"
"""The finding that tells what kind of stamp lies on a field."""

TEXT_END = "TEXT-END"
"""The finding of a value that is the end of another one that the book has more often."""

REVIEW_REASONS = frozenset({HANDWRITTEN, UNSURE, NOT_READ, TO_COPY})
"""Codes of the findings that routing adds: why a reading about which no rule complains waits for a person."""

INK_TOUCHES = "INK-TOUCHES"
"""The finding of a value that other ink touches."""

CONFIRMABLE = frozenset({HANDWRITTEN, UNSURE, INK_TOUCHES})
"""Codes of doubts that what people decided on other entries of the book answers."""

LEFT_PAGE, RIGHT_PAGE = 101, 102
"""Rows of the entries of two facing pages: numbers that no other entry has. What people decided on a picture as long as
it was read as one page so never passes for a word on one of its halves."""

LEFT_ROWS, RIGHT_ROWS = 201, 601
"""Where the rows of two facing pages begin each of which holds a table of its own."""

FIRST_TYPED_ROW = 1001
"""The rows of typed entries begin here: a person added them to their page, and no form has as many."""


def facing_side(row: int) -> int | None:
    """Return on which of two facing pages an entry stands: 0 left, 1 right; None: its picture shows one page."""
    if row in (LEFT_PAGE, RIGHT_PAGE):
        return row - LEFT_PAGE
    return None if row < LEFT_ROWS or row >= FIRST_TYPED_ROW else int(row >= RIGHT_ROWS)


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One registered case on a page.

    Attributes:
        row: Its row on the page, from 0; on one-entry forms 0, in a picture of two facing pages ``LEFT_PAGE`` or
            ``RIGHT_PAGE``, in one of two facing tables from ``LEFT_ROWS`` or ``RIGHT_ROWS``.
        readings: What was read, a field each.
        findings: What is wrong or doubtful.
        regions: Its field regions, kept to be weighed again.
        flaws: Those of the findings that are of the page as a whole, and what stamps lie on the fields.
    """

    row: int
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    regions: tuple[KeptRegion, ...] = field(default=(), compare=False, repr=False)
    flaws: tuple[Finding, ...] = field(default=(), compare=False, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the whole entry goes to the registry without a person."""
        return all(reading.accepted for reading in self.readings) and not any(
            finding.severity is not Severity.INFO for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class PageResult:
    """All that is known of a page after one run.

    Attributes:
        ref: Which page it is.
        kind: Whether it holds entries, is a cover, blank, or of no known form.
        form: The form of the page.
        size: Width and height of the rectified page in pixels.
        matrix: From the original to the rectified page, (3, 3).
        turn: The quarter turn that set it upright, in degrees clockwise.
        skew: How far it was skewed then, in degrees.
        quality: How usable the picture is.
        frame: The printed frame, where the form is known.
        labels: Where the printed labels are.
        entries: The entries.
        findings: What is wrong or doubtful about the page as a whole.
        timings: CPU seconds by stage.
        hand_reader: Whose evidence its handwriting carries (``Engines.hand_fingerprint``); ``""``: nobody's.
        ink_print: Where its ink lies, coarsely (``pipeline.layout.imaging.perceptual_hash``).
        stamps: The stamps of its red layer.
        view: What the template of its book learns from it, where that was asked for.
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
