"""People's words as the desk's scripts send them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.model import FieldStatus
from pipeline.registry import Verdict
from pipeline.review.numbers import RowId

Token = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Said = Literal[
    FieldStatus.READ, FieldStatus.BLANK, FieldStatus.ILLEGIBLE, FieldStatus.STRUCK_THROUGH
]  # what a person may say; the other states are the machine's


class Word(BaseModel):
    """One person's word on one field."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, Field(max_length=100)]
    status: Said
    text: Annotated[str, Field(max_length=1000)] = ""

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.field, self.status, self.text)


class Words(BaseModel):
    """All words of a task at once. ``token``: the same for the same words sent again."""

    model_config = ConfigDict(extra="forbid")

    version: RowId
    token: Token
    seconds: Seconds = 0.0
    words: Annotated[list[Word], Field(min_length=1, max_length=200)]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(word.verdict for word in self.words)


class ColumnWord(Word):
    """A word on the field of one snippet."""

    task: RowId
    version: RowId


class ColumnWords(BaseModel):
    """The words of a row of like snippets, or of one of them."""

    model_config = ConfigDict(extra="forbid")

    token: Token
    seconds: Seconds = 0.0
    words: Annotated[list[ColumnWord], Field(min_length=1, max_length=100)]
