"""What a benchmark says: progress, shares, and its figures as JSON with the machine they were measured on."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.dependencies import dependencies

_BEGUN = time.monotonic()

BENCH_OUT = Path("bench-out")
"""The folder for results, in the folder where the benchmark runs; git ignores it."""


def share(part: float, whole: float) -> float | None:
    """Return ``part`` of ``whole`` as 0..1, or None when there is no whole."""
    return part / whole if whole else None


def mean(values: Sequence[bool]) -> float | None:
    """Return the share of true values, or None when there are none."""
    return share(sum(values), len(values))


def percent(value: float | None) -> str:
    """Return a share of 0..1 as text with two decimals, or a dash for None."""
    return "–" if value is None else f"{100 * value:.2f} %"


def say(line: str) -> None:
    """Print progress to standard error."""
    print(line, file=sys.stderr, flush=True)


def report_figures(name: str, figures: Mapping[str, Any], *, folder: Path | None = None) -> None:
    """Print the figures of a benchmark as the last line of output and keep them for ``make figures``.

    Args:
        name: Name of the benchmark as ``make bench-NAME`` knows it; a part or a variant adds to it (``hand-pages``).
        figures: What was measured, as JSON can hold it.
        folder: Where ``NAME.json`` is written; ``bench-out`` when None.
    """
    keep_figures(name, figures, folder=folder)
    print_figures(name, figures)


def print_figures(name: str, figures: Mapping[str, Any]) -> None:
    """Print the figures of a benchmark as the last line of output."""
    print(json.dumps({"bench": name, **figures}, ensure_ascii=False), flush=True)


def keep_figures(name: str, figures: Mapping[str, Any], *, folder: Path | None = None) -> Path:
    """Write figures to ``NAME.json`` with the command, day, duration, revision, machine, hand networks and what else
    they depend on.

    Returns:
        The file written.
    """
    folder = folder or BENCH_OUT
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    result = {
        "bench": name,
        "arguments": [Path(argument).name if "/" in argument else argument for argument in sys.argv[1:]],
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "seconds": round(time.monotonic() - _BEGUN),
        "revision": revision(),
        "machine": machine(),
        "hand_networks": hand_networks(),
        "depends": _dependencies(),
        "figures": figures,
    }
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def revision() -> str:
    """Return the short git revision of the checkout, with ``+`` when files differ from it, or ``unknown``."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _dependencies() -> Mapping[str, str]:
    """Return what the running benchmark depends on; nothing where the running program is none."""
    program = Path(getattr(sys.modules["__main__"], "__file__", None) or "").resolve()
    return dependencies(program) if program.name.startswith("bench_") else {}


def hand_networks() -> dict[str, str]:
    """Return the SHA-256 of each network that reads handwriting, by the name of its folder in ``ocr_models/``."""
    cards = {
        path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted((Path(__file__).parent.parent / "ocr_models").glob("*/model.toml"))
    }
    return {
        name: sha256
        for name, card in cards.items()
        if "handwriting" in card["reads"]
        for _, sha256 in card["files"]
    }


def machine() -> dict[str, Any]:
    """Return the processor's name, the cores this process may use and the memory in GB."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
