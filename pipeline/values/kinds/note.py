"""Acts mentioned in a margin note (cải chính, ly hôn, con nuôi, …), with number, day and authority of the decision.

A part of an act is given only where the text is clear: a single act, number, day and authority in a sentence. The
verbatim text is never changed, and a note may mention no act.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.text.tones import folded, normalized
from pipeline.values.kinds.date import DateKind


class NotedActKind(StrEnum):
    """An event after the registration, as noted."""

    CORRECTION = "correction"
    CHANGE = "change"
    SUPPLEMENT = "supplement"
    DIVORCE = "divorce"
    ANNULMENT = "annulment"
    RECOGNITION = "recognition"
    PARENTAGE = "parentage"
    ADOPTION = "adoption"
    RE_REGISTRATION = "re-registration"


@dataclass(frozen=True, slots=True)
class NotedAct:
    """An act in a note; ``""`` for a part that the note does not clearly state.

    Attributes:
        kind: The kind of event.
        number: The number of the decision or judgment, as written.
        decided_on: The canonical day of the decision.
        authority: The deciding authority, as written.
    """

    kind: NotedActKind
    number: str = ""
    decided_on: str = ""
    authority: str = ""

    @property
    def basis(self) -> str:
        """The decision in words, for the Ministry's basis columns; ``""`` without a number."""
        if not self.number:
            return ""
        day = f" ngày {self.decided_on.replace('.', '/')}" if self.decided_on else ""
        return f"Số {self.number}{day}{f' của {self.authority}' if self.authority else ''}"


_WORDS: tuple[tuple[NotedActKind, str], ...] = (
    (NotedActKind.CORRECTION, r"cải chính|cai chinh"),
    (NotedActKind.CHANGE, r"thay đổi|thay doi"),
    (NotedActKind.SUPPLEMENT, r"bổ sung|bo sung"),
    (NotedActKind.DIVORCE, r"l[yi] h[oô]n|lý hôn"),
    (NotedActKind.ANNULMENT, r"(?:hủy|huỷ|huy)(?: bỏ)?(?: việc)? (?:kết hôn|ket hon|hôn nhân)"),
    (NotedActKind.RECOGNITION, r"công nhận (?:việc |quan hệ )?(?:kết hôn|hôn nhân|vợ chồng)"),
    (NotedActKind.PARENTAGE, r"(?<!xác )(?<!xac )nh[aậ]n (?:việc )?(?:cha|m[eẹ]|con)\b(?! nuôi)"),
    (NotedActKind.ADOPTION, r"(?:nuôi )?con nuôi|con nuoi"),
    (NotedActKind.RE_REGISTRATION, r"đăng k[ýíy] lại|dang k[yi] lai"),
)
_PATTERNS = tuple((kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for kind, words in _WORDS)

_SENTENCE = re.compile(r"[;\n]+|(?<=[^\W\d_]{2})\.\s+(?=[A-ZĐÀ-Ỹ])")
_NUMBER = re.compile(r"(?<!\w)số[\s:.]*(\d+[\w.-]*(?:\s?/\s?[\w.-]*\w)*)", re.IGNORECASE)
_DAY = re.compile(
    r"(?<!\w)ngày[\s:.]*(\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4})(?!\S*\d)",
    re.IGNORECASE,
)
_ORGAN = (
    r"(?:UBND|Ủy ban|Uỷ ban|Tòa án|Toà án|TAND|Sở Tư pháp|Phòng Tư pháp|Cơ quan|Đại sứ quán|Tổng lãnh sự)"
)
_AUTHORITY = re.compile(
    rf"(?<![\w/-])((?i:{_ORGAN})\b[^,;.()]*?)(?=\s*(?:[,;.()]|$|\b(?:ngày|về|số|cấp|v/v|cho|quyết định|công nhận)\b))"
)


def noted_acts(text: str) -> tuple[NotedAct, ...]:
    """Return the acts that a note clearly mentions, in order, each kind once a sentence.

    In a sentence with two acts the number is ambiguous: the acts are returned without number, day and authority.
    """
    acts: list[NotedAct] = []
    for sentence in _SENTENCE.split(unicodedata.normalize("NFC", text)):
        small = folded(sentence)
        kinds = [kind for kind, pattern in _PATTERNS if pattern.search(small)]
        if len(kinds) == 1:
            acts.append(NotedAct(kinds[0], *_decision(normalized(sentence))))
        else:
            acts += [NotedAct(kind) for kind in kinds]
    return tuple(dict.fromkeys(acts))


def _decision(sentence: str) -> tuple[str, str, str]:
    """Return number, canonical day and authority of the decision in a sentence."""
    days = {DateKind().parse(day).canonical for day in _DAY.findall(sentence)}
    numbers = {re.sub(r"\s", "", number).rstrip(".-") for number in _NUMBER.findall(sentence)}
    authorities = {authority.strip() for authority in _AUTHORITY.findall(sentence)}
    return _only(numbers), _only(days), _only(authorities)


def _only(texts: Iterable[str]) -> str:
    """Return the only text; ``""`` for several texts or none."""
    first, *others = [*texts, ""]
    return first if not [other for other in others if other] else ""
