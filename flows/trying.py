"""How tasks are tried again: only what may pass by itself, and how long that may take.

Each set of settings goes into a task by ``@task(name=…, **READING)``.
"""

from __future__ import annotations

from typing import Any

from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from pipeline.base.errors import RegistryError, StorageError


async def may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether a failure can go away by itself, so that the task is tried again.

    That is so for a disk or a registry that is busy, full or away, and for nothing else.
    """
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, StorageError | RegistryError)


ONCE_A_RUN: dict[str, Any] = {
    "retry_condition_fn": may_pass,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Nothing of a task is kept by Prefect: what it did stands in the registry and in the store."""

READING: dict[str, Any] = {
    **ONCE_A_RUN,
    "retries": 4,
    "retry_delay_seconds": exponential_backoff(backoff_factor=30),
    "retry_jitter_factor": 0.2,
}
"""A night has time: after half a minute, one, two and four."""

CHECKING: dict[str, Any] = {**ONCE_A_RUN, "retries": 4, "retry_delay_seconds": 30}
"""The registry may be busy with what the night has just saved."""

REPORTING: dict[str, Any] = {**ONCE_A_RUN, "retries": 4, "retry_delay_seconds": 60}

WRITING: dict[str, Any] = {**ONCE_A_RUN, "retries": 2, "retry_delay_seconds": 60}

TAKING_IN: dict[str, Any] = {**ONCE_A_RUN, "retries": 2, "retry_delay_seconds": 20}
"""The next run of the intake comes in minutes."""

BACKING_UP: dict[str, Any] = {**ONCE_A_RUN, "retries": 3, "retry_delay_seconds": [60, 300, 900]}
"""The disk of backups may be plugged in again."""
