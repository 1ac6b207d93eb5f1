"""Reasons in Vietnamese why the machine is unsure of a field, from the stored evidence of its reading."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher

from pipeline.base.model import COPIED, TYPED, UNSURE, Evidence, FieldReading, FieldStatus, Hypothesis
from pipeline.registry.tasks.model import FieldWork

LOW = 0.9
"""Confidence below which a reading is called low; from here on it is only not sufficient for automatic acceptance."""

RIVAL = 0.02
"""Smallest probability at which another text is mentioned."""

AGREEING, SUPPORTED, CLEAR, DARK = 0.95, 0.9, 0.5, 0.5
"""Evidence (0 to 1) below which networks disagree, words are unknown, a letter is hard to read, ink is faint."""

ACT = "Sổ ghi thành văn, máy không đọc ô này: xem ảnh rồi chép lại."
"""The reason for a field of an act in running text."""

MOST_RIVALS = 2
"""Largest number of word pairs that are mentioned as hard to tell apart."""


def doubt_reasons(work: FieldWork, codes: Collection[str]) -> tuple[str, ...]:
    """Return why a person is asked about a field; nothing where its reading is withheld from the person."""
    reading = work.reading
    if reading is None:
        return ()
    if reading.engine == TYPED:
        return ("Máy không đọc ô này: có người thêm ô để nhập.",)
    if reading.engine == COPIED:
        return (ACT,)
    if reading.status is FieldStatus.UNREADABLE:
        return ("Có ảnh chữ viết nhưng máy không đọc ra chữ nào đáng tin.",)
    if reading.status not in (FieldStatus.READ, FieldStatus.STRUCK_THROUGH) or not reading.text:
        return ()
    details = list(_details(reading))
    if UNSURE not in codes and not details:
        return ()
    return (_sentence(reading.confidence, details),)


def _sentence(confidence: float, details: list[str]) -> str:
    percent = min(99, max(0, int(100 * confidence)))
    if confidence < LOW:
        opening = f"Độ tin cậy nhận dạng thấp ({percent} %)"
        return f"{opening}: {'; '.join(details)}." if details else f"{opening}."
    opening = f"Độ tin cậy nhận dạng {percent} %, chưa đủ để nhận mà không có người xem"
    return f"{opening}: {'; '.join(details)}." if details else f"{opening}."


def _details(reading: FieldReading) -> Iterator[str]:
    if pairs := list(_rivals(reading))[:MOST_RIVALS]:
        yield "khó phân biệt " + ", ".join(f"“{word}” với “{rival}”" for word, rival in pairs)
    if reading.evidence is not None:
        yield from _evidence_reasons(reading.evidence)
    if reading.status is FieldStatus.STRUCK_THROUGH:
        yield "chữ có nét gạch"
    elif not reading.canonical:
        yield "chữ đọc được không có dạng của ô này"


def _evidence_reasons(evidence: Evidence) -> Iterator[str]:
    if evidence.agreement < AGREEING:
        yield "các lần đọc của máy không khớp nhau"
    if evidence.weakest < CLEAR:
        yield "có chữ cái rất khó đọc"
    if evidence.support < SUPPORTED:
        yield "có từ không nằm trong danh mục tên, địa danh và từ thường gặp"
    if evidence.ink < DARK:
        yield "ảnh chữ viết nhạt"


def _rivals(reading: FieldReading) -> Iterator[tuple[str, str]]:
    """Yield words of the reading with their counterparts in other likely texts."""
    words = reading.text.split()
    seen: set[str] = set()
    for other in filter(_is_likely, reading.hypotheses):
        others = other.text.split()
        for kind, start, end, from_, to in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
            word, counterpart = " ".join(words[start:end]), " ".join(others[from_:to])
            if kind == "replace" and _letters(word) != _letters(counterpart) and word not in seen:
                seen.add(word)
                yield word, counterpart


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _is_likely(other: Hypothesis) -> bool:
    return other.chance >= RIVAL
