"""Waiting values by kind and reason; the keys are the shortest way at the desk."""

from __future__ import annotations

import pytest

from benchmarks.learning.waiting_values import WaitingValue, groups_of, is_of_parts, keys_of
from pipeline.base.model import FieldReading, FieldStatus, Hypothesis, Writing


def reading(text: str, *others: str) -> FieldReading:
    hypotheses = tuple(Hypothesis(one, 0.1) for one in (text, *others))
    return FieldReading("mother_name", FieldStatus.READ, text, text, 0.5, Writing.HAND, hypotheses=hypotheses)


@pytest.mark.parametrize(
    ("read", "told", "is_right", "keys"),
    [
        (reading("Lê Thị An"), "Lê Thị An", True, 1),
        (reading("Lê Thị Ân", "Lê Thị An"), "Lê Thị An", False, 3),
        (reading("Lê Thị Ân", *"abcdef", "Lê Thị An"), "Lê Thị An", False, len("Lee Thij An") + 3 + 1),
        (reading("Lê Thị Ân"), "", False, 1),
        (reading("Lê Thị Ân"), None, False, 1),
    ],
)
def test_keys_take_over_choose_or_type(
    read: FieldReading, told: str | None, is_right: bool, keys: int
) -> None:
    assert keys_of(read, told, is_right=is_right) == keys


def test_groups_tell_how_many_of_an_entry_wait_and_how_many_of_them_are_right() -> None:
    values = [
        WaitingValue("name", "READ-LOW", True, "", False, False, 1),
        WaitingValue("name", "SIGNER-BOOK", False, "signer", True, False, 9),
        WaitingValue("date", "READ-LOW", True, "", False, False, 1),
        WaitingValue("name", "READ-LOW", True, "", False, False, 1),
    ]
    groups = groups_of(values, 2)
    assert groups["kind"]["name"] == {"an_entry": 1.5, "right": pytest.approx(2 / 3), "decided": 1}
    assert list(groups["reason"]) == ["READ-LOW", "SIGNER-BOOK"]
    assert groups["reason"]["READ-LOW"]["right"] == 1.0
    assert groups["decided_before"] == 1


def test_a_place_is_of_parts_where_each_was_decided_with_others() -> None:
    known = ["Ấp 7, Xuân Thắng, Thới Lai", "Ấp 5, Đông Bình, Thới Lai"]
    assert is_of_parts("Ấp 5 - Xuân Thắng - Thới Lai", known)
    assert not is_of_parts("Ấp 6, Xuân Thắng, Thới Lai", known)
    assert not is_of_parts(known[0], known)
    assert not is_of_parts("", known)
