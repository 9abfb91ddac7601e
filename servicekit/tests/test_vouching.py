"""Only who has the key says for whom he asks."""

import pytest

from servicekit.vouching import vouch, vouched

KEY = bytes(range(32))


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "an address with spaces"])
def test_what_was_vouched_for_is_believed(address: str) -> None:
    assert vouched(KEY, vouch(KEY, address)) == address


@pytest.mark.parametrize(
    "value",
    ["", " ", "192.0.2.1", "192.0.2.1 ", vouch(bytes(32), "192.0.2.1"), vouch(KEY, "192.0.2.2")[:-1] + "x", "é ю"],
)
def test_nothing_else_is(value: str) -> None:
    assert vouched(KEY, value) is None


def test_a_seal_is_for_one_address() -> None:
    assert vouched(KEY, vouch(KEY, "192.0.2.1").replace("192.0.2.1", "192.0.2.3")) is None
