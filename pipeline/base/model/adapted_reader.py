"""How the readings of a reader that learnt the hand of a book are told from those of the reader that ships."""

from __future__ import annotations

import re
from typing import Literal, get_args

Trust = Literal["proposal", "ordinary", "critical"]
"""What of such readings may be accepted without a person, as far as lines held back from learning bear it out: nothing,
fields that are not critical, all fields."""

ADAPTER_MARK = "~"
"""What stands between the fingerprint of a reader, or of a reading, and that of an adapter."""

HAND = "hand"
"""The engine of handwriting, as readings name it; with an adapter its book and version follow, ``hand.12.3``."""

_ADAPTED = re.compile(
    rf"(?P<parent>[^{ADAPTER_MARK}]+){ADAPTER_MARK}(?P<trust>{'|'.join(get_args(Trust))})\.\d+\.\d+\.[0-9a-f]+"
)


def parent_of(fingerprint: str) -> tuple[str, Trust | None]:
    """Return the fingerprint of the reader that ships in that of an adapted one, and how far that is trusted.

    Args:
        fingerprint: Of a reader of handwriting; one that is not adapted comes back as it is, with None.
    """
    found = _ADAPTED.fullmatch(fingerprint)
    if found is None:
        return fingerprint, None
    trust: Trust = found["trust"]  # type: ignore[assignment]
    return found["parent"], trust


def is_adapted(engine: str) -> bool:
    """Return whether a reading's engine is handwriting read with an adapter."""
    return engine.startswith(f"{HAND}.")


def adapter_of(fingerprint: str) -> str:
    """Return the fingerprint of the adapter in that of a reading; ``""`` for a reading without one."""
    return fingerprint.partition(ADAPTER_MARK)[2]


def without_adapter(fingerprint: str) -> str:
    """Return the fingerprint of a reading as it would be without an adapter."""
    return fingerprint.partition(ADAPTER_MARK)[0]
