"""The work behind the pages of supervisors and administrators: reconciliation, audit verification, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.base.errors import SchemaError
from pipeline.base.files import remove_temporary_files
from pipeline.declarations.office.outside import MAIL, WEBHOOK
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
from pipeline.web.notice_mail import send_test_mail
from pipeline.web.sign_in_provider import read_sign_in
from pipeline.web.supervising.office_desk import BackupWork, OfficeDesk, ReconcileWork
from pipeline.web.supervising.office_secrets import OfficeSecrets
from pipeline.web.supervising.signing_desk import SigningDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk

HOW_TO_NAME = "Muốn so cả sổ thì chọn sổ ấy khi gửi tệp."
MOST_FLAWS = 50
EVERY = 50
"""Number of differences between two progress reports."""


def office_desk(
    registry: Registry,
    context: RunContext,
    jobs: BackgroundJobs,
    declared: Schemas,
    read_context: Callable[[], RunContext],
    backups: BackupWork | None,
    try_webhook: Callable[[Person], str],
    check_machine: JobWork,
) -> OfficeDesk:
    """Return the work that the pages of supervisors and administrators start on this server.

    Args:
        declared: The declarations without the additions of ``office.toml``.
        read_context: Reads settings and declarations again.
        backups: None where the machine has no backup folder.
        check_machine: Checks this machine.
        try_webhook: Sends a message without an event to the office's receiver, and says how it went.
    """
    workspace = Workspace(context.workspace)
    remove_sent_files(workspace.sent_files)
    secrets = OfficeSecrets(workspace)
    return OfficeDesk(
        workspace.sent_files,
        jobs,
        reconcile=reconciler(registry, workspace, context.schemas),
        settings=settings_desk(workspace, declared),
        plan=StaffFileDesk(
            workspace.plan,
            workspace.history(workspace.plan.name),
            partial(read_plan, schemas=context.schemas),
        ),
        check_audit=audit_checker(registry, workspace),
        check_machine=check_machine,
        seals=workspace.seals,
        backups=backups,
        offices=StaffFileDesk(workspace.print, workspace.history(workspace.print.name), read_offices),
        readers=ReaderVersions(workspace.models, registry.recorded_files),
        lines=LineStore(workspace.learning),
        registers=RegisterDesk(read_context),
        imports=SentFiles(workspace.import_files, workspace.import_layouts),
        tests={
            WEBHOOK.name: try_webhook,
            MAIL.name: partial(send_test_mail, workspace),
        },
        secrets=secrets,
        signing=SigningDesk(workspace),
        declared=declared,
    )


def settings_desk(workspace: Workspace, declared: Schemas) -> StaffFileDesk[OfficePolicies]:
    """Return what edits ``office.toml``; ``declared``: as for ``office_desk``."""
    check = partial(read_policies, declared=declared, package=workspace.package)
    return StaffFileDesk(workspace.office, workspace.history(workspace.office.name), check)


def read_policies(path: Path, declared: Schemas, package: Path) -> OfficePolicies:
    """Return the policies in a file; for delivery ``package.toml`` takes precedence.

    Args:
        path: The file, such as ``office.toml``.
        declared: The declarations as shipped.
        package: The ``package.toml``, which may be missing.

    Raises:
        SchemaError: Either file has flaws; the message names each with its line.
    """
    policies = load_policies(path, declared)
    read_sign_in(path)
    try:
        return replace(policies, delivery=read_options(package, path).delivery)
    except SchemaError as error:
        raise SchemaError(error.message.replace(str(package), package.name)) from None


def remove_sent_files(folder: Path) -> None:
    """Remove uploaded files that a killed server left."""
    for left in folder.glob("*.xlsx"):
        with suppress(OSError):
            left.unlink()
    remove_temporary_files(folder)


def reconciler(registry: Registry, workspace: Workspace, schemas: Schemas) -> ReconcileWork:
    """Return the reconciliation for the web application, which does what ``hotich reconcile --save`` does.

    Only books in the person's places are compared, and no question about another place is stored.
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
            differences = _with_progress(run.differences(), on_progress)
            collected = collect_differences(
                differences, DifferenceReport(registry, columns), None, shown=0, ask=True
            )
        questions = [question for question in collected.questions if person.may_see(question.place_code)]
        number = save_questions(registry, run, file, name, questions, person.login)
        summary = (
            f"{len(questions)} khác biệt chờ trả lời ở lần {number}."
            if questions
            else f"Không có khác biệt nào phải hỏi (lần {number})."
        )
        others = len(collected.questions) - len(questions)
        elsewhere = (f"{others} dòng của nơi khác, hoặc không rõ nơi, không được đưa vào.",) if others else ()
        sentences = (*format_reconciliation(run.counts, HOW_TO_NAME), *elsewhere, summary)
        return JobOutcome(sentences, f"/reconcile/{number}" if questions else "")

    return compare


def _with_progress(
    differences: Iterator[ReconcileDifference | RejectedCell], on_progress: OnProgress
) -> Iterator[ReconcileDifference | RejectedCell]:
    """Yield the differences and report their number now and then; the total is unknown."""
    for count, difference in enumerate(differences, start=1):
        if count % EVERY == 0:
            on_progress(count, 0)
        yield difference


def audit_checker(registry: Registry, workspace: Workspace) -> JobWork:
    """Return the verification of every row of the audit log, also against the workspace's seals."""

    def check(on_progress: OnProgress) -> JobOutcome:
        seals = seals_in(workspace.seals) if workspace.seals.is_dir() else ()
        result = registry.audit().verify(*seals, progress=on_progress)
        sentences = [f"Đã xem {result.audit_rows} dòng nhật ký và {result.rows} dòng dữ liệu."]
        sentences += [f"Lưu ý: {part}" for part in unproven_parts(result, sealed=bool(seals))]
        sentences += [format_audit_flaw(flaw) for flaw in result.flaws[:MOST_FLAWS]]
        if not result.passed:
            sentences.append(
                f"Có {result.flaw_count} chỗ không đúng như chương trình đã ghi. Giữ nguyên cơ sở dữ liệu và báo người "
                "phụ trách ngay."
            )
        elif not result.checkable:
            sentences.append(
                "Không có khóa nào ở máy chủ chứng minh được những dòng cuối là do chương trình ghi."
            )
        else:
            sentences.append("Không có dòng nào bị sửa, bị xóa hay chen vào.")
        return JobOutcome(tuple(sentences), good=result.passed and result.checkable)

    return check
