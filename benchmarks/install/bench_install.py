"""Does an office come up from nothing, over TLS, and is its data still there after all that can happen to a machine?

A fresh Debian (debootstrap) is booted in namespaces of this machine with its own systemd and no network. What happens
to it is what a technician does: install from the bundle, cut off once; sign in over TLS; read a book; an upgrade that
fails in its rehearsal, one whose desk does not start, one that a power cut ends, one that succeeds; uninstall; install
again. After each step the rows of the registry are counted and the scans compared. Needs root, some 8 GB and half an
hour.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from benchmarks.install.made_bundles import Bundles, made_bundle, made_root, numbered, silent, stepped
from benchmarks.install.office import Office
from benchmarks.install.office_machine import OfficeMachine, missing_here

GOOD = 'op.create_table("measured", sa.Column("id", sa.Integer, primary_key=True))'
BROKEN = 'op.execute("INSERT INTO no_such_table VALUES (1)")'


@dataclass(frozen=True)
class Act:
    """A step on the machine: ``seen`` is its result, ``held`` whether the result is the promised one."""

    name: str
    seconds: float
    held: bool
    seen: str


class Proceedings:
    """The steps in order; a step that does not hold is reported and ends nothing."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def act(self, name: str, do: Callable[[], tuple[bool, str]]) -> None:
        """Do a step and keep its result."""
        say(f"{name} …")
        begun = time.monotonic()
        try:
            held, seen = do()
        except (RuntimeError, OSError, AssertionError, ValueError) as error:
            held, seen = False, f"{type(error).__name__}: {error}"
        self.acts.append(Act(name, time.monotonic() - begun, held, seen))
        say(f"  {'đạt' if held else 'KHÔNG ĐẠT'}: {seen}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, help="where the roots are made; a temporary folder by default")
    parser.add_argument(
        "--keep", type=Path, help="keep the bundle and the fresh root there for the next time"
    )
    chosen = parser.parse_args()
    lacking = missing_here()
    if lacking:
        raise SystemExit(f"bench-install: {lacking}")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hotich-install-", dir=chosen.folder) as name:
        folder = Path(name)
        kept = chosen.keep or folder
        kept.mkdir(exist_ok=True)
        fresh = kept / "fresh" if (kept / "fresh").exists() else made_root(kept)
        bundle = kept / "hotich.tar" if (kept / "hotich.tar").exists() else made_bundle(fresh, kept)
        made = time.monotonic() - begun
        machine = OfficeMachine(folder / "office")
        subprocess.run(["cp", "-a", str(fresh), str(machine.root)], check=True)
        machine.prepare()
        done = Proceedings()
        try:
            _proceed(done, Office(machine, chosen.database), bundle, Bundles(bundle, folder))
        finally:
            machine.cut_power()
    seconds = time.monotonic() - begun
    _show(done, chosen.database, seconds)
    fallen = [act.name for act in done.acts if not act.held]
    report_figures(
        "install" if chosen.database == "sqlite" else f"install-{chosen.database}",
        {
            "acts": len(done.acts),
            "held": len(done.acts) - len(fallen),
            "fallen": fallen,
            "made_seconds": round(made),
            "seconds": round(seconds),
            "act_seconds": {act.name: round(act.seconds, 1) for act in done.acts},
        },
    )
    if fallen:
        raise SystemExit(f"{len(fallen)} acts did not hold")


def _proceed(done: Proceedings, office: Office, bundle: Path, bundles: Bundles) -> None:
    office.machine.switch_on()
    office.take(bundle)
    done.act("từ chối khi không có quyền, sai hệ thống, hết chỗ", office.refusals)
    done.act("cài, mất điện lúc đang cài gói Python", office.install_cut_off)
    done.act("cài tiếp từ chỗ dừng, không có mạng", office.install)
    done.act("cài lần nữa không đổi gì", office.install_again)
    done.act("vào bằng TLS, mật khẩu dùng một lần", lambda: office.visit(first=True))
    done.act("hotich doctor", office.doctor)
    done.act("đơn vị systemd: verify, security", office.units)
    done.act("lịch đêm đọc một quyển, sao lưu", office.read_book)
    done.act("công việc còn nguyên sau khi tắt bật máy", office.boot_again)
    bundles.write(office.bundle, numbered("0.2.0"), stepped("0990", BROKEN))
    done.act("nâng cấp hỏng ở diễn tập: không đổi gì", office.upgrade_refused)
    bundles.write(office.bundle, numbered("0.3.0"), stepped("0991", GOOD), silent)
    done.act("nâng cấp mà bàn rà soát không chạy: về bản cũ", office.upgrade_taken_back)
    bundles.write(office.bundle, numbered("0.4.0"), stepped("0992", GOOD))
    done.act("mất điện giữa lúc nâng cấp: về bản cũ", office.upgrade_cut_off)
    done.act("nâng cấp", lambda: office.upgrade("0992"))
    done.act("vào bằng mật khẩu đã chọn", lambda: office.visit(first=False))
    done.act("hotich doctor sau nâng cấp", office.doctor)
    done.act("gỡ: dữ liệu còn nguyên", office.uninstall)
    done.act("cài lại: dùng tiếp dữ liệu", office.install_over_data)
    done.act("vào bằng mật khẩu đã chọn, sau khi cài lại", lambda: office.visit(first=False))
    done.act("hotich doctor sau khi cài lại", office.doctor)


def _show(done: Proceedings, database: str, seconds: float) -> None:
    table = Table("Việc", "Giây", "", "Thấy", title=f"Cài cho một cơ quan, {database}, {seconds:.0f} giây")
    for act in done.acts:
        table.add_row(act.name, f"{act.seconds:.0f}", "đạt" if act.held else "KHÔNG ĐẠT", act.seen)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
