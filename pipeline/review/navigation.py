"""The links at the top of every page, and the words for roles."""

from __future__ import annotations

from pipeline.registry.accounts import Role
from pipeline.review.access import may_open

LINKS = (
    ("/", "Trang đầu"),
    ("/accounts", "Tài khoản"),
)
"""Path and label. A person sees those that the table of access lets them open."""

ROLE_WORDS = {
    Role.OPERATOR: "Nhân viên quét",
    Role.REVIEWER: "Người rà soát",
    Role.CHECKER: "Người kiểm tra",
    Role.SUPERVISOR: "Người phụ trách",
    Role.ADMINISTRATOR: "Người quản trị",
}


def links_of(role: Role) -> tuple[tuple[str, str], ...]:
    return tuple((path, label) for path, label in LINKS if may_open(role, path))
