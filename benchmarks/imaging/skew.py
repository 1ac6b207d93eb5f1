"""How exactly an added turn of a real page is told, beside jdeskew.

Nobody knows a real page's own angle to hundredths of a degree, but the turn that was added is known exactly: error =
(angle of the turned page − angle of the page) − the added turn, both on the inner part of the picture, so that no
corner of the turning is seen.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, say
from benchmarks.imaging.real_pages import RealPage, ledger_pages, text_pages
from pipeline.base.model import Pixels
from pipeline.layout.imaging.geometry.deskew import estimate_skew

Estimator = Callable[[Pixels], float]

INNER = 0.8
"""Share of the sides of a picture that is looked at."""

MOST = 5.0
"""Degrees by which a page is turned at most."""


def measure_skew(data: Path, seed: int, turns: int) -> dict[str, Any]:
    """The figures of each estimator on register pages and on pages of text; prints them as a table."""
    cv2.setNumThreads(1)
    table = Table(
        "Trang", "Cách đo", "Sai số TB", "≤ 0,1°", "Tệ nhất", "ms CPU", title="Độ nghiêng, trang thật"
    )
    figures: dict[str, Any] = {}
    for kind, pages in (("ledger", ledger_pages(data)), ("text", text_pages(data))):
        scores = _scores(pages, _estimators(), np.random.default_rng(seed), turns)
        for name, score in scores.items():
            figures.setdefault(kind, {})[name] = errors = score.figures()
            cells = (f"{errors['mean']:.3f}°", percent(errors["within_tenth"]), f"{errors['worst']:.3f}°")
            table.add_row(f"{kind} ({errors['turned']})", name, *cells, f"{errors['cpu_ms']:.0f}")
    Console(width=110).print(table)
    return figures


class Score:
    """The errors of an estimator (degrees) and its CPU time (seconds) for that many looks."""

    def __init__(self) -> None:
        self.errors: list[float] = []
        self.seconds = 0.0
        self.looks = 0

    def angle(self, estimator: Estimator, picture: Pixels) -> float:
        """The estimate, its time counted."""
        started = time.process_time()
        angle = estimator(picture)
        self.seconds += time.process_time() - started
        self.looks += 1
        return angle

    def figures(self) -> dict[str, float]:
        """Degrees, a share and milliseconds."""
        off = np.abs(self.errors)
        return {
            "turned": len(off),
            "mean": float(off.mean()),
            "within_tenth": float((off <= 0.1).mean()),
            "worst": float(off.max()),
            "cpu_ms": 1000 * self.seconds / self.looks,
        }


def _estimators() -> dict[str, Estimator]:
    estimators: dict[str, Estimator] = {"hotich": estimate_skew}
    if importlib.util.find_spec("jdeskew") is None:
        say("jdeskew chưa được cài, bỏ qua")
        return estimators
    from jdeskew.estimator import get_angle

    for side in (1024, 2048):
        estimators[f"jdeskew {side}"] = partial(get_angle, vertical_image_shape=side)
    return estimators


def _scores(
    pages: Iterable[RealPage], estimators: dict[str, Estimator], rng: np.random.Generator, turns: int
) -> dict[str, Score]:
    scores = {name: Score() for name in estimators}
    for page in pages:
        say(f"độ nghiêng: {page.source} {page.name}")
        grey = page.grey
        first = _inner(grey)
        angles = {name: scores[name].angle(estimator, first) for name, estimator in estimators.items()}
        for added in rng.uniform(-MOST, MOST, turns):
            picture = _inner(_turned(grey, added))
            for name, estimator in estimators.items():
                scores[name].errors.append(scores[name].angle(estimator, picture) - angles[name] - added)
    return {name: score for name, score in scores.items() if score.errors}


def _turned(grey: Pixels, angle: float) -> Pixels:
    height, width = grey.shape
    turning = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = cv2.warpAffine(
        grey, turning, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


def _inner(grey: Pixels) -> Pixels:
    height, width = grey.shape
    rim = (1 - INNER) / 2
    return np.ascontiguousarray(
        grey[int(rim * height) : int((1 - rim) * height), int(rim * width) : int((1 - rim) * width)]
    )
