"""``schemas/findings.toml``: what each finding says, and principles that bind how findings count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.model import Finding, Severity
from pipeline.schema.declaration import Declaration

Level = Literal["page", "reading", "field", "entry", "book", "registry"]

DETAILS: Mapping[str, str] = {
    "missing": "thiếu {}",
    "same": "giống {}",
    "struck": "chữ bị gạch: {}",
    "after": "sau {}",
    "before": "trước {}",
    "said": "ghi {}",
    "found": "đếm được {}",
    "failed": "{} trang chưa đọc được",
    "page": "trang ghi {}",
    "year": "năm {}",
    "days": "sống {} ngày",
    "unusual": "{}",
    "unseen": "{} ô viết tay đã vào sổ dữ liệu không qua người xem",
}
"""How each detail of a finding is told; ``others`` (ids of entries) are told by where they stand."""


class FindingSpec(Declaration):
    """What a finding says to a reviewer, in Vietnamese, where the rule comes from, and how serious it is.

    ``level``: what has to be known to raise it: a ``page``, a ``reading``, one ``field`` by itself, one ``entry``, a
    whole ``book``, the whole ``registry``. ``severity``: of every binding that has none of its own. ``rescan``: the
    page should be scanned again, and the scanning desk gets a ticket. ``off``: why an office does not want the rule;
    only its own layer sets it."""

    code: str
    level: Level = "entry"
    severity: Severity = Severity.REVIEW
    sentence: str
    look_at: str = ""
    source: str = ""
    rescan: bool = False
    off: str = ""


class PrincipleSpec(Declaration):
    """A rule that raises nothing by itself and binds how others count; ``kept_by``: the codes of those."""

    code: str
    sentence: str
    source: str
    kept_by: tuple[str, ...]


def details_told(finding: Finding) -> tuple[str, ...]:
    """The details of a finding in words, but for the other entries it speaks of."""
    return tuple(DETAILS[name].format(value) for name, value in finding.details.items() if name in DETAILS)
