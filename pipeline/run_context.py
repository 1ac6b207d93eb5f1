"""The context of a run: declarations, readers, limits and the places where results go.

Entry points build one ``RunContext`` from their settings; everything below is given it and reads no setting itself.
It is sent to worker processes, so its functions must be importable by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline.base.model import Ledger, PageImage, PageResult
from pipeline.declarations.learning_policy import LearningPolicy
from pipeline.declarations.review_policy import ReviewPolicy
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, digitize_page
from pipeline.digitize.engines import default_engines
from pipeline.recognition.ocr import Engines
from pipeline.scans.intake import ScanLimits
from pipeline.scans.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.registry import Registry


class PageReader(Protocol):
    """The signature of ``pipeline.digitize.digitize_page``."""

    def __call__(
        self,
        page: PageImage,
        form: Form,
        ledger: Ledger,
        schemas: Schemas,
        engines: Engines,
        options: DigitizeOptions,
    ) -> PageResult: ...


@dataclass(frozen=True)
class FaultOptions:
    """When reading stops, and when a page goes to quarantine.

    Attributes:
        share: The share of failed pages beyond which reading stops,
        pages: among so many last pages (0: reading never stops).
        tries: How often in a row a page may kill its process, or take too much time or memory, before quarantine.
    """

    share: float = 0.5
    pages: int = 30
    tries: int = 3


@dataclass(frozen=True)
class RunContext:
    """What a run works with.

    Attributes:
        workspace: The folder of the stored scans and, by default, of the registry.
        registry_url: The database.
        schemas: The declarations.
        make_engines: Makes the readers, once a process.
        options: How pages are digitized.
        limits: Bounds of a worker process and of each scan.
        page_seconds: Wall time that a page may take from decoding to findings before it is given up.
        faults: When reading stops.
        read_page: Reads a page.
        book_context: Whether the pages of a book are weighed again by what all of them say.
        review: What the office has set about reviewing; without it no accepted values are drawn for a check.
        learning: What the office lets the machine learn.
    """

    workspace: Path
    registry_url: str
    schemas: Schemas
    make_engines: Callable[[], Engines] = default_engines
    options: DigitizeOptions = field(default_factory=DigitizeOptions)
    limits: ScanLimits = field(default_factory=ScanLimits)
    page_seconds: float = 120.0
    faults: FaultOptions = field(default_factory=FaultOptions)
    read_page: PageReader = digitize_page
    book_context: bool = True
    review: ReviewPolicy | None = None
    learning: LearningPolicy = field(default_factory=LearningPolicy)

    def open_registry(self) -> Registry:
        """Return the registry of this run, its audit signed by the workspace's key. Raises as ``Registry.open``."""
        from pipeline.registry import Registry  # SQLAlchemy: not for the processes that read pages

        key = Workspace(self.workspace).audit_key
        return Registry.open(self.registry_url, self.schemas, audit_key=key)
