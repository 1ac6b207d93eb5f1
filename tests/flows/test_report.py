"""The nightly report: both files, by their names only; deployed and run on a real server as an office does it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import get_current_settings

from flows.report import report, write_report

ROOT = Path(__file__).parents[2]


def endings(names: list[str]) -> list[str]:
    return [Path(name).suffix for name in names]


def test_the_task_writes_both_files_and_tells_their_names(tmp_path: Path) -> None:
    names = write_report.fn(None, str(tmp_path / "work"), 56)
    assert endings(names) == [".xlsx", ".pdf"]
    assert sorted(path.name for path in (tmp_path / "work" / "reports").iterdir()) == sorted(names)


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_flow_writes_both_files_where_it_is_told(tmp_path: Path) -> None:
    assert endings(report(str(tmp_path / "out"), str(tmp_path / "work"))) == [".xlsx", ".pdf"]
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_deployments_of_the_office_are_taken_and_its_worker_writes_the_report(tmp_path: Path) -> None:
    office = {
        "PREFECT_API_URL": str(get_current_settings().api.url),
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOTICH_HOME": str(ROOT),
        "HOTICH_BOOKS": str(tmp_path / "books"),
        "HOTICH_WORKSPACE": str(tmp_path / "work"),
        "HOTICH_BACKUP": str(tmp_path / "backup"),
    }

    def prefect(*asked: str) -> None:
        command = [sys.executable, "-m", "prefect", "--no-prompt", *asked]
        env = {**os.environ, **office}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    prefect("work-pool", "create", "hotich", "--type", "process")
    prefect("deploy", "--all")
    prefect("deployment", "run", "report/report")
    prefect("worker", "start", "--pool", "hotich", "--run-once")
    (run,) = asyncio.run(runs_of("report/report"))
    assert run.state is not None
    assert run.state.is_completed(), run.state
    assert len(list((tmp_path / "work" / "reports").iterdir())) == 2


async def runs_of(deployment: str) -> list[FlowRun]:
    """The runs of a deployment that are not waiting for their hour."""
    async with get_client() as client:
        wanted = (await client.read_deployment_by_name(deployment)).id
        runs = await client.read_flow_runs()
    return [run for run in runs if run.deployment_id == wanted and not run.auto_scheduled]
