"""What the page of the designer is told: the fields that may be bound, the forms to take them from, and the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.form_design.borrowing import like_forms
from pipeline.form_design.draft import FormDraft
from pipeline.form_design.flaws import composite_roles, design_flaws
from pipeline.values.kinds import COMPOSITES
from pipeline.web.background_jobs import Job
from pipeline.web.context import Site
from pipeline.web.form_design.form_desk import FormDesk


def designer_values(site: Site, draft: FormDraft) -> dict[str, Any]:
    """Return what the template of the designer shows besides the draft."""
    declared = site.forms.declared
    record = declared.records[draft.design.record]
    return {
        "record": record.title,
        "fields": [
            {
                "name": spec.name,
                "label": spec.label,
                "parted": bool(spec.value_kind.parts),
                "required": spec.required and spec.ledger is None,
            }
            for spec in record.fields
        ],
        "bundles": bundles_of(declared, record),
        "alike": [
            {"id": form.form.id, "title": form.form.title, "likeness": round(100 * form.likeness)}
            for form in like_forms(draft.design, declared)[:12]
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
    """Return a draft as the scripts of the designer know it."""
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
    """Return the fields of a record that one blank may hold together, each with the kind that parts them.

    Declared forms show which fields a kind parts, as ``wife_paper_type`` and ``wife_paper_number``; the record may have
    such fields of other people as well.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for kind, roles in _parted(declared):
        common = _prefix(list(roles.values()))
        ends = {role: name.removeprefix(common) for role, name in roles.items()}
        # “paper_number” says what it is whoever has it; “number” alone does not
        spread = all("_" in end for end in ends.values())
        for prefix in dict.fromkeys((common, *(_prefixes(record, ends) if spread else ()))):
            fields = {role: prefix + end for role, end in ends.items() if prefix + end in record.by_name}
            if len(fields) < min(2, len(ends)) or tuple(fields.values()) in found:
                continue
            labels = ", ".join(record.by_name[name].label for name in fields.values())
            found[tuple(fields.values())] = {
                "kind": kind,
                "fields": fields,
                "label": f"{COMPOSITES[kind].label}: {labels}",
            }
    shown = {one["kind"] for one in found.values()}
    for kind, fields in _by_names(record):
        if kind not in shown:
            labels = ", ".join(record.by_name[name].label for name in fields.values())
            told = f"{COMPOSITES[kind].label}: {labels}"
            found.setdefault(tuple(fields.values()), {"kind": kind, "fields": fields, "label": told})
    return list(found.values())


def _by_names(record: RecordSpec) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the composite kinds all of whose roles a record has fields for, by their names: no form need show them."""
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


def _parted(declared: Schemas) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the composite kinds of the declared forms with the fields of their roles."""
    for form in declared.forms.values():
        for slot in form.slots:
            if slot.kind and len(slot.roles) > 1:
                yield slot.kind, slot.roles


def _prefixes(record: RecordSpec, ends: Mapping[str, str]) -> Iterator[str]:
    """Yield what stands before one of these ends in the fields of a record."""
    for spec in record.fields:
        for end in ends.values():
            if spec.name.endswith(f"_{end}"):
                yield spec.name.removesuffix(end)


def _prefix(names: Sequence[str]) -> str:
    """Return what the names have in common up to an underscore."""
    first, last = min(names), max(names)
    same = next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
    )
    return first[: first.rfind("_", 0, same) + 1]
