"""The registry: readings, findings, what people decided, and the records that follow. SQLAlchemy lives here."""

from pipeline.registry.database.roles import role_sql
from pipeline.registry.model.books import (
    BookProgress,
    BookSummary,
    FailedPage,
    SaveOutcome,
    StoredBook,
    StoredPage,
    Straightening,
    Unread,
)
from pipeline.registry.model.checks import (
    ChecksOutcome,
    Link,
    LinkDecision,
    LinkVerdict,
    StandingFinding,
    StandingLink,
)
from pipeline.registry.model.decisions import WHOLE_ENTRY, Decision, Seen, Verdict
from pipeline.registry.model.entries import PastReading, PlaceInForce, ReadEntry, StoredEntry
from pipeline.registry.model.errors import NotThere, StaleTask
from pipeline.registry.model.tasks import Task, TaskState
from pipeline.registry.registry import Registry
from pipeline.registry.repositories.book_runs import Turn

__all__ = [
    "WHOLE_ENTRY",
    "BookProgress",
    "BookSummary",
    "ChecksOutcome",
    "Decision",
    "FailedPage",
    "Link",
    "LinkDecision",
    "LinkVerdict",
    "NotThere",
    "PastReading",
    "PlaceInForce",
    "ReadEntry",
    "Registry",
    "SaveOutcome",
    "Seen",
    "StaleTask",
    "StandingFinding",
    "StandingLink",
    "StoredBook",
    "StoredEntry",
    "StoredPage",
    "Straightening",
    "Task",
    "TaskState",
    "Turn",
    "Unread",
    "Verdict",
    "role_sql",
]
