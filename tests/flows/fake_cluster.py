"""Loaded by the workers of a test's cluster: from then on they read fake pages."""

from __future__ import annotations

from flows import cluster
from tests.fake_books import FakeSettings


def dask_setup(_worker: object) -> None:
    """Called by Dask when the worker starts."""
    vars(cluster)["read_settings"] = FakeSettings
