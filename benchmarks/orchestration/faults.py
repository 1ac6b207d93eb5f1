"""What can go wrong, each as a function that does it to a run in the middle of its work and undoes it again."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from benchmarks.orchestration.quick_reader import WAIT_SECONDS
from benchmarks.orchestration.run import SILENCE_SECONDS, UNPLUGGED

if TYPE_CHECKING:
    from benchmarks.orchestration.supervisor import SupervisedRun

LONG = WAIT_SECONDS + 4.0
PEER_SECONDS = 6.0


def kill_run(scene: SupervisedRun) -> None:
    scene.victim.process.kill()
    scene.victim.process.wait()


def kill_worker(scene: SupervisedRun) -> None:
    """End a process that reads pages; now and then their common parent."""
    servers = children(scene.victim.process.pid)
    workers = [child for server in servers for child in children(server)]
    chosen = workers or servers
    if servers and scene.random.random() < 0.15:
        chosen = servers
    if chosen:
        with suppress(ProcessLookupError):
            os.kill(int(scene.random.choice(chosen)), signal.SIGKILL)


def hold_registry_long(scene: SupervisedRun) -> None:
    """Longer than the run waits."""
    with _held(scene):
        _until(lambda: scene.victim.ended, LONG)


def hold_registry_briefly(scene: SupervisedRun) -> None:
    with _held(scene):
        time.sleep(WAIT_SECONDS / 8)


def fill_disk(scene: SupervisedRun) -> None:
    """No file of the run may grow any more."""
    with suppress(ProcessLookupError):
        resource.prlimit(scene.victim.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    _until(lambda: scene.victim.ended, PEER_SECONDS)
    with suppress(ProcessLookupError):
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(scene.victim.process.pid, resource.RLIMIT_FSIZE, unlimited)


def fill_server_disk(scene: SupervisedRun) -> None:
    """Fill the disk of the database's server, if the disk is a small one of its own."""
    assert scene.cluster is not None
    filler = scene.cluster.folder / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    _until(lambda: scene.victim.ended, PEER_SECONDS)
    filler.unlink()
    scene.restart_database()


def read_only_store(scene: SupervisedRun) -> None:
    """Scans cannot be stored: mounted for reading only where that is allowed, else in a folder that is none."""
    objects = scene.workspace / "objects"
    objects.mkdir(exist_ok=True)
    kill_run(scene)
    with _read_only(objects):
        scene.start()
        _until(lambda: scene.victim.ended, PEER_SECONDS)


def take_store_away(scene: SupervisedRun) -> None:
    """The stored scans are gone for a while, and come back."""
    objects = scene.workspace / "objects"
    away = objects.with_name("objects.away")
    if not objects.exists():
        return
    objects.rename(away)
    _until(lambda: scene.victim.ended, PEER_SECONDS / 4)
    _put_back(away, objects)


def jump_clock(scene: SupervisedRun) -> None:
    scene.victim.process.send_signal(signal.SIGUSR1 if scene.random.random() < 0.5 else signal.SIGUSR2)


def unplug_share(scene: SupervisedRun) -> None:
    """In mid-copy: what is open gives errors, the rest is not there."""
    mark = scene.workspace / UNPLUGGED
    mark.touch()
    away = scene.books.with_name("books.away")
    scene.books.rename(away)
    _until(lambda: scene.victim.ended, PEER_SECONDS / 4)
    away.rename(scene.books)
    mark.unlink()


def break_copying(scene: SupervisedRun) -> None:
    """From the start of a run all reading from the share breaks off in the middle of each file."""
    kill_run(scene)
    mark = scene.workspace / UNPLUGGED
    mark.touch()
    scene.start()
    _until(lambda: scene.victim.ended, PEER_SECONDS)
    mark.unlink()


def start_second_run(scene: SupervisedRun) -> None:
    peer = scene.peer()
    _until(lambda: peer.ended, PEER_SECONDS)
    peer.process.kill()
    peer.process.wait()


