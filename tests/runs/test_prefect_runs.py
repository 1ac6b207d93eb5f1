"""The pages' questions to Prefect's server, answered by a server that only remembers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.runs.prefect_runs import BOOK, NIGHT, PrefectRuns, RunRefused, no_place


class Remembering(PrefectRuns):
    """Answers as Prefect's server does, of runs that never begin."""

    def __init__(self) -> None:
        super().__init__(no_place)
        self.rows: list[dict[str, Any]] = []

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        if path.startswith("/deployments/name/"):
            name = path.rpartition("/")[2]
            return {"id": name, "parameters": {}}
        if path.endswith("/workers/filter"):
            return [{"status": "ONLINE"}]
        if path.endswith("/create_flow_run"):
            assert body is not None
            deployment = path.split("/")[2]
            row = {"id": str(len(self.rows)), "deployment_id": deployment, "parameters": body["parameters"]}
            self.rows.append(row | {"state_type": "SCHEDULED"})
            return row
        assert body is not None
        return [row for row in self.rows if row["deployment_id"] in body["deployments"]["id"]["any_"]]


def test_what_waits_already_is_not_asked_for_again() -> None:
    runs = Remembering()
    runs.start_book(Path("/srv/so/a"))
    runs.start_book(Path("/srv/so/b"))
    with pytest.raises(RunRefused, match="đang chờ tới lượt"):
        runs.start_book(Path("/srv/so/a"))
    runs.start_night()
    with pytest.raises(RunRefused, match="đang chờ tới lượt"):
        runs.start_night()
    assert [row["deployment_id"] for row in runs.rows] == [BOOK, BOOK, NIGHT]
    runs.rows[0]["state_type"] = "RUNNING"
    runs.start_book(Path("/srv/so/a"))
