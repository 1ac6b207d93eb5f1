"""What pages have the server do, as the commands do it: the web application is handed these functions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipeline.batch.reconciliation import DifferenceReport, ReconciliationRun, collect_differences
from pipeline.cli.reconcile import format_reconciliation, save_questions
from pipeline.export.options import read_options
from pipeline.reconcile import ReconcileDifference, RejectedCell, find_layout, open_workbook
from pipeline.registry import Registry
from pipeline.registry.model.accounts import Person
from pipeline.reports import read_plan
from pipeline.review.background_jobs import BackgroundJobs, JobOutcome, OnProgress
from pipeline.review.supervising.office_desk import OfficeDesk, ReconcileWork
from pipeline.review.supervising.office_settings import load_policies
from pipeline.review.supervising.staff_file_desk import StaffFileDesk
from pipeline.run_context import RunContext
from pipeline.schema import Schemas
from pipeline.settings import Settings
from pipeline.workspace import Workspace

HOW_TO_NAME = "Muốn so cả sổ thì chọn sổ ấy khi gửi tệp."
EVERY = 50
"""After how many differences the progress is told."""


def office_desk(
    registry: Registry, settings: Settings, context: RunContext, jobs: BackgroundJobs
) -> OfficeDesk:
    """Return what the pages of supervisors and administrators have this server do."""
    workspace = Workspace(context.workspace)
    return OfficeDesk(
        workspace.sent_files,
        jobs,
        reconcile=reconciler(registry, workspace, context.schemas),
        settings=StaffFileDesk(
            workspace.office,
            workspace.history(workspace.office.name),
            partial(load_policies, declared=settings.declared_schemas(context.workspace)),
        ),
        plan=StaffFileDesk(
            workspace.plan,
            workspace.history(workspace.plan.name),
            partial(read_plan, schemas=context.schemas),
        ),
    )


def reconciler(registry: Registry, workspace: Workspace, schemas: Schemas) -> ReconcileWork:
    """Return what compares files for the web application as ``hotich reconcile --save`` does.

    A person gets the books of their own places compared, and no question about another place is stored.
    """

    def compare(
        file: Path, name: str, book_ids: tuple[int, ...], person: Person, on_progress: OnProgress
    ) -> JobOutcome:
        with open_workbook(file) as book:
            columns = find_layout(book, schemas, None)
            run = ReconciliationRun(
                registry,
                schemas,
                book,
                columns,
                book_ids,
                places=person.places,
                delivery=read_options(workspace.package, workspace.office).delivery,
            )
            told = _told(run.differences(), on_progress)
            kept = collect_differences(told, DifferenceReport(registry, columns), None, shown=0, ask=True)
        mine = [one for one in kept.questions if person.may_see(one.place_code)]
        number = save_questions(registry, run, file, name, mine, person.login)
        asked = (
            f"{len(mine)} khác biệt chờ trả lời ở lần {number}."
            if mine
            else f"Không có khác biệt nào phải hỏi (lần {number})."
        )
        others = len(kept.questions) - len(mine)
        elsewhere = (f"{others} dòng của nơi khác, hoặc không rõ nơi, không được đưa vào.",) if others else ()
        sentences = (*format_reconciliation(run.counts, HOW_TO_NAME), *elsewhere, asked)
        return JobOutcome(sentences, f"/reconcile/{number}" if mine else "")

    return compare


def _told(
    found: Iterator[ReconcileDifference | RejectedCell], on_progress: OnProgress
) -> Iterator[ReconcileDifference | RejectedCell]:
    """Yield what was found and tell how much it is by now; the whole is not known."""
    for count, one in enumerate(found, start=1):
        if count % EVERY == 0:
            on_progress(count, 0)
        yield one
