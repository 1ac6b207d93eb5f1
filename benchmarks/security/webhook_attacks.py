"""Webhooks: receivers that lie, stall or lead elsewhere, addresses that reach into the network, keys that leak."""

from __future__ import annotations

import itertools
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import OTHER_NAME, OWN_NAME
from pipeline.base.errors import SchemaError, SecurityError
from pipeline.base.outbound import OutboundAddress
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.outside import read_webhook
from pipeline.registry import Registry
from pipeline.runs.webhooks import send_events, signature_of, signing_secret
from pipeline.runs.webhooks.sending import LONGEST, TIMEOUT
from pipeline.scans.workspace import Workspace

WEBHOOKS = "tin báo (webhook)"
SECRET = b"phep-thu" * 8
BAD_ADDRESSES = (
    "http://nhan.example/x",
    "http://169.254.169.254/latest/meta-data",
    "http://[fe80::1]/x",
    "http://2130706433.example/x",
    "http://localhost.example/x",
    "http://127.0.0.1@nhan.example/x",
    "https://an:mat@nhan.example/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/x",
    "unix:///run/x.sock",
    "https://nhan.example/\\r\\nX-Ten: y",
    "https://nhan.example/x#y",
    "https://nhan.example:0x50/",
    "https://nhận.example/",
    "https://nhan.example/" + "x" * 10_000,
    "javascript:alert(1)",
    "//nhan.example/x",
)
FORBIDDEN_PEERS = ("127.0.0.1", "127.8.8.8", "::1")
"""Addresses of this machine, to which a name of another machine may lead."""

MOST_SECONDS = TIMEOUT + LONGEST + 5
FLOOD = 64 << 20
"""Bytes of an answer that has no end."""

Behaviour = Callable[[socket.socket], None]


def attack_webhooks(log: AttackLog, untouched: Workspace, folder: Path) -> None:
    """The receiver of an office's events, or the person who declares a receiver.

    Args:
        log: The log of the attempts.
        untouched: A workspace with a settled book and without people at work.
        folder: A new folder.
    """
    folder.mkdir(parents=True)
    _attack_addresses(log, folder / "office.toml")
    _attack_keys(log, folder)
    _attack_signature(log)
    with Registry.open(untouched.registry_url, audit_key=untouched.audit_key) as registry:
        clock = _Days()
        _attack_by_answers(log, registry, clock)
        _attack_by_names(log, registry, clock)
        _attack_by_certificates(log, registry, clock, folder)
        _receive(log, registry, clock)


class _Days:
    """A clock that is a day further each time an attempt begins: whatever waited is due."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def next_day(self) -> None:
        self.now += timedelta(days=1)


class _Receiver:
    """A machine that takes connections, keeps what it was sent and answers as it likes."""

    def __init__(self, behaviour: Behaviour, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._server = socket.create_server((host, 0), family=family)
        self.port: int = self._server.getsockname()[1]
        self.came: list[bytes] = []
        self._behaviour = behaviour
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(MOST_SECONDS)
            self.came.append(_request(connection))
            self._behaviour(connection)


def _request(connection: socket.socket) -> bytes:
    """Return the whole content of a request."""
    came = b""
    while b"\r\n\r\n" not in came:
        if not (more := connection.recv(65_536)):
            return came
        came += more
    head, _, body = came.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length and (more := connection.recv(65_536)):
        body += more
    return head + b"\r\n\r\n" + body


@contextmanager
def _receiver(behaviour: Behaviour, host: str = "127.0.0.1") -> Iterator[_Receiver]:
    receiver = _Receiver(behaviour, host)
    try:
        yield receiver
    finally:
        receiver.close()


def _says(answer: bytes) -> Behaviour:
    return lambda connection: connection.sendall(answer)


def _drip(piece: bytes) -> Behaviour:
    def answer(connection: socket.socket) -> None:
        for _ in itertools.count():
            connection.sendall(piece)
            time.sleep(0.5)

    return answer


def _flood(head: bytes) -> Behaviour:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(FLOOD // 65_536):
            connection.sendall(b"a" * 65_536)

    return answer


def _attack_by_answers(log: AttackLog, registry: Registry, clock: _Days) -> None:
    """An answer may be anything; it is no reception, takes bounded time, and nothing goes to a third place."""
    with _receiver(_says(b"HTTP/1.1 204 No Content\r\n\r\n")) as third:
        moved = f"HTTP/1.1 {{}} Moved\r\nLocation: http://127.0.0.1:{third.port}/khac\r\n\r\n"
        answers: dict[str, Behaviour] = {
            **{
                f"chuyển hướng {code}": _says(moved.format(code).encode())
                for code in (301, 302, 303, 307, 308)
            },
            "đóng ngay": lambda _connection: None,
            "không phải HTTP": _says(b"\x00\xff" * 500 + b"\r\n\r\n"),
            "dòng đầu dài": _flood(b"HTTP/1.1 200 "),
            "đầu không hết": _flood(b"HTTP/1.1 200 OK\r\nX: "),
            "nghìn dòng đầu": _says(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n"),
            "mã 99999": _says(b"HTTP/1.1 99999 OK\r\n\r\n"),
            "mã 1xx mãi": _drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
            "từng chữ một": _drip(b"H"),
            "không trả lời": lambda _connection: time.sleep(TIMEOUT + 2),
            "xin mật khẩu": _says(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'),
        }
        for name, behaviour in answers.items():
            clock.next_day()
            with _receiver(behaviour) as receiver:
                begun = time.monotonic()
                outcome = _send(registry, _local(receiver), clock)
                took = time.monotonic() - begun
            held = outcome is not None and outcome[0] == 0 and outcome[1] >= 1 and took < MOST_SECONDS
            log.note(WEBHOOKS, name, held=held, seen=f"{outcome}, {took:.0f} s")
        log.note(WEBHOOKS, "không gì đi tới nơi thứ ba", held=not third.came, seen=len(third.came))


def _attack_by_names(log: AttackLog, registry: Registry, clock: _Days) -> None:
    """A declared name that turns out to be this machine's own is sent nothing."""
    for host in FORBIDDEN_PEERS:
        clock.next_day()
        with _receiver(_says(b"HTTP/1.1 204 No Content\r\n\r\n"), host) as receiver:
            outcome = _send(registry, OutboundAddress(False, host, receiver.port, "/", is_local=False), clock)
        held = outcome == (0, 1) and not any(receiver.came)
        log.note(WEBHOOKS, f"tên của nơi khác dẫn về {host}", held=held, seen=outcome)


