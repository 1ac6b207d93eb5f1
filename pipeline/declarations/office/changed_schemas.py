"""``[[rule]]``, ``[[alias]]``, ``[[term]]``, ``[[export]]`` of ``office.toml``: changes of what is declared.

Former places and places' own codes are in ``places.toml`` next to it (``pipeline.values.places``). No reading
depends on the other tables of the file: ``ELSEWHERE``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from pipeline.base.model import Severity
from pipeline.base.staff_tables import checked_rows, note_unknown_tables
from pipeline.base.staff_toml import RowFlaw, StaffFile
from pipeline.base.text.tones import folded
from pipeline.declarations.office.export_columns import ExportColumns, Reason, with_columns
from pipeline.declarations.schema import (
    Declaration,
    FindingSpec,
    RecordSpec,
    RuleSpec,
    Schemas,
    Term,
    Vocab,
    nearest_hint,
)
from pipeline.values.kinds import Vocabulary

OFF = "OFF"

SET_BY_OFFICES = frozenset({"field", "entry", "book", "registry"})
"""The levels of findings whose severity an office may set; trust in a page or a reading is not among them."""

R = TypeVar("R", bound=Declaration)


class RuleChange(Declaration):
    """A severity for every binding of a rule, or for those about ``field`` where one is named; ``OFF``: not asked."""

    code: str
    severity: Literal["BLOCK", "REVIEW", "INFO", "OFF"]
    reason: Reason
    field: str = ""


class Alias(Declaration):
    """Another way to write the term ``code`` (or its label)."""

    vocab: str
    code: str
    alias: str = Field(min_length=1)


class OwnTerm(Declaration):
    """A term that the list does not have."""

    vocab: str
    code: str = Field(min_length=1)
    label: str = Field(min_length=1)
    aliases: tuple[str, ...] = Field(default=(), examples=[["Cách viết khác"]])
    reason: Reason


TABLES: Mapping[str, type[Declaration]] = {
    "rule": RuleChange,
    "alias": Alias,
    "term": OwnTerm,
    "export": ExportColumns,
}

UNREAD = frozenset({"export"})
"""Tables on which no reading depends: pages need not be read again after them."""

ELSEWHERE = frozenset(
    {
        "approval",
        "contract",
        "delivery",
        "learning",
        "mail",
        "review",
        "sampling",
        "scan_norm",
        "sign_in",
        "signing",
        "webhook",
    }
)
"""Tables of the same file that are read elsewhere."""


def with_office_changes(schemas: Schemas, path: Path) -> Schemas:
    """Return the declarations as this office wants them, unchanged where there is no file.

    Raises:
        SchemaError: It names every flaw of the file with its line.
    """
    if not path.exists():
        return schemas
    return _Layer(schemas, path).changed()


class _Layer:
    """One office's file over the declarations; its flaws are collected and reported together."""

    def __init__(self, schemas: Schemas, path: Path) -> None:
        self._schemas, self._file = schemas, StaffFile(path)

    def changed(self) -> Schemas:
        note_unknown_tables(self._file, (*TABLES, *ELSEWHERE))
        schemas = self._schemas
        for number, term in checked_rows(self._file, "term", OwnTerm):
            schemas = self._changed("term", number, schemas, term, _with_term)
        for number, alias in checked_rows(self._file, "alias", Alias):
            schemas = self._changed("alias", number, schemas, alias, _with_alias)
        for number, change in checked_rows(self._file, "rule", RuleChange):
            schemas = self._changed("rule", number, schemas, change, _with_severity)
        for number, columns in checked_rows(self._file, "export", ExportColumns):
            schemas = self._changed("export", number, schemas, columns, with_columns)
        self._file.refuse_flaws()
        read = [name for name in TABLES if name not in UNREAD]
        rows = {name: self._file.table[name] for name in read if self._file.table.get(name)}
        if not rows:
            return schemas
        text = json.dumps(rows, sort_keys=True, ensure_ascii=False)
        mark = hashlib.sha256((schemas.fingerprint + text).encode()).hexdigest()[:16]
        return replace(schemas, fingerprint=mark)

    def _changed(
        self, table: str, number: int, schemas: Schemas, row: R, change: Callable[[Schemas, R], Schemas]
    ) -> Schemas:
        try:
            return change(schemas, row)
        except RowFlaw as wrong:
            if schemas.may_mean_flawed(wrong.unknown):
                return schemas
            self._file.flaw_of_row(table, number, wrong.key, wrong.message)
            return schemas


