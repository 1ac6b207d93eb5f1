"""The links at the top of every page."""

from __future__ import annotations

from pipeline.registry.accounts import Role
from pipeline.review.access import may_open

LINKS = (
    ("/", "Trang đầu"),
    ("/desk", "Bàn rà soát"),
    ("/column", "Theo cột"),
    ("/reconcile", "Đối soát"),
    ("/packages", "Gói giao"),
    ("/tickets", "Quét lại"),
    ("/reports", "Báo cáo"),
    ("/lots", "Lấy mẫu"),
    ("/accounts", "Tài khoản"),
)
"""Path and label. A person sees those that the table of access lets them open."""


def links_of(role: Role) -> tuple[tuple[str, str], ...]:
    return tuple((path, label) for path, label in LINKS if may_open(role, path))
