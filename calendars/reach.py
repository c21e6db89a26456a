"""Which addresses of the network this house may call: those of the whole world, and those that its machine allows.

Whoever may write an address into a form (a video server, a calendar elsewhere) must not thereby make the house ask its
own neighbours: what listens on loopback, in the network of the building, at a cloud's metadata. A name says nothing
about that, so what is judged is the address that a socket is about to connect to: looked up once, never again after it
was judged, and judged anew for every address that an answer leads to. In aiohttp the place is the `socket_factory` of
a `TCPConnector`, which is handed each address; in httpx and websockets it is `classroom/video/dial.py`.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

NOT_PUBLIC: Final = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
"""IANA's registries of special addresses (RFC 6890) with what grew since, and the public address at which a machine of
Azure reaches its host; `is_global` differs between Pythons and calls 6to4 and multicast global. Of IPv6 only what lies
in GLOBAL_6 is asked about here at all."""
GLOBAL_6: Final = IPv6Network("2000::/3")
NAT64: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address as a house without IPv4 sees it (RFC 6052): what counts is the address inside."""
LOOPBACK: Final[tuple[Network, ...]] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the house reaches: the public network, and what `inside` lists."""

    inside: tuple[Network, ...] = ()

    def may(self, address: str) -> bool:
        """Whether a socket may connect to this numeric address, `fe80::1%eth0` and other spellings included."""
        found = _read(address)
        return found is not None and (self._inside(found) or _is_public(_meant(found)))

    def trusts(self, address: str) -> bool:
        """Whether the machine's own settings name it: then what is said need not be encrypted."""
        found = _read(address)
        return found is not None and self._inside(found)

    def _inside(self, found: IPv4Address | IPv6Address) -> bool:
        return any(one in network for one in (found, _meant(found)) for network in self.inside)


PUBLIC: Final = Reach()
ANYWHERE: Final = Reach((IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))
"""For what the machine's own settings name: whoever sets them runs the machine."""


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _meant(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where a connection would go to that."""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in NAT64:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address) and found not in GLOBAL_6:
        return False
    return not any(found in network for network in NOT_PUBLIC)
