"""Why the machine is not sure of a field, in words, from what the record holds of its reading."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher

from pipeline.base.model import COPIED, TYPED, UNSURE, Evidence, FieldReading, FieldStatus, Hypothesis
from pipeline.registry.tasks.model import FieldWork

LOW = 0.9
"""The confidence below which it is called low; above, it is merely not enough to go without a person."""

RIVAL = 0.02
"""The least chance of another text that is told of."""

AGREEING, SUPPORTED, CLEAR, DARK = 0.95, 0.9, 0.5, 0.5
"""Evidence (0..1) below which networks disagree, words are unknown, a letter is hard to read, ink is faint."""

ACT = "Sổ ghi thành văn, máy không đọc ô này: xem ảnh rồi chép lại."
"""Why a field of an act in running text waits."""

MOST_RIVALS = 2
"""Words that are told of as hard to tell apart."""


def doubt_reasons(work: FieldWork, codes: Collection[str]) -> tuple[str, ...]:
    """Return why a person is asked about a field; nothing where its reading is withheld from them.

    Args:
        work: The field.
        codes: The codes of the findings about it.
    """
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
        begin = f"Độ tin cậy nhận dạng thấp ({percent} %)"
        return f"{begin}: {'; '.join(details)}." if details else f"{begin}."
    begin = f"Độ tin cậy nhận dạng {percent} %, chưa đủ để nhận mà không có người xem"
    return f"{begin}: {'; '.join(details)}." if details else f"{begin}."


def _details(reading: FieldReading) -> Iterator[str]:
    if pairs := list(_rivals(reading))[:MOST_RIVALS]:
        yield "khó phân biệt " + ", ".join(f"“{one}” với “{other}”" for one, other in pairs)
    if reading.evidence is not None:
        yield from _of_evidence(reading.evidence)
    if reading.status is FieldStatus.STRUCK_THROUGH:
        yield "chữ có nét gạch"
    elif not reading.canonical:
        yield "chữ đọc được không có dạng của ô này"


def _of_evidence(evidence: Evidence) -> Iterator[str]:
    if evidence.agreement < AGREEING:
        yield "các lần đọc của máy không khớp nhau"
    if evidence.weakest < CLEAR:
        yield "có chữ cái rất khó đọc"
    if evidence.support < SUPPORTED:
        yield "có từ không nằm trong danh mục tên, địa danh và từ thường gặp"
    if evidence.ink < DARK:
        yield "ảnh chữ viết nhạt"


def _rivals(reading: FieldReading) -> Iterator[tuple[str, str]]:
    """Yield words of the text and what stands in their place in other likely texts."""
    words = reading.text.split()
    seen: set[str] = set()
    for other in filter(_counts, reading.hypotheses):
        theirs = other.text.split()
        for kind, start, end, from_, to in SequenceMatcher(None, words, theirs, autojunk=False).get_opcodes():
            one, two = " ".join(words[start:end]), " ".join(theirs[from_:to])
            if kind == "replace" and _letters(one) != _letters(two) and one not in seen:
                seen.add(one)
                yield one, two


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _counts(other: Hypothesis) -> bool:
    return other.chance >= RIVAL
