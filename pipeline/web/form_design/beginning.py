"""The start of form drafts: a note in the audit log and an id that no form has."""

from __future__ import annotations

from pipeline.form_design.design import Design
from pipeline.form_design.draft import DraftRefused, FormDraft
from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site
from pipeline.web.form_design.form_desk import NO_FORMS
from pipeline.web.form_design.own_forms import OwnForms


def own_forms(site: Site) -> OwnForms:
    """Return the office's own forms.

    Raises:
        DraftRefused: This server has no form designer.
    """
    if site.forms.own is None:
        raise DraftRefused(NO_FORMS)
    return site.forms.own


def free_id(site: Site, name: str) -> str:
    """Return the name, with a number appended where a form of this name exists."""
    candidate, number = name[:56], 1
    declared = site.forms.declared
    while candidate in declared.forms or candidate in declared.form_flaws:
        number += 1
        candidate = f"{name[:56]}-{number}"
    return candidate


def begin_draft(
    site: Site, session: Session, design: Design, place: str, origin: str, base: str
) -> FormDraft:
    """Begin a draft, noted in the audit log, and return it.

    Args:
        place: Code of the registration place of the specimens.
        base: Version of the form's file from which the draft starts.

    Raises:
        DraftRefused: The limit of drafts is reached.
    """
    draft = site.forms.drafts.begin(design, place, session.person.login, origin, base)
    site.registry.note_view(
        session.person, "form-begun", f"form-draft:{draft.draft_id}", {"form": design.id, "from": origin}
    )
    return draft
