"""Adapters: the handwriting reader's weight differences for the hand of a book.

An adapter is a small file: checksum, card and differences. It belongs to a single reader, identified by fingerprint,
and is refused with any other. Reading with an adapter needs nothing more than reading without.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.base.errors import SetupError
from pipeline.base.model.adapted_reader import ADAPTER_MARK, Trust
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import OnnxNetwork, new_session, proven_weights, run_session
from pipeline.recognition.ocr.onnx_weights import weight_places, with_weights

Differences = Mapping[str, Mapping[str, NDArray[Any]]]
"""By network name and weight name, the difference added to the weight."""

_HEAD = b"hotich adapter 1\n"
_DIGEST = 32
_CARD = "card"
MOST_BYTES = 16 << 20
MOST_UNPACKED = 64 << 20
"""Upper bound of an adapter's differences in bytes, packed and unpacked."""


class AdapterRefused(SetupError):
    """An adapter is damaged, or belongs to a reader other than the installed reader."""

    code = "adapter"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GateFigures(_Part):
    """Results on held-out lines of a reader before and after its adaptation.

    Attributes:
        lines: Number of held-out lines, each counted once.
        errors_before: Wrong letters of the shipped reader.
        errors_after: Wrong letters of the adapted reader.
        chance: The probability that a reader without improvement would show this improvement.
        sure: Number of lines of which the adapted reader is sure.
        sure_wrong: Number of those lines that it misreads.
    """

    lines: int
    letters: int
    errors_before: int
    errors_after: int
    chance: float
    sure: int
    sure_wrong: int


class AdapterCard(_Part):
    """The description of an adapter; it holds only counts, no personal data.

    Attributes:
        book: The book in the registry.
        version: The adapter's number within the book, from 1.
        parent: Fingerprint of the adapter's reader.
        made_at: Creation time, ISO 8601.
        lines: Number of confirmed training lines.
        trust: Which of its readings may be accepted.
        gate: Results on held-out lines.
        moved: The adapter's step from the shipped weights towards the learnt weights, as a share.
        results: SHA-256 of each adapted network, by network name.
    """

    book: int
    version: int
    parent: str
    made_at: str
    lines: int
    pages: int
    trust: Trust
    gate: GateFigures
    moved: float = 1.0
    results: dict[str, str]


