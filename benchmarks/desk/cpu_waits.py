"""How long a call waited for a core because other processes had them all: its own thread, and the PostgreSQL backends
that worked for it. On a machine of one's own it is next to nothing; on a busy one it tells the machine from the desk.

Linux tells it by thread (``/proc/…/schedstat``, documented in the kernel's ``scheduler/sched-stats``); elsewhere it is
taken for 0.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

NANOSECONDS = 1e9
_here = threading.local()


def waited() -> float:
    """Seconds that this thread, and the backends it has used and given back, have waited for a core so far."""
    return _of("thread-self") + float(getattr(_here, "backends", 0.0))


def watch_backends() -> None:
    """From now on ``waited`` counts the backends of every connection of this process."""
    event.listen(Pool, "checkout", _taken)
    event.listen(Pool, "checkin", _given_back)


def _of(process: str) -> float:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / NANOSECONDS
    except (OSError, IndexError, ValueError):
        return 0.0


def _taken(connection: Any, entry: Any, _proxy: Any) -> None:
    entry.info["waited"] = _of_backend(connection)


def _given_back(connection: Any, entry: Any) -> None:
    if connection is not None:
        since = _of_backend(connection) - entry.info.get("waited", 0.0)
        _here.backends = getattr(_here, "backends", 0.0) + since


def _of_backend(connection: Any) -> float:
    """A SQLite connection has none."""
    info = getattr(connection, "info", None)
    return 0.0 if info is None else _of(str(info.backend_pid))
