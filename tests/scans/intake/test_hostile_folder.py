"""Runs the isolated path over a folder of hostile files: ``HOTICH_HOSTILE=FOLDER pytest -m hostile -s``."""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.base.errors import ScanError
from pipeline.scans.intake import (
    DEFAULT_LIMITS,
    ForeignFile,
    ScanFile,
    folder_contents,
    page_count_isolated,
    page_of_isolated,
)

FOLDER = os.environ.get("HOTICH_HOSTILE", "")
PAGES_TRIED = 3  # of each file
LEEWAY_SECONDS = 15.0  # for starting and ending a process on a busy machine

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(not FOLDER, reason="HOTICH_HOSTILE names no folder of hostile files"),
]


@dataclass(frozen=True)
class Outcome:
    """What became of one try: ``code`` of the error, or ``"page"``."""

    name: str
    code: str
    seconds: float


def test_every_hostile_file_gives_a_page_or_a_named_error_within_the_limits() -> None:
    outcomes = [outcome for scan in _files_below(Path(FOLDER)) for outcome in _outcomes(scan)]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    _print_table(outcomes, memory)
    assert outcomes
    assert max(outcome.seconds for outcome in outcomes) <= DEFAULT_LIMITS.seconds + LEEWAY_SECONDS
    assert memory <= DEFAULT_LIMITS.memory_bytes + 200_000_000


def _files_below(folder: Path) -> list[ScanFile | ForeignFile]:
    found: list[ScanFile | ForeignFile] = []
    for below in (folder, *sorted(path for path in folder.rglob("*") if path.is_dir())):
        contents = folder_contents(below)
        found += [*contents.scans, *(one for one in contents.foreign if one.path.is_file())]
    return found


def _outcomes(scan: ScanFile | ForeignFile) -> list[Outcome]:
    if isinstance(scan, ForeignFile):
        return [Outcome(str(scan.path), scan.code, 0.0)]
    started = time.monotonic()
    try:
        pages = page_count_isolated(scan)
    except ScanError as error:
        return [Outcome(f"{scan.path} (whole)", error.code, time.monotonic() - started)]
    return [_page_outcome(scan, page_no) for page_no in range(1, min(pages, PAGES_TRIED) + 1)]


def _page_outcome(scan: ScanFile, page_no: int) -> Outcome:
    started = time.monotonic()
    try:
        page = page_of_isolated(scan, page_no)
        assert page.pixels.ndim == 3
        code = "page"
    except ScanError as error:
        code = error.code
    return Outcome(f"{scan.path} page {page_no}", code, time.monotonic() - started)


def _print_table(outcomes: list[Outcome], memory: int) -> None:
    if "HOTICH_HOSTILE_VERBOSE" in os.environ:
        for outcome in outcomes:
            print(f"{outcome.seconds:7.2f} s  {outcome.code:14} {outcome.name}")
    for code, count in Counter(outcome.code for outcome in outcomes).most_common():
        print(f"{code:14} {count:5}")
    for outcome in sorted(outcomes, key=lambda one: -one.seconds)[:5]:
        print(f"slowest: {outcome.seconds:6.2f} s {outcome.code:10} {outcome.name}")
    print(f"largest process: {memory / 1e6:.0f} MB resident")
