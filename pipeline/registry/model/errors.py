"""The errors of the registry that callers tell apart."""

from __future__ import annotations

from pipeline.errors import RegistryError


class StaleTask(RegistryError):
    """Someone else changed the task since it was shown."""

    code = "stale-task"


class NotThere(RegistryError):
    """There is nothing of that number: no entry, task, book or whatever was asked for."""

    code = "not-there"
