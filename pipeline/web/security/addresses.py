"""Whom an address stands for: one machine with IPv6 has 2^64 addresses of its own and may send from each."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

IPV6_PREFIX = 64
"""The bits of an IPv6 address that a network gives out; the others each machine chooses by itself."""


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, the network of an IPv6 address, or the text as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX)
    return f"{IPv6Address(network)}/{IPV6_PREFIX}"
