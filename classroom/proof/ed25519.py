"""Ed25519 signatures read (RFC 8032, section 5.1): verifying alone, which knows no secret and may take its time."""

from hashlib import sha512

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, FIELD) % FIELD
ROOT = pow(2, (FIELD - 1) // 4, FIELD)
Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates (5.1.4)."""


def added(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % FIELD
    b = (one[1] + one[0]) * (other[1] + other[0]) % FIELD
    c = 2 * one[3] * other[3] * CURVE % FIELD
    d = 2 * one[2] * other[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD


def multiplied(times: int, point: Point) -> Point:
    """The point added to itself so many times."""
    total: Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            total = added(total, point)
        point, times = added(point, point), times >> 1
    return total


def decoded(coded: bytes) -> Point | None:
    """The point that 32 bytes stand for (5.1.3)."""
    number = int.from_bytes(coded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, FIELD) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != square:
        x = x * ROOT % FIELD
    if len(coded) != 32 or y >= FIELD or x * x % FIELD != square or (not x and sign):
        return None
    x = FIELD - x if x & 1 != sign else x
    return x, y, 1, x * y % FIELD


def coded(point: Point) -> bytes:
    """The 32 bytes of a point (5.1.2)."""
    inverse = pow(point[2], -1, FIELD)
    x, y = point[0] * inverse % FIELD, point[1] * inverse % FIELD
    return (y | (x & 1) << 255).to_bytes(32, "little")


_base = decoded((4 * pow(5, -1, FIELD) % FIELD).to_bytes(32, "little"))
BASE: Point = _base if _base else (0, 1, 1, 0)


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key has signed this message (5.1.7)."""
    point, scalar = decoded(public), int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or scalar >= ORDER:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    negative = (FIELD - point[0], point[1], 1, FIELD - point[3])
    return coded(added(multiplied(scalar, BASE), multiplied(challenge, negative))) == signature[:32]
