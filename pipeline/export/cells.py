"""From a value in force to the text of a cell: code lists applied, nothing guessed, nothing filled in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline import kinds
from pipeline.schema import FieldSpec, RecordSpec, Schemas

MONTH_AND_YEAR = re.compile(r"(?:0[1-9]|1[0-2])\.([0-9]{4})")
LONGEST = 32767
"""Characters that a cell of Excel can hold."""


@dataclass(frozen=True, slots=True)
class CellOptions:
    """``month_and_year``: what becomes of a date that has no day, for which the templates have no form: ``keep`` (the
    check before the upload then stops it) or ``year``. ``illegible``: the words that stand for what people found
    illegible, in columns of free text; ``""``: such an entry is not delivered."""

    month_and_year: str = "keep"
    illegible: str = ""


FREE_TEXT = frozenset({"text", "place"})
"""Kinds whose column may say that the paper is illegible; a date, a number, a name or a code may not."""


def cells_of(
    values: Mapping[str, str | None],
    record: RecordSpec,
    schemas: Schemas,
    options: CellOptions = CellOptions(),
) -> dict[str, str]:
    """The cell of every column of the record (all editions), in their order. ``None`` (nothing known: the form has no
    place for it) and ``""`` (blank on paper) are both an empty cell."""
    return {
        spec.column: cell_of(values.get(spec.name) or "", spec, schemas, options)
        for spec in record.fields
        if spec.column
    }


def cell_of(value: str, spec: FieldSpec, schemas: Schemas, options: CellOptions = CellOptions()) -> str:
    """The cell of one field."""
    if not value:
        return ""
    text = unicodedata.normalize("NFC", value)
    if spec.kind == "choice":
        return _code(text, schemas.vocabulary(spec))
    if spec.kind == "date" and options.month_and_year == "year":
        return MONTH_AND_YEAR.sub(r"\1", text) if MONTH_AND_YEAR.fullmatch(text) else text
    return text


def _code(text: str, vocabulary: kinds.Vocabulary | None) -> str:
    """The code of a term; a value that was decided before its term got a code gets it now. Else the text itself."""
    if vocabulary is None or text in vocabulary.labels:
        return text
    return kinds.KINDS["choice"].parse(text, vocabulary).canonical or text
