"""A changed way of weighing has another version: what was fitted on the old one would speak of the new one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from pipeline.recognition.decoding import Language, decode_field, prior_for, read_language
from pipeline.recognition.ocr.handwriting import VERSION
from tests.recognition.decoding.written import written

LINES = (
    ("name", "Nguyễn Thị Thùy Vy", {13: {"ú": 0.4}, 16: {"Y": 0.2}}),
    ("name", "TRẦN VĂN ÁNH", {9: {"A": 0.45}}),
    ("name", "Huỳnh. Thị Vy", {5: {"": 0.3}}),
    ("place", "Ấp 5, xã Bình Hữu, huyện Trà Ôn", {6: {"X": 0.5}, 17: {"": 0.5}}),
    ("place", "Ấp 9, xã Phú An, huyện Trà Ôn", {15: {"": 0.9}}),
    ("place", "Khóm 3 - Tân Phú; Cà Mau", {7: {"": 0.3}, 16: {",": 0.45}}),
    ("date", "16.5.2008", {4: {"": 0.8}}),
    ("date", "2. 7. 1984", {2: {"": 0.4}}),
    ("date", "1 2 / 5 / 1985", {1: {"": 0.4}, 5: {"6": 0.3}}),
    ("date_words", "Ngày hai mươi bảy tháng tư", {14: {"ẩ": 0.45}}),
    ("id_number", "094319079639", {3: {"8": 0.3}, 7: {".": 0.2}}),
    ("entry_number", "41/2010", {0: {"7": 0.35}}),
    ("text", "Chủ tịch UBND xã", {14: {"X": 0.45}}),
    ("time", "23h43", {2: {"6": 0.5}}),
    ("name", "Lê Hoa", {4: {"O": 0.55}}),
    ("text", "Em ruột", {1: {"M": 0.6}}),
    ("date", "3/10/20/6", {7: {"1": 0.2}}),
    ("place", "như trôn", {6: {"ê": 0.2}}),
    ("signer", "Đinh Thị Thắm, Phó Chủ tịch", {11: {"ă": 0.5}, 24: {"i": 0.5}}),
)
"""Kind, what is written, and where the ink leaves it open."""

LISTED = (("nam", "nữ"), "nỹ", {1: {"ữ": 0.05}})
"""The same of a list: its terms first."""

WEIGHED = {"12": "c1508f9aa296beaf"}
"""By version, what the readings of ``LINES`` come to. Where this fails the way of weighing has changed: raise
``VERSION``, write the new mark here and fit the calibration anew (``python -m benchmarks.fitting.fit_calibration``)."""


@lru_cache
def language() -> Language:
    return read_language(Path(__file__).parents[3] / "ocr_models" / "vietnamese-text")


def mark() -> str:
    """Of the three likeliest readings of each line and their chances, in hundredths."""
    told = []
    for kind, text, doubts, terms in (*((*line, ()) for line in LINES), ("text", *LISTED[1:], LISTED[0])):
        prior = prior_for(kind, "", terms, language())
        hypotheses = decode_field([written(text, doubts)], prior, kind).hypotheses
        told += [(one.text, round(one.chance, 2)) for one in hypotheses[:3]]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def test_another_way_of_weighing_has_another_version() -> None:
    assert {VERSION: mark()} == WEIGHED
