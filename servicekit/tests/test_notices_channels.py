"""Each channel to a real receiver: what arrives, what is refused for good, and what may be tried again."""

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from servicekit.base_settings import SANDBOX_ISSUER, ServiceSettings
from servicekit.channels import Channel, Message, Undeliverable, Unreachable, Webhook, open_channels
from servicekit.testing import usual_settings

KNOWN_TO_BOTH = "between us"
ID = UUID("019a0000-0000-7000-8000-000000000001")
SAID = {"kk": "Өтініш", "ru": "Обращение", "en": "Appeal"}
TEXT = {"kk": "Жауап берілді.", "ru": "Дан ответ.", "en": "It is answered."}


def message(address: str, *languages: str) -> Message:
    return Message(
        id=ID,
        at=datetime(2026, 8, 20, 12, tzinfo=UTC),
        event="note.sealed",
        about={"kind": "note", "id": "x"},
        address=address,
        title=SAID,
        text=TEXT,
        languages=languages or ("kk", "ru"),
    )


@asynccontextmanager
async def channel(name: str, *, environment: str = "local", **settings: Any) -> AsyncIterator[Channel]:
    """The channel of a service with these settings."""
    issuer = SANDBOX_ISSUER if environment == "local" else "https://issuer.example"
    usual = usual_settings() | {"environment": environment, "issuer": issuer}
    async with open_channels(ServiceSettings.model_validate(usual | settings)) as channels:
        assert channels.keys() == {name}
        yield channels[name]


async def test_a_text_message_is_in_the_languages_of_whom_it_is_for(receiver: Any) -> None:
    async with channel("sms", sms_url=receiver.url, sms_secret=KNOWN_TO_BOTH) as sms:
        await sms.deliver(message("+77010000000"))
        await sms.deliver(message("+77010000000", "en"))
    [(headers, body), (_, other)] = receiver.came
    assert headers["authorization"] == "Bearer between us"
    assert json.loads(body) == {"to": "+77010000000", "text": "Жауап берілді.\nДан ответ.", "id": str(ID)}
    assert json.loads(other)["text"] == "It is answered."


async def test_a_webhook_is_signed_and_known_again(receiver: Any) -> None:
    async with channel("webhook", webhook_secret=KNOWN_TO_BOTH) as webhook:
        await webhook.deliver(message(receiver.url))
    [(headers, body)] = receiver.came
    signed = hmac.new(b"between us", body, hashlib.sha256).hexdigest()
    assert headers["ashyq-signature"] == f"sha256={signed}"
    assert headers["idempotency-key"] == str(ID)
    assert headers["host"] == receiver.url.split("/")[2]
    assert json.loads(body) == {
        "id": str(ID),
        "at": "2026-08-20T12:00:00Z",
        "event": "note.sealed",
        "about": {"kind": "note", "id": "x"},
        "title": SAID,
        "text": TEXT,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, None) for status in (200, 202, 204)),
        *((status, Undeliverable) for status in (400, 410, 413, 422)),
        # A way elsewhere is not followed: it was not the address that we were given.
        *((status, Unreachable) for status in (302, 307, 401, 403, 404, 429, 500, 503)),
    ],
)
async def test_what_a_receiver_answers_decides_whether_to_try_again(
    status: int, expected: type[Exception] | None, receiver: Any
) -> None:
    receiver.answers = [status]
    async with channel("webhook", webhook_secret=KNOWN_TO_BOTH) as webhook:
        if expected is None:
            await webhook.deliver(message(receiver.url))
        else:
            with pytest.raises(expected, match=f"^http-{status}$"):
                await webhook.deliver(message(receiver.url))
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://localhost:8000/", "https://10.0.0.1/", "https://169.254.169.254/latest",
        "https://[::1]/", "https://[::ffff:192.168.1.1]/", "https://[fe80::1]/", "https://0.0.0.0/",
        "http://example.org/", "ftp://example.org/", "example.org", "https://", "",
    ],
)  # fmt: skip
async def test_a_webhook_is_no_way_into_the_house(address: str) -> None:
    async with channel("webhook", environment="production", webhook_secret=KNOWN_TO_BOTH) as webhook:
        with pytest.raises(Undeliverable, match="address"):
            await webhook.deliver(message(address))


def certificate_for(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that proves to be of this name, and a client that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    encoding = serialization.Encoding.PEM
    pem.write_bytes(key.private_bytes(encoding, *plain) + built.public_bytes(encoding))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=built.public_bytes(encoding).decode())


@pytest.mark.parametrize(("proven", "expected"), [("localhost", 1), ("elsewhere.example", 0)])
async def test_a_webhook_is_called_by_number_and_proves_its_name(proven: str, expected: int, tmp_path: Path) -> None:
    heard = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heard.append(head.decode())
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    of_server, of_client = certificate_for(proven, tmp_path)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=of_server)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(verify=of_client) as client:
        webhook = Webhook(client, KNOWN_TO_BOTH, local=True)
        with nullcontext() if expected else pytest.raises(Unreachable):
            await webhook.deliver(message(f"https://localhost:{port}/hook"))
    assert len(heard) == expected
    assert all(f"Host: localhost:{port}" in head for head in heard)


