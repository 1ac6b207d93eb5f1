"""A fresh Debian root, the bundle for offices without a network, and bundles of later versions, good and bad."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.figures import say

PROJECT = Path(__file__).resolve().parents[2]
SUITE = "trixie"
FURTHER = "systemd,systemd-sysv,dbus,iproute2,openssl"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
SOURCES = Path("/etc/apt/sources.list.d")
MIGRATIONS = Path("pipeline/registry/migrations/versions")

Change = Callable[[Path], None]
"""What makes another version of the program in a folder."""

STEP = '''"""A step that only a measurement has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    {statement}
'''


def made_root(folder: Path) -> Path:
    """Make the root of a fresh Debian with systemd."""
    root = folder / "fresh"
    say(f"debootstrap {SUITE} …")
    _run(["debootstrap", "--variant=minbase", f"--include={FURTHER}", SUITE, str(root)])
    return root


def made_bundle(fresh: Path, folder: Path) -> Path:
    """Run ``bundle.sh`` on a copy of the fresh root that has a network."""
    maker, target = folder / "maker", folder / "hotich.tar"
    say("gói cài ngoại tuyến …")
    _run(["cp", "-a", str(fresh), str(maker)])
    shutil.copy("/etc/resolv.conf", maker / "etc/resolv.conf")
    for source in sorted(
        SOURCES.glob("*.sources")
    ):  # where this machine gets its packages, but for folders of its own
        if "file:" not in source.read_text():
            shutil.copy(source, maker / "etc/apt/sources.list.d")
    copied = maker / "root/project"
    copied.mkdir()
    _run(["bash", "-c", f"git ls-files -z | tar -cf - --null -T - | tar -xf - -C {copied}"], cwd=PROJECT)
    inside = ["chroot", str(maker)]
    _run([*inside, "apt-get", "-q", "update"])
    _run(
        [
            *inside,
            "apt-get",
            "install",
            "-y",
            "-q",
            "--no-install-recommends",
            "python3",
            "python3-venv",
            "ca-certificates",
        ]
    )
    shutil.copy(CERTIFICATES, maker / CERTIFICATES.relative_to("/"))  # what this machine trusts
    _run([*inside, "/root/project/scripts/office/bundle.sh", "/root/hotich.tar"])
    shutil.move(maker / "root/hotich.tar", target)
    shutil.rmtree(maker)
    return target


class Bundles:
    """Bundles of later versions: the first bundle with another program inside.

    Args:
        bundle: The bundle that ``bundle.sh`` wrote.
    """

    def __init__(self, bundle: Path, folder: Path) -> None:
        self._unpacked = folder / "unpacked"
        self._unpacked.mkdir()
        _run(["tar", "-xf", str(bundle), "-C", str(self._unpacked)])
        self._first = folder / "first-project"
        shutil.copytree(self._unpacked / "project", self._first)

    def write(self, target: Path, *changes: Change) -> None:
        """Write the bundle of a version that differs by some changes."""
        project = self._unpacked / "project"
        shutil.rmtree(project)
        shutil.copytree(self._first, project)
        for change in changes:
            change(project)
        digests = "find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum"
        sums = subprocess.run(["bash", "-c", digests], cwd=self._unpacked, check=True, capture_output=True)
        (self._unpacked / "SHA256SUMS").write_bytes(sums.stdout)
        _run(["tar", "-cf", str(target), "-C", str(self._unpacked), "."])


def numbered(number: str) -> Change:
    """The version of the program."""

    def change(project: Path) -> None:
        path = project / "pipeline/__init__.py"
        path.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{number}"', path.read_text()))

    return change


def stepped(revision: str, statement: str) -> Change:
    """A further step of the registry's tables."""

    def change(project: Path) -> None:
        last = max((project / MIGRATIONS).glob("v[0-9]*.py"))
        match = re.search(r'^revision = "(.*)"', last.read_text(), re.MULTILINE)
        assert match is not None
        text = STEP.format(revision=revision, before=match[1], statement=statement)
        (project / MIGRATIONS / f"v{revision}_measured.py").write_text(text)

    return change


def silent(project: Path) -> None:
    """A desk that ends as soon as it is started."""
    path = project / "pipeline/cli/serve.py"
    text = path.read_text()
    begin = text.index("    settings = work.settings")
    path.write_text(f'{text[:begin]}    raise SystemExit("does not start")\n{text[begin:]}')


def _run(command: Sequence[str], cwd: Path | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise SystemExit(
            f"{' '.join(command)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
