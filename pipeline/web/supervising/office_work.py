"""Work behind the pages of supervisors and administrators: reconciling files, checking the audit, reading settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.base.errors import SchemaError
from pipeline.base.files import remove_temporary_files
from pipeline.declarations.office.policies import OfficePolicies, load_policies
from pipeline.declarations.schema import Schemas
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.printing.offices import read_offices
from pipeline.delivery.reconcile import ReconcileDifference, RejectedCell
from pipeline.delivery.reconcile.sentences import format_reconciliation
from pipeline.delivery.registry_reconciliation import (
    DifferenceReport,
    ReconciliationRun,
    collect_differences,
    save_questions,
)
from pipeline.delivery.workbook_import.sent_files import SentFiles
from pipeline.delivery.workbook_reading import find_layout, open_workbook
from pipeline.form_design.record_declaring import RegisterDesk
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person
from pipeline.registry.audit.audit_words import format_audit_flaw, unproven_parts
from pipeline.registry.audit.seal import seals_in
from pipeline.reports import read_plan
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.versions import ReaderVersions
from pipeline.web.background_jobs import BackgroundJobs, JobOutcome, JobWork, OnProgress
from pipeline.web.supervising.office_desk import BackupWork, OfficeDesk, ReconcileWork
from pipeline.web.supervising.staff_file_desk import StaffFileDesk

HOW_TO_NAME = "Muốn so cả sổ thì chọn sổ ấy khi gửi tệp."
MOST_FLAWS = 50
EVERY = 50
"""After how many differences the progress is told."""


def office_desk(
    registry: Registry,
    context: RunContext,
    jobs: BackgroundJobs,
    declared: Schemas,
    read_context: Callable[[], RunContext],
    backups: BackupWork | None,
) -> OfficeDesk:
    """Return what the pages of supervisors and administrators have this server do.

    Args:
        declared: The declarations without what ``office.toml`` sets.
        read_context: Reads the settings and declarations anew.
        backups: None where the machine has no folder of backups.
    """
    workspace = Workspace(context.workspace)
    remove_sent_files(workspace.sent_files)
    return OfficeDesk(
        workspace.sent_files,
        jobs,
        reconcile=reconciler(registry, workspace, context.schemas),
        settings=StaffFileDesk(
            workspace.office,
            workspace.history(workspace.office.name),
            partial(
                read_policies,
                declared=declared,
                package=workspace.package,
            ),
        ),
        plan=StaffFileDesk(
            workspace.plan,
            workspace.history(workspace.plan.name),
            partial(read_plan, schemas=context.schemas),
        ),
        check_audit=audit_checker(registry, workspace),
        seals=workspace.seals,
        backups=backups,
        offices=StaffFileDesk(workspace.print, workspace.history(workspace.print.name), read_offices),
        readers=ReaderVersions(workspace.models),
        lines=LineStore(workspace.learning),
        registers=RegisterDesk(read_context),
        imports=SentFiles(workspace.import_files, workspace.import_layouts),
        declared=declared,
    )


def read_policies(path: Path, declared: Schemas, package: Path) -> OfficePolicies:
    """Return what a file sets, with what ``package.toml`` says of delivery, which counts before it.

    Args:
        path: The file, as ``office.toml``.
        declared: The declarations as they came with the program.
        package: The ``package.toml``; it need not be there.

    Raises:
        SchemaError: It names every flaw of either file with its line.
    """
    policies = load_policies(path, declared)
    try:
        return replace(policies, delivery=read_options(package, path).delivery)
    except SchemaError as error:
        raise SchemaError(error.message.replace(str(package), package.name)) from None


def remove_sent_files(folder: Path) -> None:
    """Remove the files that a server which was killed had under way."""
    for left in folder.glob("*.xlsx"):
        with suppress(OSError):
            left.unlink()
    remove_temporary_files(folder)


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
        mine = [question for question in kept.questions if person.may_see(question.place_code)]
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


def audit_checker(registry: Registry, workspace: Workspace) -> JobWork:
    """Return what looks at every row of the audit, also against the seals that the workspace keeps."""

    def check(on_progress: OnProgress) -> JobOutcome:
        seals = seals_in(workspace.seals) if workspace.seals.is_dir() else ()
        found = registry.audit().verify(*seals, progress=on_progress)
        sentences = [f"Đã xem {found.audit_rows} dòng nhật ký và {found.rows} dòng dữ liệu."]
        sentences += [f"Lưu ý: {told}" for told in unproven_parts(found, sealed=bool(seals))]
        sentences += [format_audit_flaw(flaw) for flaw in found.flaws[:MOST_FLAWS]]
        if not found.passed:
            sentences.append(
                f"Có {found.flaw_count} chỗ không đúng như chương trình đã ghi. Giữ nguyên cơ sở dữ liệu và báo người "
                "phụ trách ngay."
            )
        elif not found.checkable:
            sentences.append(
                "Không có khóa nào ở máy chủ chứng minh được những dòng cuối là do chương trình ghi."
            )
        else:
            sentences.append("Không có dòng nào bị sửa, bị xóa hay chen vào.")
        return JobOutcome(tuple(sentences), good=found.passed and found.checkable)

    return check