def _attack_by_certificates(log: AttackLog, registry: Registry, clock: _Days, folder: Path) -> None:
    """A machine in between has a certificate that nobody vouches for, or none."""
    key, certificate = folder / "may-giua.key", folder / "may-giua.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*made, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    came: list[bytes] = []

    def between(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            came.append(_request(secured))

    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection, suppress(OSError):
                between(connection)

    threading.Thread(target=serve, daemon=True).start()
    clock.next_day()
    outcome = _send(
        registry, OutboundAddress(True, "127.0.0.1", server.getsockname()[1], "/", is_local=True), clock
    )
    server.close()
    log.note(WEBHOOKS, "chứng thư tự ký của máy ở giữa", held=outcome == (0, 1) and not came, seen=outcome)
    clock.next_day()
    with _receiver(_says(b"HTTP/1.1 204 No Content\r\n\r\n")) as plain:
        outcome = _send(registry, OutboundAddress(True, "127.0.0.1", plain.port, "/", is_local=True), clock)
    held = outcome == (0, 1) and not any(b"Hotich" in request for request in plain.came)
    log.note(WEBHOOKS, "nơi nhận không có TLS", held=held, seen=outcome)


def _receive(log: AttackLog, registry: Registry, clock: _Days) -> None:
    """Check that every event arrives afterwards, signed, again or for the first time, and names no person."""
    clock.next_day()
    with _receiver(_says(b"HTTP/1.1 204 No Content\r\n\r\n")) as receiver:
        outcome = _send(registry, _local(receiver), clock)
        bodies = [request.partition(b"\r\n\r\n") for request in receiver.came]
    log.note(
        WEBHOOKS,
        "sau mọi lần hỏng tin vẫn tới",
        held=bool(bodies) and outcome == (len(bodies),) * 2,
        seen=outcome,
    )
    named = [
        name for name in (OWN_NAME, OTHER_NAME) for head, _, body in bodies if name.encode() in head + body
    ]
    log.note(WEBHOOKS, "tin không có tên người", held=not named, seen=len(named))
    signed = [
        f"v1={signature_of(SECRET, int(clock.now.timestamp()), body)}".encode() in head
        for head, _, body in bodies
    ]
    log.note(WEBHOOKS, "mọi tin có chữ ký đúng", held=bool(signed) and all(signed), seen=signed)


def _attack_signature(log: AttackLog) -> None:
    """Check that the signature of a body and second fits no other."""
    right = signature_of(SECRET, 1_700_000_000, b'{"id": "a"}')
    others = {
        "thân khác": signature_of(SECRET, 1_700_000_000, b'{"id": "b"}'),
        "giờ khác": signature_of(SECRET, 1_700_000_001, b'{"id": "a"}'),
        "chữ số của giờ chuyển sang thân": signature_of(SECRET, 170_000_000, b'0.{"id": "a"}'),
        "khóa khác": signature_of(SECRET[:-1], 1_700_000_000, b'{"id": "a"}'),
    }
    for name, other in others.items():
        log.note(WEBHOOKS, f"chữ ký: {name}", held=other != right, seen=other)


def _attack_addresses(log: AttackLog, office: Path) -> None:
    for url in BAD_ADDRESSES:
        office.write_text(f'[webhook]\nurl = "{url}"\n', encoding="utf-8")
        try:
            seen: object = read_webhook(office)
        except SchemaError:
            seen = None
        log.note(WEBHOOKS, f"địa chỉ {url[:60]}", held=seen is None, seen=seen)


def _attack_keys(log: AttackLog, folder: Path) -> None:
    """Offer a secret that others can read, that is a link or a folder, or too short for a secret."""
    right = folder / "dung.key"
    signing_secret(right)
    log.note(
        WEBHOOKS,
        "khóa chỉ chủ đọc được",
        held=right.stat().st_mode & 0o077 == 0,
        seen=oct(right.stat().st_mode),
    )
    opened, link, short = folder / "mo.key", folder / "lien-ket.key", folder / "ngan.key"
    opened.write_bytes(right.read_bytes())
    opened.chmod(0o644)
    link.symlink_to(right)
    os.close(os.open(short, os.O_CREAT | os.O_WRONLY, 0o600))
    folder.joinpath("thu-muc.key").mkdir()
    for path in (opened, link, short, folder / "thu-muc.key"):
        try:
            seen: object = f"{len(signing_secret(path))} chữ"
        except SecurityError:
            seen = None
        log.note(WEBHOOKS, f"khóa {path.name}", held=seen is None, seen=seen)


def _local(receiver: _Receiver) -> OutboundAddress:
    return OutboundAddress(False, "127.0.0.1", receiver.port, "/nhan", is_local=True)


def _send(registry: Registry, address: OutboundAddress, clock: _Days) -> tuple[int, int] | None:
    """Received and sent; None where sending broke off."""
    try:
        return send_events(registry, address, SECRET, ApprovalPolicy(), clock)
    except Exception:  # noqa: BLE001 (that is what is looked for)
        return None
