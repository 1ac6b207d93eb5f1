"""Values for the template and the scripts of the form designer: bindable fields, similar forms, the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.form_design.borrowing import similar_forms
from pipeline.form_design.draft import FormDraft
from pipeline.form_design.flaws import composite_roles, design_flaws
from pipeline.values.kinds import COMPOSITES
from pipeline.web.background_jobs import Job
from pipeline.web.context import Site
from pipeline.web.form_design.form_desk import FormDesk

ENTRY_NUMBER = "số đăng ký"
"""What people also call the number of an entry."""


def designer_values(site: Site, draft: FormDraft) -> dict[str, Any]:
    """Return the template's values other than the draft."""
    declared = site.forms.declared
    record = declared.records[draft.design.record]
    return {
        "record": record.title,
        "fields": [
            {
                "name": spec.name,
                "label": spec.label,
                "also": ENTRY_NUMBER if spec.name == record.key_fields.number else "",
                "parted": bool(spec.value_kind.parts),
                "required": spec.required and spec.ledger is None,
            }
            for spec in record.fields
        ],
        "bundles": bundles_of(declared, record),
        "alike": [
            {"id": form.form.id, "title": form.form.title, "likeness": round(100 * form.likeness)}
            for form in similar_forms(draft.design, declared)[:12]
        ],
        "kinds": composite_roles(),
        "bases": [
            {"id": form.id, "title": form.title}
            for form in declared.forms.values()
            if (form.record, form.layout) == (draft.design.record, draft.design.layout)
            and form.id != draft.design.id
            and not (form.printing_of or form.retired)
        ],
    }


def draft_state(desk: FormDesk, draft: FormDraft) -> dict[str, Any]:
    """Return a draft in the form that the designer's scripts read."""
    proposal = desk.drafts.proposal(draft.draft_id)
    job = desk.running(draft.draft_id) or desk.last_job(draft.draft_id)
    flaws = design_flaws(draft.design, desk.declared)
    return {
        "revision": draft.revision,
        "changed_by": draft.changed_by,
        "saved_as": draft.saved_as,
        "design": draft.design.model_dump(mode="json", by_alias=True),
        "flaws": [{"key": flaw.key, "message": flaw.message} for flaw in flaws],
        "pages": [
            {
                "number": specimen.number,
                "name": specimen.name,
                "side": specimen.side,
                "size": specimen.size,
                "frame": specimen.frame,
                "flaw": specimen.flaw,
                "straight": specimen.is_straight,
            }
            for specimen in draft.specimens
        ],
        "proposal": None if proposal is None else proposal.model_dump(mode="json", by_alias=True),
        "job": None if job is None else _job(job),
        "readings": desk.drafts.readings(draft.draft_id),
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "number": job.number,
        "title": job.title,
        "running": job.is_running,
        "phase": job.phase.value,
        "done": job.done,
        "total": job.total,
        "sentences": job.outcome.sentences,
        "good": job.outcome.good,
    }


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
