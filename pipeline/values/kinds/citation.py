"""The citation of a paper: ``<what> số <number> do <issuer> cấp ngày <date>``, in any order behind the number.

A text with anything left over is no citation. A number or a date with a misread sign or two is recognized by its
place; it stays as it was read, and its kind finds it wrong.
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
"""A misread date, in the place of one and of little but digits: a sign read as a digit, a digit as a sign."""

_HEAD = re.compile(
    r"(?P<what>[^\d:,;]*?|[^\d:;]*?\bsố)[\s:.]*"
    r"(?P<number>(?:\b[A-Z]{1,2}\s?)?\d(?:[\s.]*\d)*(?:/\d{4})?(?:/[^\W\d][\w.-]*)*)(?=$|[\s,;.(])"
)
_MISREAD_HEAD = re.compile(
    r"(?P<what>[^\d:,;]*?|[^\d:;]*?\bsố)[\s:.]*"
    r"(?P<number>(?!\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b)(?=\d*/[\d/]*(?:[\s,;.(]|$))(?:[\d/]{9}|[\d/]{12}))(?=$|[\s,;.(])"
)
"""A number of nine or twelve signs of which some are strokes: ones that slant."""
_NUMBER_WORD = re.compile(r"^số\b[\s:]*|[\s:]*\bsố$", re.IGNORECASE)
_ORGANS = (
    r"(?:UBND|Ủy ban|Uỷ ban|CA|Công an|Cục|Bệnh viện|BV|Trạm|Trung tâm|Tòa án|Toà án|Sở|Phòng|Cơ quan"
    r"|Đại sứ|Bộ)\b"
)
_ISSUED = r"c[aáàảãạăắằẳẵặâấầẩẫậ]p"
_DAY = r"ng[aáàảãạăâấầ]y"
_BY = r"(?:d[o0óòôơp]|bởi|t[aáàảãạăâ]i|ở|của)"
"""Connecting words as they are misread: they are dropped anyway, and their marks are what is lost first."""

_LIKE_AT = r"(?:[rf][aáàảãạăâ]i|t[oóòỏõọôốồổỗộơớờởỡợ]i)\s+(?=(?:UBND|Ủy ban|Uỷ ban|CA|Công an)\b)"
"""``tại`` with one letter misread, before an office that nothing else is called by (``Phòng`` ends ``Hải Phòng``)."""

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
"""``cấp`` with its last letter misread: right behind the number and before a date there is nothing else."""

_GAP = re.compile(r"[\s,;:.()]*")
_PART_BEGINS = re.compile(rf",\s*(?:{_ORGANS}|(?:{_ISSUED}|{_DAY}|{_BY}|nơi|được)\b)", re.IGNORECASE)
"""A comma before another part, so that the words before it are not the paper's name alone."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The verbatim parts of a citation; ``what`` names the paper (``CMND``, ``Giấy báo tử``)."""

    what: str
    number: str
    issued_on: str
    issuer: str


def parse_citation(text: str) -> Citation | None:
    """Return the parts of a citation, ``None`` when the text is none or repeats a part."""
    text = unicodedata.normalize("NFC", text).strip()
    head = _HEAD.match(text) or _MISREAD_HEAD.match(text)
    if head is None or _PART_BEGINS.search(head["what"]):
        return None
    parts = {"on": "", "by": ""}
    behind = at = _after_gap(text, head.end())
    while at < len(text):
        patterns = (*_CLAUSES, _DATED) if at == behind else _CLAUSES
        clause = next((match for pattern in patterns if (match := pattern.match(text, at))), None)
        if clause is None:
            return None
        for name, part in clause.groupdict().items():
            if parts[name]:
                return None
            parts[name] = part.strip()
        at = _after_gap(text, clause.end())
    what = _NUMBER_WORD.sub("", head["what"].strip())
    return Citation(what, head["number"].strip(), parts["on"], parts["by"])


def _after_gap(text: str, at: int) -> int:
    match = _GAP.match(text, at)
    return at if match is None else match.end()
