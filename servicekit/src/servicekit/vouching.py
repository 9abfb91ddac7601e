"""For whom one part of the house asks another: an address with a seal that only who has the key can make.

Limits are counted by the address of who asks. The pages ask for all their readers, so they say for which of them.
"""

import hmac
from hashlib import sha256

VISITOR = "x-ashyq-visitor"
_PURPOSE = b"ashyq visitor "


def vouch(key: bytes, address: str) -> str:
    """The value of the header by which a caller with the key says for which address it asks."""
    return f"{address} {_seal(key, address)}"


def vouched(key: bytes, value: str) -> str | None:
    """The address that a header's value names; None where its seal is not made with the key."""
    address, _, seal = value.rpartition(" ")
    return address if address and hmac.compare_digest(seal.encode(), _seal(key, address).encode()) else None


def _seal(key: bytes, address: str) -> str:
    return hmac.new(key, _PURPOSE + address.encode(), sha256).hexdigest()
