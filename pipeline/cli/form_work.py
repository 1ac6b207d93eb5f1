"""The form designer of a server: drafts and the office's own forms in its workspace, specimens through its readers."""

from __future__ import annotations

from dataclasses import replace

from pipeline.form_design.drafts import FormDrafts
from pipeline.form_design.specimen_files import ReadsSpecimens
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.web.background_jobs import BackgroundJobs
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.form_design.own_forms import OwnForms


def form_desk(
    settings: Settings, context: RunContext, jobs: BackgroundJobs, reader: ReadsSpecimens | None
) -> FormDesk:
    """Return the form designer of a server.

    Forms are checked against the declarations as they came with the program: what an office adds to lists is read
    after its forms. What is saved is put on the shelf of the server's own declarations.

    Args:
        settings: The settings.
        context: What the server works with.
        jobs: Runs the work behind answers.
        reader: Opens and reads specimens.
    """
    workspace = Workspace(context.workspace)
    declared = replace(settings.declared_schemas(context.workspace), forms=context.schemas.forms)
    return FormDesk(
        drafts=FormDrafts(workspace.form_drafts),
        own=OwnForms(workspace.own_forms, lambda name: workspace.history(f"forms/{name}"), declared),
        schemas=declared,
        jobs=jobs,
        reader=reader,
        limits=context.limits,
        stored=workspace.stored,
    )
