"""The values that travel between stages: frozen, without behaviour that needs a service.

Pixels are ``uint8`` arrays, rows first: ``(height, width, 3)`` RGB or ``(height, width)`` grey, 255 = paper.
Boxes are in pixels of the image they speak of, x to the right, y down; shares (``u``, ``v``) are fractions of
the frame's width and height.
"""

from pipeline.model.geometry import Box, Matrix, Pixels
from pipeline.model.page import (
    FoundLabel,
    Frame,
    Ledger,
    PageImage,
    PageKind,
    PageRef,
    PlacedLabel,
    PlacedPiece,
    Quality,
    Stamp,
    StampKind,
    TemplateLabel,
    TemplateView,
    Word,
)
from pipeline.model.reading import (
    WITHOUT_INK,
    Crop,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    LineReading,
    Writing,
)
from pipeline.model.result import (
    CUT_SHORT,
    HANDWRITTEN,
    LABEL_UNREAD,
    LEFT_PAGE,
    NOT_READ,
    REVIEW_REASONS,
    RIGHT_PAGE,
    UNSURE,
    EntryResult,
    Finding,
    PageResult,
    Severity,
)

__all__ = [
    "Box",
    "CUT_SHORT",
    "Crop",
    "EntryResult",
    "Evidence",
    "FieldReading",
    "FieldStatus",
    "Finding",
    "FoundLabel",
    "Frame",
    "HANDWRITTEN",
    "Hypothesis",
    "LABEL_UNREAD",
    "LEFT_PAGE",
    "Ledger",
    "LineReading",
    "Matrix",
    "NOT_READ",
    "PageImage",
    "PageKind",
    "PageRef",
    "PageResult",
    "Pixels",
    "PlacedLabel",
    "PlacedPiece",
    "TemplateLabel",
    "TemplateView",
    "Quality",
    "REVIEW_REASONS",
    "RIGHT_PAGE",
    "Severity",
    "Stamp",
    "StampKind",
    "UNSURE",
    "WITHOUT_INK",
    "Word",
    "Writing",
]
