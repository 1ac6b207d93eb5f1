"""A network that reads pictures of lines, and the file that holds one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SetupError
from pipeline.ocr.line_picture import STRIDE
from pipeline.ocr.models import ModelCard, default_folder

WEIGHTS = "model.onnx"

REINSTALL = "Hãy cài lại mô hình này (make setup, hoặc chép lại thư mục ocr_models)."


class LineNetwork(Protocol):
    """A network that reads pictures of lines. Column 0 of what it gives is "no letter", column i + 1 ``letters[i]``."""

    @property
    def letters(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """(lines, steps, 1 + letters) from pictures (lines, 1, HEIGHT, width); a step is ``STRIDE`` columns."""
        ...


@dataclass(frozen=True)
class OnnxNetwork:
    """A network in a file, run on one thread; it is loaded at the first line and once a process."""

    name: str
    path: Path
    sha256: str
    letters: str
    fingerprint: str

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``LineNetwork``. Raises ``SetupError`` when the file is missing or damaged."""
        session = _session(self.path, self.sha256)
        result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: lines})[0]
        if result.shape != (len(lines), lines.shape[3] // STRIDE, 1 + len(self.letters)):
            raise SetupError(f"{self.path}: tệp không khớp với bảng chữ trong model.toml. {REINSTALL}")
        return result


def network_of(card: ModelCard, models: Path | None = None) -> OnnxNetwork:
    """The network that a card describes. Raises ``SetupError`` when the card is not that of one."""
    files = dict(card.files)
    if WEIGHTS not in files or not card.letters:
        raise SetupError(f"Mô hình “{card.name}” không có {WEIGHTS} hoặc bảng chữ. {REINSTALL}")
    path = (models or default_folder()) / card.name / WEIGHTS
    return OnnxNetwork(card.name, path, files[WEIGHTS], card.letters, card.fingerprint)


@cache
def _session(path: Path, sha256: str) -> Any:
    import onnxruntime

    try:
        weights = path.read_bytes()
    except OSError as error:
        raise SetupError(f"Không đọc được mô hình {path} ({error.strerror or error}). {REINSTALL}") from None
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise SetupError(f"Mô hình {path} bị hỏng: không khớp với model.toml. {REINSTALL}")
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
