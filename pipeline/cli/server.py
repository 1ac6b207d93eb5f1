"""``hotich server`` and ``hotich worker``: all services of an office on a machine, and the worker alone."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import SecurityError, SetupError
from pipeline.base.files import write_atomically
from pipeline.cli.context import HERE, WorkspaceOption, stop_on_sigterm
from pipeline.cli.screen import err, say
from pipeline.runs.backup import backup_key
from pipeline.runs.office_processes import (
    OFFLINE,
    POOL,
    ServerProcess,
    deployment_options,
    process_environment,
    refuse_taken_port,
    require_closed,
    run_once,
    running_processes,
    server_address,
    wait_for,
    workers_and_desk,
)
from pipeline.runs.prefect_access import (
    CLIENT_SECRET,
    LOOPBACK,
    is_loopback,
    known_prefect_secret,
    prefect_address,
    server_access,
)
from pipeline.scans.workspace import Workspace


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
    work: WorkspaceOption = HERE,
) -> None:
    """Chạy mọi thứ một cơ quan cần trên một máy: máy chủ Prefect, tiến trình chạy việc theo lịch, màn hình rà soát."""
    settings = work.settings
    folder, _ = settings.places_of(work.folder)
    if not books.is_dir():
        raise SetupError(f"Không thấy thư mục {books}. Hãy tạo thư mục chứa các sổ rồi chạy lại.")
    backup_key_file, plain = settings.backup_protection(backup_key_file, plain=plain)
    if backup:
        backup_key(backup, backup_key_file, plain=plain)  # a flaw shows now, not during the nightly backup
    address = server_address(prefect_host, prefect_port)
    stop_on_sigterm()
    folder.mkdir(parents=True, exist_ok=True)
    environment = process_environment(folder, books.resolve(), backup, address)
    environment |= {
        "HOTICH_BACKUP_KEY_FILE": str(backup_key_file or ""),
        "HOTICH_BACKUP_PLAIN": str(plain).lower(),
    }
    here = [sys.executable, "-m"]
    if not is_loopback(prefect_host):
        err().print(
            f"Chú ý: máy khác tới được máy chủ Prefect ở {prefect_host}; khóa đi trên mạng không được mã hóa, ai đọc "
            "được thì chạy được chương trình trên máy này. Chỉ dùng trong mạng riêng; tốt hơn là đường hầm SSH, xem "
            "docs/how-to/use-a-cluster.md.",
            markup=False,
        )
    with suppress(KeyboardInterrupt), running_processes(environment) as start:
        refuse_taken_port(prefect_host, prefect_port)
        say("Đang mở phần chạy việc, có thể mất vài phút; địa chỉ của màn hình rà soát hiện ra sau cùng.")
        server_of_prefect = ["server", "start", "--host", prefect_host, "--port", str(prefect_port)]
        start(ServerProcess("Máy chủ Prefect", [*here, "prefect", *server_of_prefect]))
        wait_for(f"{address}/health", start.watch)
        require_closed(address, environment[CLIENT_SECRET])
        write_atomically(Workspace(folder).prefect_address, f"{address}\n")
        for command in (
            ["work-pool", "create", POOL, "--type", "process", "--overwrite"],
            ["--no-prompt", "deploy", *deployment_options(folder, backup)],
        ):
            run_once([*here, "prefect", *command], environment)
        run_once([*here, "flows.takeover"], environment)
        for process in () if schedule_only else workers_and_desk(here, folder, port, proxy):
            start(process)
        page = address.removesuffix("/api")
        where = "" if not is_loopback(prefect_host) else ", chỉ trên máy này"
        say(f"Trang Prefect{where}: {page} (khóa để vào: dòng chữ trong {Workspace(folder).prefect_key})")
        say("Dừng tất cả: Ctrl+C.")
        start.wait()
    say("Đã tắt.")


def worker(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Nhiều nhất bấy nhiêu việc cùng lúc.")] = 2,
    work: WorkspaceOption = HERE,
) -> None:
    """Chạy việc theo lịch của máy chủ Prefect đang chạy ở máy khác (PREFECT_API_URL). Dừng bằng Ctrl+C."""
    place = Workspace(work.settings.places_of(work.folder)[0])
    address = prefect_address(place)
    secret = os.environ.get(CLIENT_SECRET) or known_prefect_secret(place.prefect_key)
    if not secret:
        raise SetupError(
            f"Chưa có khóa của máy chủ Prefect. Hãy chép tệp prefect.key của máy chủ vào {place.prefect_key} "
            "(chmod 600)."
        )
    access = server_access(address, secret)
    if access is None:
        raise SetupError(
            f"Máy chủ Prefect ở {address} không trả lời. Hãy đặt PREFECT_API_URL cho đúng; nếu qua đường hầm SSH thì "
            "xem đường hầm còn mở không."
        )
    if access.is_open:
        raise SecurityError(
            f"Máy chủ Prefect ở {address} để ngỏ: ai tới được cũng chạy được chương trình trên máy này. Không nhận "
            "việc từ đó. Hãy chạy máy chủ bằng “hotich server”."
        )
    if not access.knows_secret:
        raise SetupError(
            f"Máy chủ Prefect ở {address} dùng khóa khác. Hãy chép lại tệp prefect.key của máy chủ vào "
            f"{place.prefect_key}."
        )
    environment = {
        "PREFECT_HOME": str(place.prefect),
        **OFFLINE,
        **os.environ,
        "PREFECT_API_URL": address,
        CLIENT_SECRET: secret,
        "HOTICH_HOME": str(Path(__file__).resolve().parents[2]),
        "HOTICH_WORKSPACE": str(place.root),
    }
    say(f"Nhận việc từ {address}.")
    sys.stdout.flush()
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--limit", str(limit)]
    os.execve(sys.executable, command, environment)  # signals and exit code become the worker's