def _with_severity(schemas: Schemas, change: RuleChange) -> Schemas:
    spec = _settable(schemas, change)
    bindings = [
        rule for record in schemas.records.values() for rule in record.rules if rule.code == spec.code
    ]
    if change.field and not bindings:
        raise RowFlaw(
            "field",
            f"quy tắc {spec.code} hỏi mọi trường cùng kiểu, không đổi riêng từng trường được.",
            unknown=change.field,
        )
    if change.field and not any(change.field in rule.fields for rule in bindings):
        near = nearest_hint(change.field, {name for rule in bindings for name in rule.fields})
        raise RowFlaw(
            "field", f"quy tắc {spec.code} không hỏi trường “{change.field}”.{near}", unknown=change.field
        )
    records = {name: _with_rules(record, change) for name, record in schemas.records.items()}
    findings = dict(schemas.findings)
    if not change.field:
        off = (
            {"off": change.reason}
            if change.severity == OFF
            else {"severity": Severity(change.severity), "off": ""}
        )
        findings[spec.code] = spec.model_copy(update=off)
    return replace(schemas, records=records, findings=findings)


def _settable(schemas: Schemas, change: RuleChange) -> FindingSpec:
    """Return the finding of that code, if an office may set its severity."""
    spec = schemas.findings.get(change.code)
    if spec is None:
        why = schemas.principles.get(change.code)
        hint = (
            " Quy tắc này chỉ là cách tính, không có mức."
            if why
            else nearest_hint(change.code, schemas.findings)
        )
        raise RowFlaw("code", f"không có quy tắc “{change.code}”.{hint}")
    if spec.level not in SET_BY_OFFICES:
        raise RowFlaw("code", f"“{spec.code}” nói về việc đọc trang, không đổi mức được.")
    if spec.severity is Severity.BLOCK and change.severity in (OFF, Severity.INFO):
        hint = (
            "chỉ đổi được thành “phải có người xem” (REVIEW): không có khóa đúng thì dữ liệu không xuất được."
        )
        raise RowFlaw("severity", f"quy tắc {spec.code} giữ khóa của sự kiện, {hint}")
    return spec


def _with_rules(record: RecordSpec, change: RuleChange) -> RecordSpec:
    rules = (_with_change(rule, change) for rule in record.rules)
    return record.model_copy(update={"rules": tuple(rule for rule in rules if rule is not None)})


def _with_change(rule: RuleSpec, change: RuleChange) -> RuleSpec | None:
    """Return the rule as the office wants it; ``None``: not at all."""
    if rule.code != change.code or (change.field and change.field not in rule.fields):
        return rule
    if change.severity == OFF:
        return None
    return rule.model_copy(update={"severity": Severity(change.severity)})


def _with_alias(schemas: Schemas, row: Alias) -> Schemas:
    vocab = _vocab(schemas, row.vocab)
    listed = tuple(
        Term(code=name.code, label=name.label)
        for name in vocab.listed
        if name.code not in {term.code for term in vocab.terms}
    )
    terms = {folded(name): term.code for term in (*listed, *vocab.terms) for name in (term.code, term.label)}
    code = terms.get(folded(row.code))
    if code is None:
        raise RowFlaw(
            "code", f"danh mục “{vocab.vocab}” không có “{row.code}”.{nearest_hint(row.code, _names(vocab))}"
        )
    _check_new("alias", row.alias, vocab)
    changed = [
        term.model_copy(update={"aliases": (*term.aliases, row.alias)}) if term.code == code else term
        for term in (*vocab.terms, *(name for name in listed if name.code == code))
    ]
    return _with_vocab(schemas, vocab, changed)


def _with_term(schemas: Schemas, row: OwnTerm) -> Schemas:
    vocab = _vocab(schemas, row.vocab)
    if row.code in {term.code for term in vocab.terms}:
        raise RowFlaw("code", f"mã “{row.code}” đã có trong danh mục “{vocab.vocab}”; hãy chọn mã khác.")
    for key, name in (("label", row.label), *(("aliases", alias) for alias in row.aliases)):
        _check_new(key, name, vocab)
    return _with_vocab(
        schemas, vocab, [*vocab.terms, Term(code=row.code, label=row.label, aliases=row.aliases)]
    )


def _vocab(schemas: Schemas, name: str) -> Vocab:
    if name not in schemas.vocabs:
        told = f"không có danh mục “{name}”.{nearest_hint(name, schemas.vocabs)}"
        raise RowFlaw("vocab", told, unknown=name)
    return schemas.vocabs[name]


def _names(vocab: Vocab) -> dict[str, None]:
    return {name: None for term in (*vocab.terms, *vocab.listed) for name in (term.code, term.label)}


def _check_new(key: str, name: str, vocab: Vocab) -> None:
    """Refuse a name that another term has: it would belong to neither."""
    known = Vocabulary.of(vocab.terms)
    if not folded(name):
        raise RowFlaw(key, "tên phải có chữ.")
    if folded(name) in known.codes:
        label = known.labels[known.codes[folded(name)]]
        raise RowFlaw(key, f"“{name}” đã là một cách viết của “{label}” trong danh mục “{vocab.vocab}”.")


def _with_vocab(schemas: Schemas, vocab: Vocab, terms: list[Term]) -> Schemas:
    changed = vocab.model_copy(update={"terms": tuple(terms)})
    return replace(schemas, vocabs={**schemas.vocabs, vocab.vocab: changed})
