"""How fast the pictures of a folder are read as handwritten lines.

    python -m benchmarks.handwriting.line_speed FOLDER

A process of its own, so that load time and peak memory are those of the reader alone. Lines a second are those of one
core's time; by the clock there are fewer where other programs run.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.model import Crop
from pipeline.digitize import default_engines
from pipeline.settings import Settings

PAGE = 24
"""Lines read at once: about as many as a page has."""


def peak_memory_mb() -> float:
    """The most memory that this program held, in MB (``ru_maxrss`` begins at what its starter held)."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (kilobytes,) = re.findall(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) / 1024


def main() -> None:
    os.environ["OMP_THREAD_LIMIT"] = os.environ["OMP_NUM_THREADS"] = "1"
    crops = [
        Crop(np.asarray(Image.open(path).convert("L")), 300.0, "place")
        for path in sorted(Path(sys.argv[1]).iterdir())
    ]
    before = time.perf_counter()
    reader = default_engines(Settings().models).hand
    if reader is None:
        raise SystemExit("no reader of handwriting is installed")
    reader.read(crops[:1])
    loaded, busy = time.perf_counter(), time.process_time()
    for start in range(0, len(crops), PAGE):
        reader.read(crops[start : start + PAGE])
    seconds, busy = time.perf_counter() - loaded, time.process_time() - busy
    figures = {
        "lines": len(crops),
        "lines_a_second": len(crops) / busy,
        "lines_a_second_of_waiting": len(crops) / seconds,
        "load_seconds": loaded - before,
        "peak_memory_mb": peak_memory_mb(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
