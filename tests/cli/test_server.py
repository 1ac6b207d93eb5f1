"""``hotich server`` starts programs, notices when one ends, and leaves none behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.errors import SetupError
from pipeline.cli import server
from tests.cli.conftest import Hotich

WAITS = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(600)"


def processes(start: server._Start) -> list[subprocess.Popen[bytes]]:
    return [process for _, process in start._running]


def test_all_programs_end_with_the_command_even_those_that_do_not_listen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 0.5)
    with server._running({}) as start:
        for code in (WAITS, DEAF):
            start(server.ServerProcess("Thử", [sys.executable, "-c", code]))
        start.watch()
    assert all(process.returncode is not None for process in processes(start))


def test_a_program_that_ends_is_named_and_ends_the_others() -> None:
    with server._running({}) as start:
        start(server.ServerProcess("Máy chủ Prefect", [sys.executable, "-c", WAITS]))
        start(server.ServerProcess("Màn hình rà soát", [sys.executable, "-c", "raise SystemExit(3)"]))
        with pytest.raises(SetupError, match=r"Màn hình rà soát đã dừng \(mã 3\)"):
            start.wait()
    assert all(process.returncode is not None for process in processes(start))


def test_what_the_programs_are_told_keeps_them_offline(tmp_path: Path) -> None:
    told = server._environment(tmp_path, tmp_path / "books", None, "http://127.0.0.1:4321/api")
    assert {name: told[name] for name in server.OFFLINE} == server.OFFLINE
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4321/api"
    assert "backup" not in server._deployments(tmp_path, None)
    (tmp_path / "intake.toml").touch()
    assert {"backup", "intake"} <= set(server._deployments(tmp_path, tmp_path))


def test_a_folder_that_is_not_there_is_told_before_anything_starts(hotich: Hotich, tmp_path: Path) -> None:
    told = hotich("server", tmp_path / "none")
    assert (told.exit_code, "none" in told.output) == (3, True)


def test_the_parts_that_a_schedule_alone_leaves_to_services_of_their_own(tmp_path: Path) -> None:
    worker, desk = server._workers_and_desk([sys.executable, "-m"], tmp_path, 8123, "127.0.0.1")
    assert list(worker.command[3:6]) == ["worker", "start", "--pool"]
    assert list(desk.command[-6:]) == ["--workspace", str(tmp_path), "--port", "8123", "--proxy", "127.0.0.1"]
