"""The catalogue of rules: the sentence of each, its source, the fields it checks, and what an office changed.

It is derived from the declarations; nothing is written down twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.model import Severity
from pipeline.declarations.schema import FieldSpec, FindingLevel, FindingSpec, RecordSpec, Schemas
from pipeline.values.kinds import KINDS, UNCODED
from pipeline.values.predicates import PREDICATES, Need

FAMILIES: Mapping[str, str] = {
    "K": "Khóa của sự kiện, của quyển",
    "D": "Ngày, giờ",
    "M": "Kết hôn",
    "B": "Khai sinh",
    "T": "Khai tử",
    "P": "Nhận cha, mẹ, con",
    "H": "Xác nhận tình trạng hôn nhân",
    "G": "Giám hộ",
    "A": "Nuôi con nuôi",
    "I": "Số giấy tờ",
    "L": "Danh mục và chữ",
}
"""The families of the rule table by the first letter of their codes."""

SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.BLOCK: "chưa được xuất, phải có người xem",
    Severity.REVIEW: "phải có người xem",
    Severity.INFO: "chỉ để biết",
}
"""What people read of a severity, on screen and in the documentation."""

SWITCHED_OFF = "tắt"
"""What they read where an office has switched a rule off."""

OTHERS = "–"
"""The family of findings that are no rule of the table (of a page, of a reading, links)."""

ALL_FIELDS = "mọi ô"
REQUIRED = "mọi ô bắt buộc"
_OF_ANY_FIELD = {"L07": ALL_FIELDS, "L08": ALL_FIELDS, "L09": ALL_FIELDS, "MISSING": REQUIRED}


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One use of a rule in a record.

    Attributes:
        record: The title of the record.
        labels: Of the fields it checks, in order.
        severity: With which it is raised.
        needs: What must be known of each field.
    """

    record: str
    labels: tuple[str, ...]
    severity: Severity
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueRule:
    """One rule.

    Attributes:
        code: Its finding code.
        family: A key of ``FAMILIES``, or ``OTHERS``.
        level: Of the entry, the book or the registry; ``None`` for a principle.
        severity: As declared; ``None`` for a principle, which raises nothing.
        here: As the office wants it, ``None``: switched off.
        reason: Why it is switched off.
        sentence: What it demands.
        look_at: What to look at when it is raised.
        source: Where it comes from.
        asked: The records and fields it checks.
        kept_by: The rules that enforce a principle.
    """

    code: str
    family: str
    level: FindingLevel | None
    severity: Severity | None
    here: Severity | None
    reason: str
    sentence: str
    look_at: str
    source: str
    asked: tuple[RuleUse, ...]
    kept_by: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the office changed it."""
        return self.here is not self.severity


def rule_catalogue(declared: Schemas, office: Schemas | None = None) -> tuple[CatalogueRule, ...]:
    """Return all rules by family and code.

    Args:
        declared: The declarations as shipped.
        office: The same with the office's changes.
    """
    here = office or declared
    rules = [_finding(spec, declared, here) for spec in declared.findings.values()]
    rules += [
        CatalogueRule(p.code, p.code[0], None, None, None, "", p.sentence, "", p.source, (), p.kept_by)
        for p in declared.principles.values()
    ]
    order = [*FAMILIES, OTHERS]
    return tuple(sorted(rules, key=lambda rule: (order.index(rule.family), rule.code)))


def _finding(spec: FindingSpec, declared: Schemas, here: Schemas) -> CatalogueRule:
    return CatalogueRule(
        code=spec.code,
        family=_family(spec.code),
        level=spec.level,
        severity=spec.severity,
        here=here.severity_of(spec.code),
        reason=here.findings[spec.code].off,
        sentence=spec.sentence,
        look_at=spec.look_at,
        source=spec.source,
        asked=tuple(use for record in declared.records.values() for use in _uses(spec, record, declared)),
    )


def _family(code: str) -> str:
    return code[0] if code[0] in FAMILIES and code[1:3].isdigit() else OTHERS


def _uses(spec: FindingSpec, record: RecordSpec, schemas: Schemas) -> Iterator[RuleUse]:
    """Yield the uses of a rule in a record: over fields bound to it, and over fields whose kind raises it by itself."""
    bound: list[str] = []
    for rule in record.rules:
        if rule.code == spec.code:
            needs = PREDICATES[rule.predicate].needs_of(len(rule.fields)) or ()
            yield RuleUse(record.title, _labels(rule.fields, record), rule.severity, needs)
            bound += rule.fields if len(rule.fields) == 1 else ()
    if spec.code in _OF_ANY_FIELD:
        yield RuleUse(record.title, (_OF_ANY_FIELD[spec.code],), spec.severity)
        return
    for field in record.fields:
        if spec.code in _problems(field, schemas) and field.name not in bound:
            yield RuleUse(record.title, (field.label,), spec.severity, (Need.TEXT,))


def _problems(field: FieldSpec, schemas: Schemas) -> Sequence[str]:
    own = KINDS[field.kind].problems
    vocabulary = schemas.vocabulary(field)
    if vocabulary is None:
        return own
    return (*own, vocabulary.finding, *((UNCODED,) if vocabulary.uncoded else ()))


def _labels(names: Sequence[str], record: RecordSpec) -> tuple[str, ...]:
    return tuple(record.by_name[name].label for name in names)
