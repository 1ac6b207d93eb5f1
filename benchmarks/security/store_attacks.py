"""Scans in the store that somebody altered, exchanged or took away: shown, saved, delivered and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import (
    OWN,
    AttackedOffice,
    Desk,
    copied_workspace,
    draw_page,
    login_of,
)
from benchmarks.security.command import hotich
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace

GROUP = "kho bản quét"


def _altered(store: Workspace, scans: Sequence[str], root: Path) -> None:
    """Another picture under the name of the first scan."""
    _replace(store.stored(scans[0]), draw_page(root / "other.png", 31337).read_bytes())


def _flipped(store: Workspace, scans: Sequence[str], _root: Path) -> None:
    """One bit of the first scan, in its middle."""
    path = store.stored(scans[0])
    assert path is not None
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    _replace(path, bytes(content))


def _swapped(store: Workspace, scans: Sequence[str], _root: Path) -> None:
    """The first two scans under each other's name."""
    here, two = store.stored(scans[0]), store.stored(scans[1])
    assert here is not None
    assert two is not None
    first, second = here.read_bytes(), two.read_bytes()
    _replace(here, second)
    _replace(two, first)


def _deleted(store: Workspace, scans: Sequence[str], _root: Path) -> None:
    path = store.stored(scans[0])
    assert path is not None
    path.unlink()


def _shadowed(store: Workspace, scans: Sequence[str], root: Path) -> None:
    """Return a second file named after the same content, which sorts before the right file."""
    path = store.stored(scans[0])
    assert path is not None
    path.with_suffix(".jpg").write_bytes(draw_page(root / "shadow.png", 31338).read_bytes())


def _linked(store: Workspace, scans: Sequence[str], root: Path) -> None:
    """A link in place of the first scan."""
    path = store.stored(scans[0])
    assert path is not None
    path.unlink()
    path.symlink_to(draw_page(root / "linked.png", 31339))


DEEDS: Mapping[str, Callable[[Workspace, Sequence[str], Path], None]] = {
    "ảnh khác": _altered,
    "một bit": _flipped,
    "hai bản quét đổi chỗ": _swapped,
    "đã xóa": _deleted,
    "tệp trùng tên": _shadowed,
    "liên kết": _linked,
}
"""What somebody does to the store."""


def attack_store(log: AttackLog, office: AttackedOffice, source: Workspace, root: Path) -> None:
    """Do each deed to a copy of the workspace, then show, save, deliver and check."""
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(
                _attack, log, office, copied_workspace(source, root / str(number) / "workspace"), name
            )
            for number, name in enumerate(DEEDS)
        ]
        for job in jobs:
            job.result()


def _attack(log: AttackLog, office: AttackedOffice, store: Workspace, name: str) -> None:
    root = store.root.parent
    DEEDS[name](store, office.settled.scans, root)
    with log.attempt(GROUP, f"{name}: trang xem"):
        seen = _shown(office, store, root)
        log.note(GROUP, f"{name}: trang xem", held=seen != "image/jpeg", seen=seen)
    harmless = name == "tệp trùng tên"  # the right scan is there, whoever reads it may go on
    for what, arguments in {
        "gói giao": ("export", "--book", office.settled.folder, "-o", root / "goi"),
        "sao lưu": ("backup", root / "vault", "--plain"),
        "audit verify --scans": ("audit", "verify", "--scans"),
    }.items():
        with log.attempt(GROUP, f"{name}: {what}"):
            done = hotich(*arguments, workspace=store.root)
            if harmless and what != "audit verify --scans":
                held = done.orderly
            else:
                held = done.orderly and done.code != 0 and done.code != 2
            log.note(GROUP, f"{name}: {what}", held=held, seen=done)


def _shown(office: AttackedOffice, store: Workspace, root: Path) -> str:
    """What is shown of the page of a settled entry: its picture, a placeholder, or nothing."""
    entry = office.registry.entries(office.settled.book_id)[0]
    with Desk(store.root, root) as desk:
        client = desk.client(office.tokens[login_of(Role.SUPERVISOR, OWN)], "127.0.9.1")
        answer = client.get(f"/pictures/entries/{entry}/page")
        client.close()
    return answer.headers.get("content-type", "") if answer.status == 200 else ""


def _replace(path: Path | None, content: bytes) -> None:
    assert path is not None
    mode = path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(mode)
