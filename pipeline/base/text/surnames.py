"""How common the surnames of the Vietnamese are."""

from __future__ import annotations

from collections.abc import Mapping

SHARES: Mapping[str, float] = {
    "nguyễn": 0.384, "trần": 0.121, "lê": 0.095, "phạm": 0.07, "hoàng": 0.051, "huỳnh": 0.051, "phan": 0.045,
    "vũ": 0.039, "võ": 0.039, "đặng": 0.021, "bùi": 0.02, "đỗ": 0.014, "hồ": 0.013, "ngô": 0.013, "dương": 0.01,
    "lý": 0.005,
}  # fmt: skip
"""The share of each surname (small letters) in the population. Both spellings of a surname have the share of the two
together.

Source:
    Lê Trung Hoa, "Họ và tên người Việt Nam", 3rd edition, NXB Khoa học Xã hội, 2005.
"""

RARE = 0.003
"""The share of any other surname."""


def surname_share(surname: str) -> float:
    """Return the share of people with a surname in small letters."""
    return SHARES.get(surname, RARE)
