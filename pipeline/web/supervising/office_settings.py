"""The settings of ``office.toml``: shown, and edited through forms built from their declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.base.staff_toml_edits import with_keys
from pipeline.declarations.office.approval import APPROVAL
from pipeline.declarations.office.campaign import CONTRACT, SCAN_NORM
from pipeline.declarations.office.delivery_policy import DELIVERY
from pipeline.declarations.office.learning import LEARNING
from pipeline.declarations.office.lot_sampling import SAMPLING
from pipeline.declarations.office.outside import MAIL, WEBHOOK
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import REVIEW, ReviewPolicy
from pipeline.declarations.office.settings import Setting, SettingTable
from pipeline.declarations.office.signing import SIGNING
from pipeline.declarations.schema import Schemas
from pipeline.registry.statistics.book_states import BookState

OFFICE_FILE = "office.toml"


TABLES: Mapping[str, SettingTable[Any]] = {
    table.name: table
    for table in (REVIEW, SAMPLING, CONTRACT, SCAN_NORM, DELIVERY, APPROVAL, LEARNING, SIGNING, WEBHOOK, MAIL)
}
"""Every editable table, by name."""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as shown.

    Attributes:
        value: The value in force, in words.
        key: The key in its table of the file.
        usual: Whether the value is the default.
    """

    label: str
    value: str
    key: str
    usual: bool


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """The settings of a table of ``office.toml``; ``guide``: the handbook page about it."""

    title: str
    table: str
    guide: str
    settings: tuple[ShownSetting, ...]


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting changed by a form: the new value, and both values in words."""

    setting: Setting
    value: Any
    line: str


def values_of(policies: OfficePolicies) -> dict[str, Mapping[str, Any]]:
    """Return the value of every setting, by table and key."""
    return {
        REVIEW.name: dict(policies.review),
        SAMPLING.name: dict(policies.sampling),
        DELIVERY.name: policies.delivery.choices,
        APPROVAL.name: dict(policies.approval),
        LEARNING.name: dict(policies.learning),
        WEBHOOK.name: dict(policies.webhook),
        MAIL.name: dict(policies.mail),
        CONTRACT.name: dict(policies.contract),
        SCAN_NORM.name: dict(policies.scan_norm),
        SIGNING.name: dict(policies.signing),
    }


def setting_groups(policies: OfficePolicies, schemas: Schemas) -> tuple[SettingGroup, ...]:
    """Return all settings of the office, table by table."""
    labels, values = field_labels(schemas), values_of(policies)
    groups = []
    for table in TABLES.values():
        shown = [
            ShownSetting(
                setting.label,
                setting.words(values[table.name][setting.name], labels),
                setting.name,
                values[table.name][setting.name] == setting.default,
            )
            for setting in table.settings
        ]
        if table is REVIEW:
            shown += _own_books(policies.review, labels)
        groups.append(SettingGroup(table.title, table.name, table.guide, tuple(shown)))
    return tuple(groups)


def field_labels(schemas: Schemas) -> dict[str, str]:
    records = reversed(tuple(schemas.records.values()))  # the first register that has a field names it
    return {spec.name: spec.label for record in records for spec in record.fields}


def changes_of(
    table: SettingTable[Any],
    form: Mapping[str, Sequence[str]],
    now: Mapping[str, Any],
    names: Mapping[str, str],
) -> tuple[SettingChange, ...]:
    """Return the changes in a form.

    Args:
        form: The texts of the form, by key; a missing key has none.
        now: The values in force, by key.
        names: The selectable names: labels of fields by name, names of places by code.

    Raises:
        SettingsRefused: A value is invalid for its setting.
    """
    changes = []
    for setting in table.settings:
        value, before = setting.parse(form.get(setting.name, ()), names), now[setting.name]
        if value != before:
            line = f"{setting.label}: {setting.words(before, names)} → {setting.words(value, names)}"
            changes.append(SettingChange(setting, value, line))
    return tuple(changes)


def differences_of(before: OfficePolicies, after: OfficePolicies, schemas: Schemas) -> tuple[str, ...]:
    """Return the differences of settings from ``before`` to ``after``, in words."""
    labels, old, new = field_labels(schemas), values_of(before), values_of(after)
    lines = [
        f"{table.title}: {setting.label}: "
        f"{setting.words(old[table.name][setting.name], labels)} → "
        f"{setting.words(new[table.name][setting.name], labels)}"
        for table in TABLES.values()
        for setting in table.settings
        if old[table.name][setting.name] != new[table.name][setting.name]
    ]
    if before.review.books != after.review.books:
        lines.append(f"{REVIEW.title}: mục riêng của từng sổ ([[review.book]]) đã đổi")
    return tuple(lines)


def edited_text(text: str, table: SettingTable[Any], changes: Sequence[SettingChange]) -> str:
    """Return the text of the file with the changes; the rest, including comments, stays."""
    written = {
        change.setting.name: sorted(change.value) if isinstance(change.value, frozenset) else change.value
        for change in changes
    }
    return with_keys(text, table.name, written) if written else text


def effects_of(
    table: SettingTable[Any], before: OfficePolicies, after: OfficePolicies, books: Sequence[BookState]
) -> tuple[str, ...]:
    """Return the known effects of a change on the present books, in sentences."""
    sentences = [table.since]
    if table is REVIEW:
        affected = [
            book
            for book in books
            if before.review.of_book(book.folder_name) != after.review.of_book(book.folder_name)
        ]
        waiting = [book for book in affected if book.waiting]
        if affected:
            sentences.append(
                f"Đổi cách rà soát của {len(affected)} quyển sổ, trong đó {len(waiting)} quyển đang có nhiệm vụ chờ"
                f"{_names_in_brackets(waiting)}."
            )
        elif before.review.every_book != after.review.every_book and books:
            sentences.append("Mọi quyển đang có đều có mục riêng cho điều này nên không quyển nào đổi.")
    elif table is APPROVAL and after.approval.book and not before.approval.book:
        ready = [book for book in books if book.entries]
        sentences.append(
            f"{len(ready)} quyển có sự kiện phải được phê duyệt rồi mới xuất được gói{_names_in_brackets(ready)}."
        )
    elif table is DELIVERY:
        delivered = [book for book in books if book.delivered_at is not None]
        if delivered:
            sentences.append(
                f"{len(delivered)} quyển đã xuất gói theo quy tắc cũ{_names_in_brackets(delivered)}; "
                "cần theo quy tắc mới thì xuất lại."
            )
    return tuple(sentences)


MOST_NAMED = 5


def _names_in_brackets(books: Sequence[BookState]) -> str:
    if not books:
        return ""
    names = ", ".join(book.folder_name for book in books[:MOST_NAMED])
    more = f" và {len(books) - MOST_NAMED} quyển nữa" if len(books) > MOST_NAMED else ""
    return f" ({names}{more})"


def _own_books(review: ReviewPolicy, labels: Mapping[str, str]) -> list[ShownSetting]:
    known = {setting.name: setting for setting in REVIEW.settings}
    return [
        ShownSetting(
            f"Riêng các sổ {pattern}",
            "; ".join(
                f"{known[key].label}: {known[key].words(value, labels)}" for key, value in keys.items()
            ),
            "[[review.book]]",
            usual=False,
        )
        for pattern, keys in review.books
    ]
