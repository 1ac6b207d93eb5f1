"""``schemas/findings.toml``, ``schemas/vocab`` and ``schemas/exports``: findings, code lists, import templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pipeline.model import Finding, Severity
from pipeline.schema.declaration import Declaration


class Term(Declaration):
    """One entry of a code list: ``code`` in the Ministry's file, ``label`` on screen, ``aliases`` on paper."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


class Vocab(Declaration):
    """A code list; ``source``: where it was read; ``finding``: what a text raises that is no term of it."""

    vocab: str
    title: str
    source: str
    finding: str = "NOT-IN-LIST"
    terms: tuple[Term, ...] = Field(alias="term")


class ExportSpec(Declaration):
    """One import template of the Ministry: its record, its sheet, ``leading`` columns that are no field (they count
    the rows), and the name of the sheet that tells the code lists (``""``: the template has none)."""

    export: str
    record: str
    title: str
    sheet: str
    leading: tuple[str, ...] = ()
    codes_sheet: str = ""


FindingLevel = Literal["page", "reading", "field", "entry", "book", "registry"]

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
    level: FindingLevel = "entry"
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


def describe_details(finding: Finding) -> tuple[str, ...]:
    """The details of a finding in words, but for the other entries it speaks of."""
    return tuple(DETAILS[name].format(value) for name, value in finding.details.items() if name in DETAILS)
