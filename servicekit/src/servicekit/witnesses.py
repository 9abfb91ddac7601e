"""The witness of a service's journal: it knows the last checkpoint, and cosigns what extends it (C2SP tlog-witness)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from verifier.notes import (
    BadNote,
    BadSignature,
    Checkpoint,
    Key,
    parse_checkpoint,
    parse_note,
    signature_by,
)
from verifier.signing import fast_verify

_PATIENCE = httpx.Timeout(2.0)
_LONGEST_ANSWER = 64 * 1024


class WitnessAway(Exception):
    """The witness does not answer, or not as a witness does."""


class WitnessRefuses(Exception):
    """The witness has seen a checkpoint that this one does not extend."""


class WitnessAhead(WitnessAway):
    """The witness has cosigned another checkpoint meanwhile; what it saw last must be asked for anew."""


@dataclass(frozen=True)
class Witness:
    """A way to a witness, and the key by which its signatures are known."""

    client: httpx.AsyncClient
    key: Key

    async def last_seen(self, log: Key) -> Checkpoint | None:
        """The last checkpoint of the log that the witness cosigned; None when it has seen none.

        Raises:
            WitnessAway: it does not answer, or with a checkpoint that it did not cosign.
        """
        answer = await self._ask("GET", "/latest", params={"origin": log.name})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        try:
            note = parse_note(_text(answer))
            checkpoint = parse_checkpoint(note.text)
            known = signature_by(note, self.key, fast_verify) and signature_by(note, log, fast_verify)
        except (BadNote, BadSignature) as error:
            raise WitnessAway(str(error)) from error
        if known is None or checkpoint.origin != log.name:
            raise WitnessAway("It answers with a checkpoint that is not of this log, or that it did not cosign.")
        return checkpoint

    async def cosign(self, note: str, old: int, proof: Sequence[str]) -> str:
        """The signature line of the witness for a checkpoint that extends the one of `old` leaves.

        Raises:
            WitnessAway: it does not answer, or with a signature that is not its own.
            WitnessAhead: it has seen another checkpoint since.
            WitnessRefuses: the proof does not hold.
        """
        body = "".join([f"old {old}\n", *(f"{each}\n" for each in proof), "\n", note])
        answer = await self._ask("POST", "/add-checkpoint", content=body.encode())
        if answer.status_code == httpx.codes.CONFLICT:
            raise WitnessAhead(f"It has seen {answer.text[:30].strip()} entries.")
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise WitnessRefuses(answer.text[:200])
        text = _text(answer)
        try:
            answered = parse_note(note + text)
            signature = signature_by(answered, self.key, fast_verify)
        except (BadNote, BadSignature) as error:
            raise WitnessAway(str(error)) from error
        if signature is None or answered.text != parse_note(note).text:
            raise WitnessAway("It answers without its signature.")
        return f"— {signature.name} {b64encode(signature.key_id + signature.blob).decode()}\n"

    async def _ask(self, method: str, path: str, **request: object) -> httpx.Response:
        try:
            return await self.client.request(method, path, **request)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise WitnessAway(type(error).__name__) from error


def reaching(url: str) -> httpx.AsyncClient:
    """A client of the witness at a URL, to be entered and left with the service."""
    return httpx.AsyncClient(base_url=url, timeout=_PATIENCE)


def _text(answer: httpx.Response) -> str:
    if answer.status_code != httpx.codes.OK or len(answer.content) > _LONGEST_ANSWER:
        raise WitnessAway(f"It answers {answer.status_code}.")
    return answer.text
