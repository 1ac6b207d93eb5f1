"""Adapters: what the handwriting reader learnt of the hand of one book, as differences to the weights that ship.

An adapter is one small file: its card, the differences, and a checksum before them. It belongs to one reader, by its
fingerprint, and is refused beside any other. Reading with it needs no more than reading without.
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
"""For each network by its name: by the name of a weight what is added to it."""

_HEAD = b"hotich adapter 1\n"
_DIGEST = 32
_CARD = "card"
MOST_BYTES = 16 << 20
MOST_UNPACKED = 64 << 20
"""More bytes than the differences of any adapter are, in its file and out of it."""


class AdapterRefused(SetupError):
    """An adapter is damaged, or belongs to another reader than the one that is installed."""

    code = "adapter"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GateFigures(_Part):
    """What lines that nothing was learnt from said of a reader before and after it was adapted.

    Attributes:
        lines: How many lines were held back, each once.
        letters: Their letters.
        errors_before: Wrong letters of the reader as it ships.
        errors_after: Wrong letters of the adapted one.
        chance: How likely a reader that is no better would have looked so much better.
        sure: Lines that the adapted reader was sure of.
        sure_wrong: Those of them that it misread.
    """

    lines: int
    letters: int
    errors_before: int
    errors_after: int
    chance: float
    sure: int
    sure_wrong: int


class AdapterCard(_Part):
    """What an adapter is; counts only, of nobody.

    Attributes:
        book: The book in the registry.
        version: Its number among the adapters of the book, from 1.
        parent: Fingerprint of the reader that it belongs to.
        made_at: When it was made, ISO 8601.
        lines: How many confirmed lines it learnt from.
        pages: How many pages those are on.
        trust: What of its readings may be accepted.
        gate: What lines held back said.
        moved: How far of the way from the shipped weights to those learnt it goes.
        results: SHA-256 of each network with its weights adapted, by the network's name.
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
    """An adapter.

    Attributes:
        card: What it is.
        differences: What it adds to the weights.
    """

    card: AdapterCard
    differences: Differences = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Names the adapter in every reading: its trust, its book, its version and what the weights come to."""
        told = json.dumps(self.card.results, sort_keys=True)
        mark = hashlib.sha256(told.encode()).hexdigest()[:12]
        return f"{self.card.trust}.{self.card.book}.{self.card.version}.{mark}"


def pack_adapter(adapter: Adapter) -> bytes:
    """Return an adapter as the bytes of its file."""
    arrays: dict[str, Any] = {_CARD: np.frombuffer(adapter.card.model_dump_json().encode(), np.uint8)}
    for network, weights in adapter.differences.items():
        arrays |= {f"{network}/{name}": difference for name, difference in weights.items()}
    body = io.BytesIO()
    np.savez_compressed(body, **arrays)
    packed = body.getvalue()
    return _HEAD + hashlib.sha256(packed).digest() + packed


def unpack_adapter(data: bytes) -> Adapter:
    """Return the adapter in the bytes of a file.

    Raises:
        AdapterRefused: The file is damaged, or none of an adapter.
    """
    body = data[len(_HEAD) + _DIGEST :]
    told = data[len(_HEAD) : len(_HEAD) + _DIGEST]
    if not data.startswith(_HEAD) or len(data) > MOST_BYTES or hashlib.sha256(body).digest() != told:
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
    """A network with adapted weights; it is loaded at the first line, and few of them stay loaded.

    Attributes:
        parent: The network as it ships.
        result: SHA-256 of the model with its weights adapted.
        differences: What is added to its weights.
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
    def fingerprint(self) -> str:
        return f"{self.parent.fingerprint}{ADAPTER_MARK}{self.result[:16]}"

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``LineNetwork``.

        Raises:
            AdapterRefused: The adapted weights are not those that the card tells of.
            SetupError: The file of the parent is missing or damaged.
        """
        return run_session(_session(_ByResult(self)), lines, self.parent.path, self.letters)


@dataclass(frozen=True, eq=False)
class _ByResult:
    """A network as a key: two with the same adapted weights are one."""

    network: AdaptedNetwork

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByResult) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[Path, str, str]:
        return self.network.parent.path, self.network.parent.sha256, self.network.result


@lru_cache(maxsize=4)
def _session(asked: _ByResult) -> Any:
    network = asked.network
    whole = proven_weights(network.parent.path, network.parent.sha256)
    try:
        adapted = add_differences(whole, network.differences)
    except ValueError:
        adapted = b""
    if hashlib.sha256(adapted).hexdigest() != network.result:
        raise AdapterRefused("Bản học nét chữ của sổ không khớp với mô hình đang cài nên không được dùng.")
    return new_session(adapted, network.parent.path)


def add_differences(model: bytes, differences: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a model with differences added to its weights, the same bytes on every machine.

    Raises:
        ValueError: They are none of this model.
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
