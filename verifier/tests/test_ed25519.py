"""Ed25519: the RFC's vectors, the known ways to cheat a lax verifier, and another implementation on random input."""

import hashlib
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier import ed25519
from verifier.ed25519 import verify
from verifier.signing import fast_verify

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493

# RFC 8032, section 7.1: public key, message, signature
PUBLISHED = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
}
# "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020): github.com/novifinancial/ed25519-speccheck, cases.txt
SMALL = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
MIXED = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
OTHER_MIXED = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d"
ORDINARY = "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623"
TAMING = {
    "0: a small key, a small R, S is 0": (
        SMALL[:-2] + "fa",
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        SMALL + "00" * 32,
    ),
    "1: a small key": (
        SMALL[:-2] + "fa",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        MIXED + "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
    "2: a small R": (
        MIXED,
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        SMALL[:-2] + "fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
    ),
    "3: key and R of mixed order": (
        OTHER_MIXED,
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        (
            "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
            "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009"
        ),
    ),
    "4: holds only eight times": (
        OTHER_MIXED,
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        (
            "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
            "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09"
        ),
    ),
    "5: holds only eight times, in one order": (
        OTHER_MIXED,
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        (
            "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7"
            "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405"
        ),
    ),
    "6: S is too large": (
        ORDINARY,
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        (
            "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e"
            "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514"
        ),
    ),
    "7: S is much too large": (
        ORDINARY,
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        (
            "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942"
            "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22"
        ),
    ),
    "8: R is written in another way": (
        MIXED,
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        "ec" + "ff" * 31 + "03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
    ),
    "9: R is written in another way, and hashed as written": (
        MIXED,
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        "ec" + "ff" * 31 + "ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
    ),
    "10: the key is written in another way": (
        "ec" + "ff" * 31,
        "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
        (
            "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"
            "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"
        ),
    ),
    "11: the key is written in another way, and hashed as written": (
        "ec" + "ff" * 31,
        "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
        (
            "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"
            "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"
        ),
    ),
}
HOLDING = {"2: a small R", "3: key and R of mixed order"}
"""The equation of RFC 8032 holds for them as it stands, and all is written in its one way."""


def holds(vector: tuple[str, str, str]) -> bool:
    public, message, signature = map(bytes.fromhex, vector)
    return verify(public, signature, message)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_signatures_hold_and_not_with_any_other_bit(name: str) -> None:
    assert holds(PUBLISHED[name])
    public, message, signature = map(bytes.fromhex, PUBLISHED[name])
    for bit in range(0, 512, 3):
        assert not verify(public, flipped(signature, bit), message)
    for bit in range(0, 256, 5):
        assert not verify(flipped(public, bit), signature, message)
    assert not verify(public, signature, message + b"\x00")


@pytest.mark.parametrize("name", TAMING)
def test_what_lax_verifiers_disagree_about_is_decided_strictly(name: str) -> None:
    assert holds(TAMING[name]) == (name in HOLDING)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_signature_cannot_be_turned_into_another_one(name: str) -> None:
    public, message, signature = map(bytes.fromhex, PUBLISHED[name])
    for times in range(1, 16):
        larger = int.from_bytes(signature[32:], "little") + times * ORDER
        if larger < 2**256:
            assert not verify(public, signature[:32] + larger.to_bytes(32, "little"), message)


def small_points() -> list[bytes]:
    """All eight points whose order divides eight, by their y: 1, -1, 0 twice, and two more, each twice."""
    eighth = int.from_bytes(bytes.fromhex(SMALL), "little")
    signed = [number | sign << 255 for number in (0, eighth, PRIME - eighth) for sign in (0, 1)]
    return [number.to_bytes(32, "little") for number in (1, PRIME - 1, *signed)]


@pytest.mark.parametrize("public", small_points(), ids=bytes.hex)
def test_nobody_signs_with_a_key_of_a_small_order(public: bytes) -> None:
    signature = (1).to_bytes(32, "little") + bytes(32)
    message = next(
        one for one in map(str.encode, map(str, count())) if multiple_of_eight(signature[:32] + public + one)
    )
    assert fast_verify(public, signature, message), "else this is no forgery, and the test shows nothing"
    assert not verify(public, signature, message)


def multiple_of_eight(data: bytes) -> bool:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % ORDER % 8 == 0


@pytest.mark.parametrize("y", [2, 7, PRIME, PRIME + 1, PRIME + 3, 2**255 - 1], ids=["2", "7", "0", "1", "3", "18"])
def test_what_is_not_a_point_written_in_its_one_way_is_no_key(y: int) -> None:
    for sign in (0, 1):
        assert ed25519._read((y | sign << 255).to_bytes(32, "little")) is None  # noqa: SLF001 - nobody can sign with it


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_another_length_is_none(length: int) -> None:
    public = bytes.fromhex(PUBLISHED["TEST 2"][0])
    assert ed25519._read(public) is not None  # noqa: SLF001 - as above
    assert ed25519._read((public + bytes(32))[:length]) is None  # noqa: SLF001 - as above


@pytest.mark.parametrize("length", [0, 32, 63, 65, 128])
def test_a_signature_of_another_length_is_none(length: int) -> None:
    public, message, signature = map(bytes.fromhex, PUBLISHED["TEST 2"])
    assert not verify(public, (signature + bytes(64))[:length], message)


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.data())
def test_another_implementation_agrees(seed: bytes, message: bytes, data: st.DataObject) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    given_parts = [key.public_key().public_bytes_raw(), key.sign(message), message]
    assert verify(*given_parts)
    part = data.draw(st.sampled_from([n for n, one in enumerate(given_parts) if one]))
    given_parts[part] = flipped(given_parts[part], data.draw(st.integers(0, 8 * len(given_parts[part]) - 1)))
    assert verify(*given_parts) == fast_verify(*given_parts)


def flipped(data: bytes, bit: int) -> bytes:
    return bytes(one ^ (1 << bit % 8 if n == bit // 8 else 0) for n, one in enumerate(data))
