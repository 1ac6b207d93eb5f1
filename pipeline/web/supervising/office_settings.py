"""What an office has set in ``office.toml``: shown, and changed through a form that its declaration makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pipeline import delivery_rules
from pipeline.base.errors import SchemaError
from pipeline.base.staff_toml_edits import with_keys
from pipeline.declarations import office, review_policy, sampling
from pipeline.declarations.learning_policy import LearningPolicy, read_learning
from pipeline.declarations.review_policy import BookPolicy, ReviewPolicy
from pipeline.declarations.sampling import SamplingPolicy
from pipeline.declarations.schema import Schemas
from pipeline.delivery_rules import ApprovalPolicy, DeliveryPolicy
from pipeline.registry.statistics.book_states import BookState
from pipeline.web.supervising.setting_specs import (
    APPROVAL,
    PLACES,
    REVIEW,
    TABLES,
    SettingSpec,
    SettingTable,
)

OFFICE_FILE = "office.toml"


@dataclass(frozen=True, slots=True)
class OfficePolicies:
    """What an office has set about review, sampling, delivery, approval and learning."""

    review: ReviewPolicy = field(default_factory=ReviewPolicy)
    sampling: SamplingPolicy = field(default_factory=SamplingPolicy)
    delivery: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    learning: LearningPolicy = field(default_factory=LearningPolicy)


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting.

    Attributes:
        label: What it is about.
        value: What holds now, in words.
        key: Its key in the table of the file.
        usual: Whether it is what holds where nothing is set.
    """

    label: str
    value: str
    key: str
    usual: bool


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """The settings of one table of ``office.toml``; ``guide``: the page of the handbook that explains it."""

    title: str
    table: str
    guide: str
    settings: tuple[ShownSetting, ...]


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that a form changes: the value, and both in words."""

    spec: SettingSpec
    value: Any
    line: str


def load_policies(path: Path, declared: Schemas) -> OfficePolicies:
    """Return what a file sets, after all of it was checked.

    Args:
        path: The file.
        declared: The declarations as they came with the program.

    Raises:
        SchemaError: It names every flaw with its line.
    """
    flaws: list[str] = []
    found: dict[str, Any] = {}
    schemas = declared
    try:
        schemas = office.applied(declared, path)
    except SchemaError as error:
        flaws.append(error.message)
    for name, read in (
        ("review", lambda: review_policy.read(path, schemas)),
        ("sampling", lambda: sampling.read(path)),
        ("delivery", lambda: delivery_rules.read(path)),
        ("approval", lambda: delivery_rules.read_approval(path)),
        ("learning", lambda: read_learning(path)),
    ):
        try:
            found[name] = read()
        except SchemaError as error:
            flaws.append(error.message)
    if flaws:
        raise SchemaError("\n".join(dict.fromkeys(line for one in flaws for line in one.splitlines())))
    return OfficePolicies(**found)


def values_of(policies: OfficePolicies) -> dict[str, dict[str, Any]]:
    """Return the value of every setting, by table and key."""
    review, quality = policies.review, policies.sampling.quality
    percent = {
        name: round(100 * getattr(quality, name), PLACES)
        for name in ("acceptable", "rejectable", "producer_risk", "consumer_risk")
    }
    return {
        "review": {
            **{one.name: getattr(review.every_book, one.name) for one in fields(BookPolicy)},
            "lease_minutes": int(review.lease.total_seconds() // 60),
            "assigned_only": review.assigned_only,
        },
        "sampling": {
            "preset": policies.sampling.preset,
            **percent,
            "fields": policies.sampling.fields,
        },
        "delivery": dict(policies.delivery.choices),
        "approval": {one.name: getattr(policies.approval, one.name) for one in fields(ApprovalPolicy)},
        "learning": {one.name: getattr(policies.learning, one.name) for one in fields(LearningPolicy)},
    }


def setting_groups(policies: OfficePolicies, schemas: Schemas) -> tuple[SettingGroup, ...]:
    """Return all that the office has set, group by group."""
    labels, values = field_labels(schemas), values_of(policies)
    groups = []
    for table in TABLES.values():
        shown = [
            ShownSetting(
                spec.label,
                spec.words(values[table.name][spec.name], labels),
                spec.name,
                values[table.name][spec.name] == spec.default,
            )
            for spec in table.specs
        ]
        if table is REVIEW:
            shown += _own_books(policies.review, labels)
        groups.append(SettingGroup(table.title, table.name, table.guide, tuple(shown)))
    return tuple(groups)


def field_labels(schemas: Schemas) -> dict[str, str]:
    """Return the labels of the fields of all forms, by name."""
    return {spec.name: spec.label for record in schemas.records.values() for spec in record.fields}


def changes_of(
    table: SettingTable, form: Mapping[str, Sequence[str]], now: OfficePolicies, schemas: Schemas
) -> tuple[SettingChange, ...]:
    """Return what a form changes.

    Args:
        table: The table whose form it is.
        form: The texts of the form, by key; a key that is not there has none.
        now: What holds now.
        schemas: The declarations.

    Raises:
        SettingsRefused: A value is none of that setting.
    """
    labels, values = field_labels(schemas), values_of(now)[table.name]
    found = []
    for spec in table.specs:
        value, before = spec.parse(form.get(spec.name, ()), labels), values[spec.name]
        if value != before:
            line = f"{spec.label}: {spec.words(before, labels)} → {spec.words(value, labels)}"
            found.append(SettingChange(spec, value, line))
    return tuple(found)


def differences_of(before: OfficePolicies, after: OfficePolicies, schemas: Schemas) -> tuple[str, ...]:
    """Return in words what is set otherwise in ``after`` than in ``before``."""
    labels, old, new = field_labels(schemas), values_of(before), values_of(after)
    told = [
        f"{table.title}: {spec.label}: "
        f"{spec.words(old[table.name][spec.name], labels)} → {spec.words(new[table.name][spec.name], labels)}"
        for table in TABLES.values()
        for spec in table.specs
        if old[table.name][spec.name] != new[table.name][spec.name]
    ]
    if before.review.books != after.review.books:
        told.append(f"{REVIEW.title}: mục riêng của từng sổ ([[review.book]]) đã đổi")
    return tuple(told)


def edited_text(text: str, table: SettingTable, changes: Sequence[SettingChange]) -> str:
    """Return the text of the file with these changes; the rest of it, with its comments, stays."""
    written = {
        one.spec.name: sorted(one.value) if isinstance(one.value, frozenset) else one.value for one in changes
    }
    return with_keys(text, table.name, written) if written else text


def effects_of(
    table: SettingTable, before: OfficePolicies, after: OfficePolicies, books: Sequence[BookState]
) -> tuple[str, ...]:
    """Return what a change does to the books that are there, as far as it is known, in sentences."""
    told = [table.since]
    if table is REVIEW:
        other = [
            one
            for one in books
            if before.review.of_book(one.folder_name) != after.review.of_book(one.folder_name)
        ]
        waiting = [one for one in other if one.waiting]
        if other:
            told.append(
                f"Đổi cách rà soát của {len(other)} quyển sổ, trong đó {len(waiting)} quyển đang có nhiệm vụ chờ"
                f"{_named(waiting)}."
            )
        elif before.review.every_book != after.review.every_book and books:
            told.append("Mọi quyển đang có đều có mục riêng cho điều này nên không quyển nào đổi.")
    elif table is APPROVAL and after.approval.book and not before.approval.book:
        ready = [one for one in books if one.entries]
        told.append(
            f"{len(ready)} quyển có sự kiện phải được phê duyệt rồi mới xuất được gói{_named(ready)}."
        )
    elif table.name == "delivery":
        given = [one for one in books if one.delivered_at is not None]
        if given:
            told.append(
                f"{len(given)} quyển đã xuất gói theo quy tắc cũ{_named(given)}; cần theo quy tắc mới thì xuất lại."
            )
    return tuple(told)


MOST_NAMED = 5


def _named(books: Sequence[BookState]) -> str:
    if not books:
        return ""
    names = ", ".join(one.folder_name for one in books[:MOST_NAMED])
    more = f" và {len(books) - MOST_NAMED} quyển nữa" if len(books) > MOST_NAMED else ""
    return f" ({names}{more})"


def _own_books(review: ReviewPolicy, labels: Mapping[str, str]) -> list[ShownSetting]:
    specs = {spec.name: spec for spec in REVIEW.specs}
    return [
        ShownSetting(
            f"Riêng các sổ {pattern}",
            "; ".join(
                f"{specs[key].label}: {specs[key].words(value, labels)}" for key, value in keys.items()
            ),
            "[[review.book]]",
            usual=False,
        )
        for pattern, keys in review.books
    ]
