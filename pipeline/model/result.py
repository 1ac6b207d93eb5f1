"""What one run makes of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.model.geometry import Matrix
from pipeline.model.page import Frame, PageKind, PageRef, PlacedLabel, Quality, Stamp, TemplateView
from pipeline.model.reading import FieldReading


class Severity(StrEnum):
    BLOCK = "BLOCK"
    REVIEW = "REVIEW"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw or a doubt about data. Its sentence stands in ``schemas/findings.toml`` under ``code``."""

    code: str
    severity: Severity
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


HANDWRITTEN, UNSURE, NOT_READ = "READ-HAND", "READ-LOW", "READ-NONE"
REVIEW_REASONS = frozenset({HANDWRITTEN, UNSURE, NOT_READ})
"""Codes of the findings that routing adds: why a reading about which no rule complains waits for a person."""

LEFT_PAGE, RIGHT_PAGE = 101, 102
"""Rows of the entries of two facing pages: numbers that no other entry has. What people decided on a picture as long as
it was read as one page so never passes for a word on one of its halves."""


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One registered case on a page: ``row`` counts from 0 on the page. On one-entry forms it is 0; in a picture of two
    facing pages it is ``LEFT_PAGE`` or ``RIGHT_PAGE``."""

    row: int
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        """Whether the whole entry goes to the registry without a person."""
        return all(reading.accepted for reading in self.readings) and not any(
            finding.severity is not Severity.INFO for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class PageResult:
    """All that is known of a page after one run. ``matrix`` (3, 3) maps original to straightened pixels; ``turn`` is
    the clockwise quarter turn in degrees that set it upright; ``timings`` are CPU seconds a stage; ``hand_reader`` is
    whose evidence its handwriting carries (``Engines.hand_fingerprint``), ``""``: nobody's; ``ink_print``: where its
    ink lies, coarsely (``pipeline.imaging.perceptual_hash``); ``stamps``: what stands on its red layer; ``view``: what
    it teaches the plate of its book, where that was asked for."""

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
