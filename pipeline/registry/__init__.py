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

_MODULES = (
    "errors",
    "books.model",
    "checks.model",
    "tasks.consensus",
    "entries.model",
    "tasks.model",
    "withdrawals.model",
    "database.roles",
    "books.rows",
    "books.book_locks",
    "registry",
)
"""Where the names stand: values first, then the modules that load the database."""

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
    if name in __all__:
        for module_name in _MODULES:
            module = import_module(f"{__name__}.{module_name}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
