"""What a change of ``office.toml`` makes easier, compared setting by setting as each declares what easier means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.base.model import Severity
from pipeline.declarations.office.changed_schemas import OFF
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import REVIEW
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry
from pipeline.registry.accounts.model import CONSOLE
from pipeline.web.supervising.office_rules import (
    EVERY_FIELD,
    OwnRows,
    fields_of_rule,
    own_rows,
    settable_rules,
    severity_words,
)
from pipeline.web.supervising.office_settings import TABLES, field_labels, values_of
from pipeline.web.supervising.sign_in_settings import held_sign_in, loosened_sign_in

RULES, BOOKS, SIGN_IN = "rules", "books", "sign_in"
"""The keys of the rules' severities, of the settings of single books within those of review, and of the sign-in."""

_RANKS = (OFF, Severity.INFO.value, Severity.REVIEW.value, Severity.BLOCK.value)

Held = Mapping[str, Any]
"""Every setting by table and key, and the severities that the office gave rules, as JSON holds them."""


def held_policies(policies: OfficePolicies, rows: OwnRows) -> Held:
    """Return what an office has set, to be kept and compared later."""
    held: dict[str, Any] = {
        table: {key: _plain(value) for key, value in values.items() if key in _settings(table)}
        for table, values in values_of(policies).items()
    }
    held[REVIEW.name][BOOKS] = [
        [pattern, {key: _plain(value) for key, value in keys.items()}]
        for pattern, keys in policies.review.books
    ]
    held[SIGN_IN] = held_sign_in(rows.sign_in)
    held[RULES] = {f"{row.code} {row.field}".strip(): row.severity for row in rows.rules}
    return held


def loosened_lines(before: Held, after: Held, declared: Schemas) -> tuple[str, ...]:
    """Return what is easier after a change than before it, in words; a setting that is new in one of them is left out.

    Args:
        declared: The declarations as shipped.
    """
    names = field_labels(declared)
    lines = []
    for table in TABLES.values():
        old, new = before.get(table.name, {}), after.get(table.name, {})
        for setting in table.settings:
            if setting.name not in old or setting.name not in new:
                continue
            was, now = _typed(old[setting.name]), _typed(new[setting.name])
            if setting.is_looser(now, was):
                words = f"{setting.words(was, names)} → {setting.words(now, names)}"
                lines.append(f"{table.title}: {setting.label}: {words}")
    if before.get(REVIEW.name, {}).get(BOOKS, []) != after.get(REVIEW.name, {}).get(BOOKS, []):
        lines.append(f"{REVIEW.title}: mục riêng của từng sổ ([[review.book]]) đã đổi")
    if SIGN_IN in before and SIGN_IN in after:
        lines += loosened_sign_in(before[SIGN_IN], after[SIGN_IN])
    return (*lines, *_looser_rules(before.get(RULES, {}), after.get(RULES, {}), declared))


def note_held(registry: Registry, policies: OfficePolicies, text: str, declared: Schemas) -> None:
    """Record what a server starts with, and what somebody has loosened by hand since the last time.

    Args:
        text: The text of ``office.toml``.
    """
    held = held_policies(policies, own_rows(text))
    before = registry.noted_policies()
    if before != held:
        lines = () if before is None else loosened_lines(before, held, declared)
        registry.note_policies(held, lines, lines, CONSOLE)


def _looser_rules(before: Mapping[str, str], after: Mapping[str, str], declared: Schemas) -> list[str]:
    """Return the rules that say less after a change, at every field or at single ones."""
    lines = []
    for rule in settable_rules(declared):
        shipped = rule.severity.value if rule.severity else OFF
        labels = fields_of_rule(rule.code, declared)
        for field in ("", *labels):
            was, now = (_severity(rows, rule.code, field, shipped) for rows in (before, after))
            of_field = f"{rule.code} {field}" in before or f"{rule.code} {field}" in after
            if (not field or of_field) and _RANKS.index(now) < _RANKS.index(was):
                where = labels[field] if field else EVERY_FIELD
                lines.append(f"Quy tắc {rule.code}, {where}: {severity_words(was)} → {severity_words(now)}")
    return lines


def _severity(rows: Mapping[str, str], code: str, field: str, shipped: str) -> str:
    return rows.get(f"{code} {field}".strip(), rows.get(code, shipped))


def _settings(table: str) -> frozenset[str]:
    return frozenset(setting.name for setting in TABLES[table].settings)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _typed(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
