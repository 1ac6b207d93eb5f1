"""A line of ``hotich doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "missing", "open"]


@dataclass(frozen=True)
class Check:
    """One thing looked at: ``found`` what is there, ``advice`` what to do when it is not ``ok``."""

    name: str
    state: State
    found: str
    advice: str = ""
