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
from itertools import pairwise

from pipeline.base.text.tones import normalized, unaccented
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
    TERMINATION = "termination"
    GUARDIANSHIP = "guardianship"
    NATIONALITY = "nationality"
    SEX = "sex"
    ETHNICITY = "ethnicity"
    MISSING = "missing"
    MISSING_REVOKED = "missing-revoked"
    INCAPACITY = "incapacity"
    INCAPACITY_REVOKED = "incapacity-revoked"
    DECLARED_DEAD = "declared-dead"
    DECLARED_DEAD_REVOKED = "declared-dead-revoked"
    DEATH = "death"
    FOREIGN = "foreign"
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


_REVOKED = r"(?:huy(?: bo)?|bai bo|thu hoi) (?:quyet dinh|ban an|viec|tuyen bo)[^;]{0,80}?"
_INCAPACITY = r"(?:han che|mat) (?:nang luc )?hanh vi"
_WORDS: tuple[tuple[NotedActKind, str], ...] = (
    (
        NotedActKind.TERMINATION,
        r"cham dut (?:viec )?(?:giam sat (?:viec )?)?(?:(?:nuoi |nhan )?con nuoi|giam ho)",
    ),
    (NotedActKind.MISSING_REVOKED, rf"{_REVOKED}mat tich"),
    (NotedActKind.MISSING, r"mat tich"),
    (NotedActKind.INCAPACITY_REVOKED, rf"{_REVOKED}{_INCAPACITY}"),
    (NotedActKind.INCAPACITY, _INCAPACITY),
    (NotedActKind.DECLARED_DEAD_REVOKED, rf"{_REVOKED}chet"),
    (NotedActKind.DECLARED_DEAD, r"tuyen bo\b[^;]{0,60}?\bchet"),
    (NotedActKind.ANNULMENT, r"huy(?: bo)?(?: viec)? (?:ket hon|hon nhan)"),
    (NotedActKind.RECOGNITION, r"cong nhan (?:viec |quan he )?(?:ket hon|hon nhan|vo chong)"),
    (NotedActKind.NATIONALITY, r"(?:thoi|nhap|tro lai|tuoc|mat|giu|thay doi) quoc tich"),
    (NotedActKind.SEX, r"(?:xac dinh lai|chuyen doi|thay doi) gioi tinh"),
    (NotedActKind.ETHNICITY, r"xac dinh lai (?:thanh phan )?dan toc"),
    (
        NotedActKind.FOREIGN,
        r"ghi vao so (?:ho tich|viec|theo)|ghi chu (?:viec )?ket hon|da (?:duoc )?dang k[yi] [^;]{0,60}?nuoc ngoai",
    ),
    (NotedActKind.CORRECTION, r"cai chinh"),
    (NotedActKind.CHANGE, r"thay doi"),
    (NotedActKind.SUPPLEMENT, r"bo sung"),
    (NotedActKind.DIVORCE, r"l[yi] hon"),
    (NotedActKind.PARENTAGE, r"(?<!xac )nhan (?:viec )?(?:cha|me|con)\b(?! nuoi)"),
    (NotedActKind.ADOPTION, r"con nuoi"),
    (NotedActKind.GUARDIANSHIP, r"giam ho"),
    (NotedActKind.DEATH, r"da (?:duoc )?khai tu|da chet"),
    (NotedActKind.RE_REGISTRATION, r"dang k[yi] lai"),
)
"""The words of each kind, without marks. A kind takes its words away from all that follow: who ends an adoption does
not adopt."""
_PATTERNS = tuple((kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for kind, words in _WORDS)

_SENTENCE = re.compile(r"[;\n]+|(?<=[^\W\d_]{2})\.\s+(?=[A-ZĐÀ-Ỹ])")
_NUMBER = re.compile(
    r"(?<!\w)(?:số|(?:quyết định|bản án|giấy khai sinh|QĐ|BA|GKS|GCNKH)(?!\s+(?:số|ngày)))[\s:.]*"
    r"(?!\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}(?![\w/.-]*\w))(\d+[\w.-]*(?:\s?/\s?[\w.-]*\w)*)"
    r"|(?<![\w/])(\d+(?:/\d{4})?/[^\W\d_][\w-]+)",
    re.IGNORECASE,
)
"""A number behind ``số`` or the name of a decision, or with the letters of its office (``12/2015/QĐST-HNGĐ``)."""
_DAY = re.compile(
    r"(?<!\w)ngày[\s:.]*(\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4})(?!\S*\d)",
    re.IGNORECASE,
)
_ORGAN = (
    r"(?:UBND|Ủy ban|Uỷ ban|Tòa án|Toà án|TAND|Sở Tư pháp|Phòng Tư pháp|Cơ quan|Đại sứ quán|Tổng lãnh sự)"
)
_AUTHORITY = re.compile(
    rf"(?<![\w/-])((?i:{_ORGAN})\b[^,;.()]*?)"
    r"(?=\s*(?:[,;.()]|$|\b(?:ngày|về|số|cấp|v/v|cho|quyết định|công nhận|tuyên bố|theo|QĐ)\b))"
)


def noted_acts(text: str) -> tuple[NotedAct, ...]:
    """Return the acts that a note clearly mentions, in order, each kind once a sentence.

    In a sentence of several acts each must have a decision of its own; else they are returned without number, day and
    authority.
    """
    acts: list[NotedAct] = []
    for part in _SENTENCE.split(unicodedata.normalize("NFC", text)):
        sentence = normalized(part)
        at = _kinds_in(unaccented(sentence))
        decisions = [_decision(words) for words in _parts(sentence, list(at.values()))]
        if len(at) > 1 and not all(number for number, _, _ in decisions):
            decisions = [("", "", "")] * len(at)
        acts += [NotedAct(kind, *decision) for kind, decision in zip(at, decisions, strict=True)]
    return tuple(dict.fromkeys(acts))


def _parts(sentence: str, starts: list[int]) -> list[str]:
    """Return the part of a sentence that speaks of each act; the number stands behind every act or before every act."""
    if len(starts) < 2 or len(unaccented(sentence)) != len(sentence):
        return [sentence] * len(starts)
    if not _decision(sentence[: starts[0]])[0]:
        return [sentence[begin:end] for begin, end in pairwise([*starts, len(sentence)])]
    if _decision(sentence[starts[-1] :])[0]:
        return [""] * len(starts)
    return [sentence[begin:end] for begin, end in pairwise([0, *starts])]


def _kinds_in(bare: str) -> dict[NotedActKind, int]:
    """Return the kinds of acts in a sentence without marks, with the place of their words, in order."""
    at: dict[NotedActKind, int] = {}
    for kind, pattern in _PATTERNS:
        match = pattern.search(bare)
        if match is not None:
            at[kind] = match.start()
            bare = pattern.sub(lambda words: "#" * len(words[0]), bare)
    return dict(sorted(at.items(), key=lambda item: item[1]))


def _decision(sentence: str) -> tuple[str, str, str]:
    """Return number, canonical day and authority of the decision in a sentence."""
    days = {DateKind().parse(day).canonical for day in _DAY.findall(sentence)}
    numbers = {
        re.sub(r"\s", "", behind_word or alone).rstrip(".-")
        for behind_word, alone in _NUMBER.findall(sentence)
    }
    authorities = {authority.strip() for authority in _AUTHORITY.findall(sentence)}
    return _only(numbers), _only(days), _only(authorities)


def _only(texts: Iterable[str]) -> str:
    """Return the only text; ``""`` for several texts or none."""
    first, *others = [*texts, ""]
    return first if not [other for other in others if other] else ""
