"""What may be set of the web application; entry points hand it in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of ``burst`` tokens that fills at ``per_second``; each request takes one."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """``requests``: what one address may ask of the application; ``logins``: how often a password may be tried from one
    address, right or wrong; ``body_bytes``: the longest body that is taken."""

    requests: Rate = Rate(burst=1200, per_second=200.0)
    logins: Rate = Rate(burst=20, per_second=0.5)
    body_bytes: int = 256 * 1024
