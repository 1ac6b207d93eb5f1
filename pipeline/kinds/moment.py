"""When something happened: ``02 giờ 30 phút ngày 5/6/2010``. Dropped: ``CONNECTING`` and commas between the
parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from pipeline.kinds import date

ROLES: tuple[str, ...] = ("time", "date")

CONNECTING = ("ngày", "lúc", "vào lúc", "hồi")
"""``ngày`` stays with a date that goes on with ``tháng``."""

_AT = r"(?:(?:vào\s+)?(?:lúc|hồi)\s+)?"
_HOUR_FIRST = re.compile(
    rf"{_AT}(?P<time>(?:(?!\bngày\b).)*?(?:giờ|phút|\d\s*[hg:])(?:(?!\bngày\b).)*?)[\s,;.]*\bngày\b\s*(?P<date>.*)",
    re.IGNORECASE | re.DOTALL,
)
_HOUR_LAST = re.compile(
    r"(?:ngày\s+)?(?P<date>\d(?:(?!\b(?:lúc|hồi|giờ|phút)\b).)*?)[\s,;.]*\b(?:vào\s+)?(?:lúc|hồi)\b\s*(?P<time>\d.*)",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_TIME = re.compile(
    rf"{_AT}(?P<time>\d{{1,2}}\s*(?:giờ|h|g|:)\s*(?:\d{{1,2}}\s*(?:phút|ph|p|')|\d{{1,2}}(?=\s*[,;-]))?)[\s,;-]+(?P<date>\d.*)",
    re.IGNORECASE,
)
_MONTH_WORD = re.compile(r"\btháng\b", re.IGNORECASE)


def split(text: str) -> Mapping[str, str]:
    moment = unicodedata.normalize("NFC", text).strip()
    for shape in (_HOUR_FIRST, _HOUR_LAST, _SHORT_TIME):
        match = shape.fullmatch(moment)
        if match and match["time"].strip() and match["date"].strip():
            return {
                "time": match["time"].strip(),
                "date": _with_day_word(moment, match),
            }
    if date.parse(moment).canonical:
        return {"time": "", "date": moment}
    return {"time": text, "date": ""}


def _with_day_word(moment: str, match: re.Match[str]) -> str:
    """The date; ``ngày 5 tháng 6 năm 2010`` keeps the word that its others go with."""
    written = match["date"].strip()
    before = moment[: match.start("date")].rstrip()
    if _MONTH_WORD.search(written) and before[-4:].casefold() == "ngày":
        return moment[len(before) - 4 : match.end("date")].strip()
    return written