def hang(scene: SupervisedRun) -> None:
    """Stop the run until its time is over; another run goes on with its book, then the first run wakes."""
    scene.victim.process.send_signal(signal.SIGSTOP)
    time.sleep(SILENCE_SECONDS)
    peer = scene.peer()
    _until(lambda: peer.ended or peer.pages > 3, 2 * PEER_SECONDS)
    scene.victim.process.send_signal(signal.SIGCONT)
    _until(lambda: scene.victim.ended, 1.0)
    peer.process.kill()
    peer.process.wait()


def kill_database(scene: SupervisedRun) -> None:
    assert scene.cluster is not None
    pid = int((scene.cluster.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
    os.kill(pid, signal.SIGKILL)
    _until(lambda: scene.victim.ended, PEER_SECONDS / 4)
    scene.restart_database()


def cut_connections(scene: SupervisedRun) -> None:
    assert scene.cluster is not None
    with scene.cluster.connect("postgres") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [scene.database]
        )


def kill_prefect(scene: SupervisedRun) -> None:
    """Its server is gone for a while, and started again."""
    assert scene.server is not None
    scene.server.kill()
    _until(lambda: scene.victim.ended, PEER_SECONDS)
    scene.server.start()


ALWAYS: Mapping[str, Callable[[SupervisedRun], None]] = {
    "lượt chạy bị giết": kill_run,
    "tiến trình đọc bị giết": kill_worker,
    "sổ dữ liệu bị giữ lâu": hold_registry_long,
    "sổ dữ liệu bị giữ một lát": hold_registry_briefly,
    "kho bản quét chỉ cho đọc": read_only_store,
    "kho bản quét mất một lúc": take_store_away,
    "đồng hồ nhảy ba giờ": jump_clock,
    "ổ mạng rời ra": unplug_share,
    "chép bản quét đứt giữa chừng": break_copying,
    "hai lượt chạy cùng lúc": start_second_run,
    "lượt chạy bị treo": hang,
}
OF_SQLITE = {"ổ đĩa đầy": fill_disk}
OF_POSTGRESQL = {"cơ sở dữ liệu bị giết": kill_database, "kết nối bị cắt": cut_connections}
OF_PREFECT = {"máy chủ Prefect bị giết": kill_prefect}
OF_SMALL_DISK = {"ổ đĩa của máy chủ đầy": fill_server_disk}


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started and that live; not the tracker that multiprocessing keeps."""
    pids = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            tracker = b"resource_tracker" in (stat.parent / "cmdline").read_bytes()
            if int(fields[1]) == pid and fields[0] != "Z" and not tracker:
                pids.append(int(stat.parent.name))
    return pids


def session_cpu(leader: int) -> float:
    """CPU seconds so far of the session that this process leads, with what its processes have waited for."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader:
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def most_memory(pid: int) -> int:
    """The most bytes of memory a process ever had at once; 0 when it is gone."""
    with suppress(OSError):
        for line in (Path("/proc") / str(pid) / "status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


@contextmanager
def _held(scene: SupervisedRun) -> Iterator[None]:
    """Nobody else can write to the registry."""
    if scene.cluster is not None:
        with scene.cluster.connect(scene.database) as connection, connection.transaction():
            connection.execute("LOCK TABLE book, scan, page, page_failure, book_run IN EXCLUSIVE MODE")
            yield
        return
    with closing(
        sqlite3.connect(str(make_url(scene.url).database), timeout=30, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    if os.geteuid() == 0 and _ran("mount", "--bind", str(folder), str(folder)):
        try:
            _ran("mount", "-o", "remount,ro,bind", str(folder))
            yield
        finally:
            _ran("umount", "-l", str(folder))
        return
    away = folder.with_name("objects.away")
    folder.rename(away)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        away.rename(folder)


def _put_back(away: Path, folder: Path) -> None:
    """With what was stored meanwhile."""
    for new in [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else ():
        target = away / new.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        new.replace(target)
    if folder.exists():
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    away.rename(folder)


def _ran(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _until(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
