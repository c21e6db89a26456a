"""Our reading of Ed25519 against the vectors of RFC 8032 (section 7.1) and against the library that signs."""

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from classroom.proof.ed25519 import FIELD, ORDER, signed

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signed_when_it_is_a_vector_of_the_standard_then_yes_and_of_nothing_else(
    public: str, message: str, signature: str
) -> None:
    key, told, said = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert signed(key, told, said)
    assert not signed(key, told + b"x", said)
    assert not signed(key, told, said[:32] + bytes(32))


def test_signed_when_any_bit_turns_then_as_the_library_says() -> None:
    luck = random.Random(8032)
    for _ in range(24):
        key = Ed25519PrivateKey.from_private_bytes(luck.randbytes(32))
        public, told = key.public_key().public_bytes_raw(), luck.randbytes(luck.randrange(40))
        parts = [bytearray(public), bytearray(told or b"x"), bytearray(key.sign(told or b"x"))]
        assert signed(*map(bytes, parts))
        part = luck.choice(parts)
        part[luck.randrange(len(part))] ^= 1 << luck.randrange(8)
        assert signed(*map(bytes, parts)) is _library(*map(bytes, parts)) is False


def _library(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_signed_when_another_scalar_or_no_point_would_do_then_no() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, said = key.public_key().public_bytes_raw(), key.sign(b"told")
    greater = int.from_bytes(said[32:], "little") + ORDER
    assert not signed(public, b"told", said[:32] + greater.to_bytes(32, "little"))
    for wrong in (b"", bytes(31), b"\xff" * 32, FIELD.to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little")):
        assert not signed(wrong, b"told", said)
        assert not signed(public, b"told", wrong)
