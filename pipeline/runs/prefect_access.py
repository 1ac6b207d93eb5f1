"""Access to Prefect's server: only with the secret of the workspace.

The server executes requests with the rights of the office's account; it therefore answers only on this machine, only
with the secret, and only its own web page may read its answers. This module does not import Prefect.
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
from pipeline.scans.workspace import Workspace

USER = "hotich"
SECRET_BYTES = 32
SERVER_SECRET, CLIENT_SECRET = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
"""Environment variables with the secret for Prefect's server and its clients."""
LOOPBACK = "127.0.0.1"
DEFAULT_ADDRESS = f"http://{LOOPBACK}:4200/api"
FOREIGN_ORIGIN = "http://hotich.invalid"
"""An origin with no right to the server."""
ASK_SECONDS = 10.0

_SECRET = re.compile(rf"{USER}:[A-Za-z0-9_-]{{40,}}")


def prefect_secret(path: Path) -> str:
    """Return the secret in a file as ``user:password``; a missing file is created with a random secret.

    Raises:
        SecurityError: Others may read the file, it belongs to another account, or it holds no secret.
        StorageError: The file cannot be read or written.
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
    """Return the secret in a file as ``user:password``; ``None`` if there is no file.

    Raises:
        SecurityError: Others may read the file, it belongs to another account, or it holds no secret.
        StorageError: The file cannot be read.
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
    """Return the environment of a closed server and of its clients.

    Args:
        secret: The result of ``prefect_secret``.
        address: Address of the server (``http://127.0.0.1:4200/api``); only its own page may read its answers.
    """
    place = urlsplit(address)
    return {
        SERVER_SECRET: secret,
        CLIENT_SECRET: secret,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"{place.scheme}://{place.netloc}",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    }


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a server at that host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


# --- what a running server lets others do ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ServerAccess:
    """The access that a running server grants.

    Attributes:
        address: The tested address.
        anonymous: It answers requests without a secret.
        foreign_pages: It lets web pages of other sites read its answers.
        knows_secret: It accepts the secret of the workspace; ``None`` if there is no secret, or the server belongs to
            another account, which must not see it.
        reachable: Addresses other than loopback on which this machine listens at the port.
        owners: User ids of the programs that listen at the port on this machine.
    """

    address: str
    anonymous: bool
    foreign_pages: bool
    knows_secret: bool | None
    reachable: tuple[str, ...]
    owners: frozenset[int]

    @property
    def is_open(self) -> bool:
        """Whether strangers can use the server or own it."""
        return self.anonymous or self.foreign_pages or self.is_foreign

    @property
    def is_foreign(self) -> bool:
        """Whether a program of another account on this machine listens at the port."""
        return not self.owners <= {os.geteuid()}


def server_access(address: str, secret: str | None = None) -> ServerAccess | None:
    """Test the access that a server grants, without changing anything.

    Args:
        address: Address of the server (``http://127.0.0.1:4200/api``).
        secret: The secret of the workspace, if it has one.

    Returns:
        ``None`` if no Prefect server answers.
    """
    health, _, body = _ask(f"{address}/health")
    if health != 200 or body.strip() != b"true":
        return None
    place = urlsplit(address)  # valid, since it was requested above
    listening = tuple(_listeners(place.port or 80)) if is_loopback(place.hostname or "") else ()
    owners = frozenset(owner for _, owner in listening)
    status, allowed, _ = _ask(f"{address}/version", {"Origin": FOREIGN_ORIGIN})
    accepts = None
    if secret is not None and owners <= {os.geteuid()}:
        accepts = _ask(f"{address}/version", {"Authorization": basic_authorization(secret)})[0] == 200
    return ServerAccess(
        address,
        anonymous=status not in (401, 403),
        foreign_pages=allowed in ("*", FOREIGN_ORIGIN),
        knows_secret=accepts,
        reachable=tuple(sorted({host for host, _ in listening if not is_loopback(host)})),
        owners=owners,
    )


def basic_authorization(secret: str) -> str:
    """Return the authorization header with the secret."""
    return f"Basic {base64.b64encode(secret.encode()).decode('ascii')}"


def _ask(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str, bytes]:
    """Return status, allowed origin and body of the answer; status 0 without an answer."""
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
    """Yield address and owner (user id) of each socket that listens at a port of this machine, where known."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            lines = table.read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            host, _, hex_port = columns[1].partition(":")
            if columns[3] == _LISTENS and int(hex_port, 16) == port:
                yield _address_of(host), int(columns[7])


def _address_of(host: str) -> str:
    """Return an address in the notation of the kernel: words of 32 bits in host byte order."""
    words = [int(host[start : start + 8], 16).to_bytes(4, "little") for start in range(0, len(host), 8)]
    address = ipaddress.ip_address(b"".join(words))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def prefect_address(workspace: Workspace) -> str:
    """Return the address of Prefect's server: from the environment, else from its last start."""
    address = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if address:
        return address
    try:
        return workspace.prefect_address.read_text("utf-8").strip() or DEFAULT_ADDRESS
    except (OSError, ValueError):
        return DEFAULT_ADDRESS


def place_of_prefect(workspace: Workspace) -> tuple[str, str]:
    """Return address and secret of a workspace's Prefect server; ``""`` for a missing secret."""
    secret = os.environ.get(CLIENT_SECRET) or known_prefect_secret(workspace.prefect_key)
    return prefect_address(workspace), secret or ""
