"""The bodies of requests that the desk's scripts send; an unknown key is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.base.model import Box, FieldStatus
from pipeline.base.stages import Stage
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import DrawnRegion
from pipeline.web.context import RowId

Token = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
"""Equal for repeated sends of one submission."""

Seconds = Annotated[float, Field(ge=0, le=86_400)]

Pixel = Annotated[int, Field(ge=0, le=100_000)]

KeyableStatus = Literal[
    FieldStatus.READ, FieldStatus.BLANK, FieldStatus.ILLEGIBLE, FieldStatus.STRUCK_THROUGH
]
"""The statuses that a person may key; the other statuses are set by the machine."""


class Body(BaseModel):
    """The JSON body of a request; an undeclared key is an error."""

    model_config = ConfigDict(extra="forbid")


class NextTaskRequest(Body):
    """The query for the next task.

    Attributes:
        stage: Only tasks at this stage.
        book: Only tasks of this book.
        at_book: The book of the task on the screen, whose tasks come first.
        known: Tasks that the page already holds.
    """

    stage: Stage | None = None
    book: RowId | None = None
    at_book: RowId | None = None
    known: Annotated[list[RowId], Field(max_length=20)] = []


class NextColumnRequest(Body):
    """The query for the next column."""

    book: RowId
    field: str
    stage: Stage


class WantedPicture(Body):
    """The ink of a snippet; ``box``: left, top, right and bottom on the rectified page."""

    task: RowId
    box: tuple[Pixel, Pixel, Pixel, Pixel]


class PictureSheetRequest(Body):
    """The pictures of a screenful of a column."""

    pictures: Annotated[list[WantedPicture], Field(min_length=1, max_length=60)]


class Sentence(Body):
    """A reason, a question or an answer."""

    sentence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class AutocompleteRequest(Body):
    """The text typed into a field so far; ``task``: the leased task, whose book is searched for values."""

    task: RowId | None = None
    record: Annotated[str, Field(max_length=50)]
    field: Annotated[str, Field(max_length=100)]
    place: Annotated[str, Field(max_length=20)] = ""
    text: Annotated[str, Field(max_length=300)]


class SubmittedField(Body):
    """The keyed value of a field; ``kept``: the person confirmed an invalid text, or a blank where ink was seen."""

    field: Annotated[str, Field(max_length=100)]
    status: KeyableStatus
    text: Annotated[str, Field(max_length=1000)] = ""
    kept: bool = False

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.field, self.status, self.text)


class DeliveredRequest(SubmittedField):
    """A field whose delivered value is requested.

    Attributes:
        confirm: Index of the confirmed proposal, from 0.
        shown: The digest of the proposals that the person saw.
    """

    confirm: Annotated[int, Field(ge=0, le=20)] | None = None
    shown: Annotated[str, Field(max_length=16)] = ""


Pixels = Annotated[float, Field(ge=0, le=100_000)]


class RegionRequest(Body):
    """A region that a person drew for a field, in pixels of the page as shown.

    Attributes:
        version: The version of the task that was shown.
        mark: The fingerprint of the page's rectification.
    """

    field: Annotated[str, Field(max_length=100)]
    version: RowId
    mark: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    left: Pixels
    top: Pixels
    right: Pixels
    bottom: Pixels

    @property
    def drawn(self) -> DrawnRegion:
        """The region; its sides may have been drawn in any order."""
        across, down = sorted((self.left, self.right)), sorted((self.top, self.bottom))
        return DrawnRegion(self.field, Box(across[0], down[0], across[1], down[1]), self.version, self.mark)


class TaskSubmission(Body):
    """All fields of a task, keyed at once."""

    version: RowId
    token: Token
    seconds: Seconds = 0.0
    words: Annotated[list[SubmittedField], Field(min_length=1, max_length=200)]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(field.verdict for field in self.words)

    @property
    def kept(self) -> frozenset[str]:
        return frozenset(field.field for field in self.words if field.kept)


class TypedFields(Body):
    """The contents of a task's inputs before they are submitted."""

    words: Annotated[list[SubmittedField], Field(max_length=200)]


class SubmittedCell(SubmittedField):
    """The keyed value of a snippet in a column."""

    task: RowId
    version: RowId


class ColumnSubmission(Body):
    """A row of equal readings, or some of its snippets; ``record``: the record of the book."""

    token: Token
    seconds: Seconds = 0.0
    record: Annotated[str, Field(max_length=50)] = ""
    words: Annotated[list[SubmittedCell], Field(min_length=1, max_length=100)]
