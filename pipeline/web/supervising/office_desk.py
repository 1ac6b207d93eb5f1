"""Background work that supervisors and administrators start, as commands do it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.schema import Schemas
from pipeline.delivery.printing.offices import IssuingOffices
from pipeline.delivery.workbook_import.sent_files import SentFiles
from pipeline.form_design.record_declaring import RegisterDesk
from pipeline.registry.accounts.model import Person
from pipeline.reports import WorkPlan
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.versions import ReaderVersions
from pipeline.web.background_jobs import NO_JOBS, BackgroundJobs, JobOutcome, JobWork, OnProgress
from pipeline.web.supervising.office_secrets import OfficeSecrets
from pipeline.web.supervising.signing_desk import SigningDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk


class ReconcileWork(Protocol):
    """Compares a file of the Ministry's software with the registry, as ``hotich reconcile --save`` does."""

    def __call__(
        self, file: Path, name: str, book_ids: tuple[int, ...], person: Person, on_progress: OnProgress
    ) -> JobOutcome:
        """Compare the file and store the questions for people.

        Args:
            name: The file's name as the person knows it.
            book_ids: The books to compare; none: the books that the file names in the person's places.
            on_progress: Called with the progress.

        Raises:
            HotichError: The file or the registry fails.
        """
        ...


@dataclass(frozen=True, slots=True)
class BackupWork:
    """Makes and checks backups in the machine's backup folder.

    Attributes:
        folder: The folder, as its administrator wrote it.
        names: Returns the names of the backups that are whole, the oldest first.
        check: Reads every file of the newest one again.
        rehearse: Restores the newest one into a side workspace, opens it, and removes it.
    """

    folder: str
    names: Callable[[], tuple[str, ...]]
    make: JobWork
    check: JobWork
    rehearse: JobWork


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """The work that pages start; None: this server does not do it.

    Attributes:
        folder: The folder of uploaded files.
        jobs: Runs the jobs and keeps their results.
        reconcile: Compares a file of the Ministry's software.
        settings: Edits ``office.toml``.
        plan: Edits ``plan.toml``.
        offices: Edits ``print.toml``.
        check_audit: Verifies every row of the audit log, as ``hotich audit verify`` does.
        seals: The folder of the audit log's seals.
        backups: Makes and checks backups.
        lines: The lines from which the readers learn.
        registers: Declares kinds of register.
        imports: The workbooks sent for import.
        tests: What tries a table of the settings for a person and says how it went, by table.
        declared: The declarations as shipped, without ``office.toml``.
        check_machine: Checks this machine, as ``hotich doctor`` does.
        secrets: Keeps the secrets shared with other machines, and makes the sign-in that needs one.
        signing: Keeps the certificates sent for the office's signature, and tries it.
    """

    folder: Path = Path(os.devnull)
    jobs: BackgroundJobs = NO_JOBS
    reconcile: ReconcileWork | None = None
    settings: StaffFileDesk[OfficePolicies] | None = None
    plan: StaffFileDesk[WorkPlan] | None = None
    check_audit: JobWork | None = None
    seals: Path | None = None
    backups: BackupWork | None = None
    offices: StaffFileDesk[IssuingOffices] | None = None
    readers: ReaderVersions | None = None
    lines: LineStore | None = None
    registers: RegisterDesk | None = None
    imports: SentFiles | None = None
    tests: Mapping[str, Callable[[Person], str]] = field(default_factory=dict)
    declared: Schemas | None = None
    check_machine: JobWork | None = None
    secrets: OfficeSecrets | None = None
    signing: SigningDesk | None = None


NO_OFFICE_DESK = OfficeDesk()
"""For an application without background work."""
