"""A process that opens what others send inherits no secret and can win no privilege."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.child_processes import child_environment
from pipeline.scans.intake.isolated import end_child, start_child

LISTS_ITS_ENVIRONMENT = """
import json, os, sys
from pipeline.scans.intake.limits import DEFAULT_LIMITS, limit_this_process
limit_this_process(DEFAULT_LIMITS)
status = open("/proc/self/status").read()
print(json.dumps({"names": sorted(os.environ), "status": status}))
"""


def test_a_child_that_decodes_knows_no_secret_and_starts_no_program_with_more_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lists_its_environment.py").write_text(LISTS_ITS_ENVIRONMENT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for secret in ("PREFECT_API_AUTH_STRING", "HOTICH_REGISTRY_URL", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(secret, "x")

    child = start_child("lists_its_environment", str(tmp_path))
    assert child.stdout is not None
    answer = json.loads(child.stdout.readline())
    end_child(child)

    assert set(answer["names"]) <= {
        *child_environment(""),
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "LC_CTYPE",
    }
    assert "NoNewPrivs:\t1" in answer["status"]


def test_the_process_that_typesets_wins_no_privilege(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    code = (
        "import io, sys; sys.stdin = io.TextIOWrapper(io.BytesIO(b'{\"seconds\": 5}'))\n"
        "from pipeline.delivery.printing import typesetting_child as child\n"
        "child.answer = lambda order: ({'status': open('/proc/self/status').read()}, b'')\n"
        "child.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert "NoNewPrivs:\\t1" in done.stdout.decode()


ATTACKS = """
import json, os, socket, subprocess, sys
from pathlib import Path
from pipeline.base.child_processes import confine_this_process
scratch, outside, parent = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0))
version = confine_this_process(scratch)
def refused(attempt):
    try:
        attempt()
    except PermissionError:
        return True
    return False
mine = Path(scratch) / "a"
mine.write_text("x")
subprocess.run(["true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
mine.unlink()
print(json.dumps({"version": version, "refused": [
    refused(lambda: Path(outside).write_text("x")),
    refused(lambda: Path(outside).unlink()),
    refused(lambda: (Path(outside).parent / "new").write_text("x")),
    subprocess.run(["rm", "-f", outside], stderr=subprocess.DEVNULL).returncode != 0,
    refused(lambda: socket.create_connection(listener.getsockname())),
    refused(lambda: os.kill(int(parent), 0)),
]}))
"""


def test_a_confined_process_changes_nothing_outside_its_folder_connects_to_nobody_and_signals_nobody(
    tmp_path: Path,
) -> None:
    scratch, outside = tmp_path / "scratch", tmp_path / "registry.db"
    scratch.mkdir()
    outside.write_text("kept")
    arguments = [sys.executable, "-c", ATTACKS, str(scratch), str(outside), str(os.getpid())]
    answer = json.loads(subprocess.run(arguments, capture_output=True, check=True).stdout)
    if not answer["version"]:
        pytest.skip("this kernel has no Landlock")
    held = {1: 4, 2: 4, 3: 4, 4: 5, 5: 5}.get(answer["version"], 6)
    assert answer["refused"][:held] == [True] * held
    assert outside.read_text() == "kept"
