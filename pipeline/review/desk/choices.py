"""What a person may take over with one key: the ways a reader considered, and what people said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.model import FieldStatus
from pipeline.registry import Verdict
from pipeline.registry.desk.values import FieldWork
from pipeline.review.desk.differing import Part, parts

MOST = 9
"""Alt+1 to Alt+9."""

MOST_HYPOTHESES = 5
"""Of the ways that a reader weighed; what it believes even less only takes room."""

READ_TEXT = frozenset({FieldStatus.READ, FieldStatus.STRUCK_THROUGH})


@dataclass(frozen=True, slots=True)
class Choice:
    """``number``: of its key; ``parts``: its text with what differs from the first choice (of the first: from the
    second); ``origin``: whose it is (``""``: one of several that the machine weighed)."""

    number: int
    status: FieldStatus
    text: str
    parts: tuple[Part, ...]
    origin: str


def choices(work: FieldWork) -> tuple[Choice, ...]:
    """The choices of a field, those first that a person is most likely to want; none says what another one says."""
    found: dict[tuple[FieldStatus, str], str] = {}
    for verdict, origin in _offered(work):
        found.setdefault((verdict.status, verdict.text), origin)
    offered = list(found.items())[:MOST]
    texts = [text for (_, text), _ in offered if text]
    return tuple(
        Choice(number, status, text, parts(text, _other(text, texts)) if text else (), origin)
        for number, ((status, text), origin) in enumerate(offered, 1)
    )


def _other(text: str, texts: list[str]) -> str:
    """What a text is compared with: the first one, the first itself with the second."""
    return next((other for other in (texts if text == texts[0] else texts[:1]) if other != text), text)


def _offered(work: FieldWork) -> Iterator[tuple[Verdict, str]]:
    for number, candidate in enumerate(work.candidates, 1):
        yield candidate, f"cách ghi {number}"
    if work.first is not None:
        yield work.first, "người trước ghi"
    reading = work.reading
    if reading is not None:
        if reading.status is FieldStatus.BLANK:
            yield Verdict(work.field, FieldStatus.BLANK), "máy"
        elif reading.text and reading.status in READ_TEXT:
            yield Verdict(work.field, reading.status, reading.text), "máy đọc"
        for hypothesis in reading.hypotheses[:MOST_HYPOTHESES]:
            if hypothesis.text:
                yield Verdict(work.field, FieldStatus.READ, hypothesis.text), ""
    if work.decided is not None:
        yield work.decided, "đã quyết định trước đây"
    if work.mine is not None:
        yield work.mine, "bạn đã ghi"
