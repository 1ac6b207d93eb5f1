"""Drawing a sample that anybody can draw again: by the hash of a seed and each entry's number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def drawn(ids: Iterable[int], sample: int, seed: str) -> tuple[int, ...]:
    """``sample`` of these ids, each set of that size as likely as any other over seeds, in rising order. Of the SHA-256
    of ``seed:id`` the smallest ones win, so that the draw hangs on no program's generator."""
    ordered = sorted(ids, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
    return tuple(sorted(ordered[:sample]))
