"""Groups of record fields that one blank may hold, each with the composite kind that splits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.values.kinds import COMPOSITES


def bundles_of(declared: Schemas, record: RecordSpec) -> list[dict[str, Any]]:
    """Return the groups of record fields that one blank may hold, each with the composite kind that splits them.

    Declared forms show which fields a kind splits, such as ``wife_paper_type`` and ``wife_paper_number``; the record
    may have such fields for other people as well.
    """
    bundles: dict[tuple[str, ...], dict[str, Any]] = {}
    for kind, roles in _composite_slots(declared):
        common = _prefix(list(roles.values()))
        ends = {role: name.removeprefix(common) for role, name in roles.items()}
        # “paper_number” is clear with any prefix; “number” alone is not
        is_descriptive = all("_" in end for end in ends.values())
        for prefix in dict.fromkeys((common, *(_prefixes(record, ends) if is_descriptive else ()))):
            fields = {role: prefix + end for role, end in ends.items() if prefix + end in record.by_name}
            if len(fields) < min(2, len(ends)) or tuple(fields.values()) in bundles:
                continue
            labels = ", ".join(record.by_name[name].label for name in fields.values())
            bundles[tuple(fields.values())] = {
                "kind": kind,
                "fields": fields,
                "label": f"{COMPOSITES[kind].label}: {labels}",
            }
    shown = {bundle["kind"] for bundle in bundles.values()}
    for kind, fields in _by_names(record):
        if kind not in shown:
            labels = ", ".join(record.by_name[name].label for name in fields.values())
            label = f"{COMPOSITES[kind].label}: {labels}"
            bundles.setdefault(tuple(fields.values()), {"kind": kind, "fields": fields, "label": label})
    return list(bundles.values())


def _by_names(record: RecordSpec) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the composite kinds with a field for each role by the names of the record's fields alone."""
    for name, kind in COMPOSITES.items():
        ends = {role: kind.name_endings.get(role, (role,)) for role in kind.roles}
        first = ends[kind.roles[0]]
        for spec in record.fields:
            for end in first:
                if not spec.name.endswith(f"_{end}"):
                    continue
                prefix = spec.name.removesuffix(end)
                named = {
                    role: next((prefix + one for one in ends[role] if prefix + one in record.by_name), "")
                    for role in kind.roles
                }
                if all(named.values()):
                    yield name, named


def _composite_slots(declared: Schemas) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the composite kinds of the declared forms with the fields of their roles."""
    for form in declared.forms.values():
        for slot in form.slots:
            if slot.kind and len(slot.roles) > 1:
                yield slot.kind, slot.roles


def _prefixes(record: RecordSpec, ends: Mapping[str, str]) -> Iterator[str]:
    """Yield the part of the record's field names before any of the endings."""
    for spec in record.fields:
        for end in ends.values():
            if spec.name.endswith(f"_{end}"):
                yield spec.name.removesuffix(end)


def _prefix(names: Sequence[str]) -> str:
    """Return the common prefix of the names up to an underscore."""
    first, last = min(names), max(names)
    length = next(
        (position for position, (left, right) in enumerate(zip(first, last, strict=False)) if left != right),
        len(first),
    )
    return first[: first.rfind("_", 0, length) + 1]
