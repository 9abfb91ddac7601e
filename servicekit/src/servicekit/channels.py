"""The ways on which notices leave the house: text messages, e-mail, and webhooks.

A channel says why it failed in a word that may stand in a log: never an address, never what the other side answered.
"""

import asyncio
import hashlib
import hmac
import logging
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import httpx
from pydantic_core import to_json

from servicekit.base_settings import SMTP_PORTS, ServiceSettings

_PATIENCE_SECONDS = 5.0
# What is said is refused, and would be refused again; whatever else is answered may be otherwise the next time.
_REFUSED = frozenset({400, 410, 413, 422})
_PERMANENT_SMTP = 500


class Undeliverable(Exception):
    """The message cannot reach its address, however often it is tried; the message is a word for why."""


class Unreachable(Exception):
    """The message has not got through, and may yet; the message is a word for why."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A notice on its way to an address.

    `id` is the notice's, and the same at each attempt; `languages` are those in which its recipient is told.
    """

    id: UUID
    at: datetime
    event: str
    about: Mapping[str, str]
    address: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    languages: tuple[str, ...]

    def say(self, texts: Mapping[str, str], *, between: str) -> str:
        """A text in each of the recipient's languages."""
        return between.join(texts[language] for language in self.languages)


class Channel(Protocol):
    """A way to deliver messages."""

    name: str

    async def deliver(self, message: Message) -> None:
        """Hand a message over; whoever gets it twice knows it by its id.

        Raises:
            Undeliverable, Unreachable: it was not handed over.
        """


class Sms:
    """Text messages, by an HTTP gateway that takes {to, text, id} and knows us by a bearer secret."""

    name = "sms"

    def __init__(self, client: httpx.AsyncClient, url: str, secret: str) -> None:
        self._client = client
        self._url = url
        self._secret = secret

    async def deliver(self, message: Message) -> None:
        body = {"to": message.address, "text": message.say(message.text, between="\n"), "id": str(message.id)}
        headers = {"Authorization": f"Bearer {self._secret}", "Idempotency-Key": str(message.id)}
        await _post(self._client, self._url, body, headers)


class Webhook:
    """Programs that want to know; each tells by the signature that we sent it, and by the key that it came before.

    Outside a developer's machine a webhook is https and leads to the public internet: people name its address, and it
    must not be a way into the house.
    """

    name = "webhook"

    def __init__(self, client: httpx.AsyncClient, secret: str, *, local: bool) -> None:
        self._client = client
        self._secret = secret.encode()
        self._local = local

    async def deliver(self, message: Message) -> None:
        content = to_json(
            {
                "id": message.id,
                "at": message.at,
                "event": message.event,
                "about": message.about,
                "title": message.title,
                "text": message.text,
            }
        )
        signature = hmac.new(self._secret, content, hashlib.sha256).hexdigest()
        url = self._understood(message.address)
        headers = {
            "Host": url.netloc.decode(),
            "Idempotency-Key": str(message.id),
            "Ashyq-Signature": f"sha256={signature}",
        }
        # By the number that was looked at, lest the name lead elsewhere the next moment; TLS still asks for the name.
        numbered = url.copy_with(host=await self._number_of(url))
        await _post(self._client, numbered, content, headers, {"sni_hostname": url.raw_host.decode()})

    def _understood(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, ValueError) as error:
            raise Undeliverable("address") from error
        if url.scheme not in ({"http", "https"} if self._local else {"https"}) or not url.host:
            raise Undeliverable("address")
        return url

    async def _number_of(self, url: httpx.URL) -> str:
        name, port = url.raw_host.decode(), url.port or {"http": 80, "https": 443}[url.scheme]
        try:
            found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable("no-such-host") from error
        number = str(found[0][4][0])
        if not (self._local or _is_public(number)):
            raise Undeliverable("address")
        return number


