"""Nights: faults, memory, Prefect, Dask, and how far many workers get."""
