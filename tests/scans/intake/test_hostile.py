from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.intake.made_scans import HOSTILE, encoded, encrypted_pdf, png_bomb, scanned_pdf
from pipeline.base.errors import (
    EncryptedScan,
    OversizedScan,
    ScanCrash,
    ScanError,
    ScanOutOfMemory,
    ScanTimeout,
    UnknownFileType,
)
from pipeline.base.files import sha256_of_file
from pipeline.scans.intake import (
    ScanFile,
    ScanLimits,
    folder_contents,
    isolated,
    page_count_isolated,
    page_of,
    page_of_isolated,
    scan_file,
)

LIMITS = ScanLimits(seconds=20.0, memory_bytes=600_000_000)


def _outcome(path: Path) -> str:
    """``"page"``, or the code of the error that names what is wrong."""
    scan = ScanFile(path, sha256_of_file(path) if path.is_file() else "0" * 64, 0)
    try:
        pages = page_count_isolated(scan, LIMITS)
        page = page_of_isolated(scan, 1, LIMITS)
    except ScanError as error:
        return error.code if error.message.strip() else "no message"
    assert pages >= 1
    assert page.pixels.shape[2] == 3
    return "page"


@pytest.mark.parametrize(("name", "make", "codes"), HOSTILE, ids=[name for name, _, _ in HOSTILE])
def test_a_hostile_file_is_named_for_what_it_is(
    tmp_path: Path, name: str, make: Callable[[Path], None], codes: frozenset[str]
) -> None:
    make(tmp_path / name)
    assert _outcome(tmp_path / name) in codes


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nothing", "link to itself", "endless device"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.pdf"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(
            {"link to nothing": "gone", "link to itself": "x.pdf", "endless device": "/dev/zero"}[kind]
        )
    assert _outcome(path) in {"unknown-type", "scan"}
    assert [file.path for file in folder_contents(tmp_path).foreign] == [path]


def test_the_isolated_page_is_the_same_page(tmp_path: Path) -> None:
    scan = scan_file(scanned_pdf(tmp_path / "so.pdf", pages=2))
    assert page_count_isolated(scan) == 2
    apart, here = page_of_isolated(scan, 2), page_of(scan, 2)
    np.testing.assert_array_equal(apart.pixels, here.pixels)
    assert (apart.ref, apart.dpi) == (here.ref, here.dpi)


def test_errors_keep_their_kind_across_the_border(tmp_path: Path) -> None:
    encrypted_pdf(tmp_path / "locked.pdf")
    with pytest.raises(EncryptedScan, match="mật khẩu"):
        page_count_isolated(scan_file(tmp_path / "locked.pdf"))
    png_bomb(tmp_path / "bomb.png")
    with pytest.raises(OversizedScan, match="quá nhiều điểm ảnh"):
        page_of_isolated(scan_file(tmp_path / "bomb.png"), 1)
    (tmp_path / "text.pdf").write_text("không phải bản quét")
    with pytest.raises(UnknownFileType):
        page_count_isolated(ScanFile(tmp_path / "text.pdf", "", 0))


def test_a_page_that_wants_too_much_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(encoded(np.zeros((6_000, 6_000, 3), dtype=np.uint8), "PNG"))
    with pytest.raises(ScanOutOfMemory, match="300 dpi"):
        page_of_isolated(scan_file(tmp_path / "page.png"), 1, ScanLimits(memory_bytes=100_000_000))


def _child_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> ScanFile:
    """Let the child run that program instead of its own."""
    program = tmp_path / "child.py"
    program.write_text(body)
    start = subprocess.Popen
    monkeypatch.setattr(
        "subprocess.Popen", lambda _command, **rest: start([sys.executable, str(program)], **rest)
    )
    return ScanFile(tmp_path / "so.pdf", "0" * 64, 0)


def test_a_decoder_that_never_ends_is_stopped_with_all_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The pipe stays open as long as the grandchild lives: it reads as ended only when that is dead as well.
    reader, writer = os.pipe()
    body = f"import subprocess; subprocess.run(['sleep', '600'], pass_fds=[{writer}])"
    start = subprocess.Popen
    monkeypatch.setattr(
        "subprocess.Popen",
        lambda _command, **rest: start([sys.executable, "-c", body], pass_fds=[writer], **rest),
    )
    monkeypatch.setattr(isolated, "START_SECONDS", 0.5)
    with pytest.raises(ScanTimeout, match="quét lại"):
        page_of_isolated(ScanFile(tmp_path / "so.pdf", "", 0), 1, ScanLimits(seconds=0.5))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b""


def test_a_decoder_that_burns_its_time_is_a_timeout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = "import os, resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    scan = _child_runs(monkeypatch, tmp_path, body)
    with pytest.raises(ScanTimeout):
        page_count_isolated(scan)


def test_a_decoder_that_crashes_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scan = _child_runs(monkeypatch, tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(ScanCrash, match="dừng đột ngột"):
        page_of_isolated(scan, 1)


def test_a_decoder_that_the_kernel_kills_ran_out_of_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scan = _child_runs(monkeypatch, tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ScanOutOfMemory):
        page_of_isolated(scan, 1)


@pytest.mark.parametrize(
    "answer",
    [
        '{"height": 100000, "width": 100000, "dpi": 300}',
        '{"height": 100, "width": 100, "dpi": 300}',
        "no json at all",
        "[]",
        '{"height": "x"}',
    ],
    ids=["too large", "cut off", "nonsense", "no header", "no numbers"],
)
def test_an_answer_that_makes_no_sense_is_a_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    scan = _child_runs(monkeypatch, tmp_path, f"print({answer!r})")
    with pytest.raises(ScanCrash):
        page_of_isolated(scan, 1)


LIMITED = """
import resource, subprocess, sys
from pipeline.scans.intake import ScanLimits, limit_this_process
limit_this_process(ScanLimits(memory_bytes=200_000_000))
try:
    bytearray(400_000_000)
except MemoryError:
    print("bound")
soft, hard = resource.getrlimit(resource.RLIMIT_AS)
child = subprocess.run([sys.executable, "-c", "import resource; print(resource.getrlimit(resource.RLIMIT_AS))"],
                       capture_output=True, text=True)
print(child.stdout.strip() == str((soft, hard)), soft == hard, resource.getrlimit(resource.RLIMIT_CPU)[0] < 0)
"""


def test_a_worker_binds_itself_and_what_it_starts() -> None:
    ran = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["bound", "True", "True", "True"]
