"""The supervisors' report as a Prefect flow: two files in a folder, with the figures of ``pipeline.reports``."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task

from flows.trying import REPORTING
from pipeline.base.errors import HotichError
from pipeline.reports import SPAN, StoreCheck, build_report, read_plan
from pipeline.reports.output_files import write_files
from pipeline.scans.store_check import read_state, wrong_scans
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings


@flow(name="report", log_prints=False, persist_result=False)
def report(target: str | None = None, workspace: str | None = None, days: int = SPAN) -> list[str]:
    """Write the workbook and the PDF for all places.

    Args:
        target: Target folder; by default the workspace's folder of reports.
        workspace: The workspace; by default as in the settings.
        days: Number of days in the report.

    Returns:
        The file names.
    """
    names = write_report(target, workspace, days)
    get_run_logger().info(f"Đã ghi báo cáo: {', '.join(names)}.")
    return names


@task(name="write-report", **REPORTING)
def write_report(target: str | None, workspace: str | None, days: int) -> list[str]:
    """Write the report with ``pipeline.reports``."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    folder = Workspace(context.workspace)
    try:
        plan = read_plan(folder.plan, context.schemas)
        state = read_state(folder)
        with context.open_registry() as registry:
            store = StoreCheck(state.finished_at, wrong_scans(state))
            figures = build_report(registry, context.schemas, plan, days=days, store=store)
        return [path.name for path in write_files(figures, Path(target) if target else folder.reports)]
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001  # its message can hold a name, and Prefect keeps it
        raise RuntimeError(f"{type(error).__name__}: see it with “hotich --verbose report”") from None
