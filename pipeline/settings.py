"""What may be set from outside, by environment variables ``HOTICH_*``. Read only by entry points (cli, flows)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline import schema
from pipeline.errors import SetupError
from pipeline.ocr import default_engines
from pipeline.workbench import Workbench


class Settings(BaseSettings):
    """``HOTICH_WORKSPACE``, ``HOTICH_REGISTRY_URL``, ``HOTICH_SCHEMAS``, ``HOTICH_WORKERS``, ``HOTICH_LANGUAGE``,
    ``HOTICH_PAGE_SECONDS``."""

    model_config = SettingsConfigDict(env_prefix="HOTICH_", frozen=True)

    workspace: Path = Path("hotich-data")
    registry_url: str = ""
    schemas: Path | None = None
    workers: int | None = Field(default=None, ge=1)
    language: str = "vie"
    page_seconds: float = Field(default=120.0, gt=0)

    def workbench(self, workspace: Path | None = None) -> Workbench:
        """The workbench these settings ask for; ``workspace`` overrules theirs. Raises ``SchemaError``."""
        folder = (workspace or self.workspace).expanduser().resolve()
        return Workbench(
            workspace=folder,
            registry_url=self.registry_url or registry_url_in(folder),
            schemas=schema.load(self.schemas),
            make_engines=partial(default_engines, self.language),
            page_seconds=self.page_seconds,
        )


def registry_url_in(workspace: Path) -> str:
    """The registry that lies in a workspace when no other is set."""
    return f"sqlite:///{workspace / 'registry.sqlite'}"


def read_settings() -> Settings:
    """The settings of this process. Raises ``SetupError`` that names the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "HOTICH_" + "_".join(str(step) for step in first["loc"]).upper()
        raise SetupError(f"Biến môi trường {name} không dùng được: {first['msg']}.") from None
