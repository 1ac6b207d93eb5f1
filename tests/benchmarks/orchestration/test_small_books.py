"""Hostile files of the chaos benchmark lie among the scans of its books."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.intake.made_scans import HOSTILE
from benchmarks.orchestration.small_books import draw_books, strew_hostile_files


def test_every_kind_of_hostile_file_lies_in_some_book_and_no_book_has_one_twice(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    draw_books(tmp_path, 60, 0, random, scans_a_book=1)
    placed = strew_hostile_files(tmp_path, 2 * len(HOSTILE), random)
    assert {name for _, name in placed} == {name for name, _, _ in HOSTILE}
    assert all((tmp_path / book / name).exists() for book, name in placed)
    assert len({book for book, _ in placed}) == 3
