"""Servers of a measurement or a test: PostgreSQL, a Dask cluster, Prefect. Each is started and ended by its user."""
