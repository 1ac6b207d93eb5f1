"""The expected form of a field's value, and whether a text has this form."""

from __future__ import annotations

from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.registry import Verdict
from pipeline.values.kinds import is_ditto
from pipeline.values.kinds.date import LUNAR_DATE

MOST_TERMS = 4
"""A code list of up to so many terms is shown whole beside the input."""


def is_doubted(spec: FieldSpec, word: Verdict, schemas: Schemas) -> bool:
    """Return whether a text is no valid value of its field; ditto marks and lunar dates are valid."""
    if word.status is not FieldStatus.READ or not word.text.strip() or is_ditto(word.text):
        return False
    parsed = spec.value_kind.parse(word.text, schemas.vocabulary(spec))
    return not parsed.canonical and LUNAR_DATE not in parsed.problems


def expected_form(spec: FieldSpec, schemas: Schemas) -> str:
    """Return the expected form of a value of the field, in Vietnamese; ``""`` for free text."""
    vocab = schemas.vocabs.get(spec.vocab or "")
    if spec.value_kind.is_listed and vocab is not None:
        labels = [term.label for term in vocab.terms]
        if len(labels) <= MOST_TERMS:
            return f"một trong: {', '.join(labels)}"
        return f"một mục của danh mục, ví dụ {', '.join(labels[:2])}"
    return spec.value_kind.expected
