"""Resource limits for a scan, and their enforcement in a process."""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.child_processes import refuse_new_privileges


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """Limits for a scan and for each of its pages.

    Attributes:
        max_bytes: Size limit of a scan.
        max_pixels: Pixel limit of a page.
        seconds: Wall time limit of a page.
        memory_bytes: Additional address space of a decoding process, beyond its use when the limit is set.
    """

    max_bytes: int = 200_000_000
    max_pages: int = 2_000
    max_pixels: int = 120_000_000
    seconds: float = 60.0
    memory_bytes: int = 1_000_000_000


DEFAULT_LIMITS = ScanLimits()


def limit_this_process(limits: ScanLimits, *, cpu_seconds: float | None = None) -> None:
    """Set an irrevocable memory limit for this process and every program that it starts; none wins privileges.

    Use it as the initializer of a worker process, after its imports. Excessive memory use then raises ``MemoryError``
    instead of making the machine swap.

    Args:
        limits: The limits; only ``memory_bytes`` is used.
        cpu_seconds: Processor time limit for the whole life of the process; only for a process that decodes a single
            page. The parent enforces wall time.
    """
    refuse_new_privileges()
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, _address_space() + limits.memory_bytes)
    if cpu_seconds is not None:
        _lower(resource.RLIMIT_CPU, math.ceil(cpu_seconds))


def _address_space() -> int:
    """Return the present address space in bytes; 0 if the system does not report it."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[0]) * resource.getpagesize()


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
