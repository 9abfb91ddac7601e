"""What names a journal and its witness: whole and of the right kinds, or the service does not start."""

from typing import Any

import pytest
from pydantic import ValidationError

from servicekit.base_settings import LOCAL_ORIGIN, ServiceSettings
from servicekit.sealing import open_sealer
from servicekit.testing import usual_settings
from verifier.notes import LOG, WITNESS
from verifier.signing import Signer

JOURNAL = Signer.new("tests.example/journal", LOG)
OBSERVER = Signer.new("witness.example/w1", WITNESS)
LOCAL = Signer.new(f"{LOCAL_ORIGIN}/kit", LOG)
WITNESSED = {"witness_url": "http://127.0.0.1:9", "witness_key": OBSERVER.key.text}
ABROAD = {"environment": "production", "issuer": "https://idp.example"}


def settings(**chosen: Any) -> ServiceSettings:
    return ServiceSettings.model_validate(usual_settings() | {"journal_key": JOURNAL.secret} | chosen)


async def test_a_journal_is_known_by_its_key_and_by_its_witness_s() -> None:
    async with open_sealer(settings()) as sealer:
        assert sealer.keys == [JOURNAL.key.text]
    async with open_sealer(settings(**WITNESSED)) as sealer:
        assert sealer.keys == [JOURNAL.key.text, OBSERVER.key.text]


REFUSED = {
    "no key": {"journal_key": ""},
    "a public key": {"journal_key": JOURNAL.key.text},
    "a damaged key": {"journal_key": JOURNAL.secret[:-1]},
    "the key of a witness": {"journal_key": OBSERVER.secret},
    "a local key abroad": {"journal_key": LOCAL.secret, **ABROAD},
    "a witness without a key": {"witness_url": "http://127.0.0.1:9"},
    "a witness without an address": {"witness_key": OBSERVER.key.text},
    "a witness's key that is none": WITNESSED | {"witness_key": "witness.example/w1"},
    "a witness's private key": WITNESSED | {"witness_key": OBSERVER.secret},
    "the key of a journal for a witness": WITNESSED | {"witness_key": JOURNAL.key.text},
}


@pytest.mark.parametrize("chosen", REFUSED.values(), ids=REFUSED)
def test_what_could_not_seal_does_not_start(chosen: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"ASHYQ_JOURNAL_KEY|ASHYQ_WITNESS_KEY") as refusal:
        settings(**chosen)
    assert not [key for key in (JOURNAL, OBSERVER, LOCAL) if key.secret.split("+", 4)[4] in str(refusal.value)]


def test_without_a_key_there_is_no_service() -> None:
    usual = usual_settings()
    del usual["journal_key"]
    with pytest.raises(ValidationError, match="ASHYQ_JOURNAL_KEY"):
        ServiceSettings.model_validate(usual)


def test_a_journal_of_a_local_stack_is_kept_locally() -> None:
    assert settings(journal_key=LOCAL.secret).local
    assert not settings(**ABROAD).local


def test_a_key_is_not_shown() -> None:
    assert JOURNAL.secret not in repr(settings())
