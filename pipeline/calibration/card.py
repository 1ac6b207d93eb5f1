"""A calibration as a file: TOML of plain numbers under a seal, so that a number changed by hand or by a bad disk is
noticed before it accepts anything."""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.calibration.chance import FEATURES, ChanceModel, KindChance
from pipeline.calibration.drift import QUANTILES, WATCHED, Usual
from pipeline.calibration.fitting import Calibration
from pipeline.calibration.risk import Curve
from pipeline.errors import SetupError, StorageError

FILE = "calibration.toml"
VERSION = 3

Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Kind(_Part):
    samples: Count
    weights: Annotated[tuple[Number, ...], Field(min_length=len(FEATURES) + 1, max_length=len(FEATURES) + 1)]
    bend: tuple[Number, Number, Number]
    quantiles: tuple[Number, ...] = ()
    means: tuple[Number, ...] = ()


class _Curve(_Part):
    fields: Count
    thresholds: tuple[Number, ...]
    accepted: tuple[Count, ...]
    wrong: tuple[Count, ...]
    expected: tuple[Number, ...]
    worst: tuple[Number, ...]


class _Card(_Part):
    version: int
    reader: str
    samples: Count
    held: Count
    books: Count
    features: tuple[str, ...]
    mean: tuple[Number, ...]
    spread: tuple[Number, ...]
    usual_distance: Number
    usual_spreads: tuple[Number, ...]
    critical: _Curve
    other: _Curve
    kind: dict[str, _Kind]


def written(calibration: Calibration) -> str:
    """The calibration as the text of its file."""
    model, usual = calibration.model, calibration.usual
    kinds = {part.kind: part for part in (model.pool, *model.kinds)}
    card: dict[str, Any] = {
        "version": VERSION,
        "reader": calibration.reader,
        "samples": calibration.samples,
        "held": calibration.held,
        "books": calibration.books,
        "features": FEATURES,
        "mean": model.mean,
        "spread": model.spread,
        "usual_distance": usual.distance,
        "usual_spreads": usual.spreads,
        "critical": _plain(calibration.critical),
        "other": _plain(calibration.other),
        "kind": {
            name: {
                "samples": part.samples,
                "weights": part.weights,
                "bend": part.bend,
                "quantiles": usual.quantiles.get(name, ()),
                "means": usual.means.get(name, ()),
            }
            for name, part in kinds.items()
        },
    }
    head = "# How sure a reading of handwriting is, and from when on it is accepted. Made by a program: do not edit.\n"
    return f'{head}seal = "{_seal(card)}"\n{_toml(card)}'


def read(path: Path) -> Calibration:
    """The calibration in a file. Raises ``SetupError`` for one that is missing, damaged, changed or of another
    version."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path}: không mở được tệp hiệu chuẩn ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SetupError(f"{path}: tệp hiệu chuẩn không đúng dạng. {ADVICE}") from None
    return parsed(text, path)


def parsed(text: str, path: Path) -> Calibration:
    """The calibration in the text of a file; ``path`` is for the message of ``SetupError``."""
    try:
        card = tomllib.loads(text)
        seal = card.pop("seal", "")
        if card.get("version") != VERSION or card.get("features") != list(FEATURES):
            raise SetupError(f"{path}: tệp hiệu chuẩn của một phiên bản khác. {ADVICE}")
        held = _Card.model_validate(card)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        told = str(error).splitlines()[0]
        raise SetupError(f"{path}: tệp hiệu chuẩn không đúng dạng ({told}). {ADVICE}") from None
    if seal != _seal(card):
        raise SetupError(f"{path}: tệp hiệu chuẩn đã bị sửa hoặc hỏng. {ADVICE}")
    flaw = _flaw(held)
    if flaw:
        raise SetupError(f"{path}: tệp hiệu chuẩn có số vô lý ({flaw}). {ADVICE}")
    return _calibration(held)


ADVICE = "Hãy cất tệp này đi (máy sẽ dùng bản đi kèm) hoặc lấy lại bản cũ cùng thư mục, rồi chạy lại hotich calibrate."


def save(calibration: Calibration, path: Path) -> Path | None:
    """Write the file, whole or not at all; a file that was there is kept beside it under the next free number, whose
    path is returned. Raises ``StorageError``."""
    kept = None
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            file.write(written(calibration))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            kept = _keep(path)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return kept


def _keep(path: Path) -> Path:
    """A second name for what is there, ``calibration.001.toml``: its first name may then be given away."""
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.{number:03}{path.suffix}")
        try:
            with kept.open("xb") as file:
                file.write(path.read_bytes())
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            number += 1
            continue
        return kept


def _calibration(card: _Card) -> Calibration:
    parts = {
        name: KindChance(name, part.samples, part.weights, part.bend) for name, part in card.kind.items()
    }
    pool = parts.pop("")
    return Calibration(
        card.reader,
        ChanceModel(card.mean, card.spread, pool, tuple(parts[name] for name in sorted(parts))),
        Curve(**card.critical.model_dump()),
        Curve(**card.other.model_dump()),
        Usual(
            {name: part.quantiles for name, part in card.kind.items() if part.quantiles},
            card.usual_distance,
            {name: part.means for name, part in card.kind.items() if part.means},
            card.usual_spreads,
        ),
        card.samples,
        card.held,
        card.books,
    )


def _flaw(card: _Card) -> str:
    """What cannot be, ``""`` when all can."""
    width = len(FEATURES)
    if "" not in card.kind or len(card.mean) != width or len(card.spread) != width or min(card.spread) <= 0:
        return "mean, spread, kind"
    sizes = {(len(part.quantiles), len(part.means)) for part in card.kind.values()}
    if not sizes <= {(0, 0), (QUANTILES, len(WATCHED))} or not card.kind[""].quantiles:
        return "quantiles, means"
    if len(card.usual_spreads) != len(WATCHED):
        return "usual_spreads"
    for name, curve in (("critical", card.critical), ("other", card.other)):
        columns = (curve.thresholds, curve.accepted, curve.wrong, curve.expected, curve.worst)
        lengths = {len(column) for column in columns}
        sound = all(0 <= wrong <= count for wrong, count in zip(curve.wrong, curve.accepted, strict=False))
        if len(lengths) != 1 or not sound or list(curve.thresholds) != sorted(curve.thresholds, reverse=True):
            return name
    return ""


def _plain(curve: Curve) -> dict[str, Any]:
    return {name: getattr(curve, name) for name in _Curve.model_fields}


def _seal(card: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(card, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _toml(card: Mapping[str, Any], path: str = "") -> str:
    """Values first, then tables."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in card.items() if not isinstance(value, dict)]
    for key, value in card.items():
        if isinstance(value, dict):
            name = f"{path}.{_key(key)}" if path else _key(key)
            lines += ["", f"[{name}]", _toml(value, name).rstrip("\n")]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else json.dumps(name)


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a calibration holds finite numbers only")
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
