"""The citation of a paper: ``<what> số <number> do <issuer> cấp ngày <date>``, in any order after the number.

A text with a remainder is no citation. A number or date with one or two misread signs is recognized by its place; it
stays as read, and its kind reports it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

CONNECTING = (
    "số",
    "ngày",
    "cấp",
    "nơi cấp",
    "ngày cấp",
    "được",
    "do",
    "bởi",
    "tại",
    "ở",
)
"""Words between the parts; besides them only spaces and ``, ; : . ( )`` are dropped."""

_DATE = (
    r"\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4}|\d[\d\s.]*(?:\s*[/–-][\d\s.]*\d){1,2}"
    r"|(?:\d{1,2}\s*\.\s*){1,2}\d{4}|\d{4}"
)
_MISREAD_DATE = r"\d[\d\s.,/–-]{3,12}\d"
"""A misread date at a date's place, mostly digits: a sign read as a digit, or a digit as a sign."""

_HEAD = re.compile(
    r"(?P<what>[^\d:,;]*?|[^\d:;]*?\bsố)[\s:.]*"
    r"(?P<number>(?:\b[A-Z]{1,2}\s?)?\d(?:[\s.]*\d)*(?:/\d{4})?(?:/[^\W\d][\w.-]*)*)(?=$|[\s,;.(])"
)
_MISREAD_HEAD = re.compile(
    r"(?P<what>[^\d:,;]*?|[^\d:;]*?\bsố)[\s:.]*"
    r"(?P<number>(?!\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b)(?=\d*/[\d/]*(?:[\s,;.(]|$))(?:[\d/]{9}|[\d/]{12}))(?=$|[\s,;.(])"
)
"""A number of nine or twelve signs, some of them strokes: slanted digits 1."""
_NUMBER_WORD = re.compile(r"^số\b[\s:]*|[\s:]*\bsố$", re.IGNORECASE)
_ORGANS = (
    r"(?:UBND|Ủy ban|Uỷ ban|CA|Công an|Cục|Bệnh viện|BV|Trạm|Trung tâm|Tòa án|Toà án|Sở|Phòng|Cơ quan"
    r"|Đại sứ|Bộ)\b"
)
_ISSUED = r"c[aáàảãạăắằẳẵặâấầẩẫậ]p"
_DAY = r"ng[aáàảãạăâấầ]y"
_BY = r"(?:d[o0óòôơp]|bởi|t[aáàảãạăâ]i|ở|của)"
"""Misread connecting words: they are dropped anyway, and diacritics are lost first."""

_LIKE_AT = r"(?:[rf][aáàảãạăâ]i|t[oóòỏõọôốồổỗộơớờởỡợ]i)\s+(?=(?:UBND|Ủy ban|Uỷ ban|CA|Công an)\b)"
"""``tại`` with one misread letter, before an unambiguous office name (``Phòng`` also ends ``Hải Phòng``)."""

_STOP = rf"(?=\s*[,;.(]?\s*(?:(?:{_ISSUED}\s+)?{_DAY}\b|{_ISSUED}\b)|\s*[,;.)]?\s*$)"
_CLAUSES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:được\s+)?(?:{_ISSUED}\s+)?{_DAY}(?:\s+{_ISSUED})?\s*:?\s*(?P<on>{_DATE})(?!\S*\d)",
        rf"(?:được\s+)?{_ISSUED}\s*:?\s*(?P<on>{_DATE})(?!\S*\d)",
        rf"(?:được\s+)?(?:{_ISSUED}\s+)?{_DAY}(?:\s+{_ISSUED})?\s*:?\s*(?P<on>{_MISREAD_DATE})(?!\S*\d)",
        rf"(?:nơi\s+{_ISSUED}\s*:?\s*|(?:được\s+)?(?:{_ISSUED}\s+)?{_BY}\s+)(?P<by>[^\d\s].*?){_STOP}",
        rf"{_LIKE_AT}(?P<by>.+?){_STOP}",
        rf"(?P<by>{_ORGANS}.*?){_STOP}",
        rf"(?:được\s+)?{_ISSUED}(?=$|[\s,;.)])",
    )
)
_DATED = re.compile(rf"c[aáàảãạăắằẳẵặâấầẩẫậ][^\W\d]\s+{_DAY}\s*:?\s*(?P<on>{_DATE})(?!\S*\d)", re.IGNORECASE)
"""``cấp`` with its last letter misread: directly after the number and before a date nothing else occurs."""

_GAP = re.compile(r"[\s,;:.()]*")
_PART_BEGINS = re.compile(rf",\s*(?:{_ORGANS}|(?:{_ISSUED}|{_DAY}|{_BY}|nơi|được)\b)", re.IGNORECASE)
"""A comma before another part: then the words before it are not just the paper's name."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The verbatim parts of a citation; ``what`` names the paper (``CMND``, ``Giấy báo tử``)."""

    what: str
    number: str
    issued_on: str
    issuer: str


def parse_citation(text: str) -> Citation | None:
    """Return the parts of a citation, ``None`` if the text is none or repeats a part."""
    text = unicodedata.normalize("NFC", text).strip()
    head = _HEAD.match(text) or _MISREAD_HEAD.match(text)
    if head is None or _PART_BEGINS.search(head["what"]):
        return None
    parts = {"on": "", "by": ""}
    after_number = position = _after_gap(text, head.end())
    while position < len(text):
        patterns = (*_CLAUSES, _DATED) if position == after_number else _CLAUSES
        clause = next((match for pattern in patterns if (match := pattern.match(text, position))), None)
        if clause is None:
            return None
        for name, part in clause.groupdict().items():
            if parts[name]:
                return None
            parts[name] = part.strip()
        position = _after_gap(text, clause.end())
    what = _NUMBER_WORD.sub("", head["what"].strip())
    return Citation(what, head["number"].strip(), parts["on"], parts["by"])


def _after_gap(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return position if match is None else match.end()
