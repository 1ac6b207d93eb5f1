"""Outgoing connections: only to a declared address, over TLS or on this machine."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_LETTERS = 500


class ForbiddenAddress(Exception):
    """A declared name resolves to a forbidden address."""


@dataclass(frozen=True, slots=True)
class OutboundAddress:
    """An address to which the program may connect.

    secure: Whether the connection uses TLS.
        host: The machine's name or address.
        host: The name or address of the machine.
        target: Path and query.
    """

    secure: bool
    host: str
    port: int
    target: str
    is_local: bool


def read_address(url: str, key: str = "url") -> tuple[OutboundAddress | None, str]:
    """Parse a declared address; on failure return the reason in Vietnamese.

    Args:
        key: The key of the declaration.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None, f"“{key}” không phải địa chỉ."
    host = parts.hostname or ""
    if len(url) > MOST_LETTERS or not url.isascii() or not url.isprintable() or " " in url or not host:
        return None, f"“{key}” không phải địa chỉ."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return None, f"“{key}” không được có tên, mật khẩu hay phần sau dấu #."
    local = is_this_machine(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        return None, f"“{key}” phải bắt đầu bằng https:// (http:// chỉ cho chính máy này)."
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return OutboundAddress(secure, host, port or (443 if secure else 80), target, local), ""


def connection_to(address: OutboundAddress, timeout: float) -> http.client.HTTPConnection:
    """Return an unopened connection; ``timeout``: seconds for each step."""
    if not address.secure:
        return http.client.HTTPConnection(address.host, address.port, timeout=timeout)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(address.host, address.port, timeout=timeout, context=context)


def refuse_forbidden(connection: http.client.HTTPConnection, address: OutboundAddress) -> None:
    """Check the peer address of a declared name before anything is sent.

    Raises:
        ForbiddenAddress: This machine, though the declared name is not local, or an address without a server:
            link-local addresses where machines expose secrets (169.254.0.0/16, fe80::/10), multicast, unspecified.
    """
    peer = ipaddress.ip_address(connection.sock.getpeername()[0].partition("%")[0])
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    nowhere = peer.is_link_local or peer.is_multicast or peer.is_unspecified or peer.is_reserved
    if peer.is_loopback != address.is_local or (nowhere and not peer.is_loopback):  # ::1 is also reserved
        raise ForbiddenAddress


def is_this_machine(host: str) -> bool:
    """Return whether a name or address means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
