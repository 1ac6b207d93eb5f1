"""The registry: readings, findings, what people decided, and the records that follow. SQLAlchemy lives here.

What is named here is loaded when it is first asked for: much of the house wants a value, and few the
database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.registry.books.book_locks import BookLock
    from pipeline.registry.books.model import (
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
    from pipeline.registry.books.rows import BookCorrection
    from pipeline.registry.checks.model import (
        ChecksOutcome,
        CrossEntryFinding,
        Link,
        LinkDecision,
        LinkVerdict,
        StoredLink,
    )
    from pipeline.registry.database.roles import role_sql
    from pipeline.registry.entries.model import PastReading, ReadEntry, ResolvedPlace, StoredEntry
    from pipeline.registry.errors import NotThere, RowTampered, StaleTask
    from pipeline.registry.registry import Registry
    from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Decision, SeenReading, Verdict
    from pipeline.registry.tasks.model import Task, TaskState
    from pipeline.registry.withdrawals.model import (
        PageReplacement,
        PartKind,
        RegistryPart,
        Withdrawal,
        WithdrawalKind,
        WithdrawalPreview,
        Withdrawn,
        WithdrawnDelivery,
    )

_MODULES = {
    "database.roles": ("role_sql",),
    "books.rows": ("BookCorrection",),
    "books.model": (
        "BookProgress",
        "BookSummary",
        "CorrectionOverview",
        "FailedPage",
        "KnownBook",
        "ReadFailure",
        "Rectification",
        "SaveOutcome",
        "StoredBook",
        "StoredPage",
    ),
    "checks.model": (
        "ChecksOutcome",
        "CrossEntryFinding",
        "Link",
        "LinkDecision",
        "LinkVerdict",
        "StoredLink",
    ),
    "tasks.consensus": (
        "WHOLE_ENTRY",
        "Decision",
        "SeenReading",
        "Verdict",
    ),
    "entries.model": (
        "PastReading",
        "ReadEntry",
        "ResolvedPlace",
        "StoredEntry",
    ),
    "errors": (
        "NotThere",
        "RowTampered",
        "StaleTask",
    ),
    "tasks.model": (
        "Task",
        "TaskState",
    ),
    "withdrawals.model": (
        "PageReplacement",
        "PartKind",
        "RegistryPart",
        "Withdrawal",
        "WithdrawalKind",
        "WithdrawalPreview",
        "Withdrawn",
        "WithdrawnDelivery",
    ),
    "registry": ("Registry",),
    "books.book_locks": ("BookLock",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

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


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
