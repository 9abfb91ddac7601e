"""Who is asking: tokens of an OpenID Connect issuer, verified against its published keys."""

import hashlib
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("ES256", "RS256", "PS256")
_LEEWAY_SECONDS = 30
_REMEMBERED = 4096
_KEYS_FRESH_SECONDS = 300.0
_KEYS_RETRY_SECONDS = 5.0
_LONGEST_TOKEN = 8192
_SCHEME = re.compile(r"[A-Z]{2,4}-[A-Z0-9_-]{1,30}")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./_-]{0,59}")


class InvalidToken(Exception):
    """A token was shown and cannot be believed; `reason` is a stable word, never the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PartyUnknown(Exception):
    """The caller's token names neither a person's nor a company's number, so nobody would be the party."""


class IssuerUnavailable(Exception):
    """The issuer's keys cannot be read, so no token can be believed or refused."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The person, company or service that is asking, as the issuer vouches for it.

    `iin` is a person's number, `bin` a company's, `agency` the BIN of the body where a person holds office. `foreign`
    is the scheme and number of who has neither, and never one of Kazakhstan's.
    """

    subject: str | None = None
    name: str | None = None
    iin: str | None = None
    bin: str | None = None
    agency: str | None = None
    foreign: tuple[str, str] | None = None
    roles: frozenset[str] = frozenset()
    synthetic: bool = False  # an invented person, whose doings are marked as such wherever they are shown

    @property
    def party(self) -> tuple[str, str] | None:
        """Scheme and number under which the caller appears in a case: a company's before a person's."""
        if self.bin is not None:
            return ("KZ-BIN", self.bin)
        if self.iin is not None:
            return ("KZ-IIN", self.iin)
        return self.foreign


ANONYMOUS = Caller()


