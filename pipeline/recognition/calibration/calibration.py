"""A calibration in a sealed file: fitted on half of the entries, with its risk bound proven on the other half.

The file is TOML of plain numbers under a seal: a number changed by hand or by a bad disk is noticed before the
calibration accepts anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.base.errors import SetupError, StorageError
from pipeline.base.files import atomic_path
from pipeline.base.text.toml_text import toml_key, toml_value
from pipeline.recognition.calibration.chance_model import (
    FEATURES,
    ChanceModel,
    KindModel,
    chance_model,
    fold_number,
)
from pipeline.recognition.calibration.drift import (
    QUANTILES,
    WATCHED,
    DriftAlarm,
    ReferenceDistribution,
    drift_alarm,
    reference_distribution,
)
from pipeline.recognition.calibration.features import CalibrationFeatures, Sample
from pipeline.recognition.calibration.risk import DELTA, RiskBound, RiskCurve, risk_bound, risk_curve


@dataclass(frozen=True, repr=False)
class Calibration:
    """A fitted calibration.

    Attributes:
        reader: Fingerprint of the reader that produced the evidence.
        model: The fitted map from evidence to probabilities.
        critical: Error counts of critical fields over thresholds, for bounding their risk.
        other: Error counts of all other fields.
        usual: Reference distribution of the books in the fit.
        samples: Number of samples in the fit.
        held: Number of other samples, which bound its risk.
    """

    reader: str
    model: ChanceModel
    critical: RiskCurve
    other: RiskCurve
    usual: ReferenceDistribution
    samples: int
    held: int
    books: int

    def chances_right(self, features: Sequence[CalibrationFeatures]) -> tuple[float, ...]:
        """Return for each field the probability 0..1 that the registry would hold the value on paper."""
        return tuple(float(chance) for chance in self.model.chances(features))

    def knows(self, kind: str) -> bool:
        """Return whether the fit covers a kind of field (``calibrated_kind``); nothing is proven of other kinds."""
        return kind in self.model.by_kind

    def bound(self, *, critical: bool, tolerated: float, delta: float = DELTA) -> RiskBound:
        """Return the lowest probability at which fields are accepted.

        Args:
            critical: Select critical fields; otherwise all other fields.
            tolerated: The share 0..1 of errors that the office tolerates.
            delta: The probability that the bound fails.
        """
        return risk_bound(self.critical if critical else self.other, tolerated, delta)

    def drift(self, features: Sequence[CalibrationFeatures]) -> DriftAlarm | None:
        """Return how the handwritten fields of a book differ from the reference, ``None`` if they do not."""
        return drift_alarm(features, self.chances_right(features), self.usual)

    @property
    def fingerprint(self) -> str:
        """Hash that changes with any number of the calibration."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Calibration({self.fingerprint})"


