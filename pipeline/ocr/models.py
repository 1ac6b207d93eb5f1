"""Reading ``ocr_models/``: one folder a model, described by its ``model.toml``."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import SetupError


class ModelCard(BaseModel):
    """What a model is, where it comes from and what it is worth. ``files``: name and SHA-256 of its weights;
    numbers of small models stand in the card itself; ``letters``: what a network writes, in the order of its columns.
    ``fingerprint`` changes with any of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    engine: str
    reads: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()
    licence: str
    training_data: str
    measured: str
    limits: str = ""
    language: str = ""
    letters: str = ""
    weights: tuple[float, ...] = ()
    mean: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    fingerprint: str = ""


def default_folder() -> Path:
    """The models that came with this installation: beside the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parents[2] / "ocr_models"
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "ocr_models"


def cards(folder: Path | None = None) -> tuple[ModelCard, ...]:
    """The cards of all models in a folder, by name. Raises ``SetupError`` for one that cannot be read."""
    folder = folder or default_folder()
    found = []
    for path in sorted(folder.glob("*/model.toml")):
        data = path.read_bytes()
        try:
            card = ModelCard.model_validate(tomllib.loads(data.decode("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            raise SetupError(
                f"{path}: mô tả mô hình không đúng ({error}). Hãy cài lại mô hình này."
            ) from None
        mark = hashlib.sha256(data).hexdigest()[:16]
        found.append(card.model_copy(update={"fingerprint": f"{card.name}-{mark}"}))
    return tuple(found)


def card(name: str, folder: Path | None = None) -> ModelCard:
    """The card of one model. Raises ``SetupError`` when it is not installed."""
    for found in cards(folder):
        if found.name == name:
            return found
    raise SetupError(
        f"Thiếu mô hình “{name}” trong {folder or default_folder()}. Hãy cài lại phần mềm (make setup)."
    )


def damaged_files(found: ModelCard, folder: Path | None = None) -> tuple[str, ...]:
    """The weight files of a model that are missing or do not have the SHA-256 of its card."""
    home = (folder or default_folder()) / found.name
    wrong = []
    for name, sha256 in found.files:
        path = home / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            wrong.append(name)
    return tuple(wrong)
