"""A Dask cluster for tests and measurements: scheduler and workers as processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from distributed import Client

CHILDREN_ALLOWED = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
WAIT_SECONDS = 120


class Cluster:
    """``address`` is the scheduler's; ``workers`` are the processes that were started with ``dask worker``."""

    def __init__(self, folder: Path, preload: str = "") -> None:
        self.folder = folder
        self._preload = ("--preload", preload) if preload else ()
        self.address = ""
        self.workers: list[subprocess.Popen[bytes]] = []
        self._scheduler: subprocess.Popen[bytes] | None = None

    def start_scheduler(self) -> None:
        address_file = self.folder / "scheduler.json"
        self._scheduler = _dask(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(address_file),
        )
        with Client(scheduler_file=str(address_file), timeout=WAIT_SECONDS, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            self.address = client.scheduler.address

    def start_worker(self, *options: str, settings: Mapping[str, str] = CHILDREN_ALLOWED) -> None:
        """Start a worker with a nanny, a process with a single thread unless ``options`` say otherwise."""
        self.workers.append(
            _dask(
                "worker",
                self.address,
                "--nworkers",
                "1",
                *(options or ("--nthreads", "1")),
                *self._preload,
                "--no-dashboard",
                "--local-directory",
                str(self.folder),
                settings=settings,
            )
        )

    def kill_worker(self) -> None:
        """Cut the power of a machine: the nanny, its worker and all their children are gone at once."""
        _kill_tree(self.workers.pop())

    def stop(self) -> None:
        for process in (*self.workers, *filter(None, (self._scheduler,))):
            _kill_tree(process)


@contextmanager
def cluster(folder: Path, workers: int, preload: str = "") -> Iterator[Cluster]:
    """A scheduler with so many workers, all there; ``preload``: a module that each worker loads first."""
    made = Cluster(folder, preload)
    try:
        made.start_scheduler()
        for _ in range(workers):
            made.start_worker()
        with Client(made.address, timeout=WAIT_SECONDS, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            if workers:
                client.wait_for_workers(workers, timeout=WAIT_SECONDS)
        yield made
    finally:
        made.stop()


def _dask(*arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env={**os.environ, **(settings or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    try:
        all_of_it = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        return
    for member in all_of_it:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()
