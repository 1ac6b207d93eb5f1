"""Acts that a margin note tells of (cải chính, ly hôn, con nuôi, …), with number, day and authority of the decision.

A part of an act is given only where the text is clear: one act in a sentence, one number, one day, one authority. The
verbatim text is never changed, and a note may tell of no act at all.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from pipeline.base.text.tones import folded, normalized
from pipeline.values.kinds.calendar import parse_canonical
from pipeline.values.kinds.date import DateKind


class NotedActKind(StrEnum):
    """What happened after the registration, as the note tells."""

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
    """One act that a note tells of; ``""`` where the note does not say it, or not clearly.

    Attributes:
        kind: What happened.
        number: The number of the decision or judgment, as written.
        decided_on: Its day, canonical.
        authority: Who decided, as written.
    """

    kind: NotedActKind
    number: str = ""
    decided_on: str = ""
    authority: str = ""

    @property
    def basis(self) -> str:
        """The decision in words, as the Ministry's columns of a basis take it; ``""`` without a number."""
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
    """Return the acts that a note clearly tells of, in its order, each kind once a sentence.

    A sentence that names two acts leaves open whose number it gives: the acts are given, without number, day and
    authority.
    """
    found: list[NotedAct] = []
    for sentence in _SENTENCE.split(unicodedata.normalize("NFC", text)):
        small = folded(sentence)
        kinds = [kind for kind, pattern in _PATTERNS if pattern.search(small)]
        if len(kinds) == 1:
            found.append(NotedAct(kinds[0], *_decision(normalized(sentence))))
        else:
            found += [NotedAct(kind) for kind in kinds]
    return tuple(dict.fromkeys(found))


def _decision(sentence: str) -> tuple[str, str, str]:
    """Return number, canonical day and authority of the decision in a sentence."""
    days = {DateKind().parse(day).canonical for day in _DAY.findall(sentence)}
    numbers = {re.sub(r"\s", "", number).rstrip(".-") for number in _NUMBER.findall(sentence)}
    authorities = {one.strip() for one in _AUTHORITY.findall(sentence)}
    return _only(numbers), _only(days), _only(authorities)


def _only(texts: Iterable[str]) -> str:
    """Return the one text; ``""`` where there are several, or none."""
    one, *others = [*texts, ""]
    return one if not [other for other in others if other] else ""


def checked_act(kind: str, number: str, decided_on: str, authority: str) -> NotedAct:
    """Return the act that a person states, its texts in NFC with spaces collapsed and its day canonical.

    Raises:
        ValueError: There is no such kind of act, or the day is no whole day of the calendar; a Vietnamese sentence.
    """
    if kind not in list(NotedActKind):
        raise ValueError("Loại sự kiện ghi chú không có trong danh mục.")
    day = DateKind().parse(decided_on).canonical
    date = parse_canonical(day)
    if decided_on.strip() and (date is None or date.day is None):
        raise ValueError("Ngày của quyết định ở việc ghi chú phải đủ ngày, tháng, năm; hoặc để trống.")
    return NotedAct(NotedActKind(kind), normalized(number), day, normalized(authority))


def acts_as_text(acts: Iterable[NotedAct]) -> str:
    """Return acts as they are stored: JSON, the same acts always the same; ``""`` for none."""
    told = [asdict(act) for act in acts]
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else ""


def acts_of_text(stored: str | None) -> tuple[NotedAct, ...]:
    """Return the acts of what ``acts_as_text`` gave."""
    told = json.loads(stored) if stored else []
    return tuple(NotedAct(**{**one, "kind": NotedActKind(one["kind"])}) for one in told)
