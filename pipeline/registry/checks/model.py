"""Findings across entries, and links between entries, with their Vietnamese wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.base.model import Finding


@dataclass(frozen=True, slots=True)
class CrossEntryFinding:
    """A finding of a check over many entries: of an entry, or of a page.

    Attributes:
        entry_id: The entry, or None when the finding is of the page.
        finding: Code, severity, fields and details.
        raised_at: Since when it holds, UTC; None when it is not stored yet.
    """

    book_id: int
    page_id: int
    entry_id: int | None
    finding: Finding
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChecksOutcome:
    """Numbers of findings that are new (``raised``), no longer hold (``cleared``) and hold now (``standing``)."""

    raised: int
    cleared: int
    standing: int


@dataclass(frozen=True, slots=True)
class Link:
    """A suggestion on how two entries belong together.

    One event (``again``), one person (``person``), or one is an act that changes the other (``act``).

    Attributes:
        kind: ``again``, ``person`` or ``act``.
        first_entry_id: The entry with the smaller id.
        first_role: Role of the person in the first entry.
        second_role: Role of the person in the second entry.
        probability: 0..1.
        evidence: What agrees, without names.
    """

    kind: str
    first_entry_id: int
    first_role: str
    second_entry_id: int
    second_role: str
    probability: float
    evidence: Mapping[str, str]


class LinkVerdict(StrEnum):
    """A person's decision on a suggested link; ``TAKEN_BACK`` withdraws the previous one."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """A person's decision on a suggested link.

    Attributes:
        author: Login of the person.
        decided_at: UTC.
        reason: As the person typed it.
        outdated: Whether the evidence has changed since that person saw it.
    """

    verdict: LinkVerdict
    author: str
    decided_at: datetime
    reason: str
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class StoredLink(Link):
    """A link as the registry holds it.

    Attributes:
        suggested: Whether the checks still suggest it; a confirmed link remains without that.
        decision: The latest decision on the pair.
    """

    link_id: int = 0
    suggested: bool = True
    decision: LinkDecision | None = None


KINDS = {
    "again": "đăng ký hai lần?",
    "person": "cùng một người?",
    "act": "sự kiện sau của sự kiện gốc?",
}

EVIDENCE = {
    "name": "họ tên",
    "born": "ngày sinh",
    "sex": "giới tính",
    "number": "số giấy tờ",
    "mother": "mẹ",
    "father": "cha",
    "home": "nơi ở",
    "paper": "số giấy tờ",
    "named_number": "số đăng ký được nêu",
    "named_day": "ngày đăng ký được nêu",
    "order": "thứ tự ngày đăng ký",
}

LIKENESS = {
    "same": "giống",
    "same day": "cùng ngày",
    "same year": "cùng năm",
    "marks differ": "khác dấu",
    "one letter differs": "khác một chữ",
    "one figure differs": "khác một chữ số",
    "differs": "KHÁC",
}

ROLES = {
    "child": "trẻ",
    "mother": "mẹ",
    "father": "cha",
    "declarant": "người yêu cầu",
    "husband": "chồng",
    "wife": "vợ",
    "deceased": "người chết",
    "parent": "cha, mẹ",
    "subject": "người được xác nhận",
    "ward": "người được giám hộ",
    "guardian": "người giám hộ",
    "adoptee": "con nuôi",
    "giver": "người giao con nuôi",
    "giver2": "người giao con nuôi",
    "changed": "người được thay đổi, cải chính",
    "supervisor": "người giám sát việc giám hộ",
    "divorced": "người ly hôn",
    "former_spouse": "người ly hôn",
}

VERDICTS = {
    LinkVerdict.CONFIRMED: "đúng",
    LinkVerdict.REJECTED: "không phải",
    LinkVerdict.TAKEN_BACK: "được rút lại lời đã ghi",
}


def evidence_told(evidence: Mapping[str, str]) -> str:
    """Return agreements and differences in words."""
    return ", ".join(
        f"{EVIDENCE.get(name, name)} {LIKENESS.get(like, like)}" for name, like in evidence.items()
    )
