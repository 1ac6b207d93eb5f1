"""A line of ``hotich doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "missing", "open"]


@dataclass(frozen=True)
class Check:
    """A check: ``found`` is the present state, ``advice`` helps if it is not ``ok``."""

    name: str
    state: State
    found: str
    advice: str = ""
