"""Several values in one slot: an identity paper, a death notice, a moment. Who signed is in a module of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.citation import CONNECTING, parse_citation
from pipeline.values.kinds.date import DateKind
from pipeline.values.kinds.kind import CompositeKind, Vocabulary

_USUAL_PAPER = re.compile(
    r"(?:so )?(?:giay |the )?(?:cmnd|cmt|cmtnd|cccd|cmqd|chung minh.*|can cuoc.*|ho chieu.*|thuong tru.*)"
)


class IdentityPaperKind(CompositeKind):
    """An identity paper: ``CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999``.

    A paper that is none of the usual ones is named in ``other``.
    """

    name = "identity_paper"
    roles = ("type", "number", "issued_on", "issued_place", "other")
    connecting = CONNECTING

    def split(self, text: str, _vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        citation = parse_citation(text)
        if citation is None:
            return {role: text if role == self.roles[0] else "" for role in self.roles}
        usual = _USUAL_PAPER.fullmatch(unaccented(citation.what)) is not None
        return {
            "type": citation.what if usual else "",
            "number": citation.number,
            "issued_on": citation.issued_on,
            "issued_place": citation.issuer,
            "other": "" if usual else citation.what,
        }


class DeathNoticeKind(CompositeKind):
    """A death notice, or what replaces one: ``Giấy báo tử số 12 ngày 3/4/2011 do UBND xã X cấp``."""

    name = "death_notice"
    roles = ("type", "number", "issued_on", "issuer")
    connecting = CONNECTING

    def split(self, text: str, _vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        citation = parse_citation(text)
        if citation is None:
            return {role: text if role == self.roles[0] else "" for role in self.roles}
        values = (citation.what, citation.number, citation.issued_on, citation.issuer)
        return dict(zip(self.roles, values, strict=True))


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


class MomentKind(CompositeKind):
    """When something happened: ``02 giờ 30 phút ngày 5/6/2010``.

    Commas between the parts are dropped too; ``ngày`` stays with a date that goes on with ``tháng``.
    """

    name = "moment"
    roles = ("time", "date")
    connecting = ("ngày", "lúc", "vào lúc", "hồi")

    def split(self, text: str, _vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        moment = unicodedata.normalize("NFC", text).strip()
        for shape in (_HOUR_FIRST, _HOUR_LAST, _SHORT_TIME):
            match = shape.fullmatch(moment)
            if match and match["time"].strip() and match["date"].strip():
                return {"time": match["time"].strip(), "date": _with_day_word(moment, match)}
        if DateKind().parse(moment).canonical:
            return {"time": "", "date": moment}
        return {"time": text, "date": ""}


def _with_day_word(moment: str, match: re.Match[str]) -> str:
    """The date; ``ngày 5 tháng 6 năm 2010`` keeps the word that its others go with."""
    written = match["date"].strip()
    before = moment[: match.start("date")].rstrip()
    if _MONTH_WORD.search(written) and before[-4:].casefold() == "ngày":
        return moment[len(before) - 4 : match.end("date")].strip()
    return written
