"""Retries of tasks: only for errors that may pass, with their delays.

Each set of settings goes into a task by ``@task(name=…, **READING)``.
"""

from __future__ import annotations

from typing import Any

from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from pipeline.base.errors import RegistryError, StorageError


async def may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether a failure can pass by itself, so that the task is tried again.

    Only errors of a busy, full or absent disk or registry can pass.
    """
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, StorageError | RegistryError)


ONCE_A_RUN: dict[str, Any] = {
    "retry_condition_fn": may_pass,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Prefect keeps nothing of a task: its results are in the registry and the store."""

READING: dict[str, Any] = {
    **ONCE_A_RUN,
    "retries": 4,
    "retry_delay_seconds": exponential_backoff(backoff_factor=30),
    "retry_jitter_factor": 0.2,
}
"""Reading is retried after 30, 60, 120 and 240 seconds."""

CHECKING: dict[str, Any] = {**ONCE_A_RUN, "retries": 4, "retry_delay_seconds": 30}
"""The registry may be busy with the results of the night."""

REPORTING: dict[str, Any] = {**ONCE_A_RUN, "retries": 4, "retry_delay_seconds": 60}

WRITING: dict[str, Any] = {**ONCE_A_RUN, "retries": 2, "retry_delay_seconds": 60}

TAKING_IN: dict[str, Any] = {**ONCE_A_RUN, "retries": 2, "retry_delay_seconds": 20}
"""The next intake run follows in minutes."""

BACKING_UP: dict[str, Any] = {**ONCE_A_RUN, "retries": 3, "retry_delay_seconds": [60, 300, 900]}
"""The backup disk may be plugged in again."""
