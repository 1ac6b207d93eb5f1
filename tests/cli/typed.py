"""The command as a person types it, from its words to its exit code."""

from __future__ import annotations

import pytest

from pipeline.cli import main


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["hotich", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)
