"""Guidelines beside a field: how an office keys it, with examples cut from its own pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.base.model import PageRef
from pipeline.registry.model.data_entry import Corners

MOST_LETTERS = 4000
"""Letters of one guideline."""

MOST_CAPTION = 300
"""Letters below one example."""

MOST_EXAMPLES = 12
"""Examples of one guideline."""


@dataclass(frozen=True, slots=True)
class GuidedField:
    """What a guideline is for. ``form``: the form of the book; ``""``: every form."""

    record: str
    field: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class GuidelineExample:
    """A picture that shows how a field is keyed.

    Attributes:
        number: Its place in the guideline, from 0.
    """

    number: int
    book_id: int
    ref: PageRef
    corners: Corners
    caption: str


@dataclass(frozen=True, slots=True)
class Guideline:
    """One version of the guideline of a field.

    Attributes:
        guideline_id: The number of this version.
        version: How many versions there were up to it.
        examples: The examples that this person may see and whose page stands.
        author: Who wrote this version.
    """

    guideline_id: int
    guided: GuidedField
    version: int
    text: str
    examples: tuple[GuidelineExample, ...]
    author: str
    written_at: datetime
