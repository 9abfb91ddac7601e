"""Signing in at an OpenID Connect issuer, by authorization code with proof of possession (RFC 6749, RFC 7636)."""

import hmac
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated
from urllib.parse import urlencode

import httpx
from fastapi import APIRouter, Query, Request
from pydantic import SecretStr
from starlette.responses import RedirectResponse, Response

from portal.api import Api
from portal.sessions import LEAVING, SESSION, Session, set_cookie
from portal.visits import Visiting, address_of, visit_of

_LEAVING_SECONDS = 600
_USUAL_SECONDS = 300

router = APIRouter(prefix="/{language}", include_in_schema=False)
arrival = APIRouter(include_in_schema=False)


class CannotSignIn(Exception):
    """The issuer did not vouch for the visitor, or what came back is not what was asked for."""


@dataclass(frozen=True)
class Known:
    """By what name and secret the issuer knows us, and the addresses to authorize and to get tokens at.

    Without addresses, the issuer publishes them (OpenID Connect Discovery 1.0).
    """

    issuer: str
    client_id: str
    client_secret: SecretStr | None
    addresses: tuple[str, str] | None


class Issuer:
    """Where people sign in, and where a code becomes a token."""

    def __init__(self, known: Known, client: httpx.AsyncClient) -> None:
        self.client_id = known.client_id
        self._known = known
        self._client = client
        self._addresses = known.addresses

    async def authorize_at(self) -> str:
        return (await self._found())[0]

    async def token_for(self, code: str, verifier: str, redirect_uri: str) -> tuple[str, int]:
        """The token for a code, and until when it is good, in seconds since 1970.

        Raises:
            CannotSignIn: the issuer does not give one.
        """
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        fields |= {"client_id": self.client_id, "code_verifier": verifier}
        secret = self._known.client_secret
        if secret is not None:
            fields["client_secret"] = secret.get_secret_value()
        asked = int(time.time())
        try:
            answer = await self._client.post((await self._found())[1], data=fields)
            given = answer.raise_for_status().json()
            return str(given["access_token"]), asked + int(given.get("expires_in", _USUAL_SECONDS))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise CannotSignIn(str(error)) from error

    async def _found(self) -> tuple[str, str]:
        if self._addresses is None:
            try:
                answer = await self._client.get(f"{self._known.issuer.rstrip('/')}/.well-known/openid-configuration")
                found = answer.raise_for_status().json()
                self._addresses = str(found["authorization_endpoint"]), str(found["token_endpoint"])
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise CannotSignIn(str(error)) from error
        return self._addresses


@router.get("/sign-in")
async def sign_in(visit: Visiting, back_: Annotated[str, Query(alias="back")] = "") -> Response:
    """Send the visitor to the issuer; they come back to /signed-in, and from there to where they were."""
    issuer: Issuer = visit.request.state.issuer
    state, verifier = token_urlsafe(24), token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": f"{visit.origin}/signed-in",
        "scope": "openid profile",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": visit.language,
    }
    address = await issuer.authorize_at()
    answer = RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", 303)
    kept = {"state": state, "verifier": verifier, "back": back_ if is_ours(back_) else visit.url("/appeals")}
    sealed = visit.request.state.seals.seal(LEAVING, kept)
    set_cookie(answer, LEAVING, sealed, seconds=_LEAVING_SECONDS, secure=visit.is_secure)
    return answer


@arrival.get("/signed-in")
async def signed_in(request: Request, state: str = "", code: str = "") -> Response:
    """Take the issuer's code, and let the visitor go on with the token that it is good for."""
    visit = visit_of(request)
    left = request.state.seals.opened(LEAVING, request.cookies.get(LEAVING))
    if left is None or not code or not hmac.compare_digest(left["state"].encode(), state.encode()):
        raise CannotSignIn("no such departure")
    issuer: Issuer = request.state.issuer
    token, until = await issuer.token_for(code, left["verifier"], f"{visit.origin}/signed-in")
    key = visit.house.key
    api = Api(request.state.client, key, language=visit.language, address=address_of(request), token=token)
    me = await api.get("/v1/me")
    session = Session.of(token, until, me["name"] or me["subject"], tuple(me["roles"]))
    answer = RedirectResponse(left["back"], 303)
    request.state.seals.keep(answer, session, secure=visit.is_secure)
    answer.delete_cookie(LEAVING, path="/")
    return answer


@router.post("/sign-out")
async def sign_out(visit: Visiting) -> Response:
    """Forget the visitor here; the issuer may go on knowing them."""
    await visit.form()
    answer = visit.go("")
    answer.delete_cookie(SESSION, path="/")
    return answer


def is_ours(address: str) -> bool:
    """Whether an address to come back to is a page of ours: a path, and nothing that browsers read as a host."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
