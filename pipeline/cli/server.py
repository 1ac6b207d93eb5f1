"""``hotich server``: everything an office needs on one machine, started by one command and ended by one Ctrl+C.

The programs are started as they would be by hand; nothing here knows Prefect but its command line.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import typer

from pipeline.base.errors import SecurityError, SetupError
from pipeline.base.files import write_atomically
from pipeline.cli.run import stop_on_sigterm
from pipeline.cli.screen import WorkspaceOption, err, out
from pipeline.runs.backup import backup_key
from pipeline.runs.prefect_access import (
    CLIENT_SECRET,
    LOOPBACK,
    closed_server,
    is_loopback,
    prefect_secret,
    server_access,
)
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

START_SECONDS = 300.0
"""For Prefect's server to answer, on a slow machine and the first time."""
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.5
POOL = "hotich"

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
"""Nothing leaves the machine, not even from the browser that shows Prefect's page."""


@dataclass(frozen=True)
class ServerProcess:
    """A program that runs as long as the office works.

    Attributes:
        label: Its Vietnamese name in messages.
        command: The program and its arguments.
    """

    label: str
    command: Sequence[str]


def server(
    books: Annotated[Path, typer.Argument(help="Thư mục chứa các sổ, đọc mỗi đêm.", metavar="THƯ_MỤC_SỔ")],
    backup: Annotated[
        Path | None,
        typer.Option("--backup", help="Thư mục sao lưu, nên ở ổ đĩa khác; không có thì không sao lưu."),
    ] = None,
    backup_key_file: Annotated[
        Path | None,
        typer.Option("--backup-key-file", help="Tệp khóa để mã hóa bản sao lưu [HOTICH_BACKUP_KEY_FILE]."),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain-backup", help="Sao lưu không mã hóa: ai lấy được ổ sao lưu thì đọc được.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", "-p", min=1, max=65535, help="Cổng của màn hình rà soát.")
    ] = 8000,
    prefect_port: Annotated[
        int,
        typer.Option("--prefect-port", min=1, max=65535, help="Cổng của trang Prefect, chỉ trên máy này."),
    ] = 4200,
    prefect_host: Annotated[
        str,
        typer.Option(
            "--prefect-host",
            help="Địa chỉ của máy này trong mạng riêng, khi máy khác phải tới được Prefect; mặc định chỉ máy này.",
        ),
    ] = LOOPBACK,
    proxy: Annotated[str | None, typer.Option("--proxy", help="Như của “hotich serve”.")] = None,
    schedule_only: Annotated[
        bool,
        typer.Option(
            "--schedule-only",
            help="Chỉ máy chủ Prefect và lịch chạy; “hotich worker” và “hotich serve” chạy thành dịch vụ riêng.",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Chạy mọi thứ một cơ quan cần trên một máy: máy chủ Prefect, tiến trình chạy việc theo lịch, màn hình rà soát."""
    settings = read_settings()
    folder, _ = settings.places_of(workspace)
    if not books.is_dir():
        raise SetupError(f"Không thấy thư mục {books}. Hãy tạo thư mục chứa các sổ rồi chạy lại.")
    backup_key_file, plain = settings.backup_protection(backup_key_file, plain=plain)
    if backup:
        backup_key(backup, backup_key_file, plain=plain)  # a flaw is told now, not at five in the morning
    address = _address(prefect_host, prefect_port)
    stop_on_sigterm()
    folder.mkdir(parents=True, exist_ok=True)
    environment = _environment(folder, books.resolve(), backup, address)
    environment |= {
        "HOTICH_BACKUP_KEY_FILE": str(backup_key_file or ""),
        "HOTICH_BACKUP_PLAIN": str(plain).lower(),
    }
    here = [sys.executable, "-m"]
    screen = out()
    if not is_loopback(prefect_host):
        err().print(
            f"Chú ý: máy khác tới được máy chủ Prefect ở {prefect_host}; khóa đi trên mạng không được mã hóa, ai đọc "
            "được thì chạy được chương trình trên máy này. Chỉ dùng trong mạng riêng; tốt hơn là đường hầm SSH, xem "
            "docs/how-to/use-a-cluster.md.",
            markup=False,
        )
    with suppress(KeyboardInterrupt), _running(environment) as start:
        _refuse_taken_port(prefect_host, prefect_port)
        screen.print(
            "Đang mở phần chạy việc, có thể mất vài phút; địa chỉ của màn hình rà soát hiện ra sau cùng."
        )
        server_of_prefect = ["server", "start", "--host", prefect_host, "--port", str(prefect_port)]
        start(ServerProcess("Máy chủ Prefect", [*here, "prefect", *server_of_prefect]))
        _wait_for(f"{address}/health", start.watch)
        _require_closed(address, environment[CLIENT_SECRET])
        write_atomically(Workspace(folder).prefect_address, f"{address}\n")
        for command in (
            ["work-pool", "create", POOL, "--type", "process", "--overwrite"],
            ["--no-prompt", "deploy", *_deployments(folder, backup)],
        ):
            _once([*here, "prefect", *command], environment)
        _once([*here, "flows.takeover"], environment)
        for process in () if schedule_only else _workers_and_desk(here, folder, port, proxy):
            start(process)
        page = address.removesuffix("/api")
        where = "" if not is_loopback(prefect_host) else ", chỉ trên máy này"
        screen.print(
            f"Trang Prefect{where}: {page} (khóa để vào: dòng chữ trong {Workspace(folder).prefect_key})",
            markup=False,
        )
        screen.print("Dừng tất cả: Ctrl+C.")
        start.wait()
    screen.print("Đã tắt.")


def _workers_and_desk(
    here: Sequence[str], workspace: Path, port: int, proxy: str | None
) -> Iterator[ServerProcess]:
    """What runs beside Prefect's server when one command is to be the whole office."""
    worker = ["prefect", "worker", "start", "--pool", POOL, "--limit", "3"]
    yield ServerProcess("Tiến trình chạy việc", [*here, *worker])
    desk = ["pipeline.cli", "serve", "--workspace", str(workspace), "--port", str(port)]
    yield ServerProcess("Màn hình rà soát", [*here, *desk, *(["--proxy", proxy] if proxy else [])])


class _Start:
    """Starts programs and notices when one ends; ``__call__`` starts one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._running: list[tuple[ServerProcess, subprocess.Popen[bytes]]] = []

    def __call__(self, part: ServerProcess) -> None:
        process = subprocess.Popen(part.command, env=self._environment, start_new_session=True)
        self._running.append((part, process))

    def watch(self) -> None:
        """Raise ``SetupError`` when one of the programs has ended."""
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
        """End all programs, the last one first; none is left behind."""
        for _, process in reversed(self._running):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _running(environment: dict[str, str]) -> Iterator[_Start]:
    start = _Start(environment)
    try:
        yield start
    finally:
        before = signal.signal(signal.SIGTERM, _nothing)  # a second request must not leave programs behind
        start.stop()
        signal.signal(signal.SIGTERM, before)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    return


def _address(host: str, port: int) -> str:
    """Where Prefect's server is asked.

    Raises:
        SecurityError: It would listen on every network of this machine.
    """
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_unspecified:
            raise SecurityError(
                f"Máy chủ Prefect không nghe ở mọi mạng ({host}). Hãy nêu địa chỉ của máy này trong mạng riêng."
            )
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/api"


def _refuse_taken_port(host: str, port: int) -> None:
    """Raise ``SetupError`` when a program listens there: it would be sent the secret, and the jobs would be its own."""
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


def _require_closed(address: str, secret: str) -> None:
    """Raise ``SecurityError`` unless the server that answers is this account's, and closed."""
    access = server_access(address, secret)
    if access is None or access.is_open or not access.knows_secret:
        raise SecurityError(
            f"Máy chủ Prefect ở {address} không kín, hoặc là của tài khoản khác. Hãy bỏ các biến PREFECT_SERVER_… đã "
            "đặt và xem chương trình nào đang dùng cổng ấy (hotich doctor)."
        )


def _environment(workspace: Path, books: Path, backup: Path | None, address: str) -> dict[str, str]:
    """Return the environment of the programs.

    What the office has set itself wins where it is not about places or about who may speak to Prefect.
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


def _deployments(workspace: Path, backup: Path | None) -> list[str]:
    """Which of ``prefect.yaml`` are made: the backup where it has a place to go, the intake where inboxes are set."""
    names = ["nightly", "book", "reread", "export", "report"]
    names += ["backup"] if backup else []
    names += ["intake"] if (workspace / "intake.toml").exists() else []
    return [word for name in names for word in ("--name", name)]


def _wait_for(address: str, watch: Callable[[], None]) -> None:
    """Wait until a server answers; raise ``SetupError`` when it ends or takes too long."""
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


def _once(command: Sequence[str], environment: dict[str, str]) -> None:
    home = environment["HOTICH_HOME"]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise SetupError(f"Không đặt được lịch chạy: {' '.join(last)}")
