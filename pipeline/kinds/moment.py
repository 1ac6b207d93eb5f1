"""Not written yet: all text stays in the first role."""

from __future__ import annotations

from collections.abc import Mapping

ROLES: tuple[str, ...] = ("time", "date")


def split(text: str) -> Mapping[str, str]:
    return {role: text if role == ROLES[0] else "" for role in ROLES}