class Email:
    """E-mail by an SMTP server: `smtp://`, `smtp+starttls://` or `smtps://`, with a name and a password or without."""

    name = "email"

    def __init__(self, url: str, sender: str) -> None:
        self._server = urlsplit(url)
        self._sender = Address(addr_spec=sender)

    async def deliver(self, message: Message) -> None:
        try:
            letter = self._letter(message)
        except (MessageError, ValueError, IndexError) as error:
            raise Undeliverable("address") from error
        try:
            await asyncio.to_thread(self._send, letter)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _smtp_failure(min(codes)) from error
        except smtplib.SMTPDataError as error:
            raise _smtp_failure(error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Unreachable("not-supported") from error
        except smtplib.SMTPResponseException as error:
            # The server minds us rather than the message: our name, our password, how often we come.
            raise Unreachable(f"smtp-{error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_word_for(error)) from error

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["Message-ID"] = f"<{message.id}@{self._sender.domain}>"
        letter["Date"] = format_datetime(message.at)
        letter["From"] = self._sender
        letter["To"] = Address(addr_spec=message.address)
        letter["Subject"] = message.say(message.title, between=" / ")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.say(message.text, between="\n\n"), cte="base64")
        letter["Content-Language"] = ", ".join(message.languages)
        return letter

    def _send(self, letter: EmailMessage) -> None:
        connection = self._connection()
        try:
            if self._server.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if self._server.username is not None:
                connection.login(unquote(self._server.username), unquote(self._server.password or ""))
            connection.send_message(letter)
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()  # the letter is theirs, whatever they say to this
        finally:
            connection.close()

    def _connection(self) -> smtplib.SMTP:
        host, port = self._server.hostname or "", self._server.port or SMTP_PORTS[self._server.scheme]
        said: dict[str, Any] = {"local_hostname": self._sender.domain, "timeout": _PATIENCE_SECONDS}
        if self._server.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, context=ssl.create_default_context(), **said)
        return smtplib.SMTP(host, port, **said)


@asynccontextmanager
async def open_channels(settings: ServiceSettings) -> AsyncIterator[Mapping[str, Channel]]:
    """The channels that are set up, by name."""
    channels: list[Channel] = []
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)  # they tell each address that they call
    async with AsyncExitStack() as stack:
        if settings.sms_url is not None and settings.sms_secret is not None:
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=_PATIENCE_SECONDS))
            channels.append(Sms(client, settings.sms_url, settings.sms_secret.get_secret_value()))
        if settings.smtp_url is not None and settings.mail_from is not None:
            channels.append(Email(settings.smtp_url.get_secret_value(), settings.mail_from))
        if settings.webhook_secret is not None:
            webhooks = await stack.enter_async_context(_client_of_strangers())
            channels.append(Webhook(webhooks, settings.webhook_secret.get_secret_value(), local=settings.local))
        yield {channel.name: channel for channel in channels}


def _client_of_strangers() -> httpx.AsyncClient:
    """Without a proxy, which would look up the name itself, and without a connection that another name could get."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(timeout=_PATIENCE_SECONDS, trust_env=False, limits=limits)


async def _post(
    client: httpx.AsyncClient,
    url: httpx.URL | str,
    body: Any,
    headers: Mapping[str, str],
    extensions: dict[str, Any] | None = None,
) -> None:
    """Send JSON; only the status of the answer is looked at, for what else is in it could be endless."""
    content = body if isinstance(body, bytes) else to_json(body)
    sent = {"Content-Type": "application/json", **headers}
    try:
        async with client.stream("POST", url, content=content, headers=sent, extensions=extensions) as answer:
            status = answer.status_code
    except (httpx.HTTPError, OSError) as error:
        raise Unreachable(_word_for(error)) from error
    if status in _REFUSED:
        raise Undeliverable(f"http-{status}")
    if not answer.is_success:
        raise Unreachable(f"http-{status}")


def _is_public(number: str) -> bool:
    address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


def _smtp_failure(code: int) -> Exception:
    kind = Undeliverable if code >= _PERMANENT_SMTP else Unreachable
    return kind(f"smtp-{code}")


def _word_for(error: Exception) -> str:
    return "timeout" if isinstance(error, httpx.TimeoutException | TimeoutError) else "no-connection"
