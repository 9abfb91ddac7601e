"""Signing in at an OpenID Connect issuer, by authorization code with proof of possession (RFC 6749, RFC 7636)."""

import hmac
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

import httpx
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from portal.api import Api
from portal.sessions import LEAVING, SESSION, Session, set_cookie
from portal.settings import Settings
from portal.visits import Visiting, address_of, visit_of

_LEAVING_SECONDS = 600
_USUAL_SECONDS = 300

router = APIRouter(include_in_schema=False)


class CannotSignIn(Exception):
    """The issuer did not vouch for the visitor, or what came back is not what was asked for."""


class Issuer:
    """Where people sign in, and where a code becomes a token."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._published: tuple[str, str] | None = None

    async def authorize_at(self) -> str:
        return (await self._addresses())[0]

    async def token_for(self, code: str, verifier: str, redirect_uri: str) -> tuple[str, int]:
        """The token for a code, and until when it is good, in seconds since 1970.

        Raises:
            CannotSignIn: the issuer does not give one.
        """
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        fields |= {"client_id": self._settings.client_id, "code_verifier": verifier}
        secret = self._settings.client_secret
        if secret is not None:
            fields["client_secret"] = secret.get_secret_value()
        asked = int(time.time())
        try:
            answer = await self._client.post((await self._addresses())[1], data=fields)
            given = answer.raise_for_status().json()
            return str(given["access_token"]), asked + int(given.get("expires_in", _USUAL_SECONDS))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise CannotSignIn(str(error)) from error

    async def _addresses(self) -> tuple[str, str]:
        settings = self._settings
        if settings.authorize_url is not None and settings.token_url is not None:
            return settings.authorize_url, settings.token_url
        if self._published is None:
            try:
                answer = await self._client.get(f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                found = answer.raise_for_status().json()
                self._published = str(found["authorization_endpoint"]), str(found["token_endpoint"])
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise CannotSignIn(str(error)) from error
        return self._published


@router.get("/{language}/sign-in")
async def sign_in(visit: Visiting, back: str = "") -> Response:
    """Send the visitor to the issuer; they come back to /signed-in, and from there to where they were."""
    state, verifier = token_urlsafe(24), token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": visit.settings.client_id,
        "redirect_uri": f"{visit.origin}/signed-in",
        "scope": "openid profile",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": visit.language,
    }
    issuer: Issuer = visit.request.state.issuer
    address = await issuer.authorize_at()
    answer = RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", 303)
    kept = {"state": state, "verifier": verifier, "back": back if is_ours(back) else visit.url("/appeals")}
    sealed = visit.request.state.seals.seal(LEAVING, kept)
    set_cookie(answer, LEAVING, sealed, seconds=_LEAVING_SECONDS, secure=visit.is_secure)
    return answer


@router.get("/signed-in")
async def signed_in(request: Request, state: str = "", code: str = "") -> Response:
    """Take the issuer's code, and let the visitor go on with the token that it is good for."""
    visit = visit_of(request)
    left = request.state.seals.opened(LEAVING, request.cookies.get(LEAVING))
    if left is None or not code or not hmac.compare_digest(left["state"].encode(), state.encode()):
        raise CannotSignIn("no such departure")
    issuer: Issuer = request.state.issuer
    token, until = await issuer.token_for(code, left["verifier"], f"{visit.origin}/signed-in")
    key = visit.settings.key_bytes
    api = Api(request.state.client, key, language=visit.language, address=address_of(request), token=token)
    me = await api.get("/v1/me")
    session = Session.of(token, until, me["name"] or me["subject"], tuple(me["roles"]))
    answer = RedirectResponse(left["back"], 303)
    request.state.seals.keep(answer, session, secure=visit.is_secure)
    answer.delete_cookie(LEAVING, path="/")
    return answer


@router.post("/{language}/sign-out")
async def sign_out(visit: Visiting) -> Response:
    """Forget the visitor here; the issuer may go on knowing them."""
    await visit.form()
    answer = visit.go("")
    answer.delete_cookie(SESSION, path="/")
    return answer


def is_ours(address: str) -> bool:
    """Whether an address to come back to is a page of ours: a path, and nothing that browsers read as a host."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
