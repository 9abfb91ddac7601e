"""What the procurement service reads from its environment."""

import base64
import binascii

from pydantic import Field, SecretStr, field_validator

from servicekit.base_settings import ServiceSettings

_KEY_BYTES = 32


class Settings(ServiceSettings):
    """Besides what every service reads: the key that seals bids, and where the registry is.

    There is no key by default: a key that everybody knows would seal nothing.
    """

    bid_key: SecretStr = Field(validation_alias="ASHYQ_BID_KEY")
    registry_url: str = Field(default="http://registry", validation_alias="ASHYQ_REGISTRY_URL")

    @field_validator("bid_key")
    @classmethod
    def _is_a_key(cls, given: SecretStr) -> SecretStr:
        try:
            found = base64.b64decode(given.get_secret_value(), validate=True)
        except (binascii.Error, ValueError):
            found = b""
        if len(found) != _KEY_BYTES:
            raise ValueError("ASHYQ_BID_KEY must be 32 random bytes in base64")
        return given

    @property
    def sealing_key(self) -> bytes:
        return base64.b64decode(self.bid_key.get_secret_value())
