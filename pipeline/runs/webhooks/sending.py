"""Sending of events: signed, over TLS, only to the declared address, without redirects, with a bounded answer."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import secrets
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pipeline.base.errors import HotichError, SecurityError
from pipeline.base.files import read_private_file, write_atomically
from pipeline.base.files.names import printable
from pipeline.base.outbound import ForbiddenAddress, OutboundAddress, connection_to, refuse_forbidden
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.registry import Registry
from pipeline.registry.publishing.model import BookEvent

log = logging.getLogger("hotich.webhooks")

TIMEOUT = 10.0
"""Time limit of each step of an exchange, in seconds."""

LONGEST = 30.0
"""Time limit after the connection, in seconds: a slow receiver must not delay other events."""

EVERY = 60.0
"""Seconds between two looks at the books."""


FEWEST_LETTERS = 32
"""Least length of a signing secret."""


def signing_secret(path: Path) -> bytes:
    """Return the secret in a file; a missing file is created.

    Raises:
        SecurityError: Others can read the file, or it holds no secret.
    """
    if not path.exists() and not path.is_symlink():
        write_atomically(path, f"{secrets.token_hex(32)}\n", mode=0o600, overwrite=False)
    secret = read_private_file(path).strip()
    if len(secret) < FEWEST_LETTERS:
        raise SecurityError(
            f"Tệp khóa {printable(path)} không có bí mật ký tên. Hãy lấy lại từ bản sao lưu, hay xóa tệp ấy để bí mật "
            "mới được tạo rồi giao lại cho nơi nhận."
        )
    return secret


def signature_of(secret: bytes, sent_at: int, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256, hexadecimal.

    Args:
        secret: The secret shared with the receiver.
        sent_at: Time of sending, in Unix seconds.
    """
    return hmac.new(secret, f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()


def send_events(
    registry: Registry,
    policy: OutboundAddress,
    secret: bytes,
    approval: ApprovalPolicy,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[int, int]:
    """Record newly ready books and send the due events; return the numbers of received and of sent events.

    An event whose receipt could not be stored is sent again: at least once, with the same id.

    Args:
        now: The clock, in UTC.
    """
    publishing = registry.publishing(now)
    publishing.note_book_events(approval)
    due = publishing.events_to_send()
    received = sent = 0
    for event in due:
        status, failure = _send(event.event_id, body_of(event), policy, secret, now())
        publishing.note_attempt(event, status, failure)
        sent += 1
        received += 200 <= status <= 299
        if not status:  # the receiver is away: the other events wait too
            break
    return received, sent


def body_of(event: BookEvent) -> bytes:
    """Return the message about a book: number, state and counts, no personal data."""
    message = {
        "id": event.event_id,
        "sequence": event.number,
        "type": "book.ready" if event.ready else "book.reopened",
        "noted_at": event.noted_at.isoformat(),
        "book_id": event.book_id,
        "state": event.state,
        "counts": dict(event.counts),
    }
    return json.dumps(message, sort_keys=True).encode()


def send_test(policy: OutboundAddress, secret: bytes, now: datetime) -> tuple[int, str]:
    """Send a message without an event; return the status of the answer, or 0 and the code of the failure."""
    test_id = f"test-{secrets.token_hex(8)}"
    body = json.dumps({"id": test_id, "type": "test", "noted_at": now.isoformat()}, sort_keys=True).encode()
    return _send(test_id, body, policy, secret, now)


def _send(
    event_id: str, body: bytes, policy: OutboundAddress, secret: bytes, now: datetime
) -> tuple[int, str]:
    """Return the status of the answer, or 0 and the code of the failure."""
    sent_at = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "hotich",
        "Hotich-Event": event_id,
        "Hotich-Signature": f"t={sent_at},v1={signature_of(secret, sent_at, body)}",
        "Connection": "close",
    }
    connection = connection_to(policy, TIMEOUT)
    ending = threading.Timer(LONGEST, _end, (connection,))
    ending.daemon = True
    try:
        connection.connect()
        ending.start()
        refuse_forbidden(connection, policy)
        connection.request("POST", policy.target, body, headers)
        return connection.getresponse().status, ""
    except ForbiddenAddress:
        return 0, "address"
    except ssl.SSLError:
        return 0, "tls"
    except TimeoutError:
        return 0, "timeout"
    except (OSError, http.client.HTTPException, UnicodeError):
        return 0, "connection"
    finally:
        ending.cancel()
        connection.close()


def _end(connection: http.client.HTTPConnection) -> None:
    """End a connection, so that its reader stops."""
    with suppress(OSError, AttributeError):  # it has ended already
        connection.sock.shutdown(socket.SHUT_RDWR)


class WebhookSender:
    """Sends messages beside the desk; a context manager.

    Args:
        send: Looks once at what is due, with the present settings.
        every: Seconds between two looks.
        what: What is sent, for the log.
    """

    def __init__(self, send: Callable[[], object], every: float = EVERY, what: str = "webhook") -> None:
        self._send, self._every, self._what = send, every, what
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._worker.join(2 * TIMEOUT)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._send()
            except HotichError as error:
                log.error("%s: %s", self._what, error.code)
            except Exception as error:  # noqa: BLE001 (the next look is tried after any fault, which the log names)
                log.error("%s: fault %s", self._what, type(error).__name__)
            self._stopping.wait(self._every)
