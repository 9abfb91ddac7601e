"""What the procurement service reads from its environment."""

import base64
import binascii

from pydantic import Field, SecretStr, field_validator

from servicekit.base_settings import ServiceSettings

_KEY_BYTES = 32
# Not registered with anybody: whoever publishes for others asks the Open Contracting Partnership for a prefix.
LOCAL_PREFIX = "ocds-ashyq0"


class Settings(ServiceSettings):
    """Besides what every service reads: the key that seals bids, where the registry is, who publishes open data.

    There is no key by default: a key that everybody knows would seal nothing.
    """

    bid_key: SecretStr = Field(validation_alias="ASHYQ_BID_KEY")
    ocid_prefix: str = Field(default=LOCAL_PREFIX, pattern=r"^ocds-[a-z0-9]{6}$", validation_alias="ASHYQ_OCID_PREFIX")
    public_url: str = Field(
        default="http://127.0.0.1:8000", pattern=r"^https?://[^/\s]+$", validation_alias="ASHYQ_PUBLIC_URL"
    )
    publisher: str = Field(default="Ashyq", min_length=1, validation_alias="ASHYQ_PUBLISHER")
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
