"""What may be set from outside, by environment variables ``HOTICH_*``. Read only by entry points (cli, flows)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.base.errors import SchemaError, SetupError
from pipeline.base.files import sha256_of_file
from pipeline.base.logs import LogOptions, parse_log_options
from pipeline.declarations import schema
from pipeline.declarations.office.learning import LEARNING
from pipeline.declarations.office.outside import MAIL, read_webhook
from pipeline.declarations.office.policies import GatheredFlaws, read_all
from pipeline.declarations.office.review import read_review
from pipeline.declarations.schema import Schemas
from pipeline.declarations.schema.declaration import default_folder as default_schemas
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.engines import default_engines
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition import calibration
from pipeline.recognition.calibration import Calibration
from pipeline.recognition.ocr.models import default_folder
from pipeline.run_context import FaultOptions, RunContext
from pipeline.scans.store_check import NIGHTS
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.versions import CALIBRATION, ReaderVersions
from pipeline.web.sign_in_provider import read_sign_in

_logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    """The settings, from the environment.

    Folders: ``HOTICH_WORKSPACE``, ``HOTICH_SCHEMAS``, ``HOTICH_MODELS``.
    Books: ``HOTICH_BOOKS`` (the folder of all books, which the pages of the scanning staff fill).
    Registry: ``HOTICH_REGISTRY_URL``, ``HOTICH_REGISTRY_KEY_FILE`` (the key of an encrypted registry).
    Runs: ``HOTICH_WORKERS`` (processes), ``HOTICH_PAGE_SECONDS``, ``HOTICH_PAGE_TRIES``, ``HOTICH_STOP_SHARE`` and
    ``HOTICH_STOP_PAGES`` (when too many pages fail), ``HOTICH_CLUSTER`` (address of a Dask scheduler, for the flows),
    ``HOTICH_STORE_NIGHTS`` (within how many nights the whole store of scans is checked), ``HOTICH_BOOK_CONTEXT``
    (whether the pages of a book are weighed again by what all of them say).
    Review: ``HOTICH_TOLERATED`` and ``HOTICH_TOLERATED_CRITICAL`` (errors a thousand handwritten fields that are
    accepted without a person).
    Backups: ``HOTICH_BACKUP`` (the folder of backups that the pages use), ``HOTICH_BACKUP_KEY_FILE`` (the key that
    encrypts them), ``HOTICH_BACKUP_PLAIN`` (the word for none).
    An installed office: ``HOTICH_CERTIFICATE`` (the certificate of its web server, for ``hotich doctor``).
    """

    model_config = SettingsConfigDict(env_prefix="HOTICH_", frozen=True, env_ignore_empty=True)

    workspace: Path = Path("hotich-data")
    books: Path | None = None
    registry_url: str = ""
    registry_key_file: Path | None = None
    schemas: Path | None = None
    workers: int | None = Field(default=None, ge=1)
    models: Path | None = None
    page_seconds: float = Field(default=120.0, gt=0)
    stop_share: float = Field(default=0.5, gt=0, le=1)
    stop_pages: int = Field(default=30, ge=0)
    page_tries: int = Field(default=3, ge=1)
    cluster: str = ""
    store_nights: int = Field(default=NIGHTS, ge=1, le=256)
    book_context: bool = True
    tolerated: float = Field(default=4.0, gt=0, lt=1000)
    tolerated_critical: float = Field(default=1.0, gt=0, lt=1000)
    backup: str = ""
    backup_key_file: Path | None = None
    backup_plain: bool = False
    certificate: Path | None = None

    def run_context(self, workspace: Path | None = None) -> RunContext:
        """Return the run context that these settings ask for; ``workspace`` overrules theirs.

        Raises:
            SchemaError: A declaration has a flaw.
            SetupError: A calibration cannot be used.
        """
        folder, url = self.places_of(workspace)
        schemas = self.schemas_of(folder)
        return RunContext(
            workspace=folder,
            registry_url=url,
            schemas=schemas,
            make_engines=partial(default_engines, self.models, self.readers_of(folder).networks_in_use()),
            options=DigitizeOptions(
                routing=RoutingOptions(
                    calibration=self.calibration_of(folder),
                    tolerated=self.tolerated / 1000,
                    tolerated_critical=self.tolerated_critical / 1000,
                )
            ),
            page_seconds=self.page_seconds,
            faults=self.faults,
            book_context=self.book_context,
            review=read_review(Workspace(folder).office, schemas),
            learning=LEARNING.read(Workspace(folder).office),
        )

    @property
    def faults(self) -> FaultOptions:
        """How many faults are too many."""
        return FaultOptions(self.stop_share, self.stop_pages, self.page_tries)

    def places_of(self, workspace: Path | None = None) -> tuple[Path, str]:
        """The workspace and the address of the registry; neither need be there."""
        folder = (workspace or self.workspace).expanduser().resolve()
        return folder, self._with_key(self.registry_url or Workspace(folder).registry_url)

    def books_of(self, workspace: Path) -> Path | None:
        """Return the folder of all books: the one that is set, else the one that the intake fills, else None."""
        from pipeline.scans.inbox.intake_options import (
            read_options,  # decoders of scans: not for every command
        )

        if self.books is not None:
            return self.books.expanduser().resolve()
        try:
            return read_options(Workspace(workspace).scanners, workspace).books
        except (SetupError, SchemaError):
            return None

    def backup_protection(self, key_file: Path | None, *, plain: bool = False) -> tuple[Path | None, bool]:
        """Return the file of the key that encrypts backups, and whether there is to be none.

        A word said with the command counts before what is set; a key that is set counts before ``backup_plain``.

        Args:
            key_file: The file that the command names.
            plain: Whether the command asks for a backup that is not encrypted.
        """
        chosen = key_file or (None if plain else self.backup_key_file)
        return (chosen.expanduser().absolute() if chosen else None), plain or (
            self.backup_plain and not chosen
        )

    def program_folders(self) -> Mapping[str, Path]:
        """Where declarations and models of this installation lie, by name."""
        return {
            "schemas": self.schemas or default_schemas(),
            "ocr_models": self.models or default_folder(),
        }

    def _with_key(self, url: str) -> str:
        """The registry's address with the file of its key, if one is set."""
        if self.registry_key_file is None:
            return url
        if not url.startswith("sqlite"):
            raise SetupError(
                "HOTICH_REGISTRY_KEY_FILE chỉ dùng được với SQLite. Với PostgreSQL, hãy bỏ biến ấy và mã hóa ổ đĩa "
                "của máy chủ cơ sở dữ liệu."
            )
        key_file = self.registry_key_file.expanduser().absolute()
        return f"{url}{'&' if '?' in url else '?'}key_file={quote(str(key_file))}"

    def schemas_of(self, workspace: Path, folder: Path | None = None) -> Schemas:
        """Return the declarations as the office of that workspace wants them.

        Args:
            folder: The folder of the declarations; by default the one that is set or came with the program.

        Raises:
            SchemaError: The office's files have flaws; the message names all at once.
        """
        declared, here = self.declared_schemas(workspace, folder), Workspace(workspace)
        flaws = GatheredFlaws()
        loaded, _ = read_all(here.office, declared, flaws)
        flaws.read(lambda: read_webhook(here.office), None)
        flaws.read(lambda: MAIL.read(here.office), None)
        flaws.read(lambda: read_sign_in(here.office), None)
        if here.places.exists():
            flaws.read(lambda: loaded.places, None)
        flaws.refuse()
        return loaded

    def declared_schemas(self, workspace: Path, folder: Path | None = None) -> Schemas:
        """Return the declarations as they came with the program, with the office's own forms and places.

        Args:
            folder: The folder of the declarations; by default the one that is set or came with the program.

        Raises:
            SchemaError: A declaration has a flaw.
        """
        here = Workspace(workspace)
        shipped = schema.load(folder or self.schemas)
        loaded = schema.with_own_forms(schema.with_own_records(shipped, here.own_schemas), here.own_forms)
        return replace(loaded, own_places=Workspace(workspace).places)

    def calibration_of(self, workspace: Path) -> Calibration | None:
        """Return the calibration made for that workspace, or the one that came with the models.

        The latter is taken where the former belongs to another reader than the one in use, or is not the one in the
        audit. A version of the office's own reader has one of its own.
        """
        shipped = _calibration((self.models or default_folder()) / "calibration" / calibration.FILE)
        own = _calibration(Workspace(workspace).calibration) if self.has_own_calibration(workspace) else None
        learned = self.readers_of(workspace).networks_in_use()
        if learned is not None:
            reader = default_engines(self.models, learned).hand_fingerprint
            known = (own, _calibration(learned / CALIBRATION), shipped)
            return next((one for one in known if one is not None and one.reader == reader), None)
        if own is not None and (shipped is None or own.reader == shipped.reader):
            return own
        return shipped

    def has_own_calibration(self, workspace: Path) -> bool:
        """Return whether there is a calibration made for that workspace that the audit holds."""
        path = Workspace(workspace).calibration
        if not path.is_file():
            return False
        if sha256_of_file(path) in self._recorded(workspace, calibration.SUBJECT, calibration.FITTED):
            return True
        _logger.warning("%s is not the one in the audit and is not used", path)
        return False

    def readers_of(self, workspace: Path) -> ReaderVersions:
        """Return the versions of the office's reader, of which those in the audit are used."""
        return ReaderVersions(Workspace(workspace).models, partial(self._recorded, workspace))

    def _recorded(
        self, workspace: Path, subject: str, made: str, dropped: str | None = None
    ) -> frozenset[str]:
        from pipeline.registry.audit.recorded_files import files_recorded_in  # not for every command

        folder, url = self.places_of(workspace)
        return files_recorded_in(url, Workspace(folder).audit_key, subject, made, dropped)


class LogSettings(BaseSettings):
    """``HOTICH_LOG``: what is logged, by level and form (``debug,json``).

    Read apart from the other settings, so that a command that needs none of them still logs.
    """

    model_config = SettingsConfigDict(env_prefix="HOTICH_", frozen=True)

    log: str = ""


def _calibration(path: Path) -> Calibration | None:
    return calibration.read(path) if path.exists() else None


def read_log_options() -> LogOptions:
    """Return what the environment asks to be logged. Raises ``SetupError`` when it cannot be understood."""
    return parse_log_options(LogSettings().log)


def read_settings() -> Settings:
    """The settings of this process. Raises ``SetupError`` that names the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "HOTICH_" + "_".join(str(step) for step in first["loc"]).upper()
        raise SetupError(f"Biến môi trường {name} không dùng được: {first['msg']}.") from None
