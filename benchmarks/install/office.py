"""What is done to the machine of an office, and what is looked at afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks.install.office_machine import ADDRESS, HOST_NAME, OfficeMachine

Held = tuple[bool, str]
NAME = f"hotich.{HOST_NAME}"
ADMINISTRATOR = "quan.tri"
CHOSEN = "mot cau dai de nho 7"
COUNTED = ("book", "page", "entry", "reading", "account", "audit")
SERVICES = ("hotich-web", "hotich-worker", "hotich-prefect", "hotich-backup.timer", "nginx")
WAIT_SECONDS = 600.0
EXPOSURE = 3.0
"""The most that ``systemd-analyze security`` may say of a service (0 best, 10 worst)."""
READ = """
set -a; . /etc/hotich/hotich.env; set +a
export PREFECT_API_URL=http://127.0.0.1:4200/api PREFECT_HOME=/var/lib/hotich/prefect
export PREFECT_API_AUTH_STRING="$(cat /var/lib/hotich/prefect.key)"
cd /var/lib/hotich && /opt/hotich/current/.venv/bin/prefect deployment run nightly/nightly --watch
"""


class Office:
    """An office on a machine.

    Args:
        database: ``sqlite`` or ``postgresql``.
    """

    def __init__(self, machine: OfficeMachine, database: str) -> None:
        self.machine, self._database = machine, database
        self._password = ""
        self._before: dict[str, int] = {}
        self._files = ""

    @property
    def bundle(self) -> Path:
        return self.machine.root / "root/hotich.tar"

    def take(self, bundle: Path) -> None:
        """The file that a technician brings along."""
        shutil.copy(bundle, self.bundle)

    # --- what is looked at ----------------------------------------------------------------------------------------

    def rows(self) -> dict[str, int]:
        """Count the rows of the registry."""
        query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in COUNTED)  # noqa: S608 (our own names)
        if self._database == "sqlite":
            place = self.machine.root / "var/lib/hotich/hotich.db"
            with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
                return dict(connection.execute(query).fetchall())
        asked = ["runuser", "-u", "postgres", "--", "psql", "-XAtqc", query, "hotich"]
        lines = self.machine.run(asked).stdout.split()
        return {name: int(rows) for name, rows in (line.split("|") for line in lines)}

    def files(self) -> str:
        """Return a digest of scans, books and keys."""
        digest = hashlib.sha256()
        for folder in ("var/lib/hotich/objects", "srv/so-da-quet"):
            for path in sorted((self.machine.root / folder).rglob("*")):
                if path.is_file():
                    digest.update(str(path.relative_to(self.machine.root)).encode() + path.read_bytes())
        for key in ("var/lib/hotich/audit.key", "etc/hotich/backup.key", "etc/hotich/tls/ca.crt"):
            digest.update((self.machine.root / key).read_bytes())
        return digest.hexdigest()

    def remember(self) -> None:
        self._before, self._files = self.rows(), self.files()

    def kept(self) -> Held:
        """Whether no row and no byte of a scan is gone since ``remember``."""
        now = self.rows()
        lost = [name for name, rows in self._before.items() if now[name] < rows]
        same = self.files() == self._files
        counts = ", ".join(f"{name} {now[name]}" for name in COUNTED)
        return not lost and same, f"{counts}{'' if same else '; TỆP KHÁC'}"

    def version(self) -> str:
        link = self.machine.root / "opt/hotich/current"
        return link.readlink().name if link.is_symlink() else ""

    def running(self) -> bool:
        states = self.machine.run(["systemctl", "is-active", *SERVICES], check=False).stdout.split()
        return states == ["active"] * len(SERVICES)

    def soon_running(self) -> bool:
        """Whether all services run, some minutes after they were started at the latest."""
        end = time.monotonic() + WAIT_SECONDS
        while not (running := self.running()) and time.monotonic() < end:
            time.sleep(2)
        return running

    def answer(self) -> int:
        """The status of the login page over TLS."""
        asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", "/etc/hotich/tls/ca.crt"]
        return int(self.machine.run([*asked, f"https://{ADDRESS}/login"], check=False).stdout or 0)

    # --- what is done ---------------------------------------------------------------------------------------------

    def _script(self, name: str, *arguments: str) -> list[str]:
        """A script of the bundle, as it is run from there; the scripts are unpacked anew."""
        shutil.rmtree(self.machine.root / "root/project", ignore_errors=True)
        self.machine.run(["tar", "-xf", "/root/hotich.tar", "-C", "/root", "./project/scripts"])
        return [f"/root/project/scripts/office/{name}", *arguments]

    def _install(self) -> list[str]:
        kind = ["--postgresql"] if self._database == "postgresql" else []
        return self._script("install.sh", "--offline", "/root/hotich.tar", "--name", NAME, *kind)

    def refusals(self) -> Held:
        install = self._install()
        self.machine.run(["chmod", "-R", "a+rX", "/root"])
        nobody = self.machine.run(["runuser", "-u", "nobody", "--", *install], check=False)
        release = self.machine.root / "etc/os-release"
        text = release.read_text()
        release.unlink()
        release.write_text(text.replace("ID=debian", "ID=fedora").replace("Debian", "Fedora"))
        system = self.machine.run(install, check=False)
        release.write_text(text)
        self.machine.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", "/opt"])
        full = self.machine.run(install, check=False)
        self.machine.run(["umount", "/opt"])
        codes = [nobody.returncode, system.returncode, full.returncode]
        is_explained = "root" in nobody.stderr and "Fedora" in system.stderr and "MB" in full.stderr
        return codes == [3, 3, 3] and is_explained and not self.version(), f"mã thoát {codes}"

    def install_cut_off(self) -> Held:
        running = self.machine.start(self._install())
        assert running.stdout is not None
        for line in running.stdout:
            if "gói Python" in line:
                time.sleep(8)  # in the midst of some package
                break
        self.machine.cut_power()
        running.wait()
        self.machine.switch_on()
        return not self.version(), "chưa có bản nào chạy"

    def install(self) -> Held:
        done = self.machine.run(self._install())
        match = re.search(rf"Mật khẩu dùng một lần của {ADMINISTRATOR}: (\S+)", done.stdout)
        self._password = match[1] if match else ""
        journal = self.machine.run(["journalctl", "--no-pager"]).stdout
        log = (self.machine.root / "var/log/hotich-install.log").read_text()
        secret = bool(self._password) and self._password not in journal + log
        self.remember()
        running, answer = self.soon_running(), self.answer()
        seen = (
            f"bản {self.version()}, dịch vụ {'chạy' if running else 'KHÔNG CHẠY'}, trang đăng nhập {answer}"
        )
        return secret and running and answer == 200, seen + ("" if secret else ", mật khẩu lọt vào nhật ký")

    def install_again(self) -> Held:
        done = self.machine.run(self._install())
        held, counts = self.kept()
        return held and "Đã có tài khoản" in done.stdout and self.soon_running(), counts

    def visit(self, *, first: bool) -> Held:
        """As a person at a workstation, who trusts the root of this machine."""
        root = self.machine.root / "etc/hotich/tls/ca.crt"
        client = [sys.executable, "-m", "benchmarks.install.desk_visitor", ADDRESS, str(root)]
        asked = subprocess.run(
            [*self.machine.beside(), *client],
            input=json.dumps([ADMINISTRATOR, self._password if first else "", CHOSEN]),
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode:
            return False, asked.stderr[-400:]
        seen = json.loads(asked.stdout)
        refused = seen.pop("without_root") == 0
        wrong = [name for name, held in seen.items() if held is not True]
        return refused and not wrong, f"{len(seen) + 1} điều" + (f", sai: {wrong}" if wrong else "")

    def doctor(self) -> Held:
        report = json.loads(self.machine.run(["hotich", "doctor", "--json"], check=False).stdout)
        flaws = [f"{check['name']}: {check['found']}" for check in report["checks"] if check["state"] != "ok"]
        return not flaws, f"{len(report['checks'])} mục, {'; '.join(flaws) or 'đều có'}"

    def units(self) -> Held:
        names = ["hotich-web", "hotich-worker", "hotich-prefect", "hotich-backup", "hotich-certificate"]
        files = [f"/etc/systemd/system/{name}.service" for name in names]
        verified = self.machine.run(["systemd-analyze", "verify", *files], check=False)
        exposures = {}
        for name in names:
            text = self.machine.run(
                ["systemd-analyze", "security", "--no-pager", f"{name}.service"], check=False
            ).stdout
            match = re.search(r"Overall exposure level for .*: ([\d.]+)", text)
            exposures[name] = float(match[1]) if match else 10.0
        worst = max(exposures.values())
        return verified.returncode == 0 and worst <= EXPOSURE, f"verify sạch, hở nhiều nhất {worst} trên 10"

    def read_book(self) -> Held:
        synth = ["synth", "/srv/so-da-quet", "--form", "birth-2016", "--entries", "2", "--writing", "typed"]
        self.machine.run(["hotich", *synth])
        (self.machine.root / "root/read.sh").write_text(READ)
        self.machine.run(["install", "-m", "0755", "/root/read.sh", "/usr/local/lib/read.sh"])
        ended = self.machine.run(
            ["runuser", "-u", "hotich", "--", "bash", "/usr/local/lib/read.sh"], check=False
        )
        backup = self.machine.run(["systemctl", "start", "hotich-backup.service"], check=False)
        self.remember()
        read = self._before["page"] > 0 and self._before["entry"] > 0
        detail = f"{self._before['page']} trang, {self._before['entry']} mục, {self._before['reading']} ô"
        if not read:
            detail += f"; {ended.stdout[-300:]}{ended.stderr[-300:]}"
        return read and backup.returncode == 0, detail

    def boot_again(self) -> Held:
        self.machine.cut_power()
        self.machine.switch_on()
        self._wait_for_desk()
        held, counts = self.kept()
        return held and self.soon_running(), counts

    def _wait_for_desk(self) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if self.answer() == 200 and self.soon_running():
                return
            time.sleep(2)

    def upgrade_refused(self) -> Held:
        before = self.version()
        ended = self.machine.run(self._script("upgrade.sh", "--offline", "/root/hotich.tar"), check=False)
        held, counts = self.kept()
        same = self.version() == before and self.soon_running() and self.answer() == 200
        return ended.returncode == 4 and same and held, f"mã thoát {ended.returncode}; {counts}"

    def upgrade_taken_back(self) -> Held:
        before = self.version()
        ended = self.machine.run(self._script("upgrade.sh", "--offline", "/root/hotich.tar"), check=False)
        held, counts = self.kept()
        same = self.version() == before and self.soon_running() and self.answer() == 200
        return ended.returncode == 5 and same and held and not self._has_step(
            "0991"
        ), f"mã thoát {ended.returncode}; {counts}"

    def upgrade_cut_off(self) -> Held:
        """A power cut as soon as the registry may be of either version."""
        before = self.version()
        running = self.machine.start(self._script("upgrade.sh", "--offline", "/root/hotich.tar"))
        state = self.machine.root / "var/lib/hotich-upgrade/state"
        while not state.exists() and running.poll() is None:
            time.sleep(0.02)
        time.sleep(0.5)
        self.machine.cut_power()
        running.wait()
        cut = state.exists()
        self.machine.switch_on()
        shut = self.answer() in (502, 503)
        idle = (
            self.machine.run(["systemctl", "is-active", "hotich-worker"], check=False).stdout.strip()
            != "active"
        )
        refused = self.machine.run(
            self._script("upgrade.sh", "--offline", "/root/hotich.tar"), check=False
        ).returncode
        back = self.machine.run(["/opt/hotich/current/scripts/office/upgrade.sh", "--take-back"], check=False)
        self._wait_for_desk()
        held, counts = self.kept()
        same = self.version() == before and self.soon_running() and not self._has_step("0992")
        proven = cut and shut and idle and refused == 4 and back.returncode == 0 and same and held
        return (
            proven,
            f"ngắt {cut}, cửa đóng {shut}, không ai làm {idle}, từ chối {refused}, về {back.returncode}; {counts}",
        )

    def upgrade(self, step: str) -> Held:
        before = self.version()
        ended = self.machine.run(self._script("upgrade.sh", "--offline", "/root/hotich.tar"), check=False)
        held, detail = self.kept()
        changed = self.version() not in (before, "") and self._has_step(step)
        if ended.returncode:
            detail += f"; {ended.stdout[-300:]}{ended.stderr[-300:]}"
        warned = [line for line in ended.stderr.splitlines() if "Chú ý" in line]
        detail += "".join(f"; {line}" for line in warned)
        fine = ended.returncode == 0 and changed and held and self.soon_running() and not warned
        return fine, f"{before} → {self.version()}; {detail}"

    def _has_step(self, revision: str) -> bool:
        query = "SELECT version_num FROM alembic_version"
        if self._database == "sqlite":
            place = self.machine.root / "var/lib/hotich/hotich.db"
            with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall() == [(revision,)]
        asked = ["runuser", "-u", "postgres", "--", "psql", "-XAtqc", query, "hotich"]
        return self.machine.run(asked).stdout.strip() == revision

    def uninstall(self) -> Held:
        self.remember()
        self.machine.run(["/opt/hotich/current/scripts/office/uninstall.sh", "--yes"])
        held, counts = self.kept()
        gone = [
            self.machine.root / name
            for name in ("opt/hotich", "usr/local/bin/hotich", "etc/nginx/conf.d/hotich.conf")
        ]
        gone += (self.machine.root / "etc/systemd/system").glob("hotich-*")
        left = [str(path) for path in gone if path.exists()]
        return (
            held and not left and self.answer() == 0,
            f"{counts}{'; còn ' + ', '.join(left) if left else ''}",
        )

    def install_over_data(self) -> Held:
        done = self.machine.run(self._install())
        held, counts = self.kept()
        taken = "diễn tập" in done.stdout and "Đã có tài khoản" in done.stdout
        return held and taken and self.soon_running() and self.answer() == 200, counts
