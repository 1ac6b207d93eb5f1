"""``python -m flows.takeover``: what a power cut left behind in Prefect is ended, and the night goes on.

A run that was killed together with the worker that watched it stays “Running” for ever, and with it the one place that
its deployment has: the next night would wait for it. Asked before a worker starts.
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
"""The deployment that is run again at once: it goes on where it was cut off. The others have their time or their
person."""
MARK = b"PREFECT__FLOW_RUN_ID="
"""What a worker tells the process of a run in its environment."""


def take_over() -> list[FlowRun]:
    """End the deployments' runs that no process of this machine works at, and start their night anew.

    Should one of them live on another machine, both nights share the books between them.

    Returns:
        The runs that were ended.
    """
    alive = set(_runs_here())
    with get_client(sync_client=True) as client:
        state = FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK))
        found = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state))
        ended = [run for run in found if run.deployment_id is not None and str(run.id) not in alive]
        for run in ended:
            client.set_flow_run_state(run.id, Crashed(message="Tiến trình đã bị ngắt."), force=True)
        for run in {run.deployment_id: run for run in ended}.values():
            _go_on(client, run)
    return ended


def _runs_here() -> Iterator[str]:
    """Ids of the runs that processes of this machine work at."""
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
