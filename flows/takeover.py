"""``python -m flows.takeover``: ends the runs that a power cut left in Prefect, and restarts the night.

A run killed together with its worker stays “Running” for ever and occupies the only slot of its deployment; the next
night would wait for it. Called before a worker starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

AT_WORK = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
GOES_ON = "nightly"
"""The deployment that is restarted at once: it continues its interrupted work. The others have a schedule or a
person."""
MARK = b"PREFECT__FLOW_RUN_ID="
"""Environment variable by which a worker names the run to its process."""


def take_over() -> list[FlowRun]:
    """End the deployments' runs without a process on this machine, and restart the interrupted night.

    If a run is alive on another machine, both nights share the books.

    Returns:
        The ended runs.
    """
    alive = set(_runs_here())
    with get_client(sync_client=True) as client:
        state = FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK))
        active = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state))
        ended = [run for run in active if run.deployment_id is not None and str(run.id) not in alive]
        for run in ended:
            client.set_flow_run_state(run.id, Crashed(message="Tiến trình đã bị ngắt."), force=True)
        for run in {run.deployment_id: run for run in ended}.values():
            _go_on(client, run)
    return ended


def _runs_here() -> Iterator[str]:
    """Yield the ids of the runs with a process on this machine."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            for variable in environment.read_bytes().split(b"\0"):
                if variable.startswith(MARK):
                    yield variable.removeprefix(MARK).decode()


def _go_on(client: SyncPrefectClient, run: FlowRun) -> None:
    if run.deployment_id is not None and client.read_deployment(run.deployment_id).name == GOES_ON:
        client.create_flow_run_from_deployment(run.deployment_id, parameters=run.parameters)


if __name__ == "__main__":
    take_over()
