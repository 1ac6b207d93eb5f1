"""Clocks that run ahead, guessed passwords, and a disk that is full."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import (
    OWN,
    PASSWORD,
    AttackedOffice,
    Desk,
    copied_workspace,
    login_of,
)
from pipeline.registry.accounts.model import LoginRefused, Role
from pipeline.scans.workspace import Workspace

CLOCK, LOCKOUT, DISK = "đồng hồ", "khóa tên đăng nhập", "ổ đĩa đầy"
AHEAD = timedelta(days=2)
WRONG_TRIES = 6
GUESSING_ADDRESSES, GUESSES_EACH = 60, 4


def attack_by_clock(log: AttackLog, office: AttackedOffice) -> None:
    """Log in and guess while the clock is two days ahead, then put it right."""
    login, other = office.join("dong.ho", Role.REVIEWER), office.join("dong.nghiep", Role.REVIEWER)
    ahead = office.registry.accounts(lambda: datetime.now(UTC) + AHEAD)
    right = office.registry.accounts()
    token = ahead.authenticate(login, PASSWORD, "127.0.7.1").token
    log.note(
        CLOCK,
        "đăng nhập lúc đồng hồ sai không xóa phiên của người khác",
        held=right.session(office.tokens[other]) is not None,
        seen="it is over",
    )
    later = office.registry.accounts(lambda: datetime.now(UTC) + timedelta(hours=13))
    log.note(
        CLOCK,
        "phiên của ngày mai chết khi đồng hồ đúng lại",
        held=right.session(token) is None or later.session(token) is None,
        seen="13 hours later it still lives",
    )
    fine = right.authenticate(login, PASSWORD, "127.0.7.1").token
    whose = office.people[login].account_id
    with suppress(sqlite3.DatabaseError, psycopg.DatabaseError), office.behind() as database:
        database.execute("UPDATE login_session SET seen_at = '2099-01-01' WHERE account_id = ?", [whose])
    log.note(
        CLOCK,
        "seen_at = 2099 không kéo dài phiên",
        held=later.session(fine) is None,
        seen="13 hours later it still lives",
    )
    victim = office.join("bi.khoa", Role.REVIEWER)
    for _ in range(WRONG_TRIES):
        with suppress(LoginRefused):
            ahead.authenticate(victim, "không đúng đâu nhé", "127.0.7.2")
    log.note(
        CLOCK,
        "khóa của ngày mai không giữ khi đồng hồ đúng lại",
        held=_may_come_in(office, victim, "127.0.7.2"),
        seen="still locked",
    )


def attack_logins(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Lock somebody else out; guess from a single address and from many."""
    victim = office.join("nan.nhan", Role.REVIEWER)
    attacker = desk.client("", "127.0.7.10")
    answers = [attacker.log_in(victim, f"không đúng {number}").status for number in range(WRONG_TRIES)]
    log.note(
        LOCKOUT,
        "đoán từ một máy thì máy ấy bị khóa",
        held=attacker.log_in(victim, PASSWORD).status != 303,
        seen=answers,
    )
    attacker.close()
    other = desk.client("", "127.0.7.11")
    status = other.log_in(victim, PASSWORD).status
    log.note(LOCKOUT, "người bị đoán vẫn vào được từ máy mình", held=status == 303, seen=status)
    target, own_address = office.join("bi.doan", Role.SUPERVISOR), "127.0.7.13"
    own = desk.client("", own_address)
    own.log_in(target, PASSWORD)
    own.close()
    accounts, tried = office.registry.accounts(), 0
    for number in range(GUESSING_ADDRESSES):
        for _ in range(GUESSES_EACH):
            try:
                accounts.authenticate(target, "không đúng đâu nhé", f"10.0.0.{number}")
            except LoginRefused as refused:
                tried += refused.code == "login-refused"
    log.note(
        LOCKOUT,
        f"đoán một tên từ {GUESSING_ADDRESSES} máy",
        held=tried < GUESSING_ADDRESSES * GUESSES_EACH // 2,
        seen=f"{tried} passwords tried",
    )
    returning = desk.client("", own_address)
    status = returning.log_in(target, PASSWORD).status
    log.note(LOCKOUT, "người ấy vẫn vào được từ địa chỉ quen", held=status == 303, seen=status)
    returning.close()
    unknown = desk.client("", "127.0.7.12")
    first, two = (
        unknown.log_in("khong.co.ai", "sai sai sai sai"),
        unknown.log_in(login_of(Role.OPERATOR, OWN), "sai sai sai sai"),
    )
    log.note(
        LOCKOUT,
        "tên không có và tên có trả lời như nhau",
        held=first.status == two.status,
        seen=(first.status, two.status),
    )


def _may_come_in(office: AttackedOffice, login: str, address: str) -> bool:
    try:
        office.registry.accounts().authenticate(login, PASSWORD, address)
    except LoginRefused:
        return False
    return True


def attack_by_full_disk(log: AttackLog, office: AttackedOffice, source: Workspace, root: Path) -> None:
    """Ask a desk whose disk is full, without a login: it says so and nothing about the machine."""
    root.mkdir(parents=True)
    with _small_disk(source, root) as (workspace, file_bytes, fill):
        desk = Desk(workspace, root, file_bytes=file_bytes)
        with desk:
            fill()
            client = desk.client("", "127.0.8.1")
            texts = [client.get("/login").text, client.get("/healthz").text]
            refused = client.log_in(login_of(Role.REVIEWER, OWN), PASSWORD)
            texts.append(refused.text)
            asked = desk.client(office.tokens[login_of(Role.CHECKER, OWN)], "127.0.8.2")
            texts += [asked.send("/desk/next", {}).text, asked.get("/").text]
            leaking = [
                text for text in texts if str(root) in text or "hotich.db" in text or "sqlite" in text.lower()
            ]
            log.note(
                DISK, "trang cho người chưa đăng nhập không nói đường dẫn", held=not leaking, seen=leaking[:1]
            )
            log.note(
                DISK,
                "bàn rà soát vẫn trả lời",
                held=client.get("/healthz").status in {200, 503},
                seen="no answer",
            )
            log.note(
                DISK, "đăng nhập bị từ chối, không lỗi 500", held=refused.status != 500, seen=refused.status
            )


@contextmanager
def _small_disk(source: Workspace, root: Path) -> Iterator[tuple[Path, int, Callable[[], None]]]:
    """A copy of the workspace that cannot grow: on a small disk of its own, or under a limit of the size of files."""
    folder = root / "small"
    folder.mkdir()
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True, check=False
    ).returncode
    try:
        workspace = copied_workspace(source, folder / "workspace").root

        def fill() -> None:
            if mounted:
                with suppress(OSError), (folder / "đầy").open("wb") as file:
                    while True:
                        file.write(b"x" * 65536)
                        file.flush()

        yield workspace, 0 if mounted else 1024, fill
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], capture_output=True, check=False)
