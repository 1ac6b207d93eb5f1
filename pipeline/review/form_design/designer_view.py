"""What the page of the designer is told: the fields that may be bound, the forms to take them from, and the draft."""

from __future__ import annotations

from typing import Any

from pipeline.form_design.borrowing import like_forms
from pipeline.form_design.design import design_of_form
from pipeline.form_design.drafts import FormDraft
from pipeline.form_design.flaws import composite_roles, design_flaws, held_fields
from pipeline.review.background_jobs import Job
from pipeline.review.context import Site
from pipeline.review.form_design.form_desk import FormDesk
from pipeline.schema import RecordSpec, Schemas

KIND_WORDS = {
    "signer": "Họ tên và chức vụ người ký",
    "identity_paper": "Giấy tờ tùy thân",
    "death_notice": "Giấy báo tử",
    "moment": "Giờ và ngày chết",
}
"""What a blank of a composite kind holds, in words."""

PARTED_KINDS = frozenset({"date", "time"})
"""Kinds whose parts may have a blank each."""


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
                "parted": spec.kind in PARTED_KINDS,
                "required": spec.required and spec.ledger is None,
            }
            for spec in record.fields
        ],
        "bundles": _bundles(declared, record),
        "alike": [
            {"id": one.form.id, "title": one.form.title, "likeness": round(100 * one.likeness)}
            for one in like_forms(draft.design, declared)[:12]
        ],
        "kinds": composite_roles(),
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
        "flaws": [{"key": one.key, "message": one.message} for one in flaws],
        "pages": [
            {
                "number": one.number,
                "name": one.name,
                "side": one.side,
                "size": one.size,
                "frame": one.frame,
                "flaw": one.flaw,
                "straight": one.is_straight,
            }
            for one in draft.specimens
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


def _bundles(declared: Schemas, record: RecordSpec) -> list[dict[str, Any]]:
    """Return the fields that declared forms of the record keep in one blank, each with the kind that parts them."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for form in declared.forms.values():
        if form.record != record.record:
            continue
        for one in design_of_form(form).elements():
            kind = getattr(one, "kind", None)
            names = held_fields(one)
            if kind and len(names) > 1 and names not in found:
                labels = ", ".join(record.by_name[name].label for name in names if name in record.by_name)
                whole = f"{KIND_WORDS.get(kind, kind)}: {labels}"
                found[names] = {"kind": kind, "fields": dict(getattr(one, "fields", {})), "label": whole}
    return list(found.values())
