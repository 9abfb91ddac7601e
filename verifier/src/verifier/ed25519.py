"""Ed25519 signatures verified by whole numbers alone (RFC 8032), so that a receipt needs no library.

Strict: every number and point is written in its one way, so no signature can be turned into another one. It works on
public data only and takes no care to take the same time for all of it: never sign with this.
"""

import hashlib

_PRIME = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_BYTES = 32

_Point = tuple[int, int, int]
"""A point of the curve -x² + y² = 1 + d·x²·y² as X, Y, Z with x = X/Z, y = Y/Z: so nothing is divided on the way."""

_BASE: _Point = (0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A, 4 * pow(5, -1, _PRIME) % _PRIME, 1)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a signature of 64 bytes is by a public key of 32 bytes over a message.

    It is if S·B = R + k·A, where the signature is R and S, the key A, and k the hash of all. Never with a key whose
    point has a small order: with such a one, anybody could sign.
    """
    key, number = _read(public), int.from_bytes(signature[_BYTES:], "little")
    if key is None or len(signature) != 2 * _BYTES or number >= _ORDER or _times(8, key)[0] == 0:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:_BYTES] + public + message).digest(), "little") % _ORDER
    # 8·L times any point are nothing, so 8·L - k times are -k times.
    return _written(_add(_times(number, _BASE), _times(8 * _ORDER - hashed, key))) == signature[:_BYTES]


def _read(data: bytes) -> _Point | None:
    """Read a point: y in 255 bits, little-endian, and the lowest bit of x; None where the curve has none there.

    The two points whose x is 0 could be written in two ways, but they are small, and no keys.
    """
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    x = pow(square, (_PRIME + 3) // 8, _PRIME)
    if x * x % _PRIME != square:
        x = x * pow(2, (_PRIME - 1) // 4, _PRIME) % _PRIME  # times a root of -1
    if len(data) != _BYTES or y >= _PRIME or x * x % _PRIME != square:
        return None
    return (x if x & 1 == sign else _PRIME - x), y, 1


def _written(point: _Point) -> bytes:
    x, y = (one * pow(point[2], -1, _PRIME) % _PRIME for one in point[:2])
    return (y | (x & 1) << 255).to_bytes(_BYTES, "little")


def _add(one: _Point, other: _Point) -> _Point:
    """Add two points, be they the same or not.

    Their sum is (x1·y2 + y1·x2) / (1 + d·x1·x2·y1·y2) and (y1·y2 + x1·x2) / (1 - d·x1·x2·y1·y2), here over one
    denominator, which is never 0 on this curve.
    """
    (x1, y1, z1), (x2, y2, z2) = one, other
    z, product = z1 * z2 % _PRIME, _D * x1 * x2 * y1 * y2 % _PRIME
    plus, minus = z * z + product, z * z - product
    x, y = (x1 * y2 + y1 * x2) * z * minus, (y1 * y2 + x1 * x2) * z * plus
    return x % _PRIME, y % _PRIME, plus * minus % _PRIME


def _times(number: int, point: _Point) -> _Point:
    """Double for each bit, from the highest, and add the point for each bit that is set."""
    total: _Point = (0, 1, 1)
    for bit in f"{number:b}":
        total = _add(total, total)
        if bit == "1":
            total = _add(total, point)
    return total
