from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.run_context import RunContext
from pipeline.scans.intake import ScanLimits
from pipeline.scans.workspace import Workspace
from tests.fake_books import make_book
from tests.fake_pages import fake_engines, fake_page

BOOK = Path("books", "book-1")
"""Where the book of a test lies in its folder."""


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return schema.load()


@pytest.fixture
def context(tmp_path: Path, schemas: Schemas) -> RunContext:
    """Reads fake pages into a registry of its own."""
    return context_in(tmp_path, schemas)


def context_in(folder: Path, schemas: Schemas) -> RunContext:
    """Reads fake pages into a registry in a workspace in that folder."""
    workspace = Workspace(folder / "workspace")
    return RunContext(
        workspace.root,
        workspace.registry_url,
        schemas,
        make_engines=fake_engines,
        limits=ScanLimits(memory_bytes=500_000_000),
        page_seconds=20.0,
        read_page=fake_page,
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book without scans."""
    return make_book(tmp_path / BOOK)
