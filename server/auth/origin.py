"""Where a request comes from and by which address we are known; only proxies named in the settings are believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web

from calendars.reach import Network
from server.keys import SETTINGS

Address = IPv4Address | IPv6Address


def address_of(request: web.Request, trusted: Sequence[Network]) -> str:
    """The client's address: the last one in X-Forwarded-For that no trusted proxy of ours has."""
    peer = _address(request.remote or "")
    if peer is None or not _within(peer, trusted):
        return str(peer or "unknown")
    found = peer
    for said in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
        address = _address(said.strip())
        if address is None:
            break
        found = address
        if not _within(address, trusted):
            break
    return str(found)


def household_of(address: str) -> str:
    """What attempts are counted by: one IPv4 address, or the /64 that one household has of IPv6."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return address


def is_secure(request: web.Request) -> bool:
    """Whether the browser speaks HTTPS, to us or to our proxy."""
    peer = _address(request.remote or "")
    if peer is not None and _within(peer, request.app[SETTINGS].trusted_proxies):
        said = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
        if said in ("http", "https"):
            return said == "https"
    return request.scheme == "https"


def own_origin(request: web.Request) -> str:
    """Scheme and host as the browser wrote them."""
    return f"{'https' if is_secure(request) else 'http'}://{request.host.lower()}"


def base_address(request: web.Request) -> str:
    """What absolute links begin with: OPPITUPA_URL, never a Host header; without it (the demo) what was asked for."""
    return (request.app[SETTINGS].url or own_origin(request)).rstrip("/")


def port_of(request: web.Request) -> str:
    """The port that the browser named, or nothing for the usual one."""
    host = request.host.rpartition("]")[2] if "]" in request.host else request.host
    return host.partition(":")[2]


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
