"""``ocr_models/``: one folder a model, described by its ``model.toml``, and the networks in it."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.base.errors import SetupError
from pipeline.base.files import sha256_of_file
from pipeline.recognition.ocr.line_image import STRIDE


class TrainingStage(BaseModel):
    """One stage of how a network was trained.

    Attributes:
        what: What was done, in a sentence.
        data: What was learned from, sentence by sentence, with sources and licences.
        minutes: CPU minutes; None where nobody knows.
        seed: Seed of the training; None where nobody knows.
        command: The command that ran it.
        from_sha256: SHA-256 (or its first 16 digits) of the weights that it went on from; empty for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    data: tuple[str, ...]
    minutes: float | None = None
    seed: int | None = None
    command: str = ""
    from_sha256: str = ""


class ModelCard(BaseModel):
    """What a model is, where it comes from and what it is worth.

    Attributes:
        name: Name of the model and of its folder.
        engine: The reader that uses it.
        reads: What it reads: labels, print, figures, handwriting.
        files: Name and SHA-256 of each file of weights.
        licence: The licence, and how far it can be given.
        training_data: What the last stage learned from.
        measured: Measured errors, or the command that measures them.
        limits: What the model cannot do.
        language: Tesseract's code of the language.
        letters: What a network writes, in the order of its columns.
        weights: Numbers of a small model that need no file; likewise ``mean`` and ``spread``.
        mean: See ``weights``.
        spread: See ``weights``.
        history: The stages in which a network was trained, oldest first.
        fingerprint: Changes with any of it. A card gives its own where only its words have changed since readings and
            calibrations were tied to it.
    """

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
    history: tuple[TrainingStage, ...] = ()
    fingerprint: str = ""


def default_folder() -> Path:
    """Return the models of this installation: next to the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parents[3] / "ocr_models"
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "ocr_models"


def read_cards(folder: Path | None = None) -> tuple[ModelCard, ...]:
    """Read the cards of all models in a folder, by name. Raises ``SetupError`` for one that cannot be read."""
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
        mark = card.fingerprint or f"{card.name}-{hashlib.sha256(data).hexdigest()[:16]}"
        found.append(card.model_copy(update={"fingerprint": mark}))
    return tuple(found)


def read_card(name: str, folder: Path | None = None) -> ModelCard:
    """Read the card of one model. Raises ``SetupError`` when it is not installed."""
    for found in read_cards(folder):
        if found.name == name:
            return found
    raise SetupError(
        f"Thiếu mô hình “{name}” trong {folder or default_folder()}. Hãy cài lại phần mềm (make setup)."
    )


def damaged_files(found: ModelCard, folder: Path | None = None) -> tuple[str, ...]:
    """Return the weight files of a model that are missing or do not have the SHA-256 of its card."""
    home = (folder or default_folder()) / found.name
    wrong = []
    for name, sha256 in found.files:
        path = home / name
        if not path.is_file() or sha256_of_file(path) != sha256:
            wrong.append(name)
    return tuple(wrong)


WEIGHTS = "model.onnx"

REINSTALL = "Hãy cài lại mô hình này (make setup, hoặc chép lại thư mục ocr_models)."


class LineNetwork(Protocol):
    """A CTC network over pictures of lines. Column 0 of its output is the blank, column i + 1 ``letters[i]``."""

    @property
    def letters(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log probabilities (lines, steps, 1 + letters) of pictures (lines, 1, HEIGHT, width).

        A step is ``STRIDE`` columns.
        """
        ...


@dataclass(frozen=True)
class OnnxNetwork:
    """A network in a file, run on one thread; it is loaded at the first line, once in each process."""

    name: str
    path: Path
    sha256: str
    letters: str
    fingerprint: str

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``LineNetwork``. Raises ``SetupError`` when the file is missing or damaged."""
        return run_session(_session(self.path, self.sha256), lines, self.path, self.letters)

    def load(self) -> None:
        """Load the network now. Raises ``SetupError`` when the file is missing or damaged."""
        _session(self.path, self.sha256)


def load_network(card: ModelCard, models: Path | None = None) -> OnnxNetwork:
    """Return the network that a card describes. Raises ``SetupError`` when the card is not that of a network."""
    files = dict(card.files)
    if WEIGHTS not in files or not card.letters:
        raise SetupError(f"Mô hình “{card.name}” không có {WEIGHTS} hoặc bảng chữ. {REINSTALL}")
    path = (models or default_folder()) / card.name / WEIGHTS
    return OnnxNetwork(card.name, path, files[WEIGHTS], card.letters, card.fingerprint)


@cache
def _session(path: Path, sha256: str) -> Any:
    return new_session(proven_weights(path, sha256), path)


def proven_weights(path: Path, sha256: str) -> bytes:
    """Return the bytes of a model. Raises ``SetupError`` when they are missing or not those of its card."""
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise SetupError(f"Không đọc được mô hình {path} ({error.strerror or error}). {REINSTALL}") from None
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise SetupError(f"Mô hình {path} bị hỏng: không khớp với model.toml. {REINSTALL}")
    return weights


def new_session(weights: bytes, path: Path) -> Any:
    """Return a session of onnxruntime that runs a model on one thread. Raises ``SetupError`` when it cannot be run.

    Args:
        weights: The model.
        path: Its file, for what is said when it cannot be run.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # lines come in many widths
    # kept buffers are a twentieth faster, but grow until a page of many lines no longer fits into its process' memory
    options.enable_cpu_mem_arena = False
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        if not type(error).__module__.startswith("onnxruntime"):
            raise
        raise SetupError(f"Mô hình {path} không chạy được ({type(error).__name__}). {REINSTALL}") from None


def run_session(session: Any, lines: NDArray[np.float32], path: Path, letters: str) -> NDArray[np.float32]:
    """Return what a network says of lines (``LineNetwork.log_chances``).

    Raises:
        SetupError: The file does not fit its letters.
    """
    result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: lines})[0]
    if result.shape != (len(lines), lines.shape[3] // STRIDE, 1 + len(letters)):
        raise SetupError(f"{path}: tệp không khớp với bảng chữ trong model.toml. {REINSTALL}")
    return result
