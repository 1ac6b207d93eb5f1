"""Assembly of a server's form designer: drafts and own forms in its workspace, specimens through its readers."""

from __future__ import annotations

from dataclasses import replace

from pipeline.declarations.schema import Schemas
from pipeline.form_design.drafts import FormDrafts
from pipeline.form_design.specimen_files import ReadsSpecimens
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.web.background_jobs import BackgroundJobs
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.form_design.own_forms import OwnForms


def form_desk(
    declared: Schemas, context: RunContext, jobs: BackgroundJobs, reader: ReadsSpecimens | None
) -> FormDesk:
    """Return the form designer of a server.

    Forms are checked against the declarations as shipped, because the office's additions to lists are read after its
    forms. A saved form is added to the form shelf of the server's own declarations.

    Args:
        declared: The declarations without the additions of ``office.toml``.
        jobs: Runs the background jobs.
        reader: Opens and reads specimens.
    """
    workspace = Workspace(context.workspace)
    declared = replace(declared, forms=context.schemas.forms)
    return FormDesk(
        drafts=FormDrafts(workspace.form_drafts),
        own=OwnForms(workspace.own_forms, lambda name: workspace.history(f"forms/{name}"), declared),
        schemas=declared,
        jobs=jobs,
        reader=reader,
        limits=context.limits,
        stored=workspace.stored,
    )
