"""A person who has come in, as the rest of the house sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is here for. Each may do what stands in ``docs/reference/roles.md``, and nothing more."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    CHECKER = "checker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.OPERATOR: "Nhân viên quét",
    Role.REVIEWER: "Người rà soát",
    Role.CHECKER: "Người kiểm tra",
    Role.SUPERVISOR: "Người phụ trách",
    Role.ADMINISTRATOR: "Người quản trị",
}
"""What people here call the roles."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account in use. ``places``: codes of the registration places whose books they may see; ``None`` = all."""

    account_id: int
    login: str
    name: str
    role: Role
    places: frozenset[str] | None

    def may_see(self, place_code: str) -> bool:
        """Whether books of that registration place are theirs to see."""
        return self.places is None or place_code in self.places
