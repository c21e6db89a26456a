"""The house's tokens against an independent implementation (PyJWT), both ways."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from calendars.errors import Forbidden, Unavailable
from classroom.video.tokens import LONGEST, opened, signed, signed_with_key

SECRET = "a secret of at least sixty-four letters, as the longest of hashes wants it, ä"
NOW = datetime.now(UTC).replace(microsecond=0)
SECOND = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {"sub": "p1", "name": "ليلى 😀", "exp": SECOND + 300, "video": {"room": "r", "roomJoin": True}}
RSA_KEY = rsa.generate_private_key(65537, 2048)


def pem(key: Any = RSA_KEY, password: bytes = b"", form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    closed = BestAvailableEncryption(password) if password else NoEncryption()
    written: bytes = key.private_bytes(Encoding.PEM, form, closed)
    return written.decode()


def test_signed_when_another_implementation_opens_it_then_the_same_claims() -> None:
    claims = CLAIMS | {"exp": int(datetime.now(UTC).timestamp()) + 300}  # PyJWT judges by the clock of this very moment
    assert jwt.decode(signed(claims, SECRET), SECRET, algorithms=["HS256"]) == claims
    assert jwt.get_unverified_header(signed(claims, SECRET)) == {"alg": "HS256", "typ": "JWT"}
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        token = signed_with_key(claims, pem(form=form), "us/4f49")
        assert jwt.decode(token, RSA_KEY.public_key(), algorithms=["RS256"]) == claims
        assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": "us/4f49"}


@pytest.mark.parametrize(
    "key",
    ["", "no key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", pem(password=b"x"),
     pem(ec.generate_private_key(ec.SECP256R1()))],
    ids=["none", "words", "half", "locked", "of another kind"],
)  # fmt: skip
def test_signed_with_key_when_it_is_none_then_it_says_so_and_shows_nothing_of_it(key: str) -> None:
    with pytest.raises(Unavailable) as refused:
        signed_with_key(CLAIMS, key, "us/4f49")
    assert (refused.value.code, refused.value.facts, refused.value.__cause__) == ("bad_key", {}, None)


def test_opened_when_another_implementation_signed_it_then_the_same_claims() -> None:
    assert opened(jwt.encode(CLAIMS, SECRET), SECRET, NOW, 0) == CLAIMS
    for name, at in (("exp", SECOND - 59), ("nbf", SECOND + 60)):
        assert opened(jwt.encode({**CLAIMS, name: at}, SECRET), SECRET, NOW, 60)[name] == at


def crafted(head: object, claims: object) -> str:
    """Signed right, whatever it says."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, claims)]
    return signed_text(".".join(parts))


def signed_text(told: str) -> str:
    proof = jwt.get_algorithm_by_name("HS256").sign(told.encode(), SECRET.encode())
    return f"{told}.{base64.urlsafe_b64encode(proof).rstrip(b'=').decode()}"


GOOD = jwt.encode(CLAIMS, SECRET)
BAD = {
    "nothing": "",
    "words": "Bearer of news",
    "another secret": jwt.encode(CLAIMS, "another secret of thirty-two letters"),
    "another algorithm": jwt.encode(CLAIMS, SECRET, algorithm="HS512"),
    "no signature": jwt.encode(CLAIMS, None, algorithm="none"),
    "a head that lies": crafted({"alg": "none", "typ": "JWT"}, CLAIMS),
    "no head": crafted([], CLAIMS),
    "no claims": crafted({"alg": "HS256"}, [CLAIMS]),
    "no end": jwt.encode({"sub": "p1"}, SECRET),
    "an end in words": crafted({"alg": "HS256"}, CLAIMS | {"exp": str(SECOND + 300)}),
    "an end that is true": crafted({"alg": "HS256"}, CLAIMS | {"exp": True}),
    "from the past": jwt.encode(CLAIMS | {"exp": SECOND - 60}, SECRET),
    "from the future": jwt.encode(CLAIMS | {"nbf": SECOND + 61}, SECRET),
    "one part": signed_text("x"),
    "four parts": signed_text(GOOD),
    "cut": GOOD[:-3],
    "with a name": f"Bearer {GOOD}",
    "bytes": GOOD + "\udcff",
    "endless": "x" * LONGEST + GOOD,
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
def test_opened_when_it_is_not_theirs_or_not_of_now_then_bad_proof(token: str) -> None:
    with pytest.raises(Forbidden) as refused:
        opened(token, SECRET, NOW, 60)
    assert refused.value.code == "bad_proof"


def test_opened_when_we_have_no_secret_then_an_empty_one_of_theirs_opens_nothing() -> None:
    with pytest.raises(Forbidden):
        opened(signed(CLAIMS, ""), "", NOW, 60)


def test_opened_when_its_time_is_over_then_the_same_token_is_refused() -> None:
    token = signed(CLAIMS, SECRET)
    opened(token, SECRET, NOW + timedelta(seconds=299), 0)
    with pytest.raises(Forbidden):
        opened(token, SECRET, NOW + timedelta(seconds=300), 0)
