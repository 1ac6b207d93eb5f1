"""A Prefect server of a benchmark's own, as an office starts it; it can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import ProxyHandler, build_opener

from benchmarks.servers.free_ports import free_port
from flows import OFFLINE
from pipeline.runs.prefect_access import CLIENT_SECRET, SERVER_SECRET, closed_server, prefect_secret

START_SECONDS = 300.0


class PrefectServer:
    """A Prefect server; use it as a context manager.

    Args:
        folder: Where it keeps its data, and its secret.
        closed: Whether it answers only who has the secret, as ``hotich server`` starts it; Prefect itself starts it
            open.
    """

    def __init__(self, folder: Path, *, closed: bool = True) -> None:
        self._folder = folder
        self._closed = closed
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a program that is to use it."""
        variables = {**OFFLINE, "PREFECT_API_URL": self.address}
        return variables | {CLIENT_SECRET: self.secret} if self._closed else variables

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self._port}/api"

    @property
    def secret(self) -> str:
        """What it wants to be shown."""
        return prefect_secret(self._folder / "prefect.key")

    @property
    def pid(self) -> int:
        """The process that leads its session."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self._port)]
        environment = {**os.environ, **OFFLINE, "PREFECT_HOME": str(self._folder / "prefect")}
        for name in (SERVER_SECRET, CLIENT_SECRET):
            environment.pop(name, None)
        if self._closed:
            environment |= closed_server(self.secret, self.address)
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        ask = build_opener(ProxyHandler({})).open
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), ask(f"{self.address}/health", timeout=5):
                return
            time.sleep(0.2)
        raise RuntimeError("Prefect's server does not answer")

    def kill(self) -> None:
        """Kill it at once, with all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
