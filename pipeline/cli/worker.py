"""``hotich worker``: what runs the scheduled work, on a machine where ``hotich server`` does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import SecurityError, SetupError
from pipeline.cli.doctor import prefect_address
from pipeline.cli.screen import WorkspaceOption, out
from pipeline.cli.server import OFFLINE, POOL
from pipeline.runs.prefect_access import CLIENT_SECRET, known_prefect_secret, server_access
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings


def worker(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Nhiều nhất bấy nhiêu việc cùng lúc.")] = 2,
    workspace: WorkspaceOption = None,
) -> None:
    """Chạy việc theo lịch của máy chủ Prefect đang chạy ở máy khác (PREFECT_API_URL). Dừng bằng Ctrl+C."""
    place = Workspace(read_settings().places_of(workspace)[0])
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
    out().print(f"Nhận việc từ {address}.", markup=False)
    sys.stdout.flush()
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--limit", str(limit)]
    os.execve(sys.executable, command, environment)  # its signals and its exit code are the worker's
