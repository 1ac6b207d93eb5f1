"""``schemas/findings.toml``, ``schemas/vocab`` and ``schemas/exports``: findings, code lists, import templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pipeline.base.model import Finding, Severity
from pipeline.declarations.schema.declaration import Declaration


class Term(Declaration):
    """One entry of a code list.

    Attributes:
        code: Its code in the Ministry's file.
        label: Its text on screen.
        aliases: Its texts on paper.
    """

    code: str
    label: str
    aliases: tuple[str, ...] = ()


class ListedName(Term):
    """A name of a complete list.

    Attributes:
        doubtful: Its texts on paper that may also mean something else.
    """

    doubtful: tuple[str, ...] = ()


class Vocab(Declaration):
    """A code list.

    Attributes:
        finding: The code of the finding for a text that is no term.
        terms: The terms that books hold nearly always; readings are weighed by them.
        listed: The complete list of the shared software, where the terms are only the usual part of it; offered for
            texts outside the terms.
    """

    vocab: str
    title: str
    source: str
    finding: str = "NOT-IN-LIST"
    terms: tuple[Term, ...] = Field(alias="term")
    listed: tuple[ListedName, ...] = ()


class ExportSpec(Declaration):
    """One workbook that a book is delivered as: an import template of the Ministry, or an office's own.

    Attributes:
        leading: Columns before the fields, which count the rows.
        codes_sheet: The name of the sheet of code lists, ``""`` where the template has none.
        evidence: Whether its columns and their order were ``seen``, are ``assumed``, or are an office's ``own``: its
            own workbook, or the Ministry's as the office set it.
        note: What people must know of it; told wherever it is written.
        columns: Its columns in their order, where that is not the order of the record's fields.
    """

    export: str
    record: str
    title: str
    sheet: str
    leading: tuple[str, ...] = ()
    codes_sheet: str = ""
    evidence: Literal["seen", "assumed", "own"] = "seen"
    note: str = ""
    columns: tuple[str, ...] = ()


FindingLevel = Literal["page", "reading", "field", "entry", "book", "registry"]

DETAILS: Mapping[str, str] = {
    "missing": "thiếu {}",
    "same": "giống {}",
    "stamp": "{}",
    "struck": "chữ bị gạch: {}",
    "after": "sau {}",
    "before": "trước {}",
    "said": "ghi {}",
    "found": "đếm được {}",
    "failed": "{} trang chưa đọc được",
    "page": "trang ghi {}",
    "read": "khi chưa xét cả quyển, máy đọc {}",
    "year": "năm {}",
    "days": "sống {} ngày",
    "old": "bản quét cũ: {}",
    "because": "{}",
    "alone": "xem riêng ô này, máy đọc {}",
    "expected": "thường thì {}",
    "unusual": "{}",
    "unseen": "{} ô viết tay đã vào sổ dữ liệu không qua người xem",
}
"""The wording of each detail of a finding; ``others`` (ids of entries) are described by their places."""


class FindingSpec(Declaration):
    """What a finding says to a reviewer, in Vietnamese, and how serious it is.

    Attributes:
        level: What must be known to raise it: a page, a reading, one field, one entry, a book, the registry.
        severity: Of every binding that has none of its own.
        look_at: What the reviewer should look at.
        source: Where the rule comes from.
        rescan: The page should be scanned again; the scanning desk gets a ticket.
        off: Why an office does not want the rule; set only by the office's own file.
    """

    code: str
    level: FindingLevel = "entry"
    severity: Severity = Severity.REVIEW
    sentence: str
    look_at: str = ""
    source: str = ""
    rescan: bool = False
    off: str = ""


class PrincipleSpec(Declaration):
    """A principle that raises nothing by itself.

    Attributes:
        sentence: What it says, in Vietnamese.
        kept_by: The codes of the rules that it binds.
    """

    code: str
    sentence: str
    source: str
    kept_by: tuple[str, ...]


def describe_details(finding: Finding) -> tuple[str, ...]:
    """Return the details of a finding in Vietnamese, but for other entries."""
    return tuple(DETAILS[name].format(value) for name, value in finding.details.items() if name in DETAILS)
