"""Values for the template and the scripts of the form designer: bindable fields, similar forms, the draft."""

from __future__ import annotations

from typing import Any

from pipeline.form_design.borrowing import similar_forms
from pipeline.form_design.bundles import bundles_of
from pipeline.form_design.draft import FormDraft
from pipeline.form_design.flaws import composite_roles, design_flaws
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
        "records": [{"name": one.record, "title": one.title} for one in declared.records.values()],
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
