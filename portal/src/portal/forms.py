"""Forms as readers send them: from our own pages alone, and each carried out once, however often it is sent."""

import hmac
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

KEY = "key"
TOKEN = "token"  # noqa: S105 - the name of a field
_OURS = frozenset({"same-origin", "none"})


class Forged(Exception):
    """What was sent did not come from a form that we gave to this visitor."""


class Form:
    """The fields of a form, and the key under which it is carried out once."""

    def __init__(self, fields: FormData) -> None:
        self._fields = fields

    @property
    def key(self) -> str:
        return self.text(KEY) or new_key()

    def text(self, name: str) -> str:
        """A field as it was written, without spaces around it; empty where it was not sent."""
        value = self._fields.get(name)
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the fields in which something is written."""
        return {name: text for name in names if (text := self.text(name))}

    def texts(self, name: str) -> list[str]:
        """All values of a field that may be there several times."""
        return [value for value in self._fields.getlist(name) if isinstance(value, str)]

    async def file(self, name: str) -> tuple[str, bytes, str] | None:
        """A file's name, content and media type as the browser says it, read once; None where none was chosen."""
        value = self._fields.get(name)
        if not isinstance(value, UploadFile):
            return None
        content = await value.read()
        await value.close()
        return (value.filename, content, value.content_type or "application/octet-stream") if value.filename else None


def new_key() -> str:
    """The key of a form: what is sent with it again is what was sent before."""
    return str(uuid4())


async def read_form(request: Request, origin: str, token: str) -> Form:
    """A form of ours.

    A browser says which site a form comes from (Fetch Metadata, or Origin); and the form of somebody who has signed in
    carries what only the pages given to them carry.

    Raises:
        Forged: it comes from elsewhere.
    """
    site = request.headers.get("sec-fetch-site")
    if not (site in _OURS if site else request.headers.get("origin") in (origin, None)):
        raise Forged
    form = Form(await request.form(max_files=4, max_fields=200))
    if token and not hmac.compare_digest(form.text(TOKEN).encode(), token.encode()):
        raise Forged
    return form


def faults_by_field(errors: Sequence[dict[str, str]] | None) -> dict[str, str]:
    """What the API says is wrong, by the field of a form: the last part of its pointer."""
    return {fault["pointer"].rpartition("/")[2]: fault["detail"] for fault in errors or ()}
