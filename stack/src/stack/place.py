"""Where a house stands: its data folder, its port, its database, and the secrets that it keeps."""

import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from servicekit.base_settings import LOCAL_ORIGIN
from stack.databases import ServiceUrls
from stack.keeping import kept
from stack.sandbox import SandboxIssuer
from stack.serving import LAST_PORT, CannotStart
from verifier.notes import LOG, WITNESS
from verifier.signing import Signer


@dataclass(frozen=True)
class Place:
    """Where a house stands: its data folder, its port (0: any free one), and its database if that is not its own.

    One that is not `empty` is filled at its first start with the synthetic year.
    """

    data: Path
    port: int
    database_url: str | None = None
    empty: bool = True

    @property
    def issuer(self) -> SandboxIssuer:
        """The sandbox's issuer, with the key that is kept here.

        Raises:
            CannotStart: the data folder cannot be used.
        """
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            return SandboxIssuer(self.data / "sandbox-key.json")
        except OSError as error:
            raise unusable(self.data, error) from error

    @property
    def bid_key(self) -> str:
        """The key, in base64, under which procurement keeps bids that nobody may read yet."""
        return kept(self.data / "bid-key", lambda: b64encode(secrets.token_bytes(32)).decode())

    @property
    def portal_key(self) -> str:
        """The key, in base64, of the cookies and forms of the pages."""
        return kept(self.data / "portal-key", lambda: b64encode(secrets.token_bytes(32)).decode())

    def journal_signer(self, service: str) -> Signer:
        """What signs the checkpoints of a service's journal."""
        return self._signer(f"journal-key-{service}", f"{LOCAL_ORIGIN}/{service}", LOG)

    @property
    def witness_signer(self) -> Signer:
        """What the witness of this house signs with."""
        return self._signer("witness-key", f"{LOCAL_ORIGIN}/witness", WITNESS)

    def _signer(self, file: str, name: str, kind: int) -> Signer:
        return Signer.parse(kept(self.data / file, lambda: Signer.new(name, kind).secret))

    @property
    def clock_file(self) -> Path:
        return self.data / "clock"


@dataclass(frozen=True)
class Ground:
    """A place that is ready for services: their databases by name, and the address of the witness."""

    place: Place
    urls: Mapping[str, ServiceUrls]
    witness: str


def place_from_environment() -> Place:
    """The place that PORT, ASHYQ_DATA, ASHYQ_DATABASE_URL and ASHYQ_EMPTY name, or the usual one.

    Raises:
        CannotStart: PORT is not a port.
    """
    port = os.environ.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= LAST_PORT:
        raise CannotStart(f"PORT={port} is not a port. Choose one from 1 to 65535, for example: make run PORT=8080")
    data = Path(os.environ.get("ASHYQ_DATA") or ".ashyq").expanduser().absolute()
    return Place(data, int(port), os.environ.get("ASHYQ_DATABASE_URL") or None, bool(os.environ.get("ASHYQ_EMPTY")))


def unusable(data: Path, error: OSError) -> CannotStart:
    return CannotStart(f"{data} cannot be used ({error.strerror}). Choose another: make run ASHYQ_DATA=…")
