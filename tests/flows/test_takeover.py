"""A night that was cut off is ended in Prefect and begun anew; what is at work is left alone."""

from __future__ import annotations

import subprocess
import sys
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Running

from flows.takeover import take_over

pytestmark = [pytest.mark.slow, pytest.mark.flows, pytest.mark.usefixtures("prefect_server")]


@flow
def nothing(folder: str) -> str:
    return folder


def running(client: SyncPrefectClient, deployment: UUID, folder: str) -> UUID:
    run = client.create_flow_run_from_deployment(deployment, parameters={"folder": folder})
    client.set_flow_run_state(run.id, Running(), force=True)
    return run.id


def test_a_night_that_was_cut_off_goes_on_and_one_that_lives_is_left_alone() -> None:
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow(nothing)
        night = client.create_deployment(flow_id, name="nightly")
        backup = client.create_deployment(flow_id, name="backup")
        dead, over = running(client, night, "cut-off"), running(client, backup, "over")
        alive = running(client, backup, "alive")
        process = subprocess.Popen(
            [sys.executable, "-c", "input()"],
            env={"PREFECT__FLOW_RUN_ID": str(alive)},
            stdin=subprocess.PIPE,
        )
        try:
            assert {run.id for run in take_over()} >= {dead, over}
        finally:
            process.communicate(b"\n")
        told = {run.id: run for run in client.read_flow_runs()}
        states = [str(told[one].state_name) for one in (dead, over, alive)]
        assert states == ["Crashed", "Crashed", "Running"]
        (new,) = [
            run
            for run in told.values()
            if run.deployment_id == night and run.state_type == StateType.SCHEDULED
        ]
        assert new.parameters == {"folder": "cut-off"}
        assert not [
            run for run in told.values() if run.deployment_id == backup and run.id not in (over, alive)
        ]
