"""Keys and notes: what a journal signs with and what it signs, what is remembered of it, what a witness has seen."""

from collections.abc import Sequence

import httpx

from stack.fsck.faults import Fault, Kind
from stack.fsck.judging import Known
from stack.fsck.memory import BadMemory, Remembered
from stack.fsck.reading import Unreadable, text_of
from verifier.notes import (
    BadKey,
    BadNote,
    BadSignature,
    Checkpoint,
    Key,
    parse_checkpoint,
    parse_key,
    parse_note,
    signature_by,
)
from verifier.receipts import Fault as NoteFault
from verifier.receipts import Witnesses, open_checkpoint, read_keys
from verifier.signing import fast_verify

_KINDS: dict[str, Kind] = {"key": "key", "signature": "signature", "witness": "witness"}


def judge_keys(texts: Sequence[str], known: Sequence[str]) -> tuple[list[Key], list[Fault]]:
    """Read the keys of a journal, and hold them to those by which it is remembered, if it is.

    Returns:
        The keys, the journal's own first, and what is wrong; no keys where there is nothing to go on with.
    """
    try:
        keys = read_keys(texts, None)
    except NoteFault as fault:
        return [], [_fault(fault)]
    if not known or (texts[0] == known[0] and {*known} <= {*texts}):
        return keys, []
    evidence, name = ("\n".join(known), "\n".join(texts)), parse_key(known[0]).name
    if keys[0].name != name:
        return [], [Fault("other-log", "keys[0]", f"This is the journal {keys[0].name}, not {name}.", evidence)]
    if texts[0] != known[0]:
        return keys, [Fault("key", "keys[0]", "The journal's key is not the one that is remembered.", evidence)]
    return keys, [Fault("key", "keys", "A witness that is remembered is not named any more.", evidence)]


def judge_note(note: str, keys: Sequence[Key]) -> tuple[Checkpoint | None, Witnesses, list[Fault]]:
    """Open a journal's checkpoint, which each of its witnesses has to have cosigned.

    Returns:
        The checkpoint if the journal has signed it, who cosigned it, and what is wrong.
    """
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
    except BadNote as error:
        return None, (), [Fault("checkpoint", "checkpoint", str(error), (note,))]
    if checkpoint.origin != keys[0].name:
        message = f"This is a checkpoint of {checkpoint.origin}, not of {keys[0].name}."
        return None, (), [Fault("other-log", "checkpoint", message, (note,))]
    try:
        _, _, witnesses = open_checkpoint(note, keys, fast_verify)
    except NoteFault as fault:
        return checkpoint if fault.kind == "witness" else None, (), [_fault(fault, note)]
    if len(witnesses) < len(keys) - 1:
        message = "Not every witness that the journal names has cosigned it."
        return checkpoint, witnesses, [Fault("witness", "checkpoint", message, (note,))]
    return checkpoint, witnesses, []


def known_by(memory: Remembered) -> list[Known]:
    """The checkpoints that are remembered.

    Raises:
        BadMemory: one was not signed by the key that is remembered.
    """
    try:
        keys = [parse_key(text) for text in memory.keys] if memory.notes else []
        opened = [(note, open_checkpoint(note, keys, fast_verify)) for note in memory.notes]
    except (NoteFault, BadKey, IndexError) as error:
        raise BadMemory(f"What is remembered was changed: {error}") from error
    return [Known("remembered", checkpoint.size, checkpoint.root, note) for note, (_, checkpoint, _) in opened]


def seen_by(witness: httpx.Client, log: Key) -> Known | Fault:
    """The last checkpoint of a journal that a witness has cosigned; a fault when another key signed it.

    Raises:
        Unreadable: there is none, or it does not answer as a witness does, or does not vouch for what it answers.
    """
    text = text_of(witness, "latest", origin=log.name)
    if text is None:
        raise Unreadable(f"{witness.base_url} is no witness of {log.name}.")
    try:
        key, note = parse_key((text_of(witness, "key") or "").strip()), parse_note(text)
        checkpoint = parse_checkpoint(note.text)
        vouched, signed = signature_by(note, key, fast_verify), signature_by(note, log, fast_verify)
    except (BadKey, BadNote, BadSignature) as error:
        raise Unreadable(f"{witness.base_url} does not answer as a witness does. {error}") from error
    if vouched is None or checkpoint.origin != log.name:
        raise Unreadable(f"{witness.base_url} answers with a checkpoint that it has not cosigned, or of another log.")
    if signed is None:
        return Fault("key", "keys[0]", f"{key.name} knows the journal by another key.", (text,))
    return Known(f"witnessed by {key.name}", checkpoint.size, checkpoint.root, text)


def _fault(fault: NoteFault, *evidence: str) -> Fault:
    return Fault(_KINDS.get(fault.kind, "checkpoint"), fault.place, fault.message, evidence)