class IssuerKeys:
    """The issuer's public keys, read from its JWKS address and read again when a new key appears."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url
        self._keys: KeySet | None = None
        self._read_at = self._tried_at = -_KEYS_FRESH_SECONDS
        self._away = False
        self.generation = 0

    async def for_token(self, key_id: str) -> KeySet:
        """The keys in force; an unknown key id makes them be read anew, but not more often than every few seconds.

        Raises:
            IssuerUnavailable: when they cannot be read, and this key was not among them when they last could.
        """
        now = time.monotonic()
        wanted = now - self._read_at > _KEYS_FRESH_SECONDS or not self._has(key_id)
        if self._keys is None or (wanted and now - self._tried_at > _KEYS_RETRY_SECONDS):
            await self._read()
        if self._keys is None or (self._away and not self._has(key_id)):
            raise IssuerUnavailable
        return self._keys

    def _has(self, key_id: str) -> bool:
        return self._keys is not None and any(key.kid == key_id for key in self._keys.keys)

    async def _read(self) -> None:
        self._tried_at = time.monotonic()
        try:
            answer = await self._client.get(self._url, timeout=5.0)
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
            self.generation += 1
            self._away = False
            self._read_at = time.monotonic()
        except (httpx.HTTPError, ValueError, TypeError, KeyError, JoseError) as error:
            # Keys that were good a moment ago stay good while the issuer is away.
            if self._keys is None:
                raise IssuerUnavailable from error
            self._away = True


class TokenVerifier:
    """Checks signature, issuer, audience and time of a token; what was checked is remembered until it expires."""

    def __init__(self, keys: IssuerKeys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._known: OrderedDict[bytes, tuple[float, int, Caller]] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """Who the token says is asking.

        Raises:
            InvalidToken: it is malformed, forged, expired, or not meant for us.
            IssuerUnavailable: the issuer's keys cannot be read.
        """
        if len(token) > _LONGEST_TOKEN:
            raise InvalidToken("malformed")
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._known.get(digest)
        if known is not None and known[0] > time.time() and known[1] == self._keys.generation:
            return known[2]
        caller, expires = await self._check(token)
        self._known[digest] = (expires, self._keys.generation, caller)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return caller

    async def _check(self, token: str) -> tuple[Caller, float]:
        keys = await self._keys.for_token(_key_id(token))
        try:
            decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            self._claims.validate(decoded.claims)
            return _caller(decoded.claims), float(decoded.claims["exp"]) + _LEEWAY_SECONDS
        except JoseError as error:
            raise InvalidToken("expired" if error.error == "expired_token" else "refused") from error
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise InvalidToken("malformed") from error


async def identify(verifier: TokenVerifier, authorization: str | None) -> Caller:
    """The caller behind an Authorization header; without a header, `ANONYMOUS`.

    Raises:
        InvalidToken: the header is there and does not hold a token that can be believed.
        IssuerUnavailable: as `TokenVerifier.verify`.
    """
    if authorization is None:
        return ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("scheme")
    return await verifier.verify(token.strip())


async def admit(request: Request, operation: str, *, unnamed: bool = False) -> None:
    """Find out who is asking, and let them in by the operation's row of the permission table.

    Where nobody is to be named (`unnamed`), a token is not looked at, whatever it is.

    Raises:
        InvalidToken, IssuerUnavailable: as `identify`.
        Unauthenticated, Forbidden: as `Permissions.admit`.
    """
    shown = [] if unnamed else request.headers.getlist("authorization")
    if len(shown) > 1:
        raise InvalidToken("several")
    caller = await identify(request.state.verifier, shown[0] if shown else None)
    request.state.permissions.admit(operation, caller)
    request.state.caller = caller


def asks_for_caller(dependant: Dependant) -> bool:
    """Whether an endpoint has a `CurrentCaller` or an `Unnamed` in it, and so belongs to the permission table."""
    own = dependant.call in {_current_caller, _unnamed}
    return own or any(asks_for_caller(below) for below in dependant.dependencies)


def leaves_unnamed(dependant: Dependant) -> bool:
    """Whether an endpoint has an `Unnamed` among its arguments, and so is not to know who is asking."""
    return any(below.call is _unnamed or leaves_unnamed(below) for below in dependant.dependencies)


async def _current_caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _unnamed() -> Caller:
    return ANONYMOUS


CurrentCaller = Annotated[Caller, Depends(_current_caller)]
Unnamed = Annotated[Caller, Depends(_unnamed)]
"""Nobody, even if a token is shown: what is asked is not to be known of anyone, so the token is never looked at."""


def _key_id(token: str) -> str:
    """The name of the key that signed; a token that names none could be tried against any key, so it is refused."""
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError) as error:
        raise InvalidToken("malformed") from error
    if not isinstance(key_id, str):
        raise InvalidToken("malformed")
    return key_id


def _caller(claims: dict[str, Any]) -> Caller:
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidToken("malformed")
    texts = {name: claims.get(name) for name in ("sub", "name", "iin", "bin", "agency")}
    if not all(value is None or isinstance(value, str) for value in texts.values()) or not texts["sub"]:
        raise InvalidToken("malformed")
    return Caller(
        subject=texts["sub"],
        name=texts["name"],
        iin=texts["iin"],
        bin=texts["bin"],
        agency=texts["agency"],
        foreign=_foreign(claims),
        roles=frozenset(roles),
        synthetic=claims.get("synthetic") is True,
    )


def _foreign(claims: dict[str, Any]) -> tuple[str, str] | None:
    """The party of a foreign register, as `party: {scheme, id}`; schemes are those of org-id.guide, as `GB-COH`.

    Raises:
        InvalidToken: it has not that form, or names what has a claim of its own: a number of Kazakhstan, or another
            number beside it.
    """
    party = claims.get("party")
    if party is None:
        return None
    if not isinstance(party, dict) or party.keys() != {"scheme", "id"} or "iin" in claims or "bin" in claims:
        raise InvalidToken("malformed")
    scheme, number = party["scheme"], party["id"]
    if not isinstance(scheme, str) or not isinstance(number, str):
        raise InvalidToken("malformed")
    if not _SCHEME.fullmatch(scheme) or scheme.startswith("KZ-") or not _NUMBER.fullmatch(number):
        raise InvalidToken("malformed")
    return scheme, number
