"""Several values in one slot: an identity paper, a death notice, a moment. For signers see ``signer``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.citation import CONNECTING, parse_citation
from pipeline.values.kinds.date import DateKind
from pipeline.values.kinds.kind import CompositeKind, Vocabulary
from pipeline.values.kinds.number import IdNumberKind

_USUAL_PAPER = re.compile(
    r"(?:so )?(?:giay |the )?(?:cmnd|cmt|cmtnd|cccd|cmqd|chung minh.*|can cuoc.*|ho chieu.*|thuong tru.*)"
)


class IdentityPaperKind(CompositeKind):
    """An identity paper: ``CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999``; ``other`` names an unusual paper."""

    name = "identity_paper"
    label = "Giấy tờ tùy thân"
    roles = ("type", "number", "issued_on", "issued_place", "other")
    main_role = "number"
    connecting = CONNECTING
    number_kind = IdNumberKind.name
    in_place_of = MappingProxyType({"type": "other"})
    number_alone = re.compile(r"(?![^\W\d_])(?=(\D*\d){6})(?!.*[^\W\d_]{3})(?!.*[^\W\d_]{2}$)")
    wordings = (
        "{type} số {number} do {issued_place} cấp ngày {issued_on}",
        "{type} số {number}, {issued_place} cấp ngày {issued_on}",
        "{type} {number} cấp ngày {issued_on} tại {issued_place}",
    )
    short_wording = "{type} {number}"
    types_by_digits = MappingProxyType(
        {
            9: ("CMND", "CMND", "Giấy CMND", "Chứng minh nhân dân"),
            12: ("CCCD", "Căn cước công dân", "Thẻ CCCD"),
        }
    )

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
    """A death notice or its replacement: ``Giấy báo tử số 12 ngày 3/4/2011 do UBND xã X cấp``."""

    name = "death_notice"
    label = "Giấy báo tử"
    roles = ("type", "number", "issued_on", "issuer")
    main_role = "number"
    connecting = CONNECTING
    wordings = (
        "{type} số {number} ngày {issued_on} do {issuer} cấp",
        "{type} số {number} ngày {issued_on} của {issuer}",
    )
    short_wording = "{type} số {number}"

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
    """A date with a time of day: ``02 giờ 30 phút ngày 5/6/2010``.

    Commas between the parts are dropped as well; ``ngày`` stays with a date that continues with ``tháng``.
    """

    name = "moment"
    label = "Giờ và ngày chết"
    roles = ("time", "date")
    main_role = "date"
    wordings = ("{time}, ngày {date}", "{time} ngày {date}")
    name_endings = MappingProxyType({"time": ("time", "at"), "date": ("date", "on")})
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
    """Return the date; ``ngày 5 tháng 6 năm 2010`` keeps its first word."""
    written = match["date"].strip()
    before = moment[: match.start("date")].rstrip()
    if _MONTH_WORD.search(written) and before[-4:].casefold() == "ngày":
        return moment[len(before) - 4 : match.end("date")].strip()
    return written
