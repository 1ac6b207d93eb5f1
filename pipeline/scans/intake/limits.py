"""How much one scan may cost, and how a process binds itself to it."""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """Bounds on one scan and on one page of it.

    Attributes:
        max_bytes: The largest size of a scan.
        max_pages: The most pages of a scan.
        max_pixels: The most pixels of a page.
        seconds: The wall time that a page may take.
        memory_bytes: The address space of a decoding process on top of what it holds when it binds itself.
    """

    max_bytes: int = 200_000_000
    max_pages: int = 2_000
    max_pixels: int = 120_000_000
    seconds: float = 60.0
    memory_bytes: int = 1_000_000_000


DEFAULT_LIMITS = ScanLimits()


def limit_this_process(limits: ScanLimits, *, cpu_seconds: float | None = None) -> None:
    """Bind this process, and every program it starts, to a limit of memory; there is no way back.

    Meant as the initializer of a worker process, after its imports. Too much memory then shows as
    ``MemoryError`` instead of a machine that swaps.

    Args:
        limits: ``memory_bytes`` of these.
        cpu_seconds: The processor time over the whole life of the process, so only a process that decodes a
            single page sets it; the parent watches wall time.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, _address_space() + limits.memory_bytes)
    if cpu_seconds is not None:
        _lower(resource.RLIMIT_CPU, math.ceil(cpu_seconds))


def _address_space() -> int:
    """Bytes of address space held now; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[0]) * resource.getpagesize()


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
