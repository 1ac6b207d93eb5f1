"""Which process a run is, and whether another one still lives: told by the kernel, not by the clock."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that reads a book.

    Attributes:
        machine: This start of this machine, as far as processes see each other on it.
        process: When the process started, so that a reused number is not mistaken for it.
        token: What tells two runs of one process apart.
    """

    host: str
    machine: str
    pid: int
    process: str
    token: str = field(default_factory=lambda: secrets.token_hex(8))


def this_runner() -> Runner:
    """This process, with a token of its own each time."""
    pid = os.getpid()
    return Runner(socket.gethostname(), _machine(), pid, _started(pid) or "")


def is_dead(machine: str, pid: int, process: str) -> bool:
    """Whether that process is known to be gone; of a process elsewhere nothing is known."""
    return bool(machine) and machine == _machine() and _started(pid) != process


def _machine() -> str:
    """Empty where the system does not tell."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in ticks of the kernel.

    None when there is none of that number, or it has ended and only its parent has not looked yet.
    """
    try:
        told = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]
