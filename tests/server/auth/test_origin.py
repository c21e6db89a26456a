"""Who is believed about where a request comes from: proxies that the settings name, and nobody else."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from server.auth.origin import address_of

OURS = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "said", "found"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["127.0.0.1"], "203.0.113.9"),  # forged from elsewhere: ignored
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["127.0.0.1, 198.51.100.7"], "198.51.100.7"),  # what the browser put before it is not believed
        ("10.0.0.1", ["198.51.100.7, 10.0.0.2"], "198.51.100.7"),  # two proxies of ours, one behind the other
        ("10.0.0.1", ["127.0.0.1", "198.51.100.7"], "198.51.100.7"),  # two headers are one
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
    ],
)
def test_address_when_headers_are_sent_then_only_our_proxies_are_believed(
    peer: str, said: list[str], found: str
) -> None:
    headers = CIMultiDict([("X-Forwarded-For", one) for one in said])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)
    assert address_of(request, OURS) == found
