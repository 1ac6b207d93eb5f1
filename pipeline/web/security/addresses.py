"""The client behind an address: a machine with IPv6 owns 2^64 addresses and may send from each."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

IPV6_PREFIX = 64
"""Length of the network part of an IPv6 address in bits; a machine chooses the rest itself."""


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """Return the identity of a client: an IPv4 address, the network of an IPv6 address, or the unparsed text."""
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