def split_samples(
    samples: Sequence[Sample], share: float = 0.5
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Split the samples into a fitting set and a bounding set; each entry is in only one set.

    Args:
        samples: The samples of any number of entries.
        share: Share (0..1) of the entries in the fitting set.
    """
    parts = 1000
    fitting = [fold_number(sample.entry, parts, "half ") < share * parts for sample in samples]
    return (
        tuple(sample for sample, mine in zip(samples, fitting, strict=True) if mine),
        tuple(sample for sample, mine in zip(samples, fitting, strict=True) if not mine),
    )


def fit_calibration(
    samples: Sequence[Sample],
    *,
    reader: str = "",
    before: Calibration | None = None,
    share: float = 0.5,
) -> Calibration:
    """Fit a calibration.

    Args:
        samples: Fields whose truth is known.
        reader: Fingerprint of the reader that produced the evidence.
        before: An earlier calibration whose probabilities serve as the prior; the bound is proven on the samples alone.
        share: Share of the entries in the fitting set; the rest bounds the risk.

    Raises:
        ValueError: There are no samples to fit on, or none to bound the risk on.
    """
    fitting, held = split_samples(samples, share)
    if not fitting or not held:
        raise ValueError("no samples to fit on, or none to bound the risk on")
    model = chance_model(fitting, before.model if before else None)
    sure = model.chances([sample.features for sample in held]).tolist()
    return Calibration(
        reader=reader,
        model=model,
        critical=_curve(held, sure, model, critical=True),
        other=_curve(held, sure, model, critical=False),
        usual=_usual(samples, model),
        samples=len(fitting),
        held=len(held),
        books=len({sample.book for sample in samples}),
    )


def _usual(samples: Sequence[Sample], model: ChanceModel) -> ReferenceDistribution:
    """Return the reference distribution of the samples by book; a kind unknown to the model counts under all kinds."""
    known = model.by_kind
    features = [s.features if s.features.kind in known else replace(s.features, kind="") for s in samples]
    return reference_distribution(
        features, model.chances(features).tolist(), [sample.book for sample in samples]
    )


def _curve(held: Sequence[Sample], sure: Sequence[float], model: ChanceModel, *, critical: bool) -> RiskCurve:
    known = model.by_kind
    group = [(s, c) for s, c in zip(held, sure, strict=True) if s.critical is critical]
    eligible = [(s, c) for s, c in group if s.features.eligible and s.features.kind in known]
    return risk_curve(
        [chance for _, chance in eligible],
        [sample.right for sample, _ in eligible],
        len(group),
        [sample.hand or sample.book for sample, _ in eligible],
        [sample.weight for sample, _ in eligible],
    )


FILE = "calibration.toml"
SUBJECT, FITTED = "calibration", "calibrated"
"""The subject and the act in the audit that hold the SHA-256 of an office's own calibration."""
VERSION = 3

Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Kind(_Part):
    samples: Count
    weights: Annotated[tuple[float, ...], Field(min_length=len(FEATURES) + 1, max_length=len(FEATURES) + 1)]
    bend: tuple[float, float, float]
    quantiles: tuple[float, ...] = ()
    means: tuple[float, ...] = ()


class _Card(_Part):
    version: int
    reader: str
    samples: Count
    held: Count
    books: Count
    features: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    usual_distance: float
    usual_spreads: tuple[float, ...]
    critical: RiskCurve
    other: RiskCurve
    kind: dict[str, _Kind]


def format_calibration(calibration: Calibration) -> str:
    """Return the text of the calibration file."""
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
        "critical": asdict(calibration.critical),
        "other": asdict(calibration.other),
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
    """Read a calibration file.

    Raises:
        SetupError: The file is missing, damaged, changed or of another version.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path}: không mở được tệp hiệu chuẩn ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SetupError(f"{path}: tệp hiệu chuẩn không đúng dạng. {ADVICE}") from None
    return parse_calibration(text, path)


def parse_calibration(text: str, path: Path) -> Calibration:
    """Parse the text of a calibration file.

    Args:
        path: File path for error messages.

    Raises:
        SetupError: The text has another version, is malformed or altered, or holds impossible numbers.
    """
    try:
        card = tomllib.loads(text)
        seal = card.pop("seal", "")
        if card.get("version") != VERSION or card.get("features") != list(FEATURES):
            raise SetupError(f"{path}: tệp hiệu chuẩn của một phiên bản khác. {ADVICE}")
        held = _Card.model_validate(card)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise SetupError(f"{path}: tệp hiệu chuẩn không đúng dạng ({reason}). {ADVICE}") from None
    if seal != _seal(card):
        raise SetupError(f"{path}: tệp hiệu chuẩn đã bị sửa hoặc hỏng. {ADVICE}")
    flaw = _flaw(held)
    if flaw:
        raise SetupError(f"{path}: tệp hiệu chuẩn có số vô lý ({flaw}). {ADVICE}")
    return _calibration(held)


ADVICE = "Hãy cất tệp này đi (máy sẽ dùng bản đi kèm) hoặc lấy lại bản cũ cùng thư mục, rồi chạy lại hotich calibrate."


def save(calibration: Calibration, path: Path) -> Path | None:
    """Write the file atomically.

    Args:
        path: Target path; its folder is created.

    Returns:
        The path of the backup of an earlier file (``calibration.001.toml``), ``None`` if there was no earlier file.

    Raises:
        StorageError: The file cannot be written.
    """
    kept = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            temporary.write_text(format_calibration(calibration), encoding="utf-8")
            if path.exists():
                kept = _keep(path)
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}.") from None
    return kept


def _keep(path: Path) -> Path:
    """Copy the present file to the next free number, so that its name becomes free."""
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
    parts = {name: KindModel(name, part.samples, part.weights, part.bend) for name, part in card.kind.items()}
    pool = parts.pop("")
    return Calibration(
        reader=card.reader,
        model=ChanceModel(card.mean, card.spread, pool, tuple(parts[name] for name in sorted(parts))),
        critical=card.critical,
        other=card.other,
        usual=ReferenceDistribution(
            {name: part.quantiles for name, part in card.kind.items() if part.quantiles},
            card.usual_distance,
            {name: part.means for name, part in card.kind.items() if part.means},
            card.usual_spreads,
        ),
        samples=card.samples,
        held=card.held,
        books=card.books,
    )


def _flaw(card: _Card) -> str:
    """Return the names of impossible numbers, ``""`` when all numbers are possible."""
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
        sound = sound and curve.fields >= 0
        if len(lengths) != 1 or not sound or list(curve.thresholds) != sorted(curve.thresholds, reverse=True):
            return name
    return ""


def _seal(card: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(card, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _toml(card: Mapping[str, Any], path: str = "") -> str:
    """Write values first, then tables."""
    lines = [
        f"{toml_key(key)} = {toml_value(value)}" for key, value in card.items() if not isinstance(value, dict)
    ]
    for key, value in card.items():
        if isinstance(value, dict):
            name = f"{path}.{toml_key(key)}" if path else toml_key(key)
            lines += ["", f"[{name}]", _toml(value, name).rstrip("\n")]
    return "\n".join(lines) + "\n"