async def test_who_is_not_there_may_come_back(unused_tcp_port: int) -> None:
    async with channel("webhook", webhook_secret=KNOWN_TO_BOTH) as webhook:
        with pytest.raises(Unreachable, match="no-connection"):
            await webhook.deliver(message(f"http://127.0.0.1:{unused_tcp_port}/"))
        with pytest.raises(Unreachable, match="no-such-host"):
            await webhook.deliver(message("http://nowhere.invalid/"))
    async with channel("email", smtp_url=f"smtp://127.0.0.1:{unused_tcp_port}", mail_from="a@example.org") as email:
        with pytest.raises(Unreachable, match="no-connection"):
            await email.deliver(message("b@example.org"))


class MailServer:
    """A small SMTP server, which keeps letters; `says` replaces what it answers to a word, as {"RCPT": "550 no"}."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[str] = []
        self.letters: list[EmailMessage] = []
        self.says: dict[str, str] = {}
        self.offers = "AUTH PLAIN"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            self.heard.append(line.decode().strip())
            word = self.heard[-1].partition(" ")[0].upper()
            usual = {"EHLO": f"250-here\r\n250 {self.offers}", "AUTH": "235 ok", "DATA": "354 go", "QUIT": "221 bye"}
            said = self.says.get(word, usual.get(word, "250 ok"))
            writer.write(f"{said}\r\n".encode())
            if said.startswith("354"):
                raw = await reader.readuntil(b"\r\n.\r\n")
                letter = message_from_bytes(raw[:-3], policy=policy.SMTP)
                assert isinstance(letter, EmailMessage)
                self.letters.append(letter)
                writer.write(f"{self.says.get('.', '250 taken')}\r\n".encode())
            if word == "QUIT":
                break
        writer.close()


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    mail = MailServer()
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mail


async def send(mail: MailServer, address: str = "b@example.org", *, way: str = "smtp://") -> None:
    async with channel("email", smtp_url=f"{way}127.0.0.1:{mail.port}", mail_from="told@ashyq.example") as email:
        await email.deliver(message(address))


async def test_a_letter_arrives_and_is_known_again(mail: MailServer) -> None:
    await send(mail)
    await send(mail)
    letter, again = mail.letters
    assert letter["Message-ID"] == again["Message-ID"] == f"<{ID}@ashyq.example>"
    assert (letter["From"], letter["To"]) == ("told@ashyq.example", "b@example.org")
    assert letter["Subject"] == "Өтініш / Обращение"
    assert letter.get_content().split() == ["Жауап", "берілді.", "Дан", "ответ."]
    assert letter["Content-Language"] == "kk, ru"
    assert letter["Auto-Submitted"] == "auto-generated"


async def test_the_server_is_told_who_we_are(mail: MailServer) -> None:
    await send(mail, way="smtp://ashyq:p%40ss@")
    assert mail.heard[1] == "AUTH PLAIN AGFzaHlxAHBAc3M="
    assert len(mail.letters) == 1


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ({"RCPT": "550 no such person"}, Undeliverable),
        ({"RCPT": "450 later"}, Unreachable),
        ({".": "554 not this"}, Undeliverable),
        ({".": "451 later"}, Unreachable),
        ({"MAIL": "550 not from you"}, Unreachable),
        ({"EHLO": "500 what", "HELO": "421 too many"}, Unreachable),
    ],
)
async def test_what_a_mail_server_answers_decides_whether_to_try_again(
    says: dict[str, str], expected: type[Exception], mail: MailServer
) -> None:
    mail.says = says
    with pytest.raises(expected, match=r"^smtp-\d{3}$"):
        await send(mail)


async def test_a_letter_that_was_taken_is_not_sent_again_for_a_rude_goodbye(mail: MailServer) -> None:
    mail.says = {"QUIT": "500 what"}
    await send(mail)
    assert len(mail.letters) == 1


async def test_a_server_that_cannot_keep_a_secret_is_given_none(mail: MailServer) -> None:
    with pytest.raises(Unreachable, match="not-supported"):
        await send(mail, way="smtp+starttls://ashyq:secret@")
    assert not [line for line in mail.heard if line.startswith("AUTH")]


@pytest.mark.parametrize("address", ["nobody", "a@b.c\r\nBcc: d@e.f", "a@b.c, d@e.f", "", "@"])
async def test_what_is_no_address_is_not_tried(address: str, mail: MailServer) -> None:
    with pytest.raises(Undeliverable, match="address"):
        await send(mail, address)
    assert mail.heard == []


async def test_without_settings_there_is_no_channel() -> None:
    settings = ServiceSettings.model_validate(usual_settings())
    async with open_channels(settings) as channels:
        assert channels == {}
    assert "between us" not in repr(settings.model_copy(update={"webhook_secret": SecretStr("between us")}))
