"""Signing in at the sandbox: a page where one chooses who to be, and the code that a token is given for.

It is what an OpenID Connect issuer does (authorization code with PKCE: RFC 6749, 4.1; RFC 7636), for personas, without
passwords. Codes are signed rather than kept, so that any worker can take them; each is good once and for a minute.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from servicekit.languages import Language, Translated, negotiate
from stack.personas import DUTIES, PERSONAS

_CODE_SECONDS = 60
_AUDIENCE = "sandbox-code"
_ALGORITHM = "ES256"
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_WORDS: Mapping[str, Translated] = {
    "title": Translated(kk="Кім болғыңыз келеді?", ru="Кем вы хотите быть?", en="Who would you like to be?"),
    "lead": Translated(
        kk="Бұл – сынақ алаңы. Мұндағы адамдар ойдан шығарылған, сондықтан құпиясөз керек емес.",
        ru="Это песочница. Люди здесь вымышлены, поэтому пароль не нужен.",
        en="This is a sandbox. The people here are invented, so no password is needed.",
    ),
}
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f5f3ee;color:#18242d}main{max-width:46rem;"
    "margin:2rem auto;padding:0 1rem}ul{list-style:none;padding:0;display:grid;gap:.6rem;"
    "grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr))}a{display:block;background:#fff;"
    "border:1px solid #d5dce0;border-radius:.5rem;padding:.7rem 1rem;color:#0b5568;font-weight:600;"
    "text-decoration:none}a:hover,a:focus{background:#e4f0f2}small{display:block;color:#4c5b66;font-weight:400}"
)


class BadCode(Exception):
    """The code was not given here, not for this, or not just now."""


class BadDeparture(Exception):
    """Nobody can be sent back from here: the request to sign in is not whole, or leads off this machine."""


@dataclass(frozen=True)
class Departure:
    """Where a person who has chosen is sent back to, and what the client wants to see again."""

    redirect_uri: str
    state: str
    challenge: str
    language: str | None


async def departure(  # noqa: PLR0913, PLR0917 - they are the standard's
    client_id: str,  # noqa: ARG001 - any may be: it is a sandbox
    redirect_uri: str,
    state: str,
    code_challenge: str,
    response_type: str = "code",
    code_challenge_method: str = "S256",
    scope: str = "openid",  # noqa: ARG001 - a persona says the same to everybody
    ui_locales: str | None = None,
) -> Departure:
    """What a client sends a person here with, by OpenID Connect's names.

    Raises:
        BadDeparture: it is not whole, or leads off this machine.
    """
    local = urlsplit(redirect_uri).hostname in _LOCAL
    if not local or response_type != "code" or code_challenge_method != "S256":
        raise BadDeparture
    return Departure(redirect_uri, state, code_challenge, ui_locales)


class Codes:
    """Gives codes, and takes each back once."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self._taken: dict[str, int] = {}

    def code(self, persona: str, challenge: str, redirect_uri: str) -> str:
        now = int(time.time())
        claims = {"persona": persona, "challenge": challenge, "redirect_uri": redirect_uri}
        return jwt.encode({"alg": _ALGORITHM}, {**claims, "aud": _AUDIENCE, "exp": now + _CODE_SECONDS}, self._key)

    def persona(self, code: str, verifier: str, redirect_uri: str) -> str:
        """For whom a code was given.

        Raises:
            BadCode: it is not good, or not for this verifier and address.
        """
        now = int(time.time())
        try:
            claims = jwt.decode(code, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError):
            raise BadCode from None
        made = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        good = claims.get("aud") == _AUDIENCE and claims["exp"] > now and claims["redirect_uri"] == redirect_uri
        if not good or not hmac.compare_digest(made, claims["challenge"]) or code in self._taken:
            raise BadCode
        self._taken = {each: until for each, until in self._taken.items() if until > now} | {code: claims["exp"]}
        return str(claims["persona"])


def authorization_page(codes: Codes) -> Callable[..., object]:
    """The endpoint at which one chooses a persona."""

    async def choose_persona(request: Request, left: Annotated[Departure, Depends(departure)]) -> HTMLResponse:
        """Choose who to be."""
        language = negotiate(left.language or request.headers.get("accept-language"))

        def back(persona: str) -> str:
            given = {"code": codes.code(persona, left.challenge, left.redirect_uri), "state": left.state}
            return f"{left.redirect_uri}{'&' if '?' in left.redirect_uri else '?'}{urlencode(given)}"

        return _page(language, back)

    return choose_persona


def _page(language: Language, back: Callable[[str], str]) -> HTMLResponse:
    rows = "".join(
        f'<li><a href="{escape(back(name))}">{escape(str(claims["name"]))}'
        f"<small>{escape(getattr(DUTIES[name], language))}</small></a></li>"
        for name, claims in PERSONAS.items()
        if name in DUTIES
    )
    title, lead = (escape(getattr(_WORDS[each], language)) for each in ("title", "lead"))
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{lead}</p><ul>{rows}</ul></main></body></html>\n",
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
