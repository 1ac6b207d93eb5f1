"""The registry: readings, findings, what people decided, and the records that follow. SQLAlchemy lives here."""

from pipeline.registry.book_progress import BookProgress
from pipeline.registry.book_readings import ReadEntry
from pipeline.registry.book_runs import Turn
from pipeline.registry.failures import Unread
from pipeline.registry.registry import Registry
from pipeline.registry.roles import role_sql
from pipeline.registry.stored_book import FailedPage, StoredBook, StoredPage
from pipeline.registry.straightening import Straightening
from pipeline.registry.values import (
    WHOLE_ENTRY,
    BookSummary,
    ChecksOutcome,
    Decision,
    Link,
    LinkDecision,
    LinkVerdict,
    NotThere,
    PastReading,
    PlaceInForce,
    SaveOutcome,
    Seen,
    StaleTask,
    StandingFinding,
    StandingLink,
    StoredEntry,
    Task,
    TaskState,
    Verdict,
)

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
