from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.review.desk.shortcuts import COLUMN_KEYS, DESK_KEYS

MANUAL = Path(__file__).parents[3] / "docs" / "how-to" / "review.md"


@pytest.mark.parametrize("keys", [DESK_KEYS, COLUMN_KEYS], ids=["desk", "column"])
def test_the_manual_and_the_help_say_the_same_of_every_key(keys: dict[str, str]) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    assert [key for key, what in keys.items() if f"| `{key}` | {what} |" not in text] == []


def test_no_key_is_a_single_letter_or_figure() -> None:
    assert [key for key in (*DESK_KEYS, *COLUMN_KEYS) if len(key) == 1 and key.isalnum()] == []
