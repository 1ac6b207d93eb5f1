"""The form in which a value of a field is expected, and whether a text has it."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.registry import Verdict
from pipeline.values.kinds import KINDS, is_ditto
from pipeline.values.kinds.date import LUNAR_DATE

MOST_TERMS = 4
"""A code list with no more terms is told whole beside the input."""

EXPECTED: Mapping[str, str] = {
    "date": "ngày/tháng/năm, ví dụ 05/03/2007; hoặc 03/2007, 1952, 30 tuổi",
    "date_words": "ngày bằng chữ, ví dụ: Ngày năm tháng ba năm hai nghìn không trăm lẻ bảy",
    "time": "giờ phút, ví dụ 02 giờ 30 phút; hoặc 2h30",
    "entry_number": "số, có năm thì số/năm: 01 hoặc 01/2010",
    "volume": "số/năm, ví dụ 01/2010",
    "number": "chữ số, ví dụ 12",
    "id_number": "9 hoặc 12 chữ số; hộ chiếu: chữ cái và chữ số",
    "name": "họ, chữ đệm, tên; không có chữ số",
}
"""The form in which a value of a kind is expected, in words of the office."""


def is_doubted(spec: FieldSpec, word: Verdict, schemas: Schemas) -> bool:
    """Return whether a text is no value of its field, as far as its kind can tell.

    A ditto mark and a lunar date are understood, though they have no canonical form.
    """
    if word.status is not FieldStatus.READ or not word.text.strip() or is_ditto(word.text):
        return False
    parsed = KINDS[spec.kind].parse(word.text, schemas.vocabulary(spec))
    return not parsed.canonical and LUNAR_DATE not in parsed.problems


def expected_form(spec: FieldSpec, schemas: Schemas) -> str:
    """Return the form in which a value of that field is expected; ``""`` for free text."""
    vocab = schemas.vocabs.get(spec.vocab or "")
    if spec.kind == "choice" and vocab is not None:
        labels = [term.label for term in vocab.terms]
        if len(labels) <= MOST_TERMS:
            return f"một trong: {', '.join(labels)}"
        return f"một mục của danh mục, ví dụ {', '.join(labels[:2])}"
    return EXPECTED.get(spec.kind, "")
