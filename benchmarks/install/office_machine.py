"""A machine of an office on this one: a Debian root in namespaces of its own, whose first process is its own systemd.

It has no network but itself (127.0.0.1 and one private address), so that whatever is installed comes from what it was
given. Nothing of this machine is seen from there but its kernel. Needs root, unshare and nsenter; no virtual machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ADDRESS = "192.168.77.10"
HOST_NAME = "ubnd-xa"
BOOT_SECONDS = 120.0
COMMAND_SECONDS = 1500.0
CLEAN = {
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}

BOOT = r"""
set -e
root=$1 group=$2
mount --make-rprivate /
if mountpoint -q /sys/fs/cgroup; then umount -R /sys/fs/cgroup; fi
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$group"
echo $$ >"/sys/fs/cgroup/$group/cgroup.procs"
exec unshare --fork --pid --net --ipc --uts --cgroup --mount --kill-child -- bash -c '
set -e
root=$1
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$node"
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s null "$root/dev/console"
ip link set lo up
ip link add lan type dummy 2>/dev/null || ip link add lan type veth peer name wan || ip link add lan type bridge
ip address add "$2/24" dev lan
ip link set lan up; if ip link show wan >/dev/null 2>&1; then ip link set wan up; fi
cd "$root"
exec env -i container=namespace TERM=dumb PATH=/usr/sbin:/usr/bin \
    chroot . /lib/systemd/systemd --log-target=journal --show-status=0
' boot "$root" "$3"
"""


class OfficeMachine:
    """A root folder that can be switched on and off.

    Args:
        root: The root of a Debian with systemd.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._group = f"hotich-office-{os.getpid()}"
        self._process: subprocess.Popen[bytes] | None = None
        self._first = 0

    def prepare(self) -> None:
        """Name the machine and keep it from asking for the terminals of this machine."""
        (self.root / "etc/hostname").write_text(f"{HOST_NAME}\n")
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost {HOST_NAME}\n")
        for unit in ("console-getty", "getty@tty1", "systemd-modules-load", "systemd-networkd-wait-online"):
            link = self.root / f"etc/systemd/system/{unit}.service"
            with suppress(FileExistsError):
                link.symlink_to("/dev/null")

    def switch_on(self) -> None:
        """Boot, and wait until its systemd has done what it does at boot."""
        self._process = subprocess.Popen(
            ["unshare", "--mount", "bash", "-c", BOOT, "boot", str(self.root), self._group, ADDRESS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            pids = children.read_text().split()
            if pids and Path(f"/proc/{pids[0]}/comm").read_text().strip() == "systemd":
                self._first = int(pids[0])
                state = self.run(["systemctl", "is-system-running", "--wait"], check=False)
                if state.stdout.strip() in ("running", "degraded"):
                    return
            time.sleep(0.5)
        raise RuntimeError("systemd did not boot in namespaces of this machine")

    def cut_power(self) -> None:
        """End every process of the machine at once, in the midst of whatever it does."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._first or self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process, self._first = None, 0
        self._remove_groups()

    def run(
        self,
        command: Sequence[str],
        *,
        check: bool = True,
        seconds: float = COMMAND_SECONDS,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the machine as its root; with ``check``, a failure ends the measurement with its output."""
        done = subprocess.run(
            [*self.enter(), *command],
            env={**CLEAN, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
        if check and done.returncode:
            raise RuntimeError(
                f"{' '.join(command)}: {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
            )
        return done

    def start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Start a command on the machine and go on."""
        return subprocess.Popen(
            [*self.enter(), *command],
            env=CLEAN,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def enter(self) -> list[str]:
        """What a command of the machine begins with."""
        namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        return ["nsenter", "--target", str(self._first), *namespaces, "--root", "--wdns=/root", "--"]

    def beside(self) -> list[str]:
        """Return the beginning of a command of this machine that sees the network of the other machine."""
        return ["nsenter", "--target", str(self._first), "--net", "--"]

    def _remove_groups(self) -> None:
        """Control groups outlive the processes that were in them."""
        for mount in Path("/proc/mounts").read_text().splitlines():
            _, place, kind, *_ = mount.split()
            group = Path(place) / self._group
            if kind == "cgroup2" and group.is_dir():
                for folder in sorted(group.rglob("*"), key=lambda path: -len(path.parts)):
                    if folder.is_dir():
                        with suppress(OSError):
                            folder.rmdir()
                with suppress(OSError):
                    group.rmdir()


def missing_here() -> str:
    """Return what this machine lacks to boot another machine in namespaces; empty when nothing."""
    if os.geteuid() != 0:
        return "cần quyền root"
    lacking = [
        name for name in ("unshare", "nsenter", "debootstrap", "ip", "chroot") if shutil.which(name) is None
    ]
    return f"thiếu {', '.join(lacking)} (gói util-linux, debootstrap, iproute2)" if lacking else ""
