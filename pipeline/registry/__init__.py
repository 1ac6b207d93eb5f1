"""The registry: readings, findings, what people decided, and the records that follow. SQLAlchemy lives here."""

from pipeline.registry.database.roles import role_sql
from pipeline.registry.model.books import (
    BookCorrection,
    BookProgress,
    BookSummary,
    CorrectionOverview,
    FailedPage,
    KnownBook,
    ReadFailure,
    Rectification,
    SaveOutcome,
    StoredBook,
    StoredPage,
)
from pipeline.registry.model.checks import (
    ChecksOutcome,
    CrossEntryFinding,
    Link,
    LinkDecision,
    LinkVerdict,
    StoredLink,
)
from pipeline.registry.model.decisions import WHOLE_ENTRY, Decision, SeenReading, Verdict
from pipeline.registry.model.entries import PastReading, ReadEntry, ResolvedPlace, StoredEntry
from pipeline.registry.model.errors import NotThere, RowTampered, StaleTask
from pipeline.registry.model.tasks import Task, TaskState
from pipeline.registry.model.withdrawals import (
    PageReplacement,
    PartKind,
    RegistryPart,
    Withdrawal,
    WithdrawalKind,
    WithdrawalPreview,
    Withdrawn,
    WithdrawnDelivery,
)
from pipeline.registry.registry import Registry
from pipeline.registry.repositories.book_locks import BookLock

__all__ = [
    "WHOLE_ENTRY",
    "BookCorrection",
    "BookProgress",
    "BookSummary",
    "ChecksOutcome",
    "CorrectionOverview",
    "Decision",
    "FailedPage",
    "KnownBook",
    "Link",
    "LinkDecision",
    "LinkVerdict",
    "NotThere",
    "PastReading",
    "ResolvedPlace",
    "ReadEntry",
    "Registry",
    "RowTampered",
    "SaveOutcome",
    "SeenReading",
    "StaleTask",
    "CrossEntryFinding",
    "StoredLink",
    "StoredBook",
    "StoredEntry",
    "StoredPage",
    "Rectification",
    "Task",
    "TaskState",
    "BookLock",
    "RegistryPart",
    "PageReplacement",
    "PartKind",
    "Withdrawal",
    "WithdrawalKind",
    "WithdrawalPreview",
    "Withdrawn",
    "WithdrawnDelivery",
    "ReadFailure",
    "Verdict",
    "role_sql",
]