@dataclass(frozen=True)
class Adapter:
    """An adapter for the hand of a book.

    Attributes:
        differences: The differences added to the weights.
    """

    card: AdapterCard
    differences: Differences = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Identifies the adapter in every reading by its trust, book, version and resulting weights."""
        results = json.dumps(self.card.results, sort_keys=True)
        mark = hashlib.sha256(results.encode()).hexdigest()[:12]
        return f"{self.card.trust}.{self.card.book}.{self.card.version}.{mark}"


def pack_adapter(adapter: Adapter) -> bytes:
    """Serialize an adapter."""
    arrays: dict[str, Any] = {_CARD: np.frombuffer(adapter.card.model_dump_json().encode(), np.uint8)}
    for network, weights in adapter.differences.items():
        arrays |= {f"{network}/{name}": difference for name, difference in weights.items()}
    body = io.BytesIO()
    np.savez_compressed(body, **arrays)
    packed = body.getvalue()
    return _HEAD + hashlib.sha256(packed).digest() + packed


def unpack_adapter(data: bytes) -> Adapter:
    """Parse an adapter file.

    Raises:
        AdapterRefused: The file is damaged or not an adapter.
    """
    body = data[len(_HEAD) + _DIGEST :]
    checksum = data[len(_HEAD) : len(_HEAD) + _DIGEST]
    if not data.startswith(_HEAD) or len(data) > MOST_BYTES or hashlib.sha256(body).digest() != checksum:
        raise AdapterRefused("Bản học nét chữ của sổ bị hỏng nên không được dùng.")
    try:
        with ZipFile(io.BytesIO(body)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise ValueError("larger than any adapter")
        with np.load(io.BytesIO(body), allow_pickle=False) as held:
            card = AdapterCard.model_validate_json(held[_CARD].tobytes())
            differences: dict[str, dict[str, NDArray[Any]]] = {}
            for name in held.files:
                if name != _CARD:
                    network, _, weight = name.partition("/")
                    differences.setdefault(network, {})[weight] = held[name]
    except (
        ValidationError,
        ValueError,
        TypeError,
        KeyError,
        OSError,
        EOFError,
        BadZipFile,
        zlib.error,
        MemoryError,  # an array whose header claims more than there is memory
    ) as error:
        raise AdapterRefused(
            f"Bản học nét chữ của sổ không đọc được ({type(error).__name__}) nên không được dùng."
        ) from None
    return Adapter(card, differences)


def adapted_reader(reader: HandwritingReader, adapter: Adapter) -> HandwritingReader:
    """Return a reader with the adapter of a book.

    Raises:
        AdapterRefused: The adapter belongs to another reader.
    """
    if adapter.card.parent != reader.fingerprint:
        raise AdapterRefused(
            "Bản học nét chữ của sổ thuộc bộ đọc khác với bộ đang cài nên không được dùng; sổ sẽ được học lại."
        )
    networks = tuple(
        AdaptedNetwork(network, adapter.card.results[network.name], adapter.differences[network.name])
        if isinstance(network, OnnxNetwork) and network.name in adapter.differences
        else network
        for network in reader.networks
    )
    return replace(reader, networks=networks, adapter=adapter.fingerprint, parent=reader.fingerprint)


@dataclass(frozen=True)
class AdaptedNetwork:
    """A network with adapted weights; it is loaded at the first line, and few networks stay loaded.

    Attributes:
        parent: The shipped network.
        result: SHA-256 of the adapted model.
        differences: The differences added to its weights.
    """

    parent: OnnxNetwork
    result: str
    differences: Mapping[str, NDArray[Any]] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.parent.name

    @property
    def letters(self) -> str:
        return self.parent.letters

    @property
    def height(self) -> int:
        return self.parent.height

    @property
    def fingerprint(self) -> str:
        return f"{self.parent.fingerprint}{ADAPTER_MARK}{self.result[:16]}"

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``LineNetwork``.

        Raises:
            AdapterRefused: The adapted weights do not match the card.
            SetupError: The file of the parent is missing or damaged.
        """
        return run_session(_session(_ByResult(self)), lines, self.parent.path, self.letters)


@dataclass(frozen=True, eq=False)
class _ByResult:
    """A network as a cache key: networks with the same adapted weights are equal."""

    network: AdaptedNetwork

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByResult) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[Path, str, str]:
        return self.network.parent.path, self.network.parent.sha256, self.network.result


@lru_cache(maxsize=4)
def _session(key: _ByResult) -> Any:
    network = key.network
    whole = proven_weights(network.parent.path, network.parent.sha256)
    try:
        adapted = add_differences(whole, network.differences)
    except ValueError:
        adapted = b""
    if hashlib.sha256(adapted).hexdigest() != network.result:
        raise AdapterRefused("Bản học nét chữ của sổ không khớp với mô hình đang cài nên không được dùng.")
    return new_session(adapted, network.parent.path)


def add_differences(model: bytes, differences: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a model with differences added to its weights, with the same bytes on every machine.

    Raises:
        ValueError: The differences do not belong to the model.
    """
    places = weight_places(model)
    changed = {}
    for name, difference in differences.items():
        if name not in places:
            raise ValueError(f"the model has no weight {name}")
        old = places[name].of(model)
        new = old.astype(np.float64) + difference.astype(np.float64).reshape(old.shape)
        if np.issubdtype(old.dtype, np.integer):
            span = np.iinfo(old.dtype)
            new = np.rint(new).clip(span.min, span.max)
        changed[name] = new.astype(old.dtype)
    return with_weights(model, changed)
