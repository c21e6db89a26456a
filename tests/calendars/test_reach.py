"""Which addresses a house may call: every disguise of an inside one is known, and a public one is never refused."""

from ipaddress import ip_network

import pytest

from calendars.reach import ANYWHERE, LOOPBACK, PUBLIC, Reach

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001::1",
    "2001:db8::1", "3fff::1", "5f00::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
    "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC_ONES = [
    "1.1.1.1", "9.255.255.255", "172.32.0.1", "100.128.0.1", "192.0.1.1", "193.166.3.2", "223.255.255.255",
    "2001:4860:4860::8888", "2a01:4f8::1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_may_when_an_address_is_not_public_then_not_unless_the_machine_allows_it(address: str) -> None:
    assert not PUBLIC.may(address)
    assert ANYWHERE.may(address) == ANYWHERE.trusts(address) == True  # noqa: E712


@pytest.mark.parametrize("address", PUBLIC_ONES)
def test_may_when_an_address_is_public_then_yes_but_it_is_trusted_with_nothing_open(address: str) -> None:
    assert PUBLIC.may(address)
    assert not PUBLIC.trusts(address)


def test_reach_when_a_network_is_listed_then_it_and_its_disguises_but_no_neighbour() -> None:
    reach = Reach((ip_network("10.1.0.0/16"), *LOOPBACK))
    told = {one: (reach.may(one), reach.trusts(one)) for one in ("10.1.2.3", "::ffff:10.1.2.3", "::1", "10.2.0.1")}
    assert told == {
        "10.1.2.3": (True, True), "::ffff:10.1.2.3": (True, True), "::1": (True, True), "10.2.0.1": (False, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    "written", ["", "localhost", "2130706433", "0x7f.1", "127.1", "017700000001", "1.1.1.1.1", "%"]
)
def test_may_when_it_is_no_numeric_address_then_no(written: str) -> None:
    assert not ANYWHERE.may(written)
