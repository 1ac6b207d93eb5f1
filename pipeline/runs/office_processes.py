"""The programs of an office on a machine: Prefect's server, its worker, the reviewers' desk.

They are started with their command lines; this module knows Prefect only by its command line.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from pipeline.base.errors import SecurityError, SetupError
from pipeline.runs.prefect_access import closed_server, prefect_secret, server_access
from pipeline.scans.workspace import Workspace

START_SECONDS = 300.0
"""Time limit for the first answer of Prefect's server, on a slow machine at its first start."""
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.5
POOL = "hotich"

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
"""Nothing leaves the machine, not even from a browser that shows Prefect's page."""


@dataclass(frozen=True)
class ServerProcess:
    """A program that runs while the office works.

    Attributes:
        label: Vietnamese name in messages.
    """

    label: str
    command: Sequence[str]


def workers_and_desk(
    here: Sequence[str], workspace: Path, port: int, proxy: str | None
) -> Iterator[ServerProcess]:
    """Yield the programs beside Prefect's server when a single command runs the whole office."""
    worker = ["prefect", "worker", "start", "--pool", POOL, "--limit", "3"]
    yield ServerProcess("Tiến trình chạy việc", [*here, *worker])
    desk = ["pipeline.cli", "serve", "--workspace", str(workspace), "--port", str(port)]
    yield ServerProcess("Màn hình rà soát", [*here, *desk, *(["--proxy", proxy] if proxy else [])])


class OfficeProcesses:
    """Starts programs by ``__call__`` and notices their end."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process_environment = environment
        self._running: list[tuple[ServerProcess, subprocess.Popen[bytes]]] = []

    def __call__(self, part: ServerProcess) -> None:
        process = subprocess.Popen(part.command, env=self.process_environment, start_new_session=True)
        self._running.append((part, process))

    def watch(self) -> None:
        """Raise ``SetupError`` if a program has ended."""
        for part, process in self._running:
            if process.poll() is not None:
                raise SetupError(
                    f"{part.label} đã dừng (mã {process.returncode}). Hãy xem thông báo ở trên: cổng có đang bị "
                    "chương trình khác dùng không."
                )

    def wait(self) -> None:
        while True:
            self.watch()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End all programs, the last started first, and their children."""
        for _, process in reversed(self._running):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running_processes(environment: dict[str, str]) -> Iterator[OfficeProcesses]:
    start = OfficeProcesses(environment)
    try:
        yield start
    finally:
        before = signal.signal(signal.SIGTERM, _nothing)  # a second request must not leave programs behind
        start.stop()
        signal.signal(signal.SIGTERM, before)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    return


def server_address(host: str, port: int) -> str:
    """Return the address of Prefect's server.

    Raises:
        SecurityError: It would listen on every network of this machine.
    """
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_unspecified:
            raise SecurityError(
                f"Máy chủ Prefect không nghe ở mọi mạng ({host}). Hãy nêu địa chỉ của máy này trong mạng riêng."
            )
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/api"


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ``SetupError`` if the port is taken: that program would receive the secret and the jobs."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SetupError(
            f"Không dùng được {host}, cổng {port} cho máy chủ Prefect ({error.strerror}): cổng có đang bị chương trình "
            "khác dùng không? Hãy tắt nó, hoặc chọn --prefect-port khác."
        ) from None


def require_closed(address: str, secret: str) -> None:
    """Raise ``SecurityError`` unless the answering server belongs to this account and is closed."""
    access = server_access(address, secret)
    if access is None or access.is_open or not access.knows_secret:
        raise SecurityError(
            f"Máy chủ Prefect ở {address} không kín, hoặc là của tài khoản khác. Hãy bỏ các biến PREFECT_SERVER_… đã "
            "đặt và xem chương trình nào đang dùng cổng ấy (hotich doctor)."
        )


def process_environment(workspace: Path, books: Path, backup: Path | None, address: str) -> dict[str, str]:
    """Return the environment of the office's programs.

    Variables set by the office win, except for paths and for the access to Prefect.
    """
    home = Path(__file__).resolve().parents[2]
    secret = prefect_secret(Workspace(workspace).prefect_key)
    places = {
        **closed_server(secret, address),
        "PREFECT_API_URL": address,
        "HOTICH_HOME": str(home),
        "HOTICH_BOOKS": str(books),
        "HOTICH_WORKSPACE": str(workspace),
        "HOTICH_BACKUP": str(backup.resolve()) if backup else "",
    }
    defaults = {**OFFLINE, "PREFECT_HOME": str(Workspace(workspace).prefect)}
    return {**defaults, **os.environ, **places}


def deployment_options(workspace: Path, backup: Path | None) -> list[str]:
    """Return the options naming the deployments of ``prefect.yaml``: backup and intake only where set up."""
    names = ["nightly", "book", "reread", "export", "report"]
    names += ["backup"] if backup else []
    names += ["intake"] if (workspace / "intake.toml").exists() else []
    return [word for name in names for word in ("--name", name)]


def wait_for(address: str, watch: Callable[[], None]) -> None:
    """Wait until a server answers; raise ``SetupError`` if it ends or takes too long."""
    ask = build_opener(ProxyHandler({})).open
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        watch()
        with suppress(URLError, OSError), ask(address, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(LOOK_SECONDS)
    raise SetupError(
        f"Máy chủ Prefect không trả lời ở {address}. Hãy kiểm tra cổng và bộ nhớ của máy rồi chạy lại."
    )


def run_once(command: Sequence[str], environment: dict[str, str]) -> None:
    home = environment["HOTICH_HOME"]
    process = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
    if process.returncode:
        last = (process.stderr or process.stdout).strip().splitlines()[-1:]
        raise SetupError(f"Không đặt được lịch chạy: {' '.join(last)}")
