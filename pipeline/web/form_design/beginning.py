"""How drafts begin: noted in the audit, with an id that no form has."""

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
        DraftRefused: This server designs no forms.
    """
    if site.forms.own is None:
        raise DraftRefused(NO_FORMS)
    return site.forms.own


def free_id(site: Site, name: str) -> str:
    """Return the name, with a number behind it where there is such a form."""
    tried, number = name[:56], 1
    declared = site.forms.declared
    while tried in declared.forms or tried in declared.form_flaws:
        number += 1
        tried = f"{name[:56]}-{number}"
    return tried


def begin_draft(
    site: Site, session: Session, design: Design, place: str, origin: str, base: str
) -> FormDraft:
    """Begin a draft, noted in the audit, and return it.

    Args:
        site: The services of the server.
        session: Of who begins it.
        design: What it begins with.
        place: The registration place of its specimens.
        origin: What it begins from.
        base: Which file of a form that is.

    Raises:
        DraftRefused: There are too many.
    """
    draft = site.forms.drafts.begin(design, place, session.person.login, origin, base)
    site.registry.note_view(
        session.person, "form-begun", f"form-draft:{draft.draft_id}", {"form": design.id, "from": origin}
    )
    return draft
