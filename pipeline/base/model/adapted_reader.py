"""Distinguish readings by an adapted reader (trained on a book's hand) from readings by the shipped reader."""

from __future__ import annotations

import re
from typing import Literal, get_args

Trust = Literal["proposal", "ordinary", "critical"]
"""Which adapted readings may be accepted without a person, as far as held-out lines prove it: none, readings of
non-critical fields, all readings."""

ADAPTER_MARK = "~"
"""Separator between the fingerprint of a reader, or of a reading, and an adapter's fingerprint."""

HAND = "hand"
"""The handwriting engine's name in readings; with an adapter its book and version follow, ``hand.12.3``."""

_ADAPTED = re.compile(
    rf"(?P<parent>[^{ADAPTER_MARK}]+){ADAPTER_MARK}(?P<trust>{'|'.join(get_args(Trust))})\.\d+\.\d+\.[0-9a-f]+"
)


def parent_of(fingerprint: str) -> tuple[str, Trust | None]:
    """Return the shipped reader's fingerprint within an adapted reader's fingerprint, and the trust in the adapter.

    Args:
        fingerprint: Of a handwriting reader; without an adapter it is returned unchanged, with None.
    """
    match = _ADAPTED.fullmatch(fingerprint)
    if match is None:
        return fingerprint, None
    trust: Trust = match["trust"]  # type: ignore[assignment]
    return match["parent"], trust


def is_adapted(engine: str) -> bool:
    """Return whether a reading's engine is an adapted handwriting reader."""
    return engine.startswith(f"{HAND}.")


def adapter_of(fingerprint: str) -> str:
    """Return the adapter's fingerprint within a reading's fingerprint; ``""`` for a reading without an adapter."""
    return fingerprint.partition(ADAPTER_MARK)[2]


def without_adapter(fingerprint: str) -> str:
    """Return a reading's fingerprint without its adapter."""
    return fingerprint.partition(ADAPTER_MARK)[0]
