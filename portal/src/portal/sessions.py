"""Who has signed in: kept by themselves, in a cookie that only we can read or make."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import asdict, dataclass
from hashlib import sha256
from secrets import token_bytes, token_urlsafe
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.responses import Response

SESSION = "ashyq-session"
LEAVING = "ashyq-leaving"
_NONCE = 12
LARGEST = 3800
"""What browsers keep of one cookie is 4,096 bytes, name and attributes among them."""


class TooLargeToKeep(Exception):
    """The issuer's token does not fit into a cookie."""


@dataclass(frozen=True)
class Session:
    """A visitor who has signed in: their token, until when it is good (seconds since 1970), and who they are."""

    token: str
    until: int
    name: str
    roles: tuple[str, ...]
    secret: str

    @classmethod
    def of(cls, token: str, until: int, name: str, roles: tuple[str, ...]) -> Self:
        return cls(token, until, name, roles, token_urlsafe(16))

    @property
    def is_over(self) -> bool:
        return self.until <= time.time()


class Seals:
    """Seals what a visitor keeps for us (AES-256-GCM), so that it is neither read nor changed on the way."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(hmac.new(key, b"ashyq cookies", sha256).digest())

    def seal(self, name: str, value: Any) -> str:
        nonce = token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, json.dumps(value, ensure_ascii=False).encode(), name.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def opened(self, name: str, value: str | None) -> Any | None:
        """What was sealed under a name; None where nothing was, or it is not ours."""
        try:
            raw = urlsafe_b64decode(value or "")
            return json.loads(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], name.encode()))
        except (Error, InvalidTag, ValueError):
            return None

    def session(self, cookie: str | None) -> Session | None:
        """The session in a cookie, unless its token is no longer good."""
        found = self.opened(SESSION, cookie)
        if found is None:
            return None
        session = Session(**{**found, "roles": tuple(found["roles"])})
        return None if session.is_over else session

    def keep(self, answer: Response, session: Session, *, secure: bool) -> None:
        """Let the browser keep a session until its token is no longer good.

        Raises:
            TooLargeToKeep: it would not keep it whole.
        """
        sealed = self.seal(SESSION, asdict(session))
        if len(sealed) > LARGEST:
            raise TooLargeToKeep
        set_cookie(answer, SESSION, sealed, seconds=max(0, session.until - int(time.time())), secure=secure)

    def form_token(self, secret: str) -> str:
        """What a form carries to show that it is one that we gave to this visitor."""
        return hmac.new(self._key, f"ashyq form {secret}".encode(), sha256).hexdigest()[:32]


def set_cookie(answer: Response, name: str, value: str, *, seconds: int | None, secure: bool) -> None:
    """A cookie that no script reads, and that other sites' forms do not send."""
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")
