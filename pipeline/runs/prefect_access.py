"""Who may speak to Prefect's server: whoever holds the secret of the workspace, and nobody else.

The server runs what it is asked to with the rights of the office's account, so it answers on this machine only, to
requests that carry the secret, and lets no web page but its own read an answer. Nothing here needs Prefect itself.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from pipeline.base.errors import SecurityError, StorageError
from pipeline.base.files import read_private_file, write_atomically

USER = "hotich"
SECRET_BYTES = 32
SERVER_SECRET, CLIENT_SECRET = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
"""The environment variables by which Prefect's server and its clients are told the secret."""
LOOPBACK = "127.0.0.1"
DEFAULT_ADDRESS = f"http://{LOOPBACK}:4200/api"
FOREIGN_ORIGIN = "http://hotich.invalid"
"""The origin of a web page that has no business with the server."""
ASK_SECONDS = 10.0

_SECRET = re.compile(rf"{USER}:[A-Za-z0-9_-]{{40,}}")


def prefect_secret(path: Path) -> str:
    """Return the secret in a file as ``user:password``, drawn now when there is none.

    Raises:
        SecurityError: Others may read the file, it belongs to someone else, or it holds no secret.
        StorageError: It cannot be read or written.
    """
    known = known_prefect_secret(path)
    if known is not None:
        return known
    drawn = f"{USER}:{secrets.token_urlsafe(SECRET_BYTES)}\n"
    try:
        write_atomically(path, drawn, mode=0o600, overwrite=False)
    except OSError as error:
        raise StorageError(
            f"Không ghi được khóa của máy chủ Prefect {path} ({os.strerror(error.errno or 0)}). Hãy kiểm tra quyền "
            "ghi của thư mục làm việc."
        ) from None
    known = known_prefect_secret(path)  # another process may have been faster
    assert known is not None
    return known


def known_prefect_secret(path: Path) -> str | None:
    """Return the secret in a file as ``user:password``, ``None`` when there is no file.

    Raises:
        SecurityError: Others may read the file, it belongs to someone else, or it holds no secret.
        StorageError: It cannot be read.
    """
    try:
        text = read_private_file(path).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"Không đọc được khóa của máy chủ Prefect {path} ({os.strerror(error.errno or 0)})."
        ) from None
    if _SECRET.fullmatch(text) is None:
        raise SecurityError(
            f"{path} không phải khóa của máy chủ Prefect, hoặc đã hỏng. Hãy xóa tệp ấy để khóa mới được tạo, rồi chạy "
            "lại “hotich server”."
        )
    return text


def closed_server(secret: str, address: str) -> dict[str, str]:
    """Return the environment of a server that answers only who has the secret, and of its clients.

    Args:
        secret: What ``prefect_secret`` returns.
        address: Where the server is asked (``http://127.0.0.1:4200/api``); its page is the only one that may.
    """
    place = urlsplit(address)
    return {
        SERVER_SECRET: secret,
        CLIENT_SECRET: secret,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"{place.scheme}://{place.netloc}",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    }


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


# --- what a running server lets others do ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ServerAccess:
    """What a server that answers lets others do.

    Attributes:
        address: Where it was asked.
        anonymous: It answers who has no secret.
        foreign_pages: It lets web pages of other sites read its answers.
        knows_secret: It answers who has the secret of the workspace; ``None`` when there is none to try, or when the
            server is another account's, to which no secret is shown.
        reachable: The addresses, loopback aside, on which this machine listens at its port.
        owners: The accounts (user ids) whose programs listen at its port on this machine.
    """

    address: str
    anonymous: bool
    foreign_pages: bool
    knows_secret: bool | None
    reachable: tuple[str, ...]
    owners: frozenset[int]

    @property
    def is_open(self) -> bool:
        """Whether somebody without the secret can use it, or has it in hand."""
        return self.anonymous or self.foreign_pages or self.is_foreign

    @property
    def is_foreign(self) -> bool:
        """Whether a program of another account of this machine listens there."""
        return not self.owners <= {os.geteuid()}


def server_access(address: str, secret: str | None = None) -> ServerAccess | None:
    """Ask a server what it lets others do; change nothing there.

    Args:
        address: Where it is asked (``http://127.0.0.1:4200/api``).
        secret: The secret of the workspace, if it has one.

    Returns:
        ``None`` when no Prefect server answers there.
    """
    health, _, told = _ask(f"{address}/health")
    if health != 200 or told.strip() != b"true":
        return None
    place = urlsplit(address)  # it was asked, so it is one
    listening = tuple(_listeners(place.port or 80)) if is_loopback(place.hostname or "") else ()
    owners = frozenset(owner for _, owner in listening)
    status, allowed, _ = _ask(f"{address}/version", {"Origin": FOREIGN_ORIGIN})
    knows = None
    if secret is not None and owners <= {os.geteuid()}:
        knows = _ask(f"{address}/version", {"Authorization": basic_authorization(secret)})[0] == 200
    return ServerAccess(
        address,
        anonymous=status not in (401, 403),
        foreign_pages=allowed in ("*", FOREIGN_ORIGIN),
        knows_secret=knows,
        reachable=tuple(sorted({host for host, _ in listening if not is_loopback(host)})),
        owners=owners,
    )


def basic_authorization(secret: str) -> str:
    """Return the header by which a request carries the secret."""
    return f"Basic {base64.b64encode(secret.encode()).decode('ascii')}"


def _ask(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str, bytes]:
    """Status, allowed origin and body of the answer; status 0 when nothing answers."""
    try:
        request = Request(url, headers=dict(headers or {}))
        with build_opener(ProxyHandler({})).open(request, timeout=ASK_SECONDS) as answer:
            return answer.status, answer.headers.get("access-control-allow-origin", ""), answer.read(1 << 12)
    except HTTPError as refused:
        with refused:
            return refused.code, refused.headers.get("access-control-allow-origin", ""), b""
    except (URLError, OSError, ValueError):
        return 0, "", b""


_LISTENS = "0A"
"""The state of a listening socket in ``/proc/net/tcp``."""


def _listeners(port: int) -> Iterator[tuple[str, int]]:
    """Address and owner (user id) of each socket that listens at a port of this machine, where that is told."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            lines = table.read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            host, _, at = columns[1].partition(":")
            if columns[3] == _LISTENS and int(at, 16) == port:
                yield _address_of(host), int(columns[7])


def _address_of(host: str) -> str:
    """An address as the kernel writes it: words of 32 bits, each in the order of bytes of this machine."""
    words = [int(host[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(host), 8)]
    found = ipaddress.ip_address(b"".join(words))
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
