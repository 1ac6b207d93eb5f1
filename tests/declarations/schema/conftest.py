from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return schema.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the declarations to spoil."""
    return Path(shutil.copytree(schema.default_folder(), tmp_path / "schemas"))
