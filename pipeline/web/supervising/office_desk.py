"""What supervisors and administrators have the server do: work behind the answer, as commands do it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.declarations.schema import Schemas
from pipeline.delivery.printing.offices import IssuingOffices
from pipeline.delivery.workbook_import.sent_files import SentFiles
from pipeline.form_design.record_declaring import RegisterDesk
from pipeline.registry.accounts.model import Person
from pipeline.reports import WorkPlan
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.versions import ReaderVersions
from pipeline.web.background_jobs import NO_JOBS, BackgroundJobs, JobOutcome, JobWork, OnProgress
from pipeline.web.supervising.office_settings import OfficePolicies
from pipeline.web.supervising.staff_file_desk import StaffFileDesk


class ReconcileWork(Protocol):
    """Compares a file of the shared software with the registry, as ``hotich reconcile --save`` does."""

    def __call__(
        self, file: Path, name: str, book_ids: tuple[int, ...], person: Person, on_progress: OnProgress
    ) -> JobOutcome:
        """Compare the file and store what people are asked.

        Args:
            file: The file.
            name: Its name as the person knows it.
            book_ids: The books to compare; none: those that the file names, of the places of the person.
            person: Who asks.
            on_progress: Told how far it is.

        Raises:
            HotichError: The file or the registry fails.
        """
        ...


@dataclass(frozen=True, slots=True)
class BackupWork:
    """Makes and checks backups in the folder that the machine was given for them.

    Attributes:
        folder: The folder, as its administrator wrote it.
        names: Returns the names of the backups that are whole, the oldest first.
        make: Makes one.
        check: Reads every file of the newest one again.
    """

    folder: str
    names: Callable[[], tuple[str, ...]]
    make: JobWork
    check: JobWork


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """The work that pages start; None: this server does not do it.

    Attributes:
        folder: Where files lie that browsers sent.
        jobs: Runs the work and remembers what it came to.
        reconcile: Compares a file of the shared software.
        settings: Changes ``office.toml``.
        plan: Changes ``plan.toml``.
        offices: Changes ``print.toml``.
        check_audit: Looks at every row of the audit, as ``hotich audit verify`` does.
        seals: The folder of the seals of the audit.
        backups: Makes and checks backups.
        readers: The versions of the office's own reader.
        lines: The lines that it learns from.
        registers: Declares kinds of registers.
        imports: The workbooks that were sent to be imported.
        declared: The declarations as they came with the program, over which ``office.toml`` lies.
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
    declared: Schemas | None = None


NO_OFFICE_DESK = OfficeDesk()
"""For an application that does none of it."""
